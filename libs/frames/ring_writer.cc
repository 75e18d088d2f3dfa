// SPDX-License-Identifier: Apache-2.0
#include "frames/ring_writer.h"

#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

#include "frames/crc32.h"
#include "frames/errc.h"
#include "frames/futex.h"
#include "frames/hint_socket.h"
#include "frames/ring_file.h"

namespace sdr::frames {
namespace {

constexpr auto kFileCheckInterval = std::chrono::milliseconds(100);
const SystemClock kSystemClock;

}  // namespace

class RingWriter::Impl {
 public:
  static Result<std::unique_ptr<Impl>> open(RingWriterOptions options);

  Result<FrameHeader> write(const FrameInfo& info, std::span<const std::byte> payload);
  Status heartbeat();

  const WriterPosition& position() const { return ring_.position; }
  uint64_t epoch() const { return epoch_; }
  std::size_t max_payload() const { return ring_.memory.data_size() - kFrameHeaderBytes; }
  const RingWriterCounters& counters() const { return counters_; }

 private:
  Impl(RingWriterOptions options, WritableRing ring);

  void announce();
  void store_constants();
  Status keep_in_place();
  Status make_anew();
  uint64_t reserve(uint64_t bytes);
  void commit(uint64_t place, const FrameHeader& header);

  RingWriterOptions options_;
  const Clock& clock_;
  WritableRing ring_;
  std::optional<HintSender> hint_;
  uint64_t epoch_ = 0;
  Time next_file_check_;
  bool lost_ = false;
  RingWriterCounters counters_;
};

RingWriter::Impl::Impl(RingWriterOptions options, WritableRing ring)
    : options_(std::move(options)),
      clock_(options_.clock != nullptr ? *options_.clock : kSystemClock),
      ring_(std::move(ring)) {
  epoch_ = ring_.memory.writer_epoch().load(std::memory_order_relaxed) + 1;
  announce();
}

Result<std::unique_ptr<RingWriter::Impl>> RingWriter::Impl::open(RingWriterOptions options) {
  std::optional<HintSender> hint;
  if (!options.hint_address.empty()) {
    auto sender = HintSender::open(options.hint_address);
    if (!sender) return sender.error();
    hint = std::move(*sender);
  }
  auto ring = open_writable_ring(options.path, options.ring_bytes);
  if (!ring) return ring.error();
  auto impl = std::unique_ptr<Impl>(new Impl(std::move(options), std::move(*ring)));
  impl->hint_ = std::move(hint);
  return impl;
}

// A ring that was just opened: says who writes it, and makes good what an earlier writer left half said.
void RingWriter::Impl::announce() {
  counters_.files_made += ring_.made ? 1 : 0;
  const RingMemory& memory = ring_.memory;
  const WriterPosition& position = ring_.position;
  memory.writer_pid().store(static_cast<uint32_t>(::getpid()), std::memory_order_relaxed);
  memory.newest_keyframe().store(position.newest_keyframe, std::memory_order_release);
  if (position.next > 0) {  // there is a newest frame
    memory.write_index().store(position.head % memory.data_size(), std::memory_order_release);
    memory.sequence_number().store(position.sequence, std::memory_order_release);
    memory.wake().store(static_cast<uint32_t>(position.sequence), std::memory_order_release);
  }
  store_constants();
  next_file_check_ = clock_.now() + kFileCheckInterval;
}

void RingWriter::Impl::store_constants() {
  constexpr auto kRelaxed = std::memory_order_relaxed;
  const RingMemory& memory = ring_.memory;
  memory.writer_epoch().store(epoch_, kRelaxed);
  memory.version().store(kVersion, kRelaxed);
  memory.stored_data_size().store(memory.data_size(), kRelaxed);
  memory.magic().store(kMagic, kRelaxed);
  memory.heartbeat_us().store(to_us(clock_.now()), std::memory_order_release);
}

// Looks, ten times a second and whenever pages were lost, whether the file is still the one at the path.
Status RingWriter::Impl::keep_in_place() {
  const Time now = clock_.now();
  const bool damaged = ring_.memory.damaged();
  if (now < next_file_check_ && !damaged) {
    return lost_ ? Status(Error(FramesErrc::kRingLost, options_.path)) : Status();
  }
  next_file_check_ = now + kFileCheckInterval;
  if (!lost_ && !damaged && is_in_place(options_.path, ring_.identity, ring_.memory.bytes())) return {};
  return make_anew();
}

// The new ring's numbers go on where the lost one's ended, so that readers see frames missing and not an older stream.
Status RingWriter::Impl::make_anew() {
  lost_ = true;
  ::flock(ring_.fd.get(), LOCK_UN);  // a truncated file is still at its path; the mapping would keep it locked
  auto ring = open_writable_ring(options_.path, options_.ring_bytes, ring_.identity);
  if (!ring) return Error(ring.error().code(), "the ring was lost; making it anew: " + ring.error().context());
  const uint64_t sequence = ring_.position.sequence;
  ring_ = std::move(*ring);
  ring_.position.sequence = std::max(ring_.position.sequence, sequence);
  epoch_ = std::max(epoch_, ring_.memory.writer_epoch().load(std::memory_order_relaxed)) + 1;
  lost_ = false;
  announce();
  return {};
}

// Claims the place of the next frame: from here on readers know that what was there is going away.
uint64_t RingWriter::Impl::reserve(uint64_t bytes) {
  const RingMemory& memory = ring_.memory;
  WriterPosition& position = ring_.position;
  const uint64_t data_size = memory.data_size();
  const uint64_t place = place_frame(position.next, bytes, data_size);
  position.reserved = std::max(position.reserved, place + bytes);
  memory.reserved().store(position.reserved, std::memory_order_relaxed);
  // A reader that sees any byte stored below also sees the reservation: this fence pairs with the reader's after its
  // copy.
  std::atomic_thread_fence(std::memory_order_release);
  if (place != position.next && lap_rest(position.next, data_size) >= kFrameHeaderBytes) {
    memory.store_header(position.next, {.flags = kFlagWrapMarker, .codec = Codec{0}});
  }
  return place;
}

// Each store is a release, so that a writer that is killed between two of them leaves no later one without the earlier.
void RingWriter::Impl::commit(uint64_t place, const FrameHeader& header) {
  constexpr auto kRelease = std::memory_order_release;
  const RingMemory& memory = ring_.memory;
  WriterPosition& position = ring_.position;
  if (header.is_keyframe()) position.newest_keyframe = place;
  position.head = place;
  position.next = end_of_frame(place, header.size);
  position.sequence = header.frame_seq;
  memory.newest_keyframe().store(position.newest_keyframe, kRelease);
  memory.head().store(position.head, kRelease);
  memory.write_index().store(place % memory.data_size(), kRelease);
  memory.sequence_number().store(position.sequence, kRelease);
  memory.wake().store(static_cast<uint32_t>(position.sequence), kRelease);
  futex_wake_shared(memory.wake_address());
}

Result<FrameHeader> RingWriter::Impl::write(const FrameInfo& info, std::span<const std::byte> payload) {
  if (payload.size() > max_payload()) {
    ++counters_.refused;
    return Error(FramesErrc::kFrameTooLarge,
                 std::to_string(payload.size()) + " bytes, at most " + std::to_string(max_payload()));
  }
  SDR_TRY(keep_in_place());
  const FrameHeader header{.frame_id = info.frame_id,
                           .frame_seq = ring_.position.sequence + 1,
                           .size = static_cast<uint32_t>(payload.size()),
                           .flags = info.keyframe ? kFlagKeyframe : uint16_t{0},
                           .codec = info.codec,
                           .crc32 = crc32_of(payload),
                           .capture_us = info.capture_us};
  const uint64_t place = reserve(kFrameHeaderBytes + payload.size());
  copy_to_shared(ring_.memory.at(place) + kFrameHeaderBytes, payload.data(), payload.size());
  ring_.memory.store_header(place, header);
  ring_.memory.heartbeat_us().store(to_us(clock_.now()), std::memory_order_release);
  commit(place, header);
  if (hint_ && !hint_->send(header.frame_seq)) ++counters_.hints_failed;
  ++counters_.frames;
  return header;
}

Status RingWriter::Impl::heartbeat() {
  SDR_TRY(keep_in_place());
  store_constants();
  return {};
}

Result<RingWriter> RingWriter::open(RingWriterOptions options) {
  auto impl = Impl::open(std::move(options));
  if (!impl) return impl.error();
  return RingWriter(std::move(*impl));
}

RingWriter::RingWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RingWriter::~RingWriter() = default;
RingWriter::RingWriter(RingWriter&&) noexcept = default;
RingWriter& RingWriter::operator=(RingWriter&&) noexcept = default;

Result<FrameHeader> RingWriter::write(const FrameInfo& info, std::span<const std::byte> payload) {
  return impl_->write(info, payload);
}
Status RingWriter::heartbeat() { return impl_->heartbeat(); }
uint64_t RingWriter::sequence_number() const { return impl_->position().sequence; }
uint64_t RingWriter::epoch() const { return impl_->epoch(); }
std::size_t RingWriter::max_payload() const { return impl_->max_payload(); }
const RingWriterCounters& RingWriter::counters() const { return impl_->counters(); }

}  // namespace sdr::frames

// SPDX-License-Identifier: Apache-2.0
#include "frames/ring_reader.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include "frames/futex.h"
#include "frames/reader_file.h"
#include "frames/ring_cursor.h"

namespace sdr::frames {
namespace {

using std::chrono::steady_clock;

constexpr auto kFutureHeartbeat = std::chrono::seconds(1);  // no honest one is further ahead of our clock
const SystemClock kSystemClock;

void count(std::atomic<uint64_t>& counter) {
  counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

void pause_core() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

class RingReader::Impl {
 public:
  explicit Impl(RingReaderOptions options)
      : options_(std::move(options)),
        clock_(options_.clock != nullptr ? *options_.clock : kSystemClock),
        cursor_(options_.check_crc, counters_) {
    attach();
  }

  using Read = ReadState (RingCursor::*)(const RingMemory&, FrameSink&, FrameHeader&);
  ReadState read(Read how, FrameSink& sink, FrameHeader& header);
  void join(Join where) { cursor_.begin(where, sequence_number()); }
  bool wait(std::chrono::nanoseconds timeout);
  bool attach();
  uint64_t sequence_number() const;
  WriterState writer_state() const;

  const RingMemory* ring() const { return ring_ ? &ring_->memory : nullptr; }
  const RingCursor& cursor() const { return cursor_; }
  const std::string& error() const { return error_; }
  const RingReaderCounters& counters() const { return counters_; }

 private:
  bool pending() const;
  bool spin(std::chrono::nanoseconds limit) const;
  bool look_at_file();
  bool let_go_if_damaged();
  void note_epoch();
  void detach(std::string why);

  RingReaderOptions options_;
  const Clock& clock_;
  RingReaderCounters counters_;
  std::optional<ReadableRing> ring_;
  RingCursor cursor_;
  uint64_t epoch_ = 0;
  Time next_file_check_;
  bool attached_before_ = false;
  std::string error_;
};

ReadState RingReader::Impl::read(Read how, FrameSink& sink, FrameHeader& header) {
  if (!ring_ && !look_at_file()) return ReadState::kNoRing;
  const ReadState state = (cursor_.*how)(ring_->memory, sink, header);
  if (let_go_if_damaged()) return ReadState::kNoRing;  // zeros may have been copied; nothing of it counts
  if (state == ReadState::kEmpty && !look_at_file()) return ReadState::kNoRing;
  return state;
}

// Not more often than the interval says: looking costs a system call.
bool RingReader::Impl::look_at_file() {
  const Time now = clock_.now();
  if (now < next_file_check_) return ring_.has_value();
  return attach();
}

bool RingReader::Impl::attach() {
  next_file_check_ = clock_.now() + options_.file_check_interval;
  let_go_if_damaged();
  if (ring_ && !ring_->memory.trailer_is_sound()) detach(options_.path + ": the trailer was overwritten");
  if (ring_ && !is_replaced(options_.path, ring_->identity)) {
    note_epoch();
    return true;
  }
  auto found = open_readable_ring(options_.path);
  if (!found) {
    if (!ring_) error_ = found.error().message();
    return ring_.has_value();  // what replaced our ring is none (yet)
  }
  ring_ = std::move(*found);
  error_.clear();
  epoch_ = ring_->memory.writer_epoch().load(std::memory_order_relaxed);
  cursor_.begin(attached_before_ ? Join::kNewestKeyframe : options_.join, sequence_number());
  attached_before_ = true;
  count(counters_.attaches);
  return true;
}

void RingReader::Impl::detach(std::string why) {
  ring_.reset();
  error_ = std::move(why);
}

bool RingReader::Impl::let_go_if_damaged() {
  if (!ring_ || !ring_->memory.damaged()) return false;
  count(counters_.truncations);
  detach(options_.path + ": the file was truncated");
  return true;
}

void RingReader::Impl::note_epoch() {
  const uint64_t epoch = ring_->memory.writer_epoch().load(std::memory_order_relaxed);
  if (epoch != epoch_) count(counters_.writer_restarts);
  epoch_ = epoch;
}

uint64_t RingReader::Impl::sequence_number() const {
  return ring_ ? ring_->memory.sequence_number().load(std::memory_order_acquire) : 0;
}

bool RingReader::Impl::pending() const { return ring_ && sequence_number() != cursor_.settled(); }

bool RingReader::Impl::spin(std::chrono::nanoseconds limit) const {
  const auto end = steady_clock::now() + limit;
  do {
    for (int i = 0; i < 32; ++i) {
      if (pending()) return true;
      pause_core();
    }
  } while (steady_clock::now() < end);
  return false;
}

bool RingReader::Impl::wait(std::chrono::nanoseconds timeout) {
  if (pending()) return true;
  const auto end = steady_clock::now() + timeout;
  if (ring_ && options_.spin.count() > 0 && spin(std::min<std::chrono::nanoseconds>(options_.spin, timeout)))
    return true;
  for (;;) {
    const bool had_ring = ring_.has_value();
    const uint64_t attaches = counters_.attaches.load(std::memory_order_relaxed);
    const auto left = std::min<std::chrono::nanoseconds>(end - steady_clock::now(), options_.poll_interval);
    if (left.count() <= 0) return pending();
    if (ring_) {
      // Read before the last look at the number, and stored after it by the writer: a commit in between changes the
      // word, and the wait does not begin.
      const uint32_t expected = ring_->memory.wake().load(std::memory_order_acquire);
      if (pending()) return true;
      futex_wait_shared(ring_->memory.wake_address(), expected, left);
    } else {
      std::this_thread::sleep_for(left);
    }
    if (pending()) return true;
    look_at_file();
    if (had_ring != ring_.has_value() || attaches != counters_.attaches.load(std::memory_order_relaxed)) return true;
  }
}

WriterState RingReader::Impl::writer_state() const {
  if (!ring_) return WriterState::kAbsent;
  const uint64_t heartbeat_us = ring_->memory.heartbeat_us().load(std::memory_order_relaxed);
  const uint64_t now_us = to_us(clock_.now());
  const auto limit_us = static_cast<uint64_t>(std::chrono::microseconds(options_.stall_after).count());
  const auto future_us = static_cast<uint64_t>(std::chrono::microseconds(kFutureHeartbeat).count());
  const bool stalled = heartbeat_us > now_us ? heartbeat_us - now_us > future_us : now_us - heartbeat_us > limit_us;
  return stalled ? WriterState::kStalled : WriterState::kAlive;
}

RingReader::RingReader(RingReaderOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
RingReader::~RingReader() = default;
RingReader::RingReader(RingReader&&) noexcept = default;
RingReader& RingReader::operator=(RingReader&&) noexcept = default;

ReadState RingReader::next(FrameSink& sink, FrameHeader& header) {
  return impl_->read(&RingCursor::next, sink, header);
}
ReadState RingReader::latest(FrameSink& sink, FrameHeader& header) {
  return impl_->read(&RingCursor::latest, sink, header);
}
ReadState RingReader::newest_keyframe(FrameSink& sink, FrameHeader& header) {
  return impl_->read(&RingCursor::newest_keyframe, sink, header);
}
void RingReader::join(Join where) { impl_->join(where); }
bool RingReader::wait(std::chrono::nanoseconds timeout) { return impl_->wait(timeout); }
bool RingReader::attach() { return impl_->attach(); }
uint64_t RingReader::sequence_number() const { return impl_->sequence_number(); }
uint64_t RingReader::backlog() const { return impl_->cursor().backlog(sequence_number()); }
bool RingReader::awaiting_keyframe() const { return impl_->cursor().awaiting_keyframe(); }
WriterState RingReader::writer_state() const { return impl_->writer_state(); }

uint64_t RingReader::writer_epoch() const {
  const RingMemory* ring = impl_->ring();
  return ring != nullptr ? ring->writer_epoch().load(std::memory_order_relaxed) : 0;
}
uint32_t RingReader::writer_pid() const {
  const RingMemory* ring = impl_->ring();
  return ring != nullptr ? ring->writer_pid().load(std::memory_order_relaxed) : 0;
}
std::size_t RingReader::ring_bytes() const { return impl_->ring() != nullptr ? impl_->ring()->bytes() : 0; }
const std::string& RingReader::ring_error() const { return impl_->error(); }
const RingReaderCounters& RingReader::counters() const { return impl_->counters(); }

}  // namespace sdr::frames

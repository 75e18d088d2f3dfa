// SPDX-License-Identifier: Apache-2.0
#include "cases.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "frames/crc32.h"
#include "frames/ring_reader.h"
#include "frames/testing.h"

namespace sdr::bench {
namespace {

using frames::FrameHeader;
using frames::ReadState;
using frames::RingReader;
using frames::RingWriter;

// The ring's writer asks for the time right before it commits, and last then.
class CommitClock final : public Clock {
 public:
  Time now() const override {
    last_ns_ = now_ns();
    return Time(std::chrono::nanoseconds(last_ns_));
  }
  int64_t last_ns() const { return last_ns_; }

 private:
  mutable int64_t last_ns_ = 0;
};

class CopySink final : public frames::FrameSink {
 public:
  explicit CopySink(std::byte* copy) : copy_(copy) {}
  std::byte* payload_buffer(const FrameHeader& header) override { return header.size <= kFrameBytes ? copy_ : nullptr; }

 private:
  std::byte* copy_;
};

// Chosen before the processes part.
const std::string& ring_path() {
  static const std::string path = "/dev/shm/sdr-bench-ring-" + std::to_string(::getpid());
  return path;
}

Receive ring_reader(bool spin) {
  const auto spin_time = spin ? std::chrono::seconds(10) : std::chrono::seconds(0);
  auto reader = std::make_shared<RingReader>(frames::RingReaderOptions{.path = ring_path(), .spin = spin_time});
  return [reader](std::byte* copy) {
    CopySink sink(copy);
    FrameHeader header;
    while (reader->next(sink, header) != ReadState::kFrame) reader->wait(std::chrono::seconds(10));
  };
}

Send ring_writer(const std::shared_ptr<RingWriter>& writer, const std::shared_ptr<CommitClock>& clock,
                 Exchange& exchange) {
  return [writer, clock, &exchange](std::size_t round) {
    const auto header = writer->write({.frame_id = round, .keyframe = true}, payload());
    exchange.commit_ns[round] = clock->last_ns();
    SDR_ASSERT(header.ok(), "the ring takes the frame");
  };
}

}  // namespace

void remove_ring() { ::unlink(ring_path().c_str()); }

Case ring_case(std::string name, bool spin) {
  remove_ring();
  auto clock = std::make_shared<CommitClock>();
  auto writer =
      std::make_shared<RingWriter>(frames::testing::must_open(ring_path(), frames::kDefaultRingBytes, clock.get()));
  return {.name = std::move(name),
          .make_reader = [spin](Exchange&) { return ring_reader(spin); },
          .make_writer = [writer, clock](Exchange& exchange) { return ring_writer(writer, clock, exchange); },
          .rounds = spin ? std::size_t{20'000} : std::size_t{5'000},
          .pause_ns = spin ? 10'000 : 100'000};
}

Case flag_case() {
  const uint32_t crc = frames::crc32_of(payload());
  const auto reader = [crc](Exchange& exchange) -> Receive {
    return [&exchange, crc, seen = uint64_t{0}](std::byte* copy) mutable {
      while (exchange.bare_flag.load(std::memory_order_acquire) == seen) {
      }
      const int64_t start = now_ns();
      std::memcpy(copy, exchange.bare_bytes, kFrameBytes);
      const bool same = frames::crc32_of({copy, kFrameBytes}) == crc;
      exchange.fresh_ns[seen++] = now_ns() - start;
      SDR_ASSERT(same, "the same bytes");
    };
  };
  const auto writer = [](Exchange& exchange) -> Send {
    return [&exchange](std::size_t round) {
      std::memcpy(exchange.bare_bytes, payload().data(), kFrameBytes);
      exchange.commit_ns[round] = now_ns();
      exchange.bare_flag.store(round + 1, std::memory_order_release);
    };
  };
  return {.name = "flag", .make_reader = reader, .make_writer = writer, .rounds = 20'000, .pause_ns = 10'000};
}

Case datagram_case(bool check_crc) {
  int ends[2];
  SDR_ASSERT(::socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == 0, "a pair of sockets");
  const uint32_t crc = frames::crc32_of(payload());
  const auto reader = [fd = ends[1], crc, check_crc](Exchange&) -> Receive {
    return [fd, crc, check_crc](std::byte* copy) {
      SDR_ASSERT(::recv(fd, copy, kFrameBytes, 0) == static_cast<ssize_t>(kFrameBytes), "a whole frame");
      if (check_crc) SDR_ASSERT(frames::crc32_of({copy, kFrameBytes}) == crc, "the same bytes");
    };
  };
  const auto writer = [fd = ends[0]](Exchange& exchange) -> Send {
    return [fd, &exchange](std::size_t round) {
      exchange.commit_ns[round] = now_ns();
      SDR_ASSERT(::send(fd, payload().data(), kFrameBytes, 0) == static_cast<ssize_t>(kFrameBytes), "a whole frame");
    };
  };
  return {.name = "datagram", .make_reader = reader, .make_writer = writer, .rounds = 5'000, .pause_ns = 100'000};
}

}  // namespace sdr::bench

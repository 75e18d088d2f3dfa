// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

// Runs one way of handing a frame from one process to another, many times, and tells how long after the commit a
// checked copy was in the reader's hands. Reader and writer are processes of their own on cores of their own; a frame
// is sent only after the one before it was acknowledged and a pause has passed, so that the reader spins or sleeps
// again.

namespace sdr::bench {

inline constexpr std::size_t kFrameBytes = 16 * 1024;
inline constexpr std::size_t kMaxRounds = 50'000;

/// Shared by the two processes.
struct Exchange {
  alignas(64) std::atomic<uint64_t> acknowledged{0};
  alignas(64) std::atomic<bool> reader_ready{false};
  alignas(64) std::atomic<uint64_t> bare_flag{0};
  alignas(64) int64_t commit_ns[kMaxRounds];
  int64_t received_ns[kMaxRounds];
  int64_t warm_ns[kMaxRounds];   ///< a copy and CRC of the same bytes, out of the reader's own cache, right afterwards
  int64_t fresh_ns[kMaxRounds];  ///< the same, timed by a case right behind the other core's commit; 0 elsewhere
  alignas(64) std::byte bare_bytes[kFrameBytes];
};

int64_t now_ns();

/// What a case does in the writer's process: sends frame `round` and stamps `commit_ns[round]` at its commit.
using Send = std::function<void(std::size_t round)>;
/// And in the reader's: gives true once it holds a checked copy of a frame, in `copy`.
using Receive = std::function<void(std::byte* copy)>;

struct Case {
  std::string name;
  std::function<Receive(Exchange&)> make_reader;  ///< called in the reader's process
  std::function<Send(Exchange&)> make_writer;     ///< called in the writer's process, once the reader is ready
  std::size_t rounds = 10'000;
  int64_t pause_ns = 20'000;
};

struct Figures {
  double p50_us = 0;
  double p99_us = 0;
};

struct Outcome {
  Figures delivery;  ///< commit to checked copy
  Figures warm;      ///< a copy and CRC of the same bytes from the reader's own cache, in the same process and run
  Figures fresh;     ///< the same of bytes that another core has just written; zero in most cases
};

Outcome run(const Case& to_run);

/// The payload that every case sends.
const std::vector<std::byte>& payload();

}  // namespace sdr::bench

// SPDX-License-Identifier: Apache-2.0
#include "bench/common/feeder.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "base/clock.h"
#include "base/scheduling.h"
#include "bench/common/process.h"
#include "frames/ring_writer.h"

namespace sdr::bench {
namespace {

/// An H.264 access unit (Annex B) of so many bytes, as far as whoever cuts it into packets looks.
std::vector<std::byte> make_picture(bool keyframe, size_t bytes) {
  std::vector<uint8_t> unit;
  if (keyframe) unit = {0, 0, 0, 1, 0x67, 66, 0xC0, 31, 0xDA, 0, 0, 0, 1, 0x68, 0xCE, 0x3C, 0x80};
  unit.insert(unit.end(), {0, 0, 0, 1, static_cast<uint8_t>(keyframe ? 0x65 : 0x61)});
  for (size_t i = unit.size(); i < bytes; ++i) unit.push_back(static_cast<uint8_t>(i * 2654435761u >> 11 | 1));
  const auto* const begin = reinterpret_cast<const std::byte*>(unit.data());
  return {begin, begin + unit.size()};
}

}  // namespace

Feeder::Feeder(FeederOptions options) : options_(std::move(options)), thread_([this] { run(); }) {}

Feeder::~Feeder() {
  stopping_.store(true);
  thread_.join();
}

void Feeder::run() {
  constexpr uint32_t kKeyframeGap = 30;           // sim.md: forced keyframes are at least 500 ms and 30 frames apart
  constexpr std::chrono::seconds kBehindMost(1);  // after a pause of the machine not all at once
  pin_to_core(options_.core);
  ask_to_wake_soon();  // as the simulator's threads do
  auto writer = frames::RingWriter::open({.path = options_.ring});
  if (!writer) {
    std::fprintf(stderr, "ring: %s\n", writer.error().message().c_str());
    std::abort();
  }
  const std::vector<std::byte> pictures[] = {make_picture(false, options_.frame_bytes),
                                             make_picture(true, options_.frame_bytes)};
  const auto interval = std::chrono::nanoseconds(static_cast<int64_t>(1e9 / options_.fps));
  auto next = std::chrono::steady_clock::now();
  uint32_t since_keyframe = options_.keyframe_every;
  for (uint64_t tick = 0; !stopping_.load(); ++tick) {
    next = std::max(next + interval, std::chrono::steady_clock::now() - kBehindMost);
    std::this_thread::sleep_until(next);
    const bool keyframe =
        since_keyframe >= options_.keyframe_every || (since_keyframe >= kKeyframeGap && wanted_.exchange(false));
    since_keyframe = keyframe ? 1 : since_keyframe + 1;
    const frames::FrameInfo info = {.frame_id = tick,
                                    .keyframe = keyframe,
                                    .codec = frames::Codec::kH264,
                                    .capture_us = static_cast<uint32_t>(realtime_us())};
    if (writer.value().write(info, pictures[keyframe])) frames_.fetch_add(1);
    (void)writer.value().heartbeat();
  }
}

}  // namespace sdr::bench

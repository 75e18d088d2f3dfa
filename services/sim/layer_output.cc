// SPDX-License-Identifier: Apache-2.0
#include "sim/layer_output.h"

#include "base/log.h"

namespace sdr::sim {
namespace {

constexpr Duration kLongest = std::chrono::seconds(10), kLongestWithoutBus = std::chrono::seconds(2);

double microseconds(Duration d) { return std::chrono::duration<double, std::micro>(d).count(); }

}  // namespace

void LayerOutput::beat(Time now) {
  if (now - beat_ < kHeartbeat) return;
  beat_ = now;
  if (const Status alive = ring_.heartbeat(); !alive) stats_.failed->add();
}

void LayerOutput::set_bus_lost(bool lost) { debouncer_.set_longest(lost ? kLongestWithoutBus : kLongest); }

Status LayerOutput::write(video::Encoder& encoder, const video::Picture& picture) {
  const Time begin = std::chrono::steady_clock::now();
  const bool keyframe = debouncer_.next_picture(begin);
  const Result<video::EncodedPicture> encoded = encoder.encode(picture, keyframe);
  if (!encoded) {
    stats_.failed->add();
    return encoded.error();
  }
  const Time end = std::chrono::steady_clock::now();
  stats_.encode_us->observe_us(microseconds(end - begin));
  if (encoded->keyframe) {
    stats_.keyframes->add();
    if (!keyframe) debouncer_.made_keyframe(end);
  }
  commit(picture, encoder.codec(), *encoded, end);
  return {};
}

void LayerOutput::commit(const video::Picture& picture, video::Codec codec, const video::EncodedPicture& encoded,
                         Time encoded_at) {
  const frames::FrameInfo info{.frame_id = picture.frame_id,
                               .keyframe = encoded.keyframe,
                               .codec = static_cast<frames::Codec>(codec),
                               .capture_us = static_cast<uint32_t>(picture.capture_realtime_us)};
  const auto written = ring_.write(info, std::as_bytes(encoded.bytes));
  if (!written) {
    stats_.failed->add();
    debouncer_.request();  // readers miss a frame
    log_error("A frame did not get into the ring", {{"reason", written.error().message()}});
    return;
  }
  stats_.publish_us->observe_us(microseconds(std::chrono::steady_clock::now() - encoded_at));
  stats_.age_us->observe_us(static_cast<double>(realtime_us() - picture.capture_realtime_us));
  stats_.frames->add();
  stats_.bytes->add(encoded.bytes.size());
}

}  // namespace sdr::sim

// SPDX-License-Identifier: Apache-2.0
#include "sim/encode_thread.h"

#include "base/log.h"
#include "base/scheduling.h"
#include "base/service.h"
#include "video/probe.h"

namespace sdr::sim {

EncodeThread::EncodeThread(EncodeOptions options, frames::RingWriter ring, LatestSlot<video::Picture>& pictures,
                           StreamShared& shared, StreamStats stats, LowLayer& low,
                           std::function<void(std::string)> failed)
    : options_(std::move(options)),
      pictures_(pictures),
      shared_(shared),
      stats_(stats),
      low_(low),
      failed_(std::move(failed)),
      output_(std::move(ring), stats) {}

EncodeThread::~EncodeThread() { stop(); }

void EncodeThread::start() {
  thread_ = std::thread([this] { run(); });
}

void EncodeThread::stop() {
  stopping_.store(true);
  wake_.notify();
  if (thread_.joinable()) thread_.join();
}

std::optional<EncodeInfo> EncodeThread::info() const {
  const std::lock_guard lock(info_mutex_);
  return info_;
}

void EncodeThread::run() {
  name_thread("sim-encode");
  ask_for_long_turns();
  while (!stopping_.load()) {
    wake_.wait_for(LayerOutput::kHeartbeat);
    take_commands();
    output_.beat(std::chrono::steady_clock::now());
    output_.set_bus_lost(bus_lost_.load());
    if (keyframe_requested_.exchange(false)) output_.request_keyframe();
    if (!pictures_.take()) continue;
    if (const Status encoded = encode(pictures_.front()); !encoded) {
      failed_(encoded.error().message());
      return;
    }
  }
}

void EncodeThread::take_commands() {
  while (std::optional<EncodeCommand> command = commands_.try_pop()) {
    const std::string error = apply(*command);
    if (error.empty()) publish_info();
    if (command->done) command->done(error);
  }
}

std::string EncodeThread::apply(const EncodeCommand& command) {
  if (!encoder_) {  // none was needed yet
    if (command.codec) options_.codec = *command.codec;
    if (command.bitrate_bps) options_.bitrate_bps = *command.bitrate_bps;
    return {};
  }
  video::EncoderSettings settings = encoder_->settings();
  if (command.bitrate_bps) settings.bitrate_bps = *command.bitrate_bps;
  if (command.codec && *command.codec != video::name_of(encoder_->codec())) {
    const Status chosen = choose(*command.codec, settings);
    if (!chosen) return chosen.error().message();
    if (*command.codec != video::name_of(encoder_->codec())) return "no encoder for " + *command.codec + " works here";
    options_.codec = *command.codec;
  } else if (!(settings == encoder_->settings())) {
    const Status changed = encoder_->reconfigure(settings);
    if (!changed) return changed.error().message();
  }
  if (command.bitrate_bps) options_.bitrate_bps = *command.bitrate_bps;
  return {};
}

/// An encoder for this wish, or the old one where none works.
Status EncodeThread::choose(const std::string& wish, const video::EncoderSettings& settings) {
  Result<video::ChosenEncoder> chosen = video::choose_encoder(wish, settings);
  if (!chosen) return chosen.error();
  for (const video::ProbeResult& tried : chosen->tried) {
    if (!tried.works) log_info("Encoder is of no use here", {{"encoder", tried.name}, {"reason", tried.why_not}});
  }
  encoder_ = std::move(chosen->encoder);
  trial_ms_ = chosen->tried.empty() ? 0.0 : chosen->tried.back().ms_per_frame;
  shared_.format.store(encoder_->format());
  publish_info();
  log_info("Encoder", {{"encoder", encoder_->name()},
                       {"ms_per_frame", trial_ms_},
                       {"bitrate_bps", encoder_->settings().bitrate_bps},
                       {"width", settings.width},
                       {"height", settings.height}});
  return {};
}

/// The encoder for pictures of this size and rate.
Status EncodeThread::fit(const video::Picture& picture) {
  const int fps = shared_.fps.load();
  if (!encoder_ || broken_) {
    broken_ = false;
    return choose(options_.codec, {picture.width(), picture.height(), fps, options_.bitrate_bps});
  }
  const video::EncoderSettings& now = encoder_->settings();
  if (now.width == picture.width() && now.height == picture.height() && now.fps == fps) return {};
  Status changed = encoder_->reconfigure({picture.width(), picture.height(), fps, options_.bitrate_bps});
  if (changed) publish_info();
  return changed;
}

Status EncodeThread::encode(const video::Picture& picture) {
  if (Status fitting = fit(picture); !fitting) {
    encoder_.reset();
    return fitting;
  }
  if (picture.format() != encoder_->format()) {  // drawn before the encoder was changed
    stats_.dropped->add();
    return {};
  }
  if (const Status written = output_.write(*encoder_, picture); !written) {
    log_error("Encoder failed, the next one is tried",
              {{"encoder", encoder_->name()}, {"reason", written.error().message()}});
    broken_ = true;
    return {};
  }
  low_.offer(picture, *encoder_);
  return {};
}

void EncodeThread::publish_info() {
  if (!encoder_) return;
  const std::lock_guard lock(info_mutex_);
  info_ = EncodeInfo{std::string(encoder_->name()), encoder_->codec(), encoder_->settings(), trial_ms_};
}

}  // namespace sdr::sim

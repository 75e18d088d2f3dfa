// SPDX-License-Identifier: Apache-2.0
#include "sim/low_layer.h"

#include <sys/resource.h>

#include <algorithm>
#include <vector>

#include "base/log.h"
#include "base/scheduling.h"
#include "base/service.h"
#include "video/errc.h"
#include "video/halve.h"
#include "video/probe.h"

namespace sdr::sim {
namespace {

constexpr int64_t kPartOfBitrate = 4, kLowestBitrate = 100'000;

// Behind rendering and the first layer where a core is short, but not starved: a third of their share.
void give_way() {
  constexpr int kNice = 5;
  if (::setpriority(PRIO_PROCESS, 0, kNice) != 0) log_info("The low layer's thread keeps its priority");
}

/// Encoders of the codec, the first layer's own to begin with.
std::vector<std::string> candidates(std::string_view first_encoder, video::Codec codec) {
  std::vector<std::string> names{std::string(first_encoder)};
  for (const std::string_view name : video::encoder_names(video::name_of(codec))) {
    if (video::codec_of_encoder(name) == codec && name != first_encoder) names.emplace_back(name);
  }
  return names;
}

}  // namespace

video::EncoderSettings low_settings(const video::EncoderSettings& first) {
  return {.width = video::half_side(first.width),
          .height = video::half_side(first.height),
          .fps = first.fps,
          .bitrate_bps = std::max(kLowestBitrate, first.bitrate_bps / kPartOfBitrate),
          .quickest = video::favours_speed(first)};
}

std::string_view to_text(LowLayer::State state) {
  switch (state) {
    case LowLayer::State::kOff:
      return "off";
    case LowLayer::State::kIdle:
      return "idle";
    case LowLayer::State::kStarting:
      return "starting";
    case LowLayer::State::kOn:
      return "on";
    case LowLayer::State::kFailed:
      break;
  }
  return "failed";
}

LowLayer::LowLayer(LowLayerMode mode, std::optional<frames::RingWriter> ring, StreamStats stats, Gauge& on)
    : stats_(stats), on_(on), state_(ring ? State::kIdle : State::kOff), wish_(mode) {
  if (ring) output_.emplace(std::move(*ring), stats);
}

LowLayer::~LowLayer() { stop(); }

void LowLayer::start() {
  if (output_) thread_ = std::thread([this] { run(); });
}

void LowLayer::stop() {
  stopping_.store(true);
  wake_.notify();
  if (thread_.joinable()) thread_.join();
}

void LowLayer::want(bool keyframe) {
  if (keyframe) keyframe_asked_.store(true);
  asked_.store(true);
  wake_.notify();
}

void LowLayer::offer(const video::Picture& picture, const video::Encoder& first) {
  if (!wanted()) return;
  const bool too_small = !video::can_halve(picture.width(), picture.height());
  if (too_small && !told_too_small_) {
    log_warning("The low layer is off: the picture is too small to be halved",
                {{"width", picture.width()}, {"height", picture.height()}});
  }
  told_too_small_ = too_small;
  if (too_small) return;
  const Time begin = std::chrono::steady_clock::now();
  Offered& offered = slot_.back();
  if (const Status halved = video::halve(picture, offered.picture); !halved) return stats_.failed->add();
  offered.settings = low_settings(first.settings());
  offered.codec = first.codec();
  offered.first_encoder = first.name();
  stats_.render_us->observe_us(
      std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - begin).count());
  if (slot_.publish()) stats_.dropped->add();
  wake_.notify();
}

void LowLayer::run() {
  name_thread("sim-low");
  ask_for_long_turns();
  give_way();
  while (!stopping_.load()) {
    wake_.wait_for(LayerOutput::kHeartbeat);
    const Time now = std::chrono::steady_clock::now();
    output_->beat(now);
    follow_wish(now);
    if (slot_.take() && wanted()) encode(slot_.front(), now);
  }
}

void LowLayer::follow_wish(Time now) {
  const bool bus_lost = bus_lost_.load();
  output_->set_bus_lost(bus_lost);
  wish_.set_bus_lost(bus_lost, now);
  if (asked_.exchange(false)) wish_.ask(now);
  if (keyframe_asked_.exchange(false)) output_->request_keyframe();
  const bool before = wanted_.load(), wanted = wish_.wanted(now) && now >= off_until_;
  wanted_.store(wanted);
  if (wanted && !before) set(State::kStarting);
  if (wish_.wanted(now) || state_.load() == State::kIdle) return;
  if (encoder_) log_info("The low layer ends: nobody wants it");
  encoder_.reset();
  set(State::kIdle);
}

void LowLayer::set(State state) {
  state_.store(state);
  on_.set(state == State::kOn ? 1.0 : 0.0);
}

void LowLayer::encode(const Offered& offered, Time now) {
  Status done = fit(offered);
  if (done) done = output_->write(*encoder_, offered.picture);
  if (done) return set(State::kOn);
  log_error("The low layer is off for now",
            {{"reason", done.error().message()}, {"retry_s", std::chrono::duration<double>(kRetry).count()}});
  off_until_ = now + kRetry;
  wanted_.store(false);
  encoder_.reset();
  set(State::kFailed);
}

/// The encoder for what the first layer is now.
Status LowLayer::fit(const Offered& offered) {
  if (!encoder_ || encoder_->codec() != offered.codec || encoder_->format() != offered.picture.format()) {
    return open(offered);
  }
  if (encoder_->settings() == offered.settings) return {};
  return encoder_->reconfigure(offered.settings);
}

Status LowLayer::open(const Offered& offered) {
  encoder_.reset();  // cards allow only so many at a time
  std::string reasons;
  for (const std::string& name : candidates(offered.first_encoder, offered.codec)) {
    Result<video::ChosenEncoder> chosen = video::choose_encoder(name, offered.settings);
    if (chosen && chosen->encoder->format() == offered.picture.format()) {
      encoder_ = std::move(chosen->encoder);
      log_info("Low layer", {{"encoder", name},
                             {"ms_per_frame", chosen->tried.back().ms_per_frame},
                             {"bitrate_bps", offered.settings.bitrate_bps},
                             {"width", offered.settings.width},
                             {"height", offered.settings.height}});
      return {};
    }
    reasons += (reasons.empty() ? "" : "; ") + (chosen ? name + ": takes other pictures" : chosen.error().message());
  }
  return video::error(video::Errc::kEncoderUnavailable, reasons);
}

}  // namespace sdr::sim

// SPDX-License-Identifier: Apache-2.0
#include "transport/camera.h"

#include <algorithm>

namespace sdr::transport {
namespace {

// Sends per slice: at some 6 µs each, what else is ready waits half a millisecond at most.
constexpr size_t kSliceSends = 64;

const VideoMessage& as_video(const MessageRef& message) { return static_cast<const VideoMessage&>(*message); }

}  // namespace

Camera::Camera(EventLoop& loop, CameraOptions options, CameraMetrics metrics, Hooks hooks)
    : loop_(loop),
      options_(std::move(options)),
      metrics_(metrics),
      hooks_(std::move(hooks)),
      next_slice_(loop, [this] { run_rounds(); }),
      source_(loop, options_.source, [this] { on_source(); }) {
  kept_.reserve(FrameSource::kJoinFrames + 1);
  unwatched_since_ = loop.now();
}

Camera::~Camera() {
  loop_.cancel(request_timer_);
  round_.reset();  // before the pool that the frames lie in
  kept_.clear();
}

void Camera::add(Client& client) {
  viewers_.push_back(&client);
  ++viewer_count_;
  unwatched_since_.reset();
  source_.set_active(true);
  client.video = {.camera = this};
  start(client);
}

void Camera::start(Client& client) {
  client.video.waiting_keyframe = kept_.empty();
  client.video.waiting_since = loop_.now();
  if (kept_.empty()) {
    want_keyframe();
    return;
  }
  for (const MessageRef& frame : kept_) {
    const VideoMessage& video = as_video(frame);
    client.send_video(frame, video.video_size);
    client.video.last_seq = video.header.frame_seq;
  }
}

void Camera::remove(Client& client) {
  const auto place = std::find(viewers_.begin(), viewers_.end(), &client);
  SDR_ASSERT(place != viewers_.end(), "a client leaves the camera it watches");
  if (round_) {
    *place = nullptr;
  } else {
    *place = viewers_.back();
    viewers_.pop_back();
  }
  client.video.camera = nullptr;
  --viewer_count_;
  look_away();
}

void Camera::pause(Client& client, bool paused) {
  if (client.video.paused == paused) return;
  client.video.paused = paused;
  if (!paused) return start(client);
  (void)client.drop_video();
  client.video.waiting_keyframe = false;
}

void Camera::watch() {
  ++watcher_count_;
  unwatched_since_.reset();
  source_.set_active(true);
}

void Camera::unwatch() {
  --watcher_count_;
  look_away();
}

void Camera::look_away() {
  if (viewer_count_ + watcher_count_ > 0) return;
  unwatched_since_ = loop_.now();
  source_.set_active(false);  // frames that are still queued are thrown away with the round that follows
  kept_.clear();
}

void Camera::want_keyframe() {
  if (requests_.want(loop_.now())) {
    metrics_.keyframe_requests.add();
    hooks_.request_keyframe(options_.name);
  } else if (request_timer_ == EventLoop::TimerId::none) {
    request_timer_ = loop_.after(*requests_.due_at() - loop_.now(), [this] { request_due(); });
  }
}

void Camera::request_due() {
  request_timer_ = EventLoop::TimerId::none;
  if (!requests_.due(loop_.now())) return;
  metrics_.keyframe_requests.add();
  hooks_.request_keyframe(options_.name);
}

void Camera::on_source() {
  if (source_.take_keyframe_wish()) want_keyframe();
  run_rounds();
}

void Camera::run_rounds() {
  size_t budget = kSliceSends;
  while (true) {
    if (!round_) {
      VideoMessage* const frame = source_.pop();
      if (frame == nullptr) return;
      begin_round(*frame);
    }
    while (cursor_ < viewers_.size()) {
      if (budget == 0) return next_slice_.notify();
      Client* const client = viewers_[cursor_++];
      if (client != nullptr && offer(*client)) --budget;
    }
    finish_round();
  }
}

void Camera::begin_round(VideoMessage& frame) {
  round_ = MessageRef(&frame);
  round_frame_ = &frame;
  cursor_ = 0;
  if (frame.header.frame_seq <= newest_.frame_seq) {  // another ring stands in the place: its numbers begin anew
    for (Client* const client : viewers_) {
      if (client != nullptr) client->video.last_seq = 0;
    }
  }
  newest_ = frame.header;
  ++frames_received_;
  if (frame.header.is_keyframe()) requests_.met();
  if (viewer_count_ + watcher_count_ == 0) return;
  if (watcher_count_ > 0) hooks_.on_frame(*this, frame);
  if (viewer_count_ > 0) hooks_.before_round(*this, frame);
  keep(round_);
}

void Camera::finish_round() {
  round_.reset();
  std::erase(viewers_, nullptr);
  hooks_.after_round(*this);
}

// Gives the round's frame to one viewer. True where that cost a send.
bool Camera::offer(Client& client) {
  const frames::FrameHeader& header = round_frame_->header;
  VideoState& state = client.video;
  if (client.broken() || client.closing || state.paused || header.frame_seq <= state.last_seq) return false;
  if (state.waiting_keyframe && !header.is_keyframe()) {
    ++state.dropped;
    metrics_.frames_dropped.add();
    return false;
  }
  const uint64_t oldest_us = client.queue().oldest_video_us();
  const auto age = std::chrono::microseconds(oldest_us == 0 ? 0 : round_frame_->born_us - oldest_us);
  if (client.queue().video_full() || age > options_.backlog_max) {
    fall_behind(client);
    if (!header.is_keyframe()) return false;
  }
  state.waiting_keyframe = false;
  state.last_seq = header.frame_seq;
  if (round_frame_->telemetry_tick != 0) state.telemetry_tick = round_frame_->telemetry_tick;
  client.send_video(round_, round_frame_->size);
  if (client.broken()) {
    hooks_.on_broken(client);
    return true;
  }
  metrics_.frames_sent.add();
  metrics_.bytes_sent.add(round_frame_->size);
  metrics_.forward_latency.observe_us(static_cast<double>(monotonic_us() - round_frame_->born_us));
  return true;
}

void Camera::fall_behind(Client& client) {
  const size_t lost = client.drop_video() + 1;
  client.video.dropped += lost;
  metrics_.frames_dropped.add(lost);
  client.video.waiting_keyframe = true;
  client.video.waiting_since = loop_.now();
  want_keyframe();
}

void Camera::keep(const MessageRef& frame) {
  const bool keyframe = as_video(frame).header.is_keyframe();
  if (keyframe || kept_.size() > FrameSource::kJoinFrames) kept_.clear();
  if (keyframe || !kept_.empty()) kept_.push_back(frame);
}

std::vector<Client*> Camera::sweep(Time now, Duration wait_max) {
  const bool frames_come = frames_received_ != std::exchange(received_at_sweep_, frames_received_);
  std::vector<Client*> hopeless;
  bool somebody_waits = false;
  for (Client* const client : viewers_) {
    if (client == nullptr || !client->video.waiting_keyframe) continue;
    somebody_waits = true;
    // Nobody is blamed for a stream that stands still.
    if (!frames_come) client->video.waiting_since = now;
    if (now - client->video.waiting_since > wait_max) hopeless.push_back(client);
  }
  if (somebody_waits) want_keyframe();
  return hopeless;
}

}  // namespace sdr::transport

// SPDX-License-Identifier: Apache-2.0
#include "transport/frame_source.h"

#include <poll.h>
#include <sys/eventfd.h>

#include "base/service.h"

namespace sdr::transport {
namespace {

using namespace std::chrono_literals;

constexpr int kIdleLookMs = 50;         // how often the sequence number is looked at without viewers
constexpr auto kFollowWait = 20ms;      // bounds how late a change of viewers or the end is noticed
constexpr size_t kKeyframeReserve = 8;  // places beyond kQueueFrames that only keyframes may take

}  // namespace

/// Lends a slot to the ring reader for the time of one read.
class FrameSource::Sink final : public frames::FrameSink {
 public:
  explicit Sink(FramePool& pool) : pool_(pool) {}
  ~Sink() override {
    if (message_ != nullptr) pool_.abandon(*message_);
  }
  std::byte* payload_buffer(const frames::FrameHeader& header) override {
    too_large_ = header.size > pool_.payload_max();
    if (too_large_) return nullptr;
    message_ = pool_.acquire();
    return message_ == nullptr ? nullptr : pool_.payload(*message_);
  }
  VideoMessage* take() { return std::exchange(message_, nullptr); }
  bool too_large() const { return too_large_; }

 private:
  FramePool& pool_;
  VideoMessage* message_ = nullptr;
  bool too_large_ = false;
};

FrameSource::FrameSource(EventLoop& loop, const FrameSourceOptions& options, std::function<void()> on_change)
    : pool_(options.slots, options.payload_max),
      reader_({.path = options.path, .check_crc = options.check_crc}),
      arrived_(kQueueFrames + kKeyframeReserve),
      notifier_(loop, std::move(on_change)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      thread_([this] { run(); }) {}

FrameSource::~FrameSource() {
  stopping_.store(true);
  eventfd_write(wake_.get(), 1);
  thread_.join();
}

void FrameSource::set_active(bool active) {
  if (active_.exchange(active) != active) eventfd_write(wake_.get(), 1);
}

VideoMessage* FrameSource::pop() { return arrived_.try_pop().value_or(nullptr); }

void FrameSource::run() {
  name_thread("ring");
  while (!stopping_.load()) {
    if (!active_.load()) {
      watch_only();
    } else if (!joined_) {
      join();
    } else {
      follow();
    }
  }
}

void FrameSource::look() {
  sequence_.store(reader_.sequence_number());
  writer_state_.store(reader_.writer_state());
}

// A ring that is met for the first time may have stood still for long, and a number that went back is another ring's:
// what it holds by then proves no life.
void FrameSource::meet() {
  const uint64_t attaches = reader_.counters().attaches.load();
  const uint64_t sequence = reader_.sequence_number();
  if (attaches != attaches_ || sequence < newest_) newest_ = sequence;
  attaches_ = attaches;
}

void FrameSource::see(uint64_t frame_seq) {
  meet();
  if (frame_seq <= newest_) return;
  newest_ = frame_seq;
  last_frame_us_.store(monotonic_us());
  frames_seen_.fetch_add(1);
}

void FrameSource::watch_only() {
  joined_ = false;
  reader_.attach();
  look();
  see(sequence_.load());
  pollfd wake = {wake_.get(), POLLIN, 0};
  eventfd_t count;
  if (poll(&wake, 1, kIdleLookMs) > 0) eventfd_read(wake_.get(), &count);
}

// The first viewer after a time without: what the ring holds serves as the cache of frames that nobody kept.
void FrameSource::join() {
  joined_ = true;
  dropping_ = skipping_ = false;
  Sink sink(pool_);
  frames::FrameHeader header;
  const uint64_t now_us = monotonic_us();
  const frames::ReadState state = reader_.newest_keyframe(sink, header);
  look();
  if (state == frames::ReadState::kFrame) see(header.frame_seq);
  if (state == frames::ReadState::kFrame && sequence_.load() - header.frame_seq <= kJoinFrames) {
    deliver(header, *sink.take(), now_us);
    return;
  }
  // From here on no keyframe may be missed, also not one that is committed right now: where there was one, too old, the
  // reader stands behind it; where there was none, any is new.
  if (state == frames::ReadState::kFrame) {
    skipping_ = true;
  } else {
    reader_.join(state == frames::ReadState::kEmpty ? frames::Join::kNewestKeyframe : frames::Join::kNextKeyframe);
  }
  wish_keyframe();
}

void FrameSource::follow() {
  frames::FrameHeader header;
  const uint64_t now_us = monotonic_us();
  Sink sink(pool_);
  switch (reader_.next(sink, header)) {
    case frames::ReadState::kFrame:
      see(header.frame_seq);
      deliver(header, *sink.take(), now_us);
      break;
    case frames::ReadState::kLap:
    case frames::ReadState::kCorrupt:
      wish_keyframe();
      break;
    case frames::ReadState::kNoBuffer:
      dropped_.fetch_add(1);
      reader_.join(frames::Join::kNextKeyframe);
      wish_keyframe();
      break;
    case frames::ReadState::kEmpty:
    case frames::ReadState::kNoRing:
      reader_.wait(kFollowWait);
      break;
  }
  look();
}

void FrameSource::deliver(const frames::FrameHeader& header, VideoMessage& message, uint64_t read_us) {
  if (skipping_ && !header.is_keyframe()) return pool_.abandon(message);
  skipping_ = false;
  const size_t room = header.is_keyframe() ? arrived_.capacity() : kQueueFrames;
  if ((dropping_ && !header.is_keyframe()) || arrived_.size() >= room) {
    dropped_.fetch_add(1);
    if (!dropping_) wish_keyframe();
    dropping_ = true;
    pool_.abandon(message);
    return;
  }
  dropping_ = false;
  pool_.finish(message, header);
  message.born_us = read_us;
  SDR_ASSERT(arrived_.try_push(&message), "the one writer saw room in the queue");
  notifier_.notify();
}

void FrameSource::wish_keyframe() {
  if (!keyframe_wish_.exchange(true)) notifier_.notify();
}

}  // namespace sdr::transport

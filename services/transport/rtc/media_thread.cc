// SPDX-License-Identifier: Apache-2.0
#include "transport/rtc/media_thread.h"

#include <cstring>
#include <type_traits>

#include "base/assert.h"
#include "base/service.h"

namespace sdr::transport {
namespace {

constexpr size_t kAnswers = 256, kOrdersAtOnce = 256;
constexpr Duration kShowLinks = std::chrono::milliseconds(250);

template <typename T>
std::span<const uint8_t> bytes_of(const T& value) {
  static_assert(std::is_trivially_copyable_v<T>);
  return {reinterpret_cast<const uint8_t*>(&value), sizeof value};
}

/// Takes a value off the front.
template <typename T>
T take_value(std::span<const uint8_t>& bytes) {
  static_assert(std::is_trivially_copyable_v<T>);
  SDR_ASSERT_OP(bytes.size(), >=, sizeof(T));
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  bytes = bytes.subspan(sizeof value);
  return value;
}

}  // namespace

struct MediaThread::Order {
  enum class Kind : uint8_t { kOpen, kClose, kLayers, kFrame, kBegin, kEnd, kGiveBack, kWay, kControl };
  Kind kind = Kind::kOpen;
  uint8_t layer = 0;  // or how many
  bool flag = false;  // a keyframe, or with goodbye
  rtc::VideoCodec codec = rtc::VideoCodec::kH264;
  uint32_t feed = 0;
  MediaSession* session = nullptr;
  uint64_t capture_us = 0, born_us = 0;
};

MediaThread::MediaThread(EventLoop& loop, int socket, MediaMetrics& metrics, MediaEvents& events)
    : metrics_(metrics),
      events_(events),
      told_(kQueueBytes + kOrdersBytes),
      answers_(kAnswers),
      answered_(loop, [this] { take_answers(); }),
      media_(thread_loop_, socket, metrics, *this),
      wake_(thread_loop_, [this] {
        if (take_some()) wake_.notify();
        media_.flush();
      }) {
  thread_loop_.every(kShowLinks, [this] {
    show_links();
    send_back();
  });
  thread_ = std::thread([this] { run(); });
}

MediaThread::~MediaThread() {
  thread_loop_.stop();
  thread_.join();
}

// The port's side.

size_t MediaThread::room_for_ends(size_t sessions) const {
  return (sessions + 1) * SpscByteQueue::taken_by(sizeof(Order));
}

bool MediaThread::tell(const Order& order, size_t spare_bytes, std::span<const uint8_t> more,
                       std::span<const uint8_t> bytes) {
  if (!told_.try_push({bytes_of(order), more, bytes}, spare_bytes)) return false;
  untold_ = true;
  return true;
}

bool MediaThread::open_feed(uint32_t feed, size_t layers) {
  return tell({.kind = Order::Kind::kOpen, .layer = static_cast<uint8_t>(layers), .feed = feed},
              room_for_ends(sessions_));
}

bool MediaThread::close_feed(uint32_t feed) {
  return tell({.kind = Order::Kind::kClose, .feed = feed}, room_for_ends(sessions_));
}

bool MediaThread::set_layers(uint32_t feed, size_t layers) {
  return tell({.kind = Order::Kind::kLayers, .layer = static_cast<uint8_t>(layers), .feed = feed},
              room_for_ends(sessions_));
}

bool MediaThread::on_frame(uint32_t feed, size_t layer, const MediaFrame& frame) {
  const bool told = tell({.kind = Order::Kind::kFrame,
                          .layer = static_cast<uint8_t>(layer),
                          .flag = frame.keyframe,
                          .codec = frame.codec,
                          .feed = feed,
                          .capture_us = frame.capture_us,
                          .born_us = frame.born_us},
                         room_for_ends(sessions_) + kOrdersBytes, {}, frame.bytes);
  if (!told) metrics_.lost.add();
  return told;
}

bool MediaThread::begin(std::unique_ptr<MediaSession>& session) {
  if (!tell({.kind = Order::Kind::kBegin, .session = session.get()}, room_for_ends(sessions_ + 1))) return false;
  (void)session.release();  // the thread's now
  ++sessions_;
  return true;
}

void MediaThread::end(MediaSession* session, bool bye) {
  const bool told = tell({.kind = Order::Kind::kEnd, .flag = bye, .session = session}, 0);
  SDR_ASSERT(told, "room for a session's end is kept");
  --sessions_;
}

bool MediaThread::give_back(MediaSession* session) {
  if (!tell({.kind = Order::Kind::kGiveBack, .session = session}, room_for_ends(sessions_))) return false;
  --sessions_;
  return true;
}

bool MediaThread::set_way(MediaSession* session, const MediaWay& way) {
  return tell({.kind = Order::Kind::kWay, .session = session}, room_for_ends(sessions_), bytes_of(way));
}

void MediaThread::on_control(MediaSession* session, const MediaControl& control, std::span<const uint8_t> datagram) {
  const bool told = tell({.kind = Order::Kind::kControl, .session = session}, room_for_ends(sessions_) + kOrdersBytes,
                         bytes_of(control), datagram);
  if (!told) metrics_.lost.add();
}

void MediaThread::flush() {
  if (std::exchange(untold_, false)) wake_.notify();
}

const MediaLinks& MediaThread::links() {
  (void)links_.take();
  return links_.front();
}

void MediaThread::take_answers() {
  while (std::optional<Answer> answer = answers_.try_pop()) {
    if (answer->kind == Answer::Kind::kKeyframe) events_.want_keyframe(answer->feed, answer->layer);
    if (answer->kind == Answer::Kind::kAuthentic) events_.on_authentic(answer->session, answer->way);
    if (answer->kind == Answer::Kind::kGivenBack) events_.on_given_back(std::move(answer->given_back));
  }
}

// The thread's own.

void MediaThread::run() {
  name_thread("media");
  thread_loop_.run();
  while (take_some()) {
  }
  media_.flush();
}

// False where there was no more.
bool MediaThread::take_some() {
  for (size_t i = 0; i < kOrdersAtOnce; ++i) {
    std::span<const uint8_t> record = told_.front();
    if (record.empty()) return false;
    const Order order = take_value<Order>(record);
    take(order, record);
    told_.pop();
  }
  return true;
}

void MediaThread::take(const Order& order, std::span<const uint8_t> rest) {
  switch (order.kind) {
    case Order::Kind::kOpen:
      return (void)media_.open_feed(order.feed, order.layer);
    case Order::Kind::kClose:
      return (void)media_.close_feed(order.feed);
    case Order::Kind::kLayers:
      return (void)media_.set_layers(order.feed, order.layer);
    case Order::Kind::kFrame:
      return (void)media_.on_frame(order.feed, order.layer,
                                   {rest, order.codec, order.flag, order.capture_us, order.born_us});
    case Order::Kind::kBegin: {
      std::unique_ptr<MediaSession> session(order.session);
      return (void)media_.begin(session);
    }
    case Order::Kind::kEnd:
      return media_.end(order.session, order.flag);
    case Order::Kind::kGiveBack:
      return (void)media_.give_back(order.session);
    case Order::Kind::kWay:
      return (void)media_.set_way(order.session, take_value<MediaWay>(rest));
    case Order::Kind::kControl: {
      const auto control = take_value<MediaControl>(rest);
      return media_.on_control(order.session, control, rest);
    }
  }
}

// False, with the answer left alone, where there is no room.
bool MediaThread::answer(Answer& answer) {
  if (!answers_.try_push(std::move(answer))) return false;
  answered_.notify();
  return true;
}

// Lost where there is no room: whoever needs a keyframe says so again.
void MediaThread::want_keyframe(uint32_t feed, size_t layer) {
  Answer wish{.kind = Answer::Kind::kKeyframe, .feed = feed, .layer = layer};
  (void)answer(wish);
}

// Likewise: the next control packet from there is authentic too.
void MediaThread::on_authentic(uint64_t session, const MediaWay& way) {
  Answer news{.kind = Answer::Kind::kAuthentic, .session = session, .way = way};
  (void)answer(news);
}

void MediaThread::on_given_back(std::unique_ptr<MediaSession> session) {
  leaving_.push_back(std::move(session));
  send_back();
}

void MediaThread::send_back() {
  while (!leaving_.empty()) {
    Answer back{.kind = Answer::Kind::kGivenBack, .given_back = std::move(leaving_.back())};
    if (!answer(back)) {
      leaving_.back() = std::move(back.given_back);
      return;
    }
    leaving_.pop_back();
  }
}

void MediaThread::send_tcp(const rtc::Address&, std::span<const uint8_t>) {
  SDR_ASSERT(false, "a session over TCP is on the port's loop");
}

void MediaThread::show_links() {
  links_.back() = media_.links();
  (void)links_.publish();
}

}  // namespace sdr::transport

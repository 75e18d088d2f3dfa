// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "base/event_loop.h"
#include "net/socket.h"
#include "net/stream.h"
#include "net/websocket.h"
#include "transport/commander.h"
#include "transport/rate.h"
#include "transport/send_queue.h"

// One WebSocket connection: its socket, what it still has to be sent, how far it follows the video, and what is left of
// a message that has arrived in part. Small on purpose, since there may be thousands.
//
// Thread: the loop's. Bounds: the send queue's, and one incomplete message of kMessageMax.

namespace sdr::transport {

/// How a client follows a camera; kept by Camera.
struct VideoState {
  Camera* camera = nullptr;
  bool paused = false;  // by its own wish: it sees the picture another way
  bool waiting_keyframe = true;
  Time waiting_since{};
  uint64_t last_seq = 0;
  uint32_t telemetry_tick = 0;  // the newest batch of telemetry that rode along with a frame
  uint64_t dropped = 0;
};

class Client final : public Commander {
 public:
  static constexpr size_t kMessageMax = 64 * 1024;
  static constexpr uint32_t kMessagesPerSecond = 1000, kBytesPerSecond = 2 * 1024 * 1024;
  static constexpr uint32_t kOffersPerSecond = 5;       // of WebRTC sessions: each is parsed, and makes keys
  static constexpr size_t kStrangersMessageMax = 1024;  // what a token needs

  Client(EventLoop& loop, net::Stream stream, std::string id, bool loopback);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Begins to watch the socket.
  void start(EventLoop::FdCallback on_ready);

  /// Sends the first `bytes` of a frame, at once or after what waits. Asks to be woken where the socket is full.
  void send_video(const MessageRef& message, uint32_t bytes);
  /// Queues what goes before video and writes what the socket takes. False where the queue is full.
  bool send_other(MessageRef message);
  void flush();
  size_t drop_video() { return queue_.drop_video(); }

  /// The socket has failed or the protocol was broken: the owner closes it at the end of this turn.
  bool broken() const { return broken_; }
  void mark_broken() { broken_ = true; }

  int fd() const { return stream_.fd(); }
  net::Stream& stream() { return stream_; }
  Client* socket() override { return this; }
  Camera* watched() const override { return video.camera; }
  const SendQueue& queue() const { return queue_; }

  net::Address peer;
  std::string camera_asked;  // by the handshake
  Time came_at{};
  VideoState video;
  net::WsDecoder decoder{kStrangersMessageMax};  // until it is let in
  std::string early;                             // bytes of a message that is not whole yet
  RateLimit messages{kMessagesPerSecond};
  RateLimit byte_rate{kBytesPerSecond};
  RateLimit offers{kOffersPerSecond};
  bool closing = false;  // a close frame has been sent: nothing follows
  Time closing_since{};

  /// Since when the socket has taken nothing although something waits; moves on by itself when asked.
  std::optional<Time> stuck_since(Time now);

 private:
  void note(SendQueue::State state);

  EventLoop& loop_;
  net::Stream stream_;
  bool watched_ = false;
  bool blocked_ = false;
  bool broken_ = false;
  SendQueue queue_;
  uint64_t seen_bytes_ = 0;
  Time seen_at_{};
};

}  // namespace sdr::transport

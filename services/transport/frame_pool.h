// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "base/file_descriptor.h"
#include "base/queue.h"
#include "frames/frame_header.h"
#include "transport/message.h"

// Where frames live between the ring and the sockets: a memory file (memfd) cut into slots, each of which holds one
// frame as the complete WebSocket message that every viewer gets.
//
//     slot: | free | WebSocket head | 0x01 | frame header (32) | payload ... | telemetry of the same tick, if any |
//                                                              ^ kPayloadOffset
//
// A file, because a socket can take its pages by reference (sendfile): on the measured machine a round to 1000 viewers
// costs three quarters of one with send(). Pages that a slow socket still holds must never be written again, so a slot
// that is given back has its pages punched out of the file: the socket keeps the old ones, the next frame gets new
// ones. The file is sparse, so slots may be many and wide and cost only what frames fill.
//
// Thread: acquire(), abandon() on the one thread that reads the ring; finish() there too; recycling on the loop's.
// Bounds: `slots` frames at a time; when none is free, acquire() gives nullptr. Allocates at construction only.

namespace sdr::transport {

class FramePool;

class VideoMessage final : public Message {
 public:
  frames::FrameHeader header;
  uint32_t video_size = 0;      // of `size`; the rest is telemetry that rides along, for those who were here then
  uint32_t telemetry_tick = 0;  // which batch of telemetry that is; 0: none

 private:
  friend class FramePool;
  void recycle() override;

  FramePool* pool_ = nullptr;
  uint32_t slot_ = 0;
};

class FramePool {
 public:
  static constexpr size_t kPayloadOffset = 64;
  static constexpr size_t kTailBytes = 64 * 1024;  // room for telemetry behind the largest frame

  /// Slots for frames of at most `payload_max` bytes. Asserts where the system has no memory file to give.
  FramePool(size_t slots, size_t payload_max);
  ~FramePool();
  FramePool(const FramePool&) = delete;
  FramePool& operator=(const FramePool&) = delete;

  VideoMessage* acquire();
  std::byte* payload(const VideoMessage& message) const;
  /// Puts the heads in front of the payload, which has been filled in: the message is whole.
  void finish(VideoMessage& message, const frames::FrameHeader& header) const;
  /// Gives back on the reading thread what never became a frame.
  void abandon(VideoMessage& message);

  /// Loop's thread, before anybody has sent the message: puts whole WebSocket messages behind the frame. False where
  /// they do not fit.
  bool append_tail(VideoMessage& message, const uint8_t* bytes, size_t size) const;

  size_t payload_max() const { return payload_max_; }
  size_t slots() const { return messages_.size(); }
  size_t in_use() const { return messages_.size() - free_.size(); }

 private:
  friend class VideoMessage;
  uint8_t* slot(uint32_t index) const { return memory_ + size_t{index} * slot_bytes_; }
  void release(VideoMessage& message);

  const size_t payload_max_;
  const size_t slot_bytes_;
  FileDescriptor file_;
  uint8_t* memory_ = nullptr;
  std::vector<VideoMessage> messages_;
  SpscQueue<uint32_t> free_;       // the loop gives back, the reader takes
  VideoMessage* spare_ = nullptr;  // the reader's own: acquired, then abandoned
};

}  // namespace sdr::transport

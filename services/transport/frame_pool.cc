// SPDX-License-Identifier: Apache-2.0
#include "transport/frame_pool.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "net/websocket.h"

namespace sdr::transport {
namespace {

constexpr size_t kPage = 4096;
constexpr uint8_t kTypeVideo = 0x01;  // stream.md, WebSocket messages
constexpr size_t kBodyHead = 1 + frames::kFrameHeaderBytes;

size_t round_up(size_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

}  // namespace

static_assert(FramePool::kPayloadOffset >= net::kWsHeadMax + kBodyHead);

void VideoMessage::recycle() { pool_->release(*this); }

FramePool::FramePool(size_t slots, size_t payload_max)
    : payload_max_(payload_max),
      slot_bytes_(round_up(kPayloadOffset + payload_max + kTailBytes)),
      file_(memfd_create("sdr-frames", MFD_CLOEXEC)),
      messages_(slots),
      free_(slots) {
  const size_t total = slots * slot_bytes_;
  SDR_ASSERT(file_ && ftruncate(file_.get(), static_cast<off_t>(total)) == 0, std::strerror(errno));
  void* memory = mmap(nullptr, total, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, file_.get(), 0);
  SDR_ASSERT(memory != MAP_FAILED, std::strerror(errno));
  memory_ = static_cast<uint8_t*>(memory);
  for (uint32_t i = 0; i < slots; ++i) {
    messages_[i].pool_ = this;
    messages_[i].slot_ = i;
    SDR_ASSERT(free_.try_push(uint32_t{i}), "a pool's list of free slots holds them all");
  }
}

FramePool::~FramePool() { munmap(memory_, messages_.size() * slot_bytes_); }

VideoMessage* FramePool::acquire() {
  if (spare_ != nullptr) return std::exchange(spare_, nullptr);
  const std::optional<uint32_t> index = free_.try_pop();
  return index ? &messages_[*index] : nullptr;
}

std::byte* FramePool::payload(const VideoMessage& message) const {
  return reinterpret_cast<std::byte*>(slot(message.slot_) + kPayloadOffset);
}

void FramePool::finish(VideoMessage& message, const frames::FrameHeader& header) const {
  SDR_ASSERT_OP(header.size, <=, payload_max_);
  uint8_t* const base = slot(message.slot_);
  const size_t body = kBodyHead + header.size;
  const size_t start = kPayloadOffset - kBodyHead - net::ws_head_size(body);
  uint8_t* const type = base + start + net::write_ws_head(net::WsOpcode::kBinary, body, base + start);
  *type = kTypeVideo;
  frames::serialise(header, std::span<std::byte, frames::kFrameHeaderBytes>(reinterpret_cast<std::byte*>(type + 1),
                                                                            frames::kFrameHeaderBytes));
  message.header = header;
  message.data = base + start;
  message.video_size = static_cast<uint32_t>(kPayloadOffset - start + header.size);
  message.size = message.video_size;
  message.telemetry_tick = 0;
  message.file = file_.get();
  message.file_offset = message.data - memory_;
}

void FramePool::abandon(VideoMessage& message) {
  SDR_ASSERT(spare_ == nullptr, "one frame is read at a time");
  spare_ = &message;
}

bool FramePool::append_tail(VideoMessage& message, const uint8_t* bytes, size_t size) const {
  if (size > kTailBytes) return false;
  std::memcpy(const_cast<uint8_t*>(message.data) + message.size, bytes, size);
  message.size += static_cast<uint32_t>(size);
  return true;
}

// A memory file can always be punched (Linux 3.17); going on without would let a slow socket send parts of a later
// frame.
void FramePool::release(VideoMessage& message) {
  const auto start = static_cast<off_t>(size_t{message.slot_} * slot_bytes_);
  const size_t used = round_up(static_cast<size_t>(message.data - slot(message.slot_)) + message.size);
  const int punched =
      fallocate(file_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, start, static_cast<off_t>(used));
  SDR_ASSERT(punched == 0, std::strerror(errno));
  SDR_ASSERT(free_.try_push(uint32_t{message.slot_}), "a slot was given back twice");
}

}  // namespace sdr::transport

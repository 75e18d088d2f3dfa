// SPDX-License-Identifier: Apache-2.0
#include "net/udp_sender.h"

#include <netinet/in.h>
#include <netinet/udp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/assert.h"

namespace sdr::net {
namespace {

constexpr size_t kMessages = 64;            // per call
constexpr size_t kSegmentsMax = 64;         // UDP_MAX_SEGMENTS of older kernels
constexpr size_t kUnsplitBytesMax = 65000;  // an IP packet's limit, less its headers

bool kernel_segments(int fd) {
  int size = 0;
  socklen_t length = sizeof size;
  return getsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &size, &length) == 0;
}

// Appends one control message to what `header` has, whose memory is large enough for all of ours.
template <typename T>
void add_control(msghdr& header, int level, int type, const T& value) {
  auto* const message = reinterpret_cast<cmsghdr*>(static_cast<uint8_t*>(header.msg_control) + header.msg_controllen);
  message->cmsg_level = level;
  message->cmsg_type = type;
  message->cmsg_len = CMSG_LEN(sizeof value);
  std::memcpy(CMSG_DATA(message), &value, sizeof value);
  header.msg_controllen += CMSG_SPACE(sizeof value);
}

void add_source(msghdr& header, const Address& from) {
  if (from.family() == AF_INET) {
    in_pktinfo info{};
    info.ipi_spec_dst = reinterpret_cast<const sockaddr_in*>(from.data())->sin_addr;
    add_control(header, IPPROTO_IP, IP_PKTINFO, info);
  } else if (from.family() == AF_INET6) {
    const auto* const address = reinterpret_cast<const sockaddr_in6*>(from.data());
    in6_pktinfo info{};
    info.ipi6_addr = address->sin6_addr;
    info.ipi6_ifindex = address->sin6_scope_id;
    add_control(header, IPPROTO_IPV6, IPV6_PKTINFO, info);
  }
}

}  // namespace

struct UdpSender::Messages {
  struct alignas(cmsghdr) Control {
    std::array<uint8_t, CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(uint16_t))> bytes;
  };
  std::array<mmsghdr, kMessages> headers{};
  std::array<iovec, kMessages> parts{};
  std::array<Control, kMessages> controls{};
};

UdpSender::UdpSender(int fd, const Options& options)
    : fd_(fd),
      segments_(options.segments && kernel_segments(fd)),
      bytes_(options.capacity_bytes),
      capacity_sends_(options.capacity_sends),
      messages_(std::make_unique<Messages>()) {
  sends_.reserve(capacity_sends_);
}

UdpSender::~UdpSender() = default;

std::span<uint8_t> UdpSender::room(size_t bytes, size_t pushes) {
  if (empty()) {
    sends_.clear();
    next_ = used_ = 0;
  }
  if (capacity_sends_ - sends_.size() < pushes || bytes_.size() - used_ < bytes) return {};
  return std::span(bytes_).subspan(used_, bytes);
}

void UdpSender::push(size_t bytes, size_t segment_bytes, const Address& to, const Address& from) {
  SDR_ASSERT_OP(bytes, <=, bytes_.size() - used_);
  SDR_ASSERT_OP(sends_.size(), <, capacity_sends_);
  SDR_ASSERT(bytes > 0 && segment_bytes > 0 && segment_bytes <= UINT16_MAX, "nothing to send, or segments of no size");
  sends_.push_back({to, from, used_, bytes, segment_bytes, true});
  if (!segments_ && bytes > segment_bytes) ++counters_.unsegmented;
  used_ += bytes;
}

bool UdpSender::flush() {
  while (!empty()) {
    const size_t count = fill();
    const int sent = sendmmsg(fd_, messages_->headers.data(), static_cast<unsigned>(count), MSG_DONTWAIT);
    ++counters_.calls;
    if (sent > 0) {
      advance(static_cast<size_t>(sent));
    } else if (errno == EAGAIN || errno == ENOBUFS) {
      ++counters_.blocked;
      return false;
    } else if (errno != EINTR) {
      refuse(errno);
    }
  }
  return true;
}

// What of a send goes into one message.
size_t UdpSender::piece_of(const Send& send) const {
  if (!segments_ || !send.whole) return std::min(send.bytes, send.segment_bytes);
  const size_t segments = std::min(kSegmentsMax, std::max<size_t>(1, kUnsplitBytesMax / send.segment_bytes));
  return std::min(send.bytes, segments * send.segment_bytes);
}

size_t UdpSender::fill() {
  size_t count = 0;
  for (size_t i = next_; i < sends_.size() && count < kMessages; ++i) {
    Send rest = sends_[i];
    while (rest.bytes > 0 && count < kMessages) {
      const size_t piece = piece_of(rest);
      msghdr& header = messages_->headers[count].msg_hdr;
      messages_->parts[count] = {bytes_.data() + rest.offset, piece};
      header = {};
      header.msg_name = const_cast<sockaddr*>(sends_[i].to.data());
      header.msg_namelen = sends_[i].to.size();
      header.msg_iov = &messages_->parts[count];
      header.msg_iovlen = 1;
      header.msg_control = messages_->controls[count].bytes.data();
      add_source(header, rest.from);
      if (piece > rest.segment_bytes) {
        add_control(header, IPPROTO_UDP, UDP_SEGMENT, static_cast<uint16_t>(rest.segment_bytes));
      }
      if (header.msg_controllen == 0) header.msg_control = nullptr;
      rest.offset += piece;
      rest.bytes -= piece;
      ++count;
    }
  }
  return count;
}

// So many messages of the last fill() have left.
void UdpSender::advance(size_t messages) {
  for (; messages > 0; --messages) {
    Send& send = sends_[next_];
    const size_t piece = piece_of(send);
    counters_.datagrams += (piece + send.segment_bytes - 1) / send.segment_bytes;
    send.offset += piece;
    send.bytes -= piece;
    if (send.bytes == 0) ++next_;
  }
}

// The first message of the last fill() was refused. EIO: this device does not split, none will; EINVAL and EMSGSIZE:
// not this one, since a segment does not fit its path. Both are tried packet by packet. Anything else is that peer's
// path.
void UdpSender::refuse(int error) {
  Send& send = sends_[next_];
  const bool unsplit = segments_ && send.whole && send.bytes > send.segment_bytes;
  if (unsplit && (error == EIO || error == EINVAL || error == EMSGSIZE || error == EOPNOTSUPP)) {
    segments_ = segments_ && (error == EINVAL || error == EMSGSIZE);
    send.whole = false;
    ++counters_.unsegmented;
    return;
  }
  ++counters_.refused;
  ++next_;
}

}  // namespace sdr::net

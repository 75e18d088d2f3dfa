// SPDX-License-Identifier: Apache-2.0
#include "net/udp_socket.h"

#include <netinet/in.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace sdr::net {
namespace {

Status set_option(int fd, int level, int name, int value, const char* what) {
  if (setsockopt(fd, level, name, &value, sizeof value) != 0) return system_error(what);
  return Status();
}

Status set_up(int fd, int family, const UdpSocket::Options& options) {
  if (options.reuse_port) SDR_TRY(set_option(fd, SOL_SOCKET, SO_REUSEPORT, 1, "SO_REUSEPORT"));
  SDR_TRY(set_option(fd, SOL_SOCKET, SO_RCVBUF, options.receive_buffer_bytes, "SO_RCVBUF"));
  SDR_TRY(set_option(fd, SOL_SOCKET, SO_SNDBUF, options.send_buffer_bytes, "SO_SNDBUF"));
  if (family == AF_INET6) {
    SDR_TRY(set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0, "IPV6_V6ONLY"));
    return set_option(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, "IPV6_RECVPKTINFO");
  }
  return set_option(fd, IPPROTO_IP, IP_PKTINFO, 1, "IP_PKTINFO");
}

Address with_port(sockaddr_in address, uint16_t port) {
  sockaddr_storage storage{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  std::memcpy(&storage, &address, sizeof address);
  return Address::from_sockaddr(storage, sizeof address);
}

Address with_port(sockaddr_in6 address, uint16_t port) {
  sockaddr_storage storage{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  std::memcpy(&storage, &address, sizeof address);
  return Address::from_sockaddr(storage, sizeof address);
}

// The destination of a datagram, from what the kernel put beside it.
Address destination_of(msghdr& header, uint16_t port) {
  for (cmsghdr* message = CMSG_FIRSTHDR(&header); message != nullptr; message = CMSG_NXTHDR(&header, message)) {
    if (message->cmsg_level == IPPROTO_IP && message->cmsg_type == IP_PKTINFO) {
      in_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(message), sizeof info);
      sockaddr_in address{};
      address.sin_addr = info.ipi_addr;
      return with_port(address, port);
    }
    if (message->cmsg_level == IPPROTO_IPV6 && message->cmsg_type == IPV6_PKTINFO) {
      in6_pktinfo info{};
      std::memcpy(&info, CMSG_DATA(message), sizeof info);
      sockaddr_in6 address{};
      address.sin6_addr = info.ipi6_addr;
      // Of a link-local address the interface is a part.
      if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr)) address.sin6_scope_id = info.ipi6_ifindex;
      return with_port(address, port);
    }
  }
  return Address();
}

}  // namespace

struct UdpSocket::Buffers {
  struct alignas(cmsghdr) Control {
    std::array<uint8_t, 2 * CMSG_SPACE(sizeof(in6_pktinfo))> bytes{};
  };

  Buffers() {
    for (size_t i = 0; i < kBatch; ++i) {
      parts[i] = {bytes[i].data(), bytes[i].size()};
      msghdr& header = messages[i].msg_hdr;
      header.msg_name = &names[i];
      header.msg_iov = &parts[i];
      header.msg_iovlen = 1;
      header.msg_control = controls[i].bytes.data();
    }
  }
  // The kernel wrote into these.
  void prepare() {
    for (mmsghdr& message : messages) {
      message.msg_hdr.msg_namelen = sizeof(sockaddr_storage);
      message.msg_hdr.msg_controllen = sizeof(Control);
    }
  }

  std::array<std::array<uint8_t, kDatagramMax>, kBatch> bytes;
  std::array<mmsghdr, kBatch> messages{};
  std::array<iovec, kBatch> parts{};
  std::array<sockaddr_storage, kBatch> names{};
  std::array<Control, kBatch> controls{};
  std::array<UdpDatagram, kBatch> datagrams;
};

Result<UdpSocket> UdpSocket::bind(const Address& address, const Options& options) {
  FileDescriptor fd(::socket(address.family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return system_error("socket");
  SDR_TRY(set_up(fd.get(), address.family(), options));
  if (::bind(fd.get(), address.data(), address.size()) != 0) {
    return system_error("cannot bind udp " + address.to_string());
  }
  const auto bound = local_address(fd.get());
  if (!bound) return bound.error();
  return UdpSocket(std::move(fd), *bound);
}

UdpSocket::UdpSocket(FileDescriptor fd, const Address& address)
    : fd_(std::move(fd)), address_(address), buffers_(std::make_unique<Buffers>()) {}
UdpSocket::UdpSocket(UdpSocket&&) noexcept = default;
UdpSocket& UdpSocket::operator=(UdpSocket&&) noexcept = default;
UdpSocket::~UdpSocket() = default;

std::span<const UdpDatagram> UdpSocket::receive() {
  Buffers& buffers = *buffers_;
  buffers.prepare();
  int received = -1;
  // An earlier send's ICMP answer is reported here and belongs to nobody; each attempt takes one of them away.
  for (size_t attempt = 0; received < 0 && attempt < kBatch; ++attempt) {
    received = recvmmsg(fd_.get(), buffers.messages.data(), kBatch, MSG_DONTWAIT, nullptr);
    if (received < 0 && errno == EAGAIN) break;
  }
  size_t count = 0;
  for (size_t i = 0; i < static_cast<size_t>(received > 0 ? received : 0); ++i) {
    msghdr& header = buffers.messages[i].msg_hdr;
    if ((header.msg_flags & MSG_TRUNC) != 0) {
      ++too_long_;
      continue;
    }
    UdpDatagram& datagram = buffers.datagrams[count++];
    datagram.bytes = std::span(buffers.bytes[i]).first(buffers.messages[i].msg_len);
    datagram.from = Address::from_sockaddr(buffers.names[i], header.msg_namelen);
    datagram.to = destination_of(header, address_.port());
  }
  return std::span(buffers.datagrams).first(count);
}

}  // namespace sdr::net

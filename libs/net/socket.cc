// SPDX-License-Identifier: Apache-2.0
#include "net/socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "net/errc.h"

namespace sdr::net {
namespace {

Error bad_address(std::string_view text) { return Error(NetError::kBadAddress, "\"" + std::string(text) + "\""); }

Status set_option(int fd, int level, int name, int value, const char* what) {
  if (setsockopt(fd, level, name, &value, sizeof value) != 0) return system_error(what);
  return Status();
}

}  // namespace

Result<Address> Address::parse(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad_address(text);
  const std::string_view digits = text.substr(colon + 1);
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || digits.empty()) return bad_address(text);

  std::string host(text.substr(0, colon));
  if (host.empty() || host == "*") host = "0.0.0.0";
  if (host == "localhost") host = "127.0.0.1";
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  Address address;
  if (bracketed) {
    sockaddr_in6* const v6 = &address.storage_;
    if (inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &v6->sin6_addr) != 1) return bad_address(text);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    address.size_ = sizeof *v6;
  } else {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage_);
    if (inet_pton(AF_INET, host.c_str(), &v4->sin_addr) != 1) return bad_address(text);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    address.size_ = sizeof *v4;
  }
  return address;
}

Address Address::from_sockaddr(const sockaddr_storage& storage, socklen_t size) {
  Address address;
  address.size_ = std::min<socklen_t>(size, sizeof address.storage_);
  std::memcpy(&address.storage_, &storage, address.size_);
  return address;
}

std::string Address::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> host{};
  if (family() == AF_INET6) {
    inet_ntop(AF_INET6, &storage_.sin6_addr, host.data(), host.size());
    return "[" + std::string(host.data()) + "]:" + std::to_string(port());
  }
  const auto* v4 = reinterpret_cast<const sockaddr_in*>(&storage_);
  inet_ntop(AF_INET, &v4->sin_addr, host.data(), host.size());
  return std::string(host.data()) + ":" + std::to_string(port());
}

uint16_t Address::port() const {
  if (family() == AF_INET6) return ntohs(storage_.sin6_port);
  return ntohs(reinterpret_cast<const sockaddr_in*>(&storage_)->sin_port);
}

bool Address::is_loopback() const {
  if (family() == AF_INET6) {
    const in6_addr& v6 = storage_.sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&v6)) return v6.s6_addr[12] == 127;
    return IN6_IS_ADDR_LOOPBACK(&v6);
  }
  return (ntohl(reinterpret_cast<const sockaddr_in*>(&storage_)->sin_addr.s_addr) >> 24) == 127;
}

uint64_t Address::group() const {
  constexpr uint64_t kVersion4 = uint64_t{0xffff'fffe} << 32;  // the first half of no address of version 6 that sends
  uint32_t v4 = 0;
  if (family() == AF_INET6) {
    const in6_addr& v6 = storage_.sin6_addr;
    if (!IN6_IS_ADDR_V4MAPPED(&v6)) {
      uint64_t prefix = 0;
      for (size_t i = 0; i < 8; ++i) prefix = prefix << 8 | v6.s6_addr[i];
      return prefix;
    }
    std::memcpy(&v4, &v6.s6_addr[12], sizeof v4);
  } else {
    v4 = reinterpret_cast<const sockaddr_in*>(&storage_)->sin_addr.s_addr;
  }
  return kVersion4 | ntohl(v4);
}

Result<FileDescriptor> bind_tcp(const Address& address) {
  FileDescriptor fd(socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return system_error("socket");
  SDR_TRY(set_option(fd.get(), SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR"));
  if (bind(fd.get(), address.data(), address.size()) != 0) return system_error("cannot bind " + address.to_string());
  return fd;
}

Result<FileDescriptor> listen_tcp(const Address& address, int backlog) {
  Result<FileDescriptor> fd = bind_tcp(address);
  if (fd && listen(fd->get(), backlog) != 0) return system_error("cannot listen on " + address.to_string());
  return fd;
}

Result<Address> local_address(int fd) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  if (getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size) != 0) return system_error("getsockname");
  return Address::from_sockaddr(storage, size);
}

Result<FileDescriptor> accept_tcp(int listener, Address* peer) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  FileDescriptor fd(accept4(listener, reinterpret_cast<sockaddr*>(&storage), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!fd) return system_error("accept");
  if (peer != nullptr) *peer = Address::from_sockaddr(storage, size);
  return fd;
}

Result<FileDescriptor> connect_tcp(const Address& address, int timeout_ms) {
  FileDescriptor fd(socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return system_error("socket");
  // A send timeout bounds connect() as well (socket(7)); it is taken back once the connection stands.
  timeval limit{timeout_ms / 1000, (timeout_ms % 1000) * 1000};
  setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (connect(fd.get(), address.data(), address.size()) != 0) {
    return system_error("cannot connect to " + address.to_string());
  }
  limit = {0, 0};
  setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  return fd;
}

Status set_no_delay(int fd) { return set_option(fd, IPPROTO_TCP, TCP_NODELAY, 1, "TCP_NODELAY"); }

Status set_not_sent_low_water(int fd, int bytes) {
  return set_option(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, bytes, "TCP_NOTSENT_LOWAT");
}

Status set_dead_peer_timeout(int fd, int milliseconds) {
  const int seconds = std::max(milliseconds / 1000, 1);
  SDR_TRY(set_option(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, milliseconds, "TCP_USER_TIMEOUT"));
  SDR_TRY(set_option(fd, IPPROTO_TCP, TCP_KEEPIDLE, seconds, "TCP_KEEPIDLE"));
  SDR_TRY(set_option(fd, IPPROTO_TCP, TCP_KEEPINTVL, std::max(seconds / 3, 1), "TCP_KEEPINTVL"));
  return set_option(fd, SOL_SOCKET, SO_KEEPALIVE, 1, "SO_KEEPALIVE");
}

Status set_send_buffer(int fd, int bytes) { return set_option(fd, SOL_SOCKET, SO_SNDBUF, bytes, "SO_SNDBUF"); }

}  // namespace sdr::net

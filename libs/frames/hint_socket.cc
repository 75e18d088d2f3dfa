// SPDX-License-Identifier: Apache-2.0
#include "frames/hint_socket.h"

#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "frames/errc.h"

namespace sdr::frames {
namespace {

static_assert(std::endian::native == std::endian::little, "hints are sent as they lie in memory");

constexpr int kMaxDrain = 1024;

struct Address {
  sockaddr_un value{};
  socklen_t bytes = 0;
};

Result<Address> to_address(const std::string& text) {
  Address address;
  address.value.sun_family = AF_UNIX;
  if (text.size() < 2 || text.size() >= sizeof(address.value.sun_path)) return Error(FramesErrc::kBadPath, text);
  std::memcpy(address.value.sun_path, text.data(), text.size());
  const bool abstract = text.front() == '@';
  if (abstract) address.value.sun_path[0] = '\0';
  address.bytes = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + text.size() + (abstract ? 0 : 1));
  return address;
}

Result<FileDescriptor> datagram_socket() {
  FileDescriptor fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return system_error("making a datagram socket");
  return fd;
}

// Nobody listens behind a socket file that refuses a connection.
bool is_left_over(const Address& address) {
  auto probe = datagram_socket();
  if (!probe) return false;
  return ::connect(probe->get(), reinterpret_cast<const sockaddr*>(&address.value), address.bytes) != 0 &&
         errno == ECONNREFUSED;
}

}  // namespace

Result<HintSender> HintSender::open(const std::string& address_text) {
  auto address = to_address(address_text);
  if (!address) return address.error();
  auto fd = datagram_socket();
  if (!fd) return fd.error();
  HintSender sender;
  sender.fd_ = std::move(*fd);
  sender.address_ = address->value;
  sender.address_bytes_ = address->bytes;
  return sender;
}

bool HintSender::send(uint64_t sequence_number) {
  const auto* to = reinterpret_cast<const sockaddr*>(&address_);
  return ::sendto(fd_.get(), &sequence_number, sizeof(sequence_number), MSG_DONTWAIT | MSG_NOSIGNAL, to,
                  address_bytes_) == sizeof(sequence_number);
}

Result<HintReceiver> HintReceiver::open(const std::string& address_text) {
  auto address = to_address(address_text);
  if (!address) return address.error();
  auto fd = datagram_socket();
  if (!fd) return fd.error();
  const auto* where = reinterpret_cast<const sockaddr*>(&address->value);
  int result = ::bind(fd->get(), where, address->bytes);
  if (result != 0 && errno == EADDRINUSE && address_text.front() != '@' && is_left_over(*address)) {
    ::unlink(address_text.c_str());
    result = ::bind(fd->get(), where, address->bytes);
  }
  if (result != 0) return system_error("binding the ring's hint address " + address_text);
  HintReceiver receiver;
  receiver.fd_ = std::move(*fd);
  if (address_text.front() != '@') receiver.path_ = address_text;
  return receiver;
}

HintReceiver::~HintReceiver() {
  if (fd_ && !path_.empty()) ::unlink(path_.c_str());
}

std::optional<uint64_t> HintReceiver::drain() {
  std::optional<uint64_t> newest;
  for (int i = 0; i < kMaxDrain; ++i) {
    uint64_t number[2];  // larger than a hint, so that a longer datagram shows
    const ssize_t bytes = ::recv(fd_.get(), number, sizeof(number), MSG_DONTWAIT);
    if (bytes < 0) break;
    if (bytes == sizeof(number[0])) newest = number[0];
  }
  return newest;
}

}  // namespace sdr::frames

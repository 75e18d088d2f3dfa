// SPDX-License-Identifier: Apache-2.0
#include "segmented_sends.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include "base/file_descriptor.h"
#include "bench/common/process.h"
#include "contender.h"
#include "net/udp_sender.h"
#include "net/udp_socket.h"
#include "rtc/srtp/srtp_sender.h"

namespace sdr::bench {
namespace {

constexpr size_t kPacketBytes = FrameShape::kHeaderBytes + FrameShape::kPayloadBytes + 16;
constexpr size_t kFrameBytes = FrameShape::kPackets * kPacketBytes;
constexpr size_t kBatch = 32;  // peers per sendmmsg, whose frames still lie in the cache

void must(bool holds, const char* what) {
  if (holds) return;
  std::perror(what);
  std::exit(1);
}

/// The peers' sockets, and the thread that empties them as fast as it can.
class Receivers {
 public:
  Receivers(const SendOptions& options, int core) : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    must(static_cast<bool>(epoll_), "epoll_create1");
    for (size_t i = 0; i < options.peers; ++i) open(options.whole);
    thread_ = std::thread([this, core] { drain(core); });
  }
  ~Receivers() {
    stop_ = true;
    thread_.join();
  }
  const std::vector<sockaddr_in>& addresses() const { return addresses_; }

 private:
  void open(bool whole) {
    FileDescriptor fd(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    must(static_cast<bool>(fd), "socket (is the limit on open files high enough?)");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    must(bind(fd.get(), reinterpret_cast<sockaddr*>(&address), size) == 0, "bind");
    must(getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0, "getsockname");
    // Unsegmented to the reader, as a network card takes segments off the sender's hands.
    const int on = whole ? 1 : 0;
    (void)setsockopt(fd.get(), IPPROTO_UDP, UDP_GRO, &on, sizeof on);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd.get();
    must(epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd.get(), &event) == 0, "epoll_ctl");
    addresses_.push_back(address);
    sockets_.push_back(std::move(fd));
  }
  void drain(int core) {
    pin_to_core(core);
    std::array<epoll_event, 256> events;
    std::array<char, 4> head;
    while (!stop_) {
      const int ready = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), 20);
      for (int i = 0; i < ready; ++i) {
        while (recv(events[static_cast<size_t>(i)].data.fd, head.data(), head.size(), MSG_TRUNC) > 0) {
        }
      }
    }
  }

  FileDescriptor epoll_;
  std::vector<FileDescriptor> sockets_;
  std::vector<sockaddr_in> addresses_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

/// Frames of a batch of peers, and the messages that send them.
class Batch {
 public:
  Batch(int fd, bool segmented) : fd_(fd), segmented_(segmented), bytes_(kBatch * kFrameBytes) {
    messages_.resize(segmented_ ? kBatch : kBatch * FrameShape::kPackets);
    parts_.resize(messages_.size());
    const size_t each = segmented_ ? kFrameBytes : kPacketBytes;
    for (size_t i = 0; i < messages_.size(); ++i) {
      parts_[i] = {bytes_.data() + i * each, each};
      messages_[i] = {};
      messages_[i].msg_hdr.msg_iov = &parts_[i];
      messages_[i].msg_hdr.msg_iovlen = 1;
      if (segmented_) add_segment_size(messages_[i].msg_hdr);
    }
  }

  uint8_t* frame_of(size_t peer) { return bytes_.data() + peer * kFrameBytes; }
  void set_address(size_t peer, const sockaddr_in& address) {
    const size_t per_peer = messages_.size() / kBatch;
    for (size_t i = 0; i < per_peer; ++i) {
      msghdr& header = messages_[peer * per_peer + i].msg_hdr;
      header.msg_name = const_cast<sockaddr_in*>(&address);
      header.msg_namelen = sizeof address;
    }
  }
  void send(size_t peers) {
    const size_t count = peers * messages_.size() / kBatch;
    for (size_t done = 0; done < count;) {
      const int sent = sendmmsg(fd_, messages_.data() + done, static_cast<unsigned>(count - done), 0);
      must(sent > 0 || errno == EAGAIN || errno == ENOBUFS, "sendmmsg");
      if (sent > 0) done += static_cast<size_t>(sent);
    }
  }

 private:
  void add_segment_size(msghdr& header) {
    header.msg_control = control_.data();
    header.msg_controllen = control_.size();
    cmsghdr* const message = CMSG_FIRSTHDR(&header);
    message->cmsg_level = IPPROTO_UDP;
    message->cmsg_type = UDP_SEGMENT;
    message->cmsg_len = CMSG_LEN(sizeof(uint16_t));
    const uint16_t segment = kPacketBytes;
    std::memcpy(CMSG_DATA(message), &segment, sizeof segment);
  }

  const int fd_;
  const bool segmented_;
  std::vector<uint8_t> bytes_;
  std::vector<mmsghdr> messages_;
  std::vector<iovec> parts_;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(uint16_t))> control_{};
};

void encrypt_frame(Contender& cipher, uint16_t sequence, uint8_t* out) {
  static std::array<uint8_t, FrameShape::kHeaderBytes> header{0x90, 102};
  static const std::array<uint8_t, FrameShape::kPayloadBytes> payload{};
  for (size_t i = 0; i < FrameShape::kPackets; ++i) {
    header[3] = static_cast<uint8_t>(sequence + i);
    out += cipher.protect(header, payload, out);
  }
}

void protect_frame(rtc::SrtpSender& cipher, uint16_t sequence, std::span<uint8_t> out) {
  static std::array<uint8_t, FrameShape::kHeaderBytes> header{0x90, 102, 0, 0, 0,    0,    0, 0,
                                                              1,    2,   3, 4, 0xBE, 0xDE, 0, 3};
  static const std::array<uint8_t, FrameShape::kPayloadBytes> payload{};
  for (size_t i = 0; i < FrameShape::kPackets; ++i) {
    header[2] = static_cast<uint8_t>((sequence + i) >> 8);
    header[3] = static_cast<uint8_t>(sequence + i);
    out = out.subspan(cipher.protect(header, payload, out).value());
  }
}

SendFigures figures_of(const SendOptions& options, double cpu_s) {
  const double bits = static_cast<double>(options.peers * kFrameBytes) * 8 * options.frames;
  return {bits / cpu_s / 1e9, cpu_s * 1000 / options.frames};
}

}  // namespace

SendFigures measure_sends(const SendOptions& options, int reader_core) {
  std::vector<std::unique_ptr<Contender>> ciphers;
  for (size_t i = 0; i < options.peers; ++i) ciphers.push_back(make_bare_evp(rtc::SrtpProfile::kAeadAes128Gcm));
  const Receivers receivers(options, reader_core);
  const FileDescriptor sender(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  must(static_cast<bool>(sender), "socket");
  const int buffer = 4 << 20;
  (void)setsockopt(sender.get(), SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
  Batch batch(sender.get(), options.segmented);
  const double start = thread_cpu_s();
  for (int frame = 0; frame < options.frames; ++frame) {
    for (size_t first = 0; first < options.peers; first += kBatch) {
      const size_t peers = std::min(kBatch, options.peers - first);
      for (size_t i = 0; i < peers; ++i) {
        const auto sequence = static_cast<uint16_t>(static_cast<size_t>(frame) * FrameShape::kPackets);
        if (options.encrypts) encrypt_frame(*ciphers[first + i], sequence, batch.frame_of(i));
        batch.set_address(i, receivers.addresses()[first + i]);
      }
      if (options.sends) batch.send(peers);
    }
  }
  return figures_of(options, thread_cpu_s() - start);
}

SendFigures measure_our_sends(const SendOptions& options, int reader_core) {
  std::vector<rtc::SrtpSender> ciphers;
  std::vector<net::Address> addresses;
  const Receivers receivers(options, reader_core);
  for (const sockaddr_in& address : receivers.addresses()) {
    ciphers.emplace_back(rtc::SrtpProfile::kAeadAes128Gcm, rtc::SrtpMasterKey());
    sockaddr_storage storage{};
    std::memcpy(&storage, &address, sizeof address);
    addresses.push_back(net::Address::from_sockaddr(storage, sizeof address));
  }
  const auto socket = net::UdpSocket::bind(net::Address::parse("127.0.0.1:0").value());
  must(socket.ok(), "bind");
  net::UdpSender sender(socket->fd(), {.capacity_bytes = kBatch * kFrameBytes, .capacity_sends = kBatch});
  const double start = thread_cpu_s();
  for (int frame = 0; frame < options.frames; ++frame) {
    for (size_t peer = 0; peer < options.peers; ++peer) {
      while (sender.room(kFrameBytes).empty()) must(sender.flush() || errno == EAGAIN || errno == ENOBUFS, "sendmmsg");
      protect_frame(ciphers[peer], static_cast<uint16_t>(static_cast<size_t>(frame) * FrameShape::kPackets),
                    sender.room(kFrameBytes));
      sender.push(kFrameBytes, kPacketBytes, addresses[peer]);
    }
    while (!sender.flush()) {
    }
  }
  return figures_of(options, thread_cpu_s() - start);
}

}  // namespace sdr::bench

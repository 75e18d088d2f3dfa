// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <random>
#include <vector>

#include "net/udp_socket.h"
#include "rtc/peer/peer.h"
#include "rtc/rtp/rtcp.h"
#include "rtc/rtp/rtcp_writer.h"
#include "rtc/rtp/testing/browser.h"
#include "rtc/rtp/testing/session.h"
#include "transport/rtc/media_lane.h"

// The other end of a session's media, without ICE and DTLS: a socket on loopback, keys that are given, and a browser's
// behaviour. For tests.

namespace sdr::transport::testing {

inline net::UdpSocket loopback_socket() {
  return std::move(net::UdpSocket::bind(net::Address::parse("127.0.0.1:0").value())).value();
}

class MediaViewer {
 public:
  explicit MediaViewer(uint32_t number) : number_(number), socket_(loopback_socket()) {
    keys_.local.key.fill(static_cast<uint8_t>(number));
    keys_.remote.key.fill(static_cast<uint8_t>(number + 100));
    receiver_.emplace(keys_.profile, keys_.local);
    sender_.emplace(keys_.profile, keys_.remote);
    config_.negotiated.payload_type = 96;
    config_.negotiated.rtx_payload_type = 97;
    config_.ssrc = 2 * number + 1000;
    config_.rtx_ssrc = 2 * number + 1001;
    config_.cname = "robot";
    browser_.emplace(rtc::testing::Browser::Options{
        .media_ssrc = config_.ssrc, .repair_ssrc = config_.rtx_ssrc, .extensions = {}, .sends_feedback = false});
  }

  std::unique_ptr<MediaSession> session(uint32_t feed, Time now) const {
    return std::make_unique<MediaSession>(number_, feed, way(), config_, keys_, now);
  }
  MediaWay way() const { return {{}, socket_.address(), {}}; }
  const rtc::MediaConfig& config() const { return config_; }
  const rtc::SrtpKeys& keys() const { return keys_; }

  /// Takes what has arrived.
  void poll(Time now) {
    for (auto datagrams = socket_.receive(); !datagrams.empty(); datagrams = socket_.receive()) {
      for (const net::UdpDatagram& datagram : datagrams) take(datagram.bytes, now);
    }
    browser_->on_time(now);
  }
  /// A picture-loss indication, as it goes over the wire.
  std::vector<uint8_t> picture_lost() {
    std::vector<uint8_t> packet(200), sealed(200);
    rtc::ByteWriter writer(packet);
    rtc::write_receiver_report(writer, 7);
    rtc::write_pli(writer, {7, config_.ssrc});
    sealed.resize(sender_->protect_rtcp(std::span(packet).first(writer.size()), sealed).value());
    return sealed;
  }
  /// What the browser has to say, likewise.
  std::vector<std::vector<uint8_t>> take_control() {
    std::vector<std::vector<uint8_t>> all = browser_->take_control();
    for (auto& each : all) {
      std::vector<uint8_t> sealed(each.size() + 40);
      sealed.resize(sender_->protect_rtcp(each, sealed).value());
      each = std::move(sealed);
    }
    return all;
  }

  size_t shown() const { return browser_->shown().size(); }
  const rtc::testing::Browser& browser() const { return *browser_; }

  int lose = 0;  ///< so many of the next media packets
  uint64_t not_authentic = 0, control = 0;
  bool bye = false;

 private:
  void take(std::span<const uint8_t> datagram, Time now) {
    std::vector<uint8_t> copy(datagram.begin(), datagram.end());
    const bool is_control = rtc::kind_of(copy) == rtc::DatagramKind::kRtcp;
    if (!is_control && lose > 0) return (void)--lose;
    const auto opened = is_control ? receiver_->unprotect_rtcp(copy) : receiver_->unprotect(copy);
    if (!opened) return (void)++not_authentic;
    if (!is_control) return browser_->on_datagram(opened.value(), now);
    ++control;
    constexpr uint8_t kBye = 203;
    for (size_t at = 0; at + 4 <= opened->size(); at += 4 * (1U + ((*opened)[at + 2] * 256U) + (*opened)[at + 3])) {
      bye = bye || (*opened)[at + 1] == kBye;
    }
  }

  const uint32_t number_;
  net::UdpSocket socket_;
  rtc::SrtpKeys keys_;
  rtc::MediaConfig config_;
  std::optional<rtc::SrtpReceiver> receiver_;
  std::optional<rtc::SrtpSender> sender_;
  std::optional<rtc::testing::Browser> browser_;
};

/// Access units that can be cut into packets.
class Pictures {
 public:
  MediaFrame next(bool keyframe, size_t bytes = 5000) {
    unit_ = rtc::testing::make_access_unit(rtc::VideoCodec::kH264, keyframe, bytes, random_);
    return {unit_, rtc::VideoCodec::kH264, keyframe, 0, 0};
  }

 private:
  std::vector<uint8_t> unit_;
  std::mt19937 random_{3};
};

/// What lanes and shards tell.
class KeptEvents final : public MediaEvents {
 public:
  std::vector<size_t> keyframes;  ///< layers
  std::vector<uint64_t> authentic;
  std::vector<std::unique_ptr<MediaSession>> given_back;
  std::vector<size_t> tcp;  ///< sizes of datagrams

 private:
  void want_keyframe(uint32_t, size_t layer) override { keyframes.push_back(layer); }
  void on_authentic(uint64_t session, const MediaWay&) override { authentic.push_back(session); }
  void on_given_back(std::unique_ptr<MediaSession> session) override { given_back.push_back(std::move(session)); }
  void send_tcp(const rtc::Address&, std::span<const uint8_t> datagram) override { tcp.push_back(datagram.size()); }
};

}  // namespace sdr::transport::testing

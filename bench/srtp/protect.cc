// SPDX-License-Identifier: Apache-2.0
#include "protect.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/assert.h"
#include "contender.h"
#include "rtc/srtp/srtp_sender.h"

namespace sdr::bench {
namespace {

class Ours final : public Contender {
 public:
  explicit Ours(rtc::SrtpProfile profile) : sender_(profile, rtc::SrtpMasterKey()) {}
  size_t protect(std::span<const uint8_t> header, std::span<const uint8_t> payload, uint8_t* out) override {
    const auto bytes = sender_.protect(header, payload, std::span(out, 1500));
    return bytes ? *bytes : 0;
  }

 private:
  rtc::SrtpSender sender_;
};

/// A frame for each peer of one kind.
class Run {
 public:
  Run(std::unique_ptr<Contender> (*make)(rtc::SrtpProfile), rtc::SrtpProfile profile, size_t peers) {
    for (size_t i = 0; i < peers; ++i) {
      auto peer = make(profile);
      if (peer == nullptr) return;
      peers_.push_back(std::move(peer));
    }
  }

  void frame() {
    if (peers_.empty()) return;
    const double start = thread_cpu_s();
    for (const auto& peer : peers_) {
      for (size_t i = 0; i < FrameShape::kPackets; ++i) {
        set_sequence(static_cast<uint16_t>(sequence_ + i));
        SDR_ASSERT(peer->protect(header_, payload_, out_.data()) > 0, "a packet was refused");
      }
    }
    sequence_ = static_cast<uint16_t>(sequence_ + FrameShape::kPackets);
    const double packets = static_cast<double>(peers_.size() * FrameShape::kPackets);
    ns_.push_back((thread_cpu_s() - start) * 1e9 / packets);
  }
  double median_ns() {
    if (ns_.empty()) return 0;
    std::sort(ns_.begin(), ns_.end());
    return ns_[ns_.size() / 2];
  }

 private:
  void set_sequence(uint16_t sequence) {
    header_[2] = static_cast<uint8_t>(sequence >> 8);
    header_[3] = static_cast<uint8_t>(sequence);
  }

  std::vector<std::unique_ptr<Contender>> peers_;
  std::vector<double> ns_;
  uint16_t sequence_ = 0;
  std::array<uint8_t, FrameShape::kHeaderBytes> header_{0x90, 102, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 0xBE, 0xDE, 0, 3};
  std::array<uint8_t, FrameShape::kPayloadBytes> payload_{};
  std::array<uint8_t, 1500> out_{};
};

}  // namespace

std::unique_ptr<Contender> make_ours(rtc::SrtpProfile profile) { return std::make_unique<Ours>(profile); }

ProtectFigures measure_protect(rtc::SrtpProfile profile, size_t peers, int rounds) {
  Run ours(make_ours, profile, peers), bare(make_bare_evp, profile, peers), libsrtp(make_libsrtp, profile, peers);
  for (int i = 0; i < rounds; ++i) {
    for (Run* const each : {&ours, &bare, &libsrtp}) each->frame();
  }
  return {ours.median_ns(), bare.median_ns(), libsrtp.median_ns()};
}

}  // namespace sdr::bench

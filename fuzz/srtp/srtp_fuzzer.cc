// SPDX-License-Identifier: Apache-2.0
// First byte: profile (bit 0), RTP or RTCP (bit 1); second byte: which byte of a protected packet is changed. The rest
// is opened as it is; then protected as a packet of ours, opened with that byte changed, which must fail, opened and
// compared, and opened again, which must fail.

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "rtc/srtp/packet.h"
#include "rtc/srtp/srtp_receiver.h"
#include "rtc/srtp/srtp_sender.h"

namespace {

using sdr::rtc::SrtpMasterKey, sdr::rtc::SrtpProfile, sdr::rtc::SrtpReceiver, sdr::rtc::SrtpSender;
using Bytes = std::vector<uint8_t>;

void require(bool holds) {
  if (!holds) std::abort();
}

struct Case {
  SrtpProfile profile;
  bool control;
  uint8_t changed;

  bool open(SrtpReceiver& receiver, Bytes packet, const Bytes* wanted) const {
    const auto opened = control ? receiver.unprotect_rtcp(packet) : receiver.unprotect(packet);
    if (opened && wanted != nullptr)
      require(std::equal(opened->begin(), opened->end(), wanted->begin(), wanted->end()));
    return opened.ok();
  }

  // Empty where ours would not protect it.
  Bytes protect(const Bytes& plain) const {
    SrtpSender sender(profile, SrtpMasterKey());
    Bytes out(plain.size() + 64);
    const auto header = sdr::rtc::rtp_header_bytes(plain);
    if (!control && !header) return {};
    const auto bytes = control
                           ? sender.protect_rtcp(plain, out)
                           : sender.protect(std::span(plain).first(*header), std::span(plain).subspan(*header), out);
    out.resize(bytes ? *bytes : 0);
    return out;
  }

  void run(const Bytes& bytes) const {
    SrtpReceiver receiver(profile, SrtpMasterKey());
    (void)open(receiver, bytes, nullptr);  // a seed may be a packet that the key of zeros fits
    const Bytes sealed = protect(bytes);
    if (sealed.empty()) return;
    SrtpReceiver fresh(profile, SrtpMasterKey());
    Bytes broken = sealed;
    broken[changed % broken.size()] ^= static_cast<uint8_t>(1 + changed % 255);
    require(!open(fresh, broken, nullptr));
    require(open(fresh, sealed, &bytes));
    require(!open(fresh, sealed, nullptr));
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 2 || size > 4096) return 0;
  const Case fuzzed{(data[0] & 1) != 0 ? SrtpProfile::kAeadAes128Gcm : SrtpProfile::kAes128CmSha1_80,
                    (data[0] & 2) != 0, data[1]};
  fuzzed.run(Bytes(data + 2, data + size));
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
#include "contender.h"

#ifdef SDR_HAVE_LIBSRTP2

#include <srtp2/srtp.h>

#include <algorithm>
#include <array>

namespace sdr::bench {
namespace {

class LibSrtp final : public Contender {
 public:
  explicit LibSrtp(rtc::SrtpProfile profile) {
    static const bool ready = srtp_init() == srtp_err_status_ok;
    std::array<uint8_t, 32> key{1, 2, 3};
    srtp_policy_t policy{};
    const bool gcm = profile == rtc::SrtpProfile::kAeadAes128Gcm;
    const auto set =
        gcm ? srtp_crypto_policy_set_aes_gcm_128_16_auth : srtp_crypto_policy_set_rtp_default;  // CM, SHA-1
    set(&policy.rtp);
    set(&policy.rtcp);
    policy.ssrc.type = ssrc_any_outbound;
    policy.key = key.data();
    policy.window_size = 128;
    if (!ready || srtp_create(&session_, &policy) != srtp_err_status_ok) session_ = nullptr;
  }
  ~LibSrtp() override {
    if (session_ != nullptr) srtp_dealloc(session_);
  }

  // It works in place, so a payload that others share has to be copied first.
  size_t protect(std::span<const uint8_t> header, std::span<const uint8_t> payload, uint8_t* out) override {
    std::copy(payload.begin(), payload.end(), std::copy(header.begin(), header.end(), out));
    int bytes = static_cast<int>(header.size() + payload.size());
    return srtp_protect(session_, out, &bytes) == srtp_err_status_ok ? static_cast<size_t>(bytes) : 0;
  }

 private:
  srtp_t session_ = nullptr;
};

}  // namespace

std::unique_ptr<Contender> make_libsrtp(rtc::SrtpProfile profile) { return std::make_unique<LibSrtp>(profile); }

}  // namespace sdr::bench

#else

namespace sdr::bench {
std::unique_ptr<Contender> make_libsrtp(rtc::SrtpProfile) { return nullptr; }
}  // namespace sdr::bench

#endif

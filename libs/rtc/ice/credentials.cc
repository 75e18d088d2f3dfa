// SPDX-License-Identifier: Apache-2.0
#include "rtc/ice/credentials.h"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>

#include "base/assert.h"

namespace sdr::rtc {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static_assert(kAlphabet.size() == 64);  // so that six bits choose evenly

}  // namespace

Result<IceCredentials> IceCredentials::make() {
  std::array<uint8_t, kUfragSize + kPasswordSize> random;
  // Up to 256 bytes come whole once the kernel's generator is ready (getrandom(2)); only a signal can come before that.
  while (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
    if (errno != EINTR) return system_error("random numbers for ICE credentials");
  }
  const auto character = [](uint8_t byte) { return kAlphabet[byte & 63]; };
  IceCredentials credentials;
  std::transform(random.begin(), random.begin() + kUfragSize, credentials.ufrag_.begin(), character);
  std::transform(random.begin() + kUfragSize, random.end(), credentials.password_.begin(), character);
  return credentials;
}

IceCredentials::IceCredentials(std::string_view ufrag, std::string_view password) {
  SDR_ASSERT_OP(ufrag.size(), ==, kUfragSize);
  SDR_ASSERT_OP(password.size(), ==, kPasswordSize);
  std::copy(ufrag.begin(), ufrag.end(), ufrag_.begin());
  std::copy(password.begin(), password.end(), password_.begin());
}

std::string_view local_ufrag_of(std::string_view username) {
  const size_t colon = username.find(':');
  return colon == std::string_view::npos ? std::string_view() : username.substr(0, colon);
}

bool is_ice_text(std::string_view text, size_t least) {
  const auto known = [](char c) { return kAlphabet.find(c) != std::string_view::npos; };
  return text.size() >= least && text.size() <= 256 && std::all_of(text.begin(), text.end(), known);
}

}  // namespace sdr::rtc

// SPDX-License-Identifier: Apache-2.0
#include "rtc/dtls/fingerprint.h"

#include <gtest/gtest.h>

#include "rtc/dtls/errc.h"

namespace sdr::rtc {
namespace {

const std::string kText =
    "sha-256 D2:FA:0E:C3:22:59:5E:14:95:69:92:3D:13:B4:84:24:2C:C2:A2:C0:3E:FD:34:8E:5E:EA:6F:AF:52:CE:E6:0F";

TEST(Fingerprint, ReadsAndWritesTheFormOfSdp) {
  const auto fingerprint = Fingerprint::parse(kText);
  ASSERT_TRUE(fingerprint.ok());
  EXPECT_EQ(fingerprint->algorithm(), FingerprintAlgorithm::kSha256);
  ASSERT_EQ(fingerprint->digest().size(), 32u);
  EXPECT_EQ(fingerprint->digest()[0], 0xD2);
  EXPECT_EQ(fingerprint->digest()[31], 0x0F);
  EXPECT_EQ(fingerprint->to_string(), kText);
}

TEST(Fingerprint, TakesLettersOfEitherCase) {
  std::string text = kText;
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  text.replace(0, 3, "SHA");
  EXPECT_EQ(*Fingerprint::parse(text), *Fingerprint::parse(kText));
}

TEST(Fingerprint, TakesTheLongerDigestsOfItsFamily) {
  for (const auto& [name, bytes] : {std::pair{"sha-384", 48}, std::pair{"sha-512", 64}}) {
    std::string text = name;
    for (int i = 0; i < bytes; ++i) text += (i == 0 ? " A" : ":A") + std::to_string(i % 10);
    const auto fingerprint = Fingerprint::parse(text);
    ASSERT_TRUE(fingerprint.ok()) << text;
    EXPECT_EQ(fingerprint->to_string(), text);
  }
}

TEST(Fingerprint, RefusesAnythingElse) {
  const auto refused = [](const std::string& text) {
    const auto fingerprint = Fingerprint::parse(text);
    return !fingerprint.ok() && fingerprint.error().code() == DtlsErrc::kBadFingerprint;
  };
  EXPECT_TRUE(refused(""));
  EXPECT_TRUE(refused("sha-256"));
  EXPECT_TRUE(refused("sha-256 "));
  EXPECT_TRUE(refused("sha-1 AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA"));
  EXPECT_TRUE(refused("sha-384" + kText.substr(7)));
  EXPECT_TRUE(refused(kText + ":00"));
  EXPECT_TRUE(refused(kText.substr(0, kText.size() - 1)));
  EXPECT_TRUE(refused(kText + " "));
  for (const size_t at : {size_t{8}, size_t{10}, size_t{20}, kText.size() - 1}) {
    for (const char c : {' ', '-', 'g', '+', '\0'}) {
      std::string text = kText;
      text[at] = c;
      EXPECT_TRUE(refused(text)) << text;
    }
  }
}

}  // namespace
}  // namespace sdr::rtc

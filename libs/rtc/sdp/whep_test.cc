// SPDX-License-Identifier: Apache-2.0
#include "rtc/sdp/whep.h"

#include <gtest/gtest.h>

namespace sdr::rtc {
namespace {

TEST(Whep, LinksIceServers) {
  EXPECT_EQ(link_header({"stun:stun.example.net", "", ""}), R"(<stun:stun.example.net>; rel="ice-server")");
  EXPECT_EQ(link_header({"turn:turn.example.net?transport=udp", "user", R"(a"b\c)"}),
            R"(<turn:turn.example.net?transport=udp>; rel="ice-server"; username="user"; credential="a\"b\\c"; )"
            R"(credential-type="password")");
}

TEST(Whep, ChecksIceServersBeforeTheyAreHandedOut) {
  EXPECT_TRUE(check({"stun:stun.example.net:3478", "", ""}).ok());
  EXPECT_TRUE(check({"turns:[2001:db8::1]:5349?transport=tcp", "user", "secret"}).ok());
  for (const IceServer& server :
       {IceServer{"", "", ""}, IceServer{"http://example.net", "", ""}, IceServer{"stun:", "", ""},
        IceServer{"stun:a b", "", ""}, IceServer{"stun:a>; rel=\"x", "", ""}, IceServer{"stun:a\r\nX: y", "", ""},
        IceServer{"stun:a", "user", "secret"}, IceServer{"turn:a", "", ""}, IceServer{"turn:a", "user", ""},
        IceServer{"turn:a", "us\ner", "secret"}, IceServer{"turn:a", "user", std::string(600, 'x')}}) {
    EXPECT_FALSE(check(server).ok()) << server.url;
  }
}

TEST(Whep, TellsWhichIceSessionAPatchIsAbout) {
  const std::string etag = ice_etag("ourUfrag");
  EXPECT_EQ(etag, "\"ourUfrag\"");
  EXPECT_EQ(match_etag(std::nullopt, etag), EtagMatch::kMissing);
  EXPECT_EQ(match_etag("*", etag), EtagMatch::kAny);
  EXPECT_EQ(match_etag("\"ourUfrag\"", etag), EtagMatch::kSame);
  EXPECT_EQ(match_etag("\"old\" , \"ourUfrag\"", etag), EtagMatch::kSame);
  EXPECT_EQ(match_etag("\"old\"", etag), EtagMatch::kOther);
  EXPECT_EQ(match_etag("W/\"ourUfrag\"", etag), EtagMatch::kOther);
  EXPECT_EQ(match_etag("", etag), EtagMatch::kOther);
}

}  // namespace
}  // namespace sdr::rtc

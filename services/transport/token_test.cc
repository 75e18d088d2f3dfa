// SPDX-License-Identifier: Apache-2.0
#include "transport/token.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "base/testing/temporary_folder.h"
#include "transport/bearer.h"
#include "transport/token_file.h"

namespace sdr::transport {
namespace {

using schema::Role;

constexpr const char* kOperators = "operators-token-0001";
constexpr const char* kViewers = "viewers.token~0001==";

TEST(Token, KnowsItsCharactersAndItsLength) {
  for (const char* good : {"0123456789abcdef", "ABCDEF-._~+/ghij", "0123456789abcde="})
    EXPECT_TRUE(is_token(good)) << good;
  for (const char* bad : {"", "0123456789abcde", "0123456789abcdef ", "0123456789=abcdef",
                          "================", "0123456789abcde\n", "0123456789abcdé", "0123456789abcde:"}) {
    EXPECT_FALSE(is_token(bad)) << bad;
  }
  EXPECT_TRUE(is_token(std::string(512, 'x')));
  EXPECT_FALSE(is_token(std::string(513, 'x')));
}

TEST(Token, DigestsAsSha256Does) {
  // FIPS 180-2, B.1
  EXPECT_EQ(to_hex(digest_token("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(digest_from_hex(to_hex(digest_token("abc"))), digest_token("abc"));
  EXPECT_FALSE(digest_from_hex("ba78"));
  EXPECT_FALSE(digest_from_hex(std::string(64, 'g')));
}

TEST(Token, IsMadeAnewEachTime) {
  const std::string token = make_token();
  EXPECT_TRUE(is_token(token)) << token;
  EXPECT_EQ(token.size(), 4u + 43u);
  EXPECT_NE(token, make_token());
}

TEST(TokenTable, ReadsRolesTokensDigestsNamesAndComments) {
  const std::string digest = to_hex(digest_token("admins-token-000001"));
  const auto table = TokenTable::parse(std::string("# who may\n\n  operator ") + kOperators +
                                       " ann # the day shift\r\nadmin\tsha256:" + digest + "\nviewer " + kViewers);
  ASSERT_TRUE(table.ok()) << table.error().message();
  EXPECT_EQ(table->size(), 3u);
  const KnownToken* const ann = table->find(digest_token(kOperators));
  ASSERT_NE(ann, nullptr);
  EXPECT_EQ(ann->role, Role::operator_);
  EXPECT_EQ(ann->name, "ann");
  EXPECT_EQ(table->find(digest_token("admins-token-000001"))->role, Role::admin);
  EXPECT_EQ(table->find(digest_token(kViewers))->role, Role::viewer);
  EXPECT_EQ(table->find(digest_token(digest)), nullptr);
  EXPECT_EQ(table->find(digest_token("")), nullptr);
}

TEST(TokenTable, NamesTheLineThatIsWrongAndNeverWhatStandsThere) {
  const std::string secret = "a-secret-that-nobody-may-see";
  for (const std::string& line : std::vector<std::string>{"owner " + secret, "operator", secret, "operator short",
                                                          "operator " + secret + " a name",
                                                          "operator " + secret + " na$me", "operator sha256:" + secret,
                                                          "operator sha256:", "operator " + std::string(kOperators)}) {
    const auto table = TokenTable::parse(std::string("operator ") + kOperators + "\n" + line + "\n");
    ASSERT_FALSE(table.ok()) << line;
    EXPECT_NE(table.error().message().find("line 2: "), std::string::npos) << table.error().message();
    EXPECT_EQ(table.error().message().find(secret), std::string::npos) << table.error().message();
  }
}

TEST(TokenTable, HasBounds) {
  std::string text;
  for (int i = 0; i < 257; ++i) text += "viewer token-of-a-viewer-" + std::to_string(1000 + i) + "\n";
  EXPECT_FALSE(TokenTable::parse(text).ok());
  EXPECT_FALSE(TokenTable::parse(std::string(TokenTable::kTextMax + 1, '\n')).ok());
}

class TokenFileTest : public ::testing::Test {
 protected:
  std::string write(const std::string& text, mode_t mode = 0600) {
    const std::string path = folder.file("tokens");
    std::ofstream(path) << text;
    chmod(path.c_str(), mode);
    return path;
  }
  std::string error_of(const std::string& path, const std::vector<std::string>& listed = {}) {
    const auto loaded = TokenFile(path, listed).load();
    return loaded.ok() ? "" : loaded.error().message();
  }
  testing::TemporaryFolder folder;
};

TEST_F(TokenFileTest, ReadsTheFileAndTheList) {
  TokenFile file(write(std::string("operator ") + kOperators), {std::string("viewer:") + kViewers});
  const auto table = file.load();
  ASSERT_TRUE(table.ok()) << table.error().message();
  EXPECT_EQ(table->size(), 2u);
  EXPECT_FALSE(file.changed());
  write(std::string("admin ") + kOperators + "\n");
  EXPECT_TRUE(file.changed());
}

TEST_F(TokenFileTest, RefusesAFileThatOthersMayReadOrThatIsNone) {
  EXPECT_NE(error_of(write(std::string("operator ") + kOperators, 0640)).find("chmod 600"), std::string::npos);
  EXPECT_NE(error_of(write(std::string("operator ") + kOperators, 0604)).find("chmod 600"), std::string::npos);
  EXPECT_NE(error_of(folder.file("nothing")).find("nothing"), std::string::npos);
  EXPECT_NE(error_of(folder.path().string()).find("not a file"), std::string::npos);
  EXPECT_NE(error_of(write("# nobody\n")).find("no token"), std::string::npos);
  EXPECT_NE(error_of("", {"operator"}).find("ROLE:TOKEN"), std::string::npos);
  EXPECT_NE(error_of("", {std::string("operator:") + kOperators, std::string("admin:") + kOperators}).find("twice"),
            std::string::npos);
}

TEST(Bearer, TakesTheTokenOfOneHeader) {
  const auto token = [](const std::string& headers) {
    static std::string bytes;
    bytes = "GET / HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n";
    net::HttpParser parser;
    net::HttpRequest request;
    EXPECT_EQ(parser.parse(bytes, request), net::HttpParser::State::kComplete);
    return bearer_token(request);
  };
  EXPECT_EQ(token("Authorization: Bearer 0123456789abcdef\r\n"), "0123456789abcdef");
  EXPECT_EQ(token("authorization: bearer   0123456789abcdef  \r\n"), "0123456789abcdef");
  EXPECT_EQ(token("Authorization: Basic eA==\r\nAuthorization: Bearer 0123456789abcdef\r\n"), "0123456789abcdef");
  EXPECT_EQ(token(""), std::nullopt);
  EXPECT_EQ(token("Authorization: Basic 0123456789abcdef\r\n"), std::nullopt);
  for (const char* none : {"Authorization: Bearer\r\n", "Authorization: Bearer \r\n", "Authorization: Bearer a b\r\n",
                           "Authorization: Bearer 0123456789abcdef, x\r\n",
                           "Authorization: Bearer 0123456789abcdef\r\nAuthorization: Bearer 0123456789abcdef\r\n"}) {
    EXPECT_EQ(token(none), "") << none;
  }
}

}  // namespace
}  // namespace sdr::transport

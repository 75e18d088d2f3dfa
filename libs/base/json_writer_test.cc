// SPDX-License-Identifier: Apache-2.0
#include "base/json_writer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace sdr {
namespace {

TEST(JsonWriter, PutsCommasBetweenMembersAndItems) {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.member("a", 1);
  json.key("b");
  json.begin_array();
  json.value(true);
  json.begin_object();
  json.end_object();
  json.null();
  json.end_array();
  json.member("c", "x");
  json.end_object();
  EXPECT_EQ(out, R"({"a":1,"b":[true,{},null],"c":"x"})");
}

TEST(JsonWriter, WritesNumbersThatReadBackTheSame) {
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  json.value(0.1);
  json.value(std::numeric_limits<uint64_t>::max());
  json.value(std::numeric_limits<int64_t>::min());
  json.end_array();
  EXPECT_EQ(out, "[0.1,18446744073709551615,-9223372036854775808]");
}

TEST(JsonWriter, WritesNullForWhatIsNoNumber) {
  std::string out;
  JsonWriter json(out);
  json.begin_array();
  json.value(std::nan(""));
  json.value(std::numeric_limits<double>::infinity());
  json.end_array();
  EXPECT_EQ(out, "[null,null]");
}

TEST(JsonWriter, EscapesControlBytesAndReplacesBrokenUtf8) {
  std::string out;
  JsonWriter json(out);
  json.value(std::string_view("\"\\\n\xc3\xa9\xff\xed\xa0\x80"));
  EXPECT_EQ(out, "\"\\\"\\\\\\u000a\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
}

}  // namespace
}  // namespace sdr

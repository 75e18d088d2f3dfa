// SPDX-License-Identifier: Apache-2.0
#include "base/config.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace sdr {
namespace {

struct Values {
  std::string address = "127.0.0.1:8080";
  std::string token;
  std::string codec = "h264";
  int64_t fps = 60;
  double scale = 1.5;
  bool insecure = false;
  std::vector<std::string> origins;
};

class ConfigTest : public ::testing::Test {
 protected:
  ConfigTest() {
    char name[] = "/tmp/sdr-config-XXXXXX";
    folder_ = ::mkdtemp(name);
    options_.add("address", &values_.address, {.help = "where to listen", .env = "SDR_LISTEN_ADDR"});
    options_.add("token", &values_.token, {.help = "who may", .secret = true});
    options_.add("codec", &values_.codec, {.help = "which", .choices = {"h264", "hevc"}});
    options_.add("fps", &values_.fps, {.help = "how often", .least = 1, .most = 240});
    options_.add("view.scale", &values_.scale, {.help = "how large", .least = 0});
    options_.add("insecure", &values_.insecure, {.help = "no tokens"});
    options_.add("origins", &values_.origins, {.help = "from where"});
  }
  ~ConfigTest() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& text) {
    const std::string path = folder_ + "/test.toml";
    std::ofstream(path) << text;
    return path;
  }
  std::string error_of(const std::vector<std::string>& arguments, const Options::Environment& environment = {}) {
    try {
      options_.load(arguments, environment);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "no error";
  }

  std::string folder_;
  Values values_;
  Options options_{"sdr-test"};
};

TEST_F(ConfigTest, LaterSourcesWin) {
  const std::string path = file("fps = 30\ncodec = \"hevc\"\norigins = [\"a\", \"b\"]\n[view]\nscale = 2\n");
  options_.load({"--config", path, "--fps=10", "--insecure"}, {{"SDR_TEST_FPS", "20"}, {"SDR_LISTEN_ADDR", "[::]:1"}});
  EXPECT_EQ(values_.fps, 10);
  EXPECT_EQ(values_.codec, "hevc");
  EXPECT_EQ(values_.scale, 2);
  EXPECT_EQ(values_.address, "[::]:1");
  EXPECT_TRUE(values_.insecure);
  EXPECT_EQ(values_.origins, (std::vector<std::string>{"a", "b"}));
}

TEST_F(ConfigTest, SaysWhereEachValueComesFromAndHidesSecrets) {
  const std::string path = file("\nfps = 30\n");
  options_.load({"--config=" + path, "--token", "abc"}, {{"SDR_TEST_VIEW_SCALE", "3"}});
  const std::string text = options_.print();
  EXPECT_NE(text.find("fps = 30  # " + path + ":2"), std::string::npos) << text;
  EXPECT_NE(text.find("view.scale = 3  # environment: SDR_TEST_VIEW_SCALE"), std::string::npos) << text;
  EXPECT_NE(text.find("codec = \"h264\"  # default"), std::string::npos) << text;
  EXPECT_EQ(text.find("abc"), std::string::npos) << text;
}

TEST_F(ConfigTest, NamesFileLineKeyAndWhatWasExpected) {
  const std::string path = file("codec = \"h264\"\nfps = \"fast\"\n");
  EXPECT_EQ(error_of({"--config", path}), path + ":2: fps: expected a whole number from 1 to 240, got 'fast'");
}

TEST_F(ConfigTest, RefusesUnknownKeysEverywhere) {
  const std::string path = file("speed = 1\n");
  EXPECT_EQ(error_of({"--config", path}), path + ":1: unknown key 'speed'");
  EXPECT_EQ(error_of({}, {{"SDR_TEST_SPEED", "1"}}), "environment: SDR_TEST_SPEED: sdr-test has no such option");
  EXPECT_EQ(error_of({"--speed", "1"}), "command line: unknown flag '--speed' (see --help)");
}

TEST_F(ConfigTest, RefusesValuesOutOfRange) {
  EXPECT_EQ(error_of({"--fps", "0"}), "command line: fps: expected a whole number from 1 to 240, got '0'");
  EXPECT_EQ(error_of({"--fps", "1.5"}), "command line: fps: expected a whole number from 1 to 240, got '1.5'");
  EXPECT_EQ(error_of({"--fps", "10x"}), "command line: fps: expected a whole number from 1 to 240, got '10x'");
  EXPECT_EQ(error_of({"--view.scale", "nan"}), "command line: view.scale: expected a number, 0 at least, got 'nan'");
  EXPECT_EQ(error_of({}, {{"SDR_TEST_CODEC", "av1"}}),
            "environment: SDR_TEST_CODEC: codec: expected h264 or hevc, got 'av1'");
  EXPECT_EQ(error_of({"--insecure=maybe"}), "command line: insecure: expected true or false, got 'maybe'");
}

TEST_F(ConfigTest, RefusesAFileThatIsNotToml) {
  const std::string path = file("fps = = 1\n");
  EXPECT_TRUE(error_of({"--config", path}).starts_with(path + ":1: "));
  EXPECT_NE(error_of({"--config", folder_ + "/none.toml"}), "no error");
}

}  // namespace
}  // namespace sdr

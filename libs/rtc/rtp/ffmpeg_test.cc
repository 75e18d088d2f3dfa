// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/file_descriptor.h"
#include "base/testing/temporary_folder.h"
#include "rtc/rtp/depacketizer.h"
#include "rtc/rtp/packetizer.h"
#include "rtc/rtp/rtp_stream.h"

// Whether others understand our packets, and we theirs: FFmpeg's RTP over real sockets on loopback. Skipped, and said,
// where there is no ffmpeg or it has no encoder for the codec.

namespace sdr::rtc {
namespace {

using Bytes = std::vector<uint8_t>;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kDeadline = seconds(30);
constexpr int kPictures = 6;

struct Format {
  VideoCodec codec;
  const char* name;
  const char* encoder;
  const char* sdp;
};

class Loopback {
 public:
  Loopback() : socket_(::socket(AF_INET, SOCK_DGRAM, 0)) {
    const int bytes = 4 << 20;
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    SDR_ASSERT(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address_), size) == 0, "bind");
    SDR_ASSERT(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address_), &size) == 0, "getsockname");
  }
  int port() const { return ntohs(address_.sin_port); }
  Bytes receive(milliseconds wait) {
    pollfd waiting{socket_.get(), POLLIN, 0};
    if (::poll(&waiting, 1, static_cast<int>(wait.count())) <= 0) return {};
    Bytes bytes(65536);
    const ssize_t size = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
    bytes.resize(size > 0 ? static_cast<size_t>(size) : 0);
    return bytes;
  }
  void send(int port, std::span<const uint8_t> bytes) {
    sockaddr_in to = address_;
    to.sin_port = htons(static_cast<uint16_t>(port));
    // Nobody listens yet: the stream is sent again and again.
    (void)::sendto(socket_.get(), bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to);
  }

 private:
  FileDescriptor socket_;
  sockaddr_in address_{};
};

Bytes read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<Bytes> units_of(VideoCodec codec, std::span<const uint8_t> stream) {
  std::vector<Bytes> units;
  NalWalk walk(stream);
  while (const auto nal = walk.next())
    if (!is_left_out(codec, nal_type(codec, nal->front()))) units.emplace_back(nal->begin(), nal->end());
  return units;
}

class Ffmpeg : public ::testing::TestWithParam<Format> {
 protected:
  void SetUp() override {
    if (std::system("command -v ffmpeg >/dev/null") != 0) GTEST_SKIP() << "no ffmpeg here: RTP not checked against it";
    // Pictures of several packets, all keyframes, so that one may begin anywhere; all of them fit into a socket's
    // buffer.
    const std::string encode =
        std::string("ffmpeg -nostdin -v error -y -f lavfi -i testsrc2=size=320x240:rate=30 -frames:v ") +
        std::to_string(kPictures) + " -pix_fmt yuv420p -c:v " + GetParam().encoder + " -g 1 -threads 1 " + stream() +
        " >/dev/null 2>&1";
    if (std::system(encode.c_str()) != 0) GTEST_SKIP() << "this ffmpeg has no " << GetParam().encoder;
  }
  std::string stream() const { return folder_.file(std::string("stream.") + GetParam().name); }

  sdr::testing::TemporaryFolder folder_;
};

TEST_P(Ffmpeg, IsUnderstood) {
  const VideoCodec codec = GetParam().codec;
  Loopback socket;
  const std::string send = "ffmpeg -nostdin -v error -i " + stream() +
                           " -c copy -f rtp 'rtp://127.0.0.1:" + std::to_string(socket.port()) +
                           "?pkt_size=1200' >/dev/null 2>&1 &";
  ASSERT_EQ(std::system(send.c_str()), 0);
  Depacketizer depacketizer(codec);
  Bytes all;
  int pictures = 0;
  for (const auto end = std::chrono::steady_clock::now() + kDeadline; pictures < kPictures;) {
    ASSERT_LT(std::chrono::steady_clock::now(), end) << pictures << " pictures";
    const Bytes datagram = socket.receive(milliseconds(200));
    if (datagram.empty() || is_rtcp(datagram)) continue;
    const auto packet = parse_rtp(datagram);
    ASSERT_TRUE(packet.ok());
    ASSERT_TRUE(depacketizer.push(packet->payload).ok());
    if (!packet->header.marker) continue;
    all.insert(all.end(), depacketizer.frame().begin(), depacketizer.frame().end());
    depacketizer.reset();
    ++pictures;
  }
  EXPECT_EQ(units_of(codec, all), units_of(codec, read_file(stream())));
}

// Our packets of the file, over and over, until ffmpeg has seen enough pictures and ends; false where it had to give
// up.
bool play_to_ffmpeg(VideoCodec codec, const Bytes& stream, int port, const std::string& done,
                    std::chrono::steady_clock::time_point end) {
  Loopback socket;
  PacketStore store;
  Packetizer packetizer(codec, store);
  RtpStream rtp({7, 102, 100, 1000});
  std::vector<Bytes> pictures(1);  // one slice each, behind its parameter sets
  for (const Bytes& unit : units_of(codec, stream)) {
    Bytes& picture = pictures.back();
    picture.insert(picture.end(), {0, 0, 0, 1});
    picture.insert(picture.end(), unit.begin(), unit.end());
    if (is_random_access(codec, nal_type(codec, unit.front()))) pictures.emplace_back();
  }
  pictures.pop_back();
  uint64_t capture_us = 1'000'000;
  while (std::chrono::steady_clock::now() < end) {
    for (const Bytes& picture : pictures) {
      capture_us += 33'333;
      const auto id = packetizer.push({picture, true, capture_us}, Time(std::chrono::microseconds(capture_us)));
      const StoredFrame& frame = *store.find(*id);
      const uint32_t timestamp = rtp.timestamp_of(frame);
      const int64_t first = rtp.take_sequences(frame.packet_count);
      for (size_t i = 0; i < frame.packet_count; ++i) {
        const StoredPacket packet = store.packet(frame, i);
        Bytes bytes(kRtpHeaderBytes);
        ByteWriter writer(bytes);
        write_rtp_header(
            writer, {packet.last, 102, static_cast<uint16_t>(first + static_cast<int64_t>(i)), timestamp, 7}, false);
        bytes.insert(bytes.end(), packet.payload.begin(), packet.payload.end());
        socket.send(port, bytes);
      }
    }
    if (!socket.receive(milliseconds(100)).empty() || !read_file(done).empty()) break;
  }
  return read_file(done) == Bytes{'0', '\n'};
}

TEST_P(Ffmpeg, Understands) {
  const VideoCodec codec = GetParam().codec;
  const Bytes original = read_file(stream());
  const std::string sdp = folder_.file("stream.sdp"), out = folder_.file(std::string("out.") + GetParam().name);
  const auto end = std::chrono::steady_clock::now() + kDeadline;
  bool played = false;
  for (int attempt = 0; attempt < 3 && !played; ++attempt) {  // the port may be taken by somebody in between
    const int port = Loopback().port();
    const std::string done = folder_.file("done" + std::to_string(attempt));
    std::ofstream(sdp) << "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=video " << port
                       << " RTP/AVP 102\na=rtpmap:102 " << GetParam().sdp << "/90000\n";
    const std::string play = "(timeout 30 ffmpeg -nostdin -v error -y -protocol_whitelist file,udp,rtp -i " + sdp +
                             " -c copy -frames:v " + std::to_string(kPictures) + " " + out +
                             " >/dev/null 2>&1; echo $? > " + done + ") &";
    ASSERT_EQ(std::system(play.c_str()), 0);
    played = play_to_ffmpeg(codec, original, port, done, end);
  }
  ASSERT_TRUE(played);
  const auto sent = units_of(codec, original), got = units_of(codec, read_file(out));
  size_t slices = 0;
  for (const Bytes& unit : got) {
    EXPECT_NE(std::find(sent.begin(), sent.end(), unit), sent.end()) << "a unit that nobody sent";
    slices += is_random_access(codec, nal_type(codec, unit.front()));
  }
  EXPECT_GE(slices, static_cast<size_t>(kPictures) - 1);
}

INSTANTIATE_TEST_SUITE_P(Codecs, Ffmpeg,
                         ::testing::Values(Format{VideoCodec::kH264, "h264", "libx264", "H264"},
                                           Format{VideoCodec::kHevc, "hevc", "libx265", "H265"}),
                         [](const auto& codec) { return std::string(codec.param.name); });

}  // namespace
}  // namespace sdr::rtc

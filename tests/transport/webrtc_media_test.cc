// SPDX-License-Identifier: Apache-2.0
// Pictures over WebRTC, sent by the service's own loop and by threads beside it: joining, repairing, moving, leaving.
#include "tests/transport/webrtc_stand.h"

namespace sdr::testing {
namespace {

class TransportWebRtcMedia : public TransportWebRtc {
 protected:
  /// The first viewer of a transport that is started for it.
  std::unique_ptr<RtcViewer> make_one_who_sees() {
    open_ring();
    start();
    auto viewer = make_viewer(false);
    EXPECT_TRUE(viewer->accept(body_of(post(*viewer))));
    EXPECT_TRUE(watch(*viewer));
    return viewer;
  }
};

TEST_P(TransportWebRtcMedia, GivesAWhepViewerTheRingsPicturesByteForByte) {
  open_ring();
  start();
  auto viewer = make_viewer(false);
  const std::string answer = post(*viewer);
  EXPECT_TRUE(has(answer, "HTTP/1.1 201")) << answer;
  EXPECT_TRUE(header_of_answer(answer, "Location").starts_with("/stream/whep/"));
  EXPECT_NE(header_of_answer(answer, "ETag"), "");
  ASSERT_TRUE(viewer->accept(body_of(answer)));
  ASSERT_TRUE(watch(*viewer));
  for (int i = 0; i < 30; ++i) {
    const size_t before = viewer->shown();
    const std::vector<uint8_t>& picture = write_picture(i % 10 == 5, i % 3 == 0 ? 60'000 : 300);
    ASSERT_TRUE(until_all([&] { return viewer->shown() > before; })) << i;
    EXPECT_EQ(viewer->player().browser().newest_frame(), picture) << i;
  }
  EXPECT_EQ(viewer->player().not_authentic(), 0u);
}

TEST_P(TransportWebRtcMedia, AsksForAKeyframeWhereNoneIsKept) {
  open_ring();
  start();
  auto viewer = make_viewer(false);
  heard.clear();
  ASSERT_TRUE(viewer->accept(body_of(post(*viewer))));
  ASSERT_TRUE(until_all([&] { return viewer->player().connected(); }));
  ASSERT_TRUE(wait_bus("control.request_idr"));
  write_picture(true);
  EXPECT_TRUE(until_all([&] { return viewer->shown() > 0; }));
}

TEST_P(TransportWebRtcMedia, FollowsAViewerToAnotherPort) {
  auto viewer = make_one_who_sees();
  viewer->move();
  EXPECT_TRUE(watch(*viewer));
  EXPECT_EQ(transport->rtc().port().count(), 1u);
}

TEST_P(TransportWebRtcMedia, FollowsAViewerFromUdpToTcpAndEndsWithItThere) {
  auto viewer = make_one_who_sees();
  viewer->move_to_tcp();
  ASSERT_TRUE(watch(*viewer));
  for (int i = 0; i < 10; ++i) {
    const size_t before = viewer->shown();
    write_picture(i % 5 == 0, 20'000);
    ASSERT_TRUE(until_all([&] { return viewer->shown() > before; })) << i;
  }
  EXPECT_EQ(viewer->player().not_authentic(), 0u);
  EXPECT_EQ(transport->rtc().port().count(), 1u);
}

TEST_P(TransportWebRtcMedia, RepeatsWhatAViewerDidNotGet) {
  auto viewer = make_one_who_sees();
  write_picture(true);
  ASSERT_TRUE(until_all([&] { return viewer->shown() > 1; }));
  viewer->lose(2);
  ASSERT_TRUE(until_all([&] {
    flow();
    return viewer->player().browser().repeats() > 0;
  }));
  const size_t before = viewer->shown();
  EXPECT_TRUE(until_all([&] {
    flow();
    return viewer->shown() > before + 5;
  }));
}

TEST_P(TransportWebRtcMedia, AsksForAKeyframeForAViewerThatLostItsPicture) {
  auto viewer = make_one_who_sees();
  heard.clear();
  viewer->lose(100'000);
  const Time deaf = std::chrono::steady_clock::now() + std::chrono::milliseconds(1500);
  ASSERT_TRUE(until_all([&] {
    flow(true);
    return std::chrono::steady_clock::now() > deaf;
  }));
  viewer->lose(0);
  ASSERT_TRUE(until_all([&] {
    flow(true);
    return std::any_of(heard.begin(), heard.end(), [](const Heard& h) { return h.subject == "control.request_idr"; });
  }));
  const size_t before = viewer->shown();
  EXPECT_TRUE(until_all([&] {
    write_picture(true);
    return viewer->shown() > before;
  }));
}

TEST_P(TransportWebRtcMedia, ShowsVideoToManyWhoComeAndGo) {
  open_ring();
  start();
  std::vector<std::unique_ptr<RtcViewer>> viewers;
  std::vector<std::string> locations;
  for (int i = 0; i < 24; ++i) {
    viewers.push_back(make_viewer(false));
    const std::string answer = post(*viewers.back());
    locations.push_back(header_of_answer(answer, "Location"));
    ASSERT_TRUE(viewers.back()->accept(body_of(answer)));
    write_picture(i % 4 == 0);
    ASSERT_TRUE(until_all([&] { return viewers.back()->player().connected(); }));
    if (viewers.size() <= 6) continue;
    EXPECT_TRUE(has(request("DELETE", locations.front(), "", ""), "HTTP/1.1 200"));
    EXPECT_TRUE(until_all([&] { return !viewers.front()->player().ended().empty(); }));
    forget(viewers.front());
    viewers.erase(viewers.begin());
    locations.erase(locations.begin());
  }
  ASSERT_TRUE(watch(*viewers.back()));
  for (const auto& viewer : viewers) {
    EXPECT_TRUE(until_all([&] { return viewer->shown() > 0; }));
    EXPECT_EQ(viewer->player().not_authentic(), 0u);
  }
  EXPECT_EQ(transport->rtc().port().count(), viewers.size());
  const auto threads = transport->registry().gauge("rtc_threads", "").value();
  EXPECT_EQ(threads, GetParam());
}

TEST_P(TransportWebRtcMedia, EndsInTheMiddleOfFrames) {
  open_ring();
  start();
  auto first = make_viewer(false), second = make_viewer(false);
  ASSERT_TRUE(first->accept(body_of(post(*first))));
  ASSERT_TRUE(second->accept(body_of(post(*second))));
  ASSERT_TRUE(watch(*first) && watch(*second));
  for (int i = 0; i < 10; ++i) write_picture(i == 0, 50'000);
  loop.run_once(std::chrono::milliseconds(1));
  transport.reset();
  first->poll(), second->poll();
  EXPECT_EQ(first->player().ended(), to_string(rtc::DtlsEnd::kClosedByPeer));
  EXPECT_EQ(second->player().ended(), to_string(rtc::DtlsEnd::kClosedByPeer));
}

INSTANTIATE_TEST_SUITE_P(Threads, TransportWebRtcMedia, ::testing::Values(0, 2));

}  // namespace
}  // namespace sdr::testing

// SPDX-License-Identifier: Apache-2.0
#include "rtc/sdp/offer.h"

#include <gtest/gtest.h>

#include "rtc/sdp/errc.h"

namespace sdr::rtc {
namespace {

constexpr VideoStream kMain = {VideoCodec::kH264, 0x4D, 0x40, 0x28};

OfferOptions offer_options() {
  OfferOptions options;
  options.session_id = "1";
  options.local = {"theirs00", "theirPasswordOf24Letters", {"sha-256 12:34"}, std::nullopt};
  return options;
}

AnswerOptions answer_options() {
  AnswerOptions options;
  options.session_id = "2";
  options.local = {"ourUfrag", "ourPasswordOf24Letters00", {"sha-256 AB:CD"}, std::nullopt};
  options.streams = {kMain};
  options.cname = options.stream_id = options.track_id = "robot";
  return options;
}

/// Over the wire, as it would come.
SessionDescription sent(const SessionDescription& description) { return parse_sdp(to_sdp(description)).value(); }

TEST(MakeOffer, BothSidesComeToTheSame) {
  OfferOptions options = offer_options();
  options.hevc = true;
  const SessionDescription offer = make_offer(options);
  const Answer answer = make_answer(sent(offer), answer_options()).value();
  const auto result = accept_answer(offer, sent(answer.description));
  ASSERT_TRUE(result.ok()) << result.error().message();
  const NegotiatedVideo &ours = answer.negotiated.video.value(), &theirs = result->video.value();
  EXPECT_EQ(ours.match, FormatMatch::kExact);
  EXPECT_EQ(theirs.payload_type, ours.payload_type);
  EXPECT_EQ(theirs.rtx_payload_type, ours.rtx_payload_type);
  EXPECT_TRUE(ours.rtx_payload_type.has_value());
  EXPECT_EQ(theirs.extensions.transport_sequence, ours.extensions.transport_sequence);
  EXPECT_EQ(theirs.extensions.playout_delay, ours.extensions.playout_delay);
  EXPECT_EQ(theirs.mid, ours.mid);
  EXPECT_EQ(result->data->mid, answer.negotiated.data->mid);
  EXPECT_EQ(result->remote.ice_ufrag, "ourUfrag");
  EXPECT_EQ(result->remote.setup, DtlsSetup::kPassive);
}

TEST(MakeOffer, OffersHevcWhereItIsWanted) {
  OfferOptions options = offer_options();
  options.hevc = true;
  AnswerOptions hevc = answer_options();
  hevc.streams = {{VideoCodec::kHevc, 1, 0, 93}, kMain};
  EXPECT_EQ(make_answer(make_offer(options), hevc)->negotiated.video->stream, 0u);
  EXPECT_EQ(make_answer(make_offer(offer_options()), hevc)->negotiated.video->stream, 1u);
}

TEST(MakeOffer, DataAloneIsAnOfferToo) {
  OfferOptions options = offer_options();
  options.video = false;
  const SessionDescription offer = make_offer(options);
  const auto result = accept_answer(offer, make_answer(offer, answer_options())->description);
  ASSERT_TRUE(result.ok());
  EXPECT_FALSE(result->video.has_value());
  EXPECT_EQ(result->data->mid, "0");
}

TEST(AcceptAnswer, RefusesWhatDoesNotFitTheOffer) {
  const SessionDescription offer = make_offer(offer_options());
  const SessionDescription good = make_answer(offer, answer_options())->description;
  const auto refusal = [&](auto change) {
    SessionDescription answer = good;
    change(answer);
    const auto result = accept_answer(offer, answer);
    return result ? std::error_code() : result.error().code();
  };
  EXPECT_EQ(refusal([](auto&) {}), std::error_code());
  EXPECT_EQ(refusal([](auto& answer) { answer.media.pop_back(); }), SdpErrc::kNotAnAnswer);
  EXPECT_EQ(refusal([](auto& answer) { answer.media[0].mid = "7"; }), SdpErrc::kNotAnAnswer);
  EXPECT_EQ(refusal([](auto& answer) { answer.media[0].rtp[0].payload_type = 33; }), SdpErrc::kNotAnAnswer);
  EXPECT_EQ(refusal([](auto& answer) { answer.media[0].rtp[0].name = "VP8"; }), SdpErrc::kNotAnAnswer);
  EXPECT_EQ(refusal([](auto& answer) { answer.media[0].rtcp_mux = false; }), SdpErrc::kNotAnAnswer);
  EXPECT_EQ(refusal([](auto& answer) { answer.media[1].sctp_port.reset(); }), SdpErrc::kNotAnAnswer);
  EXPECT_EQ(refusal([](auto& answer) { answer.media[0].transport.fingerprints.clear(); }), SdpErrc::kNoTransport);
  EXPECT_EQ(refusal([](auto& answer) { answer.media[0].transport.setup = DtlsSetup::kActPass; }), SdpErrc::kBadSetup);
  EXPECT_EQ(refusal([](auto& answer) { answer.media[0].port = answer.media[1].port = 0; }), SdpErrc::kNothingInCommon);
}

}  // namespace
}  // namespace sdr::rtc

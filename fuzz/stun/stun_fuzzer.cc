// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "rtc/ice/candidate.h"
#include "rtc/ice/ice_agent.h"
#include "rtc/ice/stun_writer.h"
#include "rtc/ice/tcp_framing.h"

// What strangers may send to the port: a datagram as it is; the same bytes as attributes of a request whose integrity
// is right, since the fuzzer would not guess it; the same bytes as a TCP stream, cut anywhere; and as a candidate line.
// Besides staying within bounds: whoever is not authenticated gets no more bytes than came and changes nothing; an
// answer can be read; frames are the same wherever the stream is cut; a candidate that was written is read as the same
// one.

namespace {

using namespace sdr::rtc;

constexpr std::string_view kUfrag = "ourUfrag", kPassword = "ourPasswordOf24Letters00";

struct NoEvents final : IceEvents {
  void on_address(const Address&) override {}
  void on_address_forgotten(const Address&) override {}
  void on_selected(const Address&) override {}
  void on_credentials_retired(const IceCredentials&) override {}
  void on_end(IceEnd) override {}
};

void ask(std::span<const uint8_t> datagram) {
  const auto message = parse_stun(datagram);
  if (!message) return;
  SDR_ASSERT(looks_like_stun(datagram), "a message that does not look like one");
  NoEvents events;
  IceCounters counters;
  IceAgent agent(IceConfig(), IceCredentials(kUfrag, kPassword), events, counters, sdr::Time());
  const Address from(Address::Ipv4{192, 0, 2, 1}, 5000);
  StunAnswerBuffer out;
  const auto answer = agent.on_stun(*message, from, sdr::Time(), out);
  if (!has_valid_integrity(*message, kPassword)) {
    SDR_ASSERT_OP(answer.size(), <=, datagram.size());
    SDR_ASSERT(!agent.knows(from), "an address without authentication");
  }
  if (answer.empty()) return;
  const auto parsed = parse_stun(answer);
  SDR_ASSERT(parsed.ok() && parsed->transaction == message->transaction, "an answer that is none");
  SDR_ASSERT(agent.knows(from) == (parsed->message_class == StunClass::kSuccess),
             "an error that was taken for success");
}

void ask_authenticated(std::span<const uint8_t> attributes) {
  std::array<uint8_t, 4096> memory;
  StunWriter writer(memory, StunClass::kRequest, kStunBinding, {});
  writer.add_text(StunAttribute::kUsername, "ourUfrag:theirs");
  while (attributes.size() > 3) {
    const auto type = static_cast<StunAttribute>(attributes[0] << 8 | attributes[1]);
    const size_t size = std::min<size_t>(attributes[2], attributes.size() - 3);
    writer.add_bytes(type, attributes.subspan(3, size));
    attributes = attributes.subspan(3 + size);
  }
  writer.add_integrity(kPassword);
  writer.add_fingerprint();
  ask(writer.finish());
}

void cut_stream(std::span<const uint8_t> stream, size_t piece) {
  TcpFrameReader whole(512), pieces(512);
  std::string frames, same_frames;
  const auto append = [](TcpFrameReader& reader, std::string& to) {
    while (const auto frame = reader.next()) to.append(frame->begin(), frame->end());
  };
  whole.feed(stream);
  append(whole, frames);
  for (size_t at = 0; at < stream.size(); at += piece) {
    pieces.feed(stream.subspan(at, std::min(piece, stream.size() - at)));
    append(pieces, same_frames);
  }
  SDR_ASSERT(frames == same_frames && whole.broken() == pieces.broken(), "a stream read in two ways");
}

void read_candidate(std::string_view text) {
  const auto candidate = parse_candidate("candidate:" + std::string(text));
  if (!candidate) return;
  const auto again = parse_candidate(to_string(*candidate));
  SDR_ASSERT(again.ok() && *again == *candidate, to_string(*candidate));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::span<const uint8_t> bytes(data, size);
  ask(bytes);
  ask_authenticated(bytes);
  if (size > 0) cut_stream(bytes.subspan(1), 1 + data[0] % 40);
  read_candidate({reinterpret_cast<const char*>(data), size});
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// Feeds the decoder what a client may send, in one piece and in pieces; both must give the same messages.

#include <cstdlib>
#include <string>
#include <vector>

#include "net/websocket.h"

namespace {

constexpr size_t kMessageMax = 4096;

using sdr::net::WsDecoder;

std::string decode(std::vector<uint8_t> bytes, size_t piece) {
  WsDecoder decoder(kMessageMax);
  std::string all;
  std::vector<uint8_t> buffer;
  for (size_t at = 0; at < bytes.size(); at += piece) {
    buffer.insert(buffer.end(), bytes.begin() + static_cast<ptrdiff_t>(at),
                  bytes.begin() + static_cast<ptrdiff_t>(std::min(bytes.size(), at + piece)));
    while (true) {
      sdr::net::WsMessage message{};
      const WsDecoder::State state = decoder.next(buffer, message);
      if (decoder.consumed() > buffer.size()) std::abort();
      if (state == WsDecoder::State::kMessage) {
        if (message.payload.size() > kMessageMax) std::abort();
        all.push_back(static_cast<char>(message.opcode));
        all.append(reinterpret_cast<const char*>(message.payload.data()), message.payload.size());
        if (message.opcode == sdr::net::WsOpcode::kClose) (void)sdr::net::parse_ws_close(message.payload);
      }
      buffer.erase(buffer.begin(), buffer.begin() + static_cast<ptrdiff_t>(decoder.consumed()));
      if (state == WsDecoder::State::kError) return all + "!" + std::to_string(static_cast<int>(decoder.close_code()));
      if (state == WsDecoder::State::kNeedMore) break;
    }
  }
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::vector<uint8_t> bytes(data, data + size);
  if (bytes.empty()) return 0;
  if (decode(bytes, bytes.size()) != decode(bytes, 1 + bytes[0] % 7u)) std::abort();
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// Two ends of ours shake hands while the input plays the network between them: each byte says what becomes of the next
// datagram (arrives, is lost, comes twice, changed, later, cut), or puts bytes of its own on the way, or lets time
// pass. Whatever it does, two ends that are connected agree on their keys, and each says at most once that it ended.

#include <cstdlib>
#include <deque>
#include <vector>

#include "rtc/dtls/dtls.h"
#include "rtc/dtls/record_check.h"
#include "rtc/testing/virtual_time.h"

namespace {

using namespace sdr::rtc;
using Bytes = std::vector<uint8_t>;

void require(bool holds) {
  if (!holds) std::abort();
}

struct End : DtlsObserver {
  void on_dtls_datagram(std::span<const uint8_t> datagram) override {
    require(!datagram.empty() && datagram.size() <= kDtlsMtu && check_records(datagram));
    if (out.size() < 100) out.emplace_back(datagram.begin(), datagram.end());
  }
  void on_dtls_connected(const SrtpKeys& agreed) override {
    require(connected++ == 0 && ended == 0);
    keys = agreed;
  }
  void on_dtls_message(std::span<const uint8_t> message) override {
    require(connected == 1 && ended == 0 && !message.empty());
  }
  void on_dtls_end(DtlsEnd end, std::string_view) override { require(ended++ == 0 && !to_string(end).empty()); }

  std::deque<Bytes> out;
  int connected = 0, ended = 0;
  SrtpKeys keys;
};

class Input {
 public:
  explicit Input(std::span<const uint8_t> bytes) : bytes_(bytes) {}
  bool empty() const { return bytes_.empty(); }
  uint8_t byte() {
    if (bytes_.empty()) return 0;
    const uint8_t first = bytes_[0];
    bytes_ = bytes_.subspan(1);
    return first;
  }
  Bytes take(size_t count) {
    count = std::min(count, bytes_.size());
    Bytes taken(bytes_.begin(), bytes_.begin() + static_cast<ptrdiff_t>(count));
    bytes_ = bytes_.subspan(count);
    return taken;
  }

 private:
  std::span<const uint8_t> bytes_;
};

class World {
 public:
  World()
      : client_(context(), {.role = DtlsRole::kClient, .peer = {context()->fingerprint()}}, at_client_),
        server_(context(), {.role = DtlsRole::kServer, .peer = {context()->fingerprint()}}, at_server_) {
    client_.start(time_.now());
  }

  void step(Input& input) {
    const uint8_t what = input.byte();
    const bool to_server = (what & 1) != 0;
    Dtls& to = to_server ? server_ : client_;
    std::deque<Bytes>& from = to_server ? at_client_.out : at_server_.out;
    switch ((what >> 1) & 7) {
      case 0:
        return pass_time(input.byte());
      case 1:
        return to.on_datagram(input.take(input.byte()), time_.now());
      case 2:
        return (void)to.send(input.take(1 + input.byte()));
      default:
        break;
    }
    if (from.empty()) return;
    Bytes datagram = std::move(from.front());
    from.pop_front();
    treat((what >> 4) & 7, datagram, from, input);
    if (!datagram.empty()) to.on_datagram(datagram, time_.now());
  }

  void finish() const {
    if (at_client_.connected == 0 || at_server_.connected == 0) return;
    require(at_client_.keys.profile == at_server_.keys.profile);
    require(at_client_.keys.local.key == at_server_.keys.remote.key);
    require(at_client_.keys.remote.salt == at_server_.keys.local.salt);
  }

 private:
  static const std::shared_ptr<const DtlsContext>& context() {
    static const auto made = DtlsContext::create().value();
    return made;
  }

  static void treat(int how, Bytes& datagram, std::deque<Bytes>& from, Input& input) {
    const size_t at = (size_t{input.byte()} << 8 | input.byte()) % datagram.size();
    if (how == 1) datagram[at] ^= static_cast<uint8_t>(1 + input.byte() % 255);
    if (how == 2) datagram.resize(at);
    if (how == 3) from.push_front(datagram);
    if (how == 4) from.push_back(std::exchange(datagram, {}));
    if (how == 5) datagram.clear();
    if (how == 6) {
      const Bytes more = input.take(input.byte());
      datagram.insert(datagram.begin() + static_cast<ptrdiff_t>(at), more.begin(), more.end());
    }
  }

  void pass_time(uint8_t steps) {
    time_.advance(std::chrono::milliseconds(10 * steps));
    for (Dtls* const each : {&client_, &server_}) {
      if (each->next_time() && *each->next_time() <= time_.now()) each->on_time(time_.now());
      require(!each->ended() || !each->next_time());
    }
  }

  testing::VirtualTime time_;
  End at_client_, at_server_;
  Dtls client_, server_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 4096) return 0;
  Input input({data, size});
  World world;
  while (!input.empty()) world.step(input);
  world.finish();
  return 0;
}

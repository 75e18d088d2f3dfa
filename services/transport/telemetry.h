// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/metrics.h"
#include "schema/subjects.h"
#include "transport/camera.h"
#include "transport/hub.h"

// What the robot tells, on its way from the bus to the viewers. An event goes at once, save one that only repeats
// itself to more than 64 viewers. Of a stream of values the newest goes 30 times a second: all subjects of a tick are
// prepared once, and ride behind the next frame of the first camera in the same write, so that a thousand viewers cost
// no second round of sends. Who got no frame gets them by themselves.
//
// Thread: the loop's. Bounds: 64 subjects, payloads of 64 KiB; what is beyond is dropped and counted, as is what does
// not parse. A client that joins is told the newest of everything that is not older than three seconds.

namespace sdr::transport {

class Telemetry {
 public:
  static constexpr size_t kSubjectsMax = 64;
  static constexpr Duration kTick = std::chrono::milliseconds(33);

  Telemetry(Hub& hub, Registry& registry);

  /// From the bus.
  void on_message(std::string_view subject, std::string_view payload, Time now);
  /// What the transport itself has to tell everybody, kept for those who join.
  void tell_all(std::string_view subject, std::string_view payload, Time now);
  /// Everything new since the last tick is made ready to go. `frames_come`: a frame is soon there to carry it.
  void tick(bool frames_come);
  /// Puts what is ready behind the frame.
  void ride(Camera& camera, VideoMessage& frame);
  /// After a round: those who got no frame get what is ready.
  void finish_tick();
  /// The newest of everything, to a client that joins.
  void greet(Client& client, Time now);
  /// Who holds the lease gets every event at once, however many watch.
  void set_operator(std::function<Client*()> find_operator) { find_operator_ = std::move(find_operator); }

 private:
  struct Subject {
    const schema::SubjectInfo* info = nullptr;  // null: none that the schema knows
    std::string payload;
    Time at{};
    bool fresh = false;
    bool kept = true;  // told to those who join
  };

  Subject* find_or_add(std::string_view subject);
  void take_event(Subject& entry, std::string_view subject, std::string_view payload, Time now);
  void send_event(std::string_view subject, std::string_view payload);

  Hub& hub_;
  std::function<Client*()> find_operator_;
  std::map<std::string, Subject, std::less<>> subjects_;
  MessageRef ready_;
  uint32_t tick_ = 0;
  Counter& received_;
  Counter& malformed_;
  Counter& refused_;
};

}  // namespace sdr::transport

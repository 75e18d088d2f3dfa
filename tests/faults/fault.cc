// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/fault.h"

#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>

#include "schema/limits.h"

namespace sdr::faults {
namespace {

using namespace std::chrono_literals;
using schema::Mode;
using schema::SafetyReason;

constexpr Duration kDecay = 250ms, kTtl = std::chrono::milliseconds(schema::kTtlMsDefault), kGate = 1s;
constexpr Duration kHeldOver = 800ms;  // how long the stick is watched that is held over the fault
constexpr std::string_view kAtOnce = "operator's connection gone: at once", kBusAtOnce = "bus lost: at once",
                           kAuthority = "a twist's authority: ttl_ms", kGateCloses = "newest frame older than 1 s",
                           kGoesOn = "none: the robot is driven on";

void nothing(Stand&) {}
void freeze_sim(Stand& s) {
  s.sim().signal(SIGSTOP);
  s.run_for(3s);
  s.sim().signal(SIGCONT);
}
void restart_sim(Stand& s) { s.restart_sim(); }
void restart_transport(Stand& s) {
  s.start_transport();
  s.pilot().connect();
  s.require("the transport takes the operator back", [&] { return s.pilot().robot_us() != 0; });
}
void restart_nats(Stand& s) {
  s.nats().restart();
  const uint64_t before = s.pilot().robot_us();
  s.require("the bus is back", [&] { return s.pilot().robot_us() > before; });
}
void end_driver(Stand& s) { s.end_driver(); }
void wake_driver(Stand& s) {
  s.driver().signal(SIGCONT);
  s.run_for(kHeldOver);
  s.end_driver();
}

constexpr Fault kProcesses[] = {
    {"operator killed", kAtOnce, kDecay, Mode::hold, SafetyReason::idle, [](Stand& s) { s.driver().kill(); },
     end_driver, true},
    {"operator stopped", kAuthority, kTtl + kDecay, Mode::estop, SafetyReason::commands_broke_off,
     [](Stand& s) { s.driver().signal(SIGSTOP); }, wake_driver, true},
    {"transport killed", kAuthority, kTtl + kDecay, Mode::estop, SafetyReason::commands_broke_off,
     [](Stand& s) { s.transport().kill(); }, restart_transport},
    {"transport stopped", kAuthority, kTtl + kDecay, Mode::estop, SafetyReason::commands_broke_off,
     [](Stand& s) { s.transport().signal(SIGSTOP); }, [](Stand& s) { s.transport().signal(SIGCONT); }},
    {"nats killed", kBusAtOnce, kDecay, Mode::estop, SafetyReason::commands_broke_off,
     [](Stand& s) { s.nats().kill(); }, restart_nats},
    {"nats stopped", kAuthority, kTtl + kDecay, Mode::estop, SafetyReason::commands_broke_off,
     [](Stand& s) { s.nats().freeze(); }, [](Stand& s) { s.nats().thaw(); }},
    {"simulator killed", "the motors' process is gone", kDecay, Mode::hold, SafetyReason::release_stick, restart_sim,
     nothing},
    {"simulator stopped", "from its resumption: ttl_ms was over", kDecay, Mode::estop, SafetyReason::commands_broke_off,
     freeze_sim, nothing, false, true},
};

void release(Stand& s) { s.relay().release(); }

constexpr Fault kNetwork[] = {
    {"network cut silently", kAuthority, kTtl + kDecay, Mode::estop, SafetyReason::commands_broke_off,
     [](Stand& s) { s.relay().cut(); }, release},
    {"network stalled, then released", kAuthority, kTtl + kDecay, Mode::estop, SafetyReason::commands_broke_off,
     [](Stand& s) { s.relay().hold(); }, [](Stand& s) { s.run_for(1s), s.relay().release(); }},
    {"network reset", kAtOnce, kDecay, Mode::hold, SafetyReason::idle, [](Stand& s) { s.relay().reset(); }, nothing},
    {"network slower than ttl_ms", kAuthority, kTtl + kDecay, Mode::estop, SafetyReason::commands_broke_off,
     [](Stand& s) { s.relay().set_profile({.delay = 400ms, .jitter = 50ms}); },
     [](Stand& s) { s.relay().set_profile({}); }},
};

// --- the ring ---

void overwrite_ring(Stand& s) {
  std::mt19937 random(7);
  std::vector<char> noise(std::filesystem::file_size(s.ring()));
  for (char& byte : noise) byte = static_cast<char>(random());
  std::fstream file(s.ring(), std::ios::in | std::ios::out | std::ios::binary);
  file.write(noise.data(), static_cast<std::streamsize>(noise.size()));
}
void replace_ring(Stand& s) {
  std::ofstream(s.ring() + ".other") << "not a ring";
  std::filesystem::rename(s.ring() + ".other", s.ring());
}
// Where a folder stands in its place the writer cannot make it anew: no frames come.
void obstruct_ring(Stand& s) {
  std::filesystem::remove(s.ring());
  std::filesystem::create_directory(s.ring());
}
void clear_ring(Stand& s) { std::filesystem::remove(s.ring()); }

constexpr Fault kRing[] = {
    {"ring deleted", kGoesOn, 0ms, Mode::armed, SafetyReason::commanded,
     [](Stand& s) { std::filesystem::remove(s.ring()); }, nothing},
    {"ring truncated", kGoesOn, 0ms, Mode::armed, SafetyReason::commanded,
     [](Stand& s) { std::filesystem::resize_file(s.ring(), 100); }, nothing},
    {"ring replaced", kGoesOn, 0ms, Mode::armed, SafetyReason::commanded, replace_ring, nothing},
    {"ring filled with noise", kGoesOn, 0ms, Mode::armed, SafetyReason::commanded, overwrite_ring, nothing},
    {"ring gone, and not to be made", kGateCloses, kGate + kDecay, Mode::estop, SafetyReason::estop_command,
     obstruct_ring, clear_ring},
};

// --- for long ---

// Watched all the while: the picture goes on, and nothing dies of having nobody to talk to.
void outlast_a_minute(Stand& s) {
  for (int i = 0; i < 6; ++i) {
    const uint64_t frames = s.pilot().frames();
    s.run_for(10s);
    if (s.pilot().frames() == frames || !s.all_alive()) throw std::runtime_error("no picture without the bus");
  }
}

constexpr Fault kOutages[] = {
    {"nats gone for a minute", kBusAtOnce, kDecay, Mode::estop, SafetyReason::commands_broke_off,
     [](Stand& s) { s.nats().kill(); }, [](Stand& s) { outlast_a_minute(s), restart_nats(s); }},
    {"nats stopped for a minute", kAuthority, kTtl + kDecay, Mode::estop, SafetyReason::commands_broke_off,
     [](Stand& s) { s.nats().freeze(); },
     [](Stand& s) {
       outlast_a_minute(s);
       const uint64_t before = s.pilot().robot_us();
       s.nats().thaw();
       s.require("the bus is back", [&] { return s.pilot().robot_us() > before; });
     }},
};

// --- what every fault goes through ---

class Case {
 public:
  Case(Stand& stand, const Fault& fault) : stand_(stand), fault_(fault) {}

  Outcome run() {
    if (fault_.by_process) {
      stand_.drive();  // ends whatever ESTOP there is
      stand_.drive_by_process();
    } else {
      stand_.drive();
    }
    stand_.run_for(200ms);
    const size_t found = stand_.witness().findings().size();
    const uint64_t frames = stand_.pilot().frames();
    uint64_t fault_us = monotonic_us();
    fault_.inflict(stand_);
    if (fault_.from_its_end) fault_us = monotonic_us();
    if (fault_.rests_in == Mode::armed) {
      watch_it_go_on(frames);
    } else {
      watch_it_stop(fault_us);
    }
    if (!stand_.all_alive()) say("a process died");
    stand_.drive();
    for (size_t i = found; i < stand_.witness().findings().size(); ++i) say(stand_.witness().findings()[i]);
    return outcome_;
  }

 private:
  void watch_it_stop(uint64_t fault_us) {
    Witness& witness = stand_.witness();
    const auto rests = [&] { return witness.mode() == fault_.rests_in && witness.reason() == fault_.reason; };
    if (!stand_.until([&] { return rests() && witness.still_from(fault_us); })) {
      return say("it does not come to rest: " + std::string(schema::to_text(witness.mode())) + " " +
                 std::string(schema::to_text(witness.reason())));
    }
    outcome_.to_zero = std::chrono::microseconds(*witness.still_from(fault_us) - fault_us);
    const uint64_t rest_us = monotonic_us();
    fault_.heal(stand_);
    stand_.run_for(kHeldOver);  // the stick is where it was
    if (witness.moved_since(rest_us)) say("a stick held over moved the robot");
  }

  // Frames come again, and the robot is driven all the time or soon again.
  void watch_it_go_on(uint64_t frames) {
    if (!stand_.until([&] { return stand_.pilot().frames() > frames + 20; })) say("no frames come");
  }

  void say(const std::string& what) { outcome_.wrong += (outcome_.wrong.empty() ? "" : "; ") + what; }

  Stand& stand_;
  const Fault& fault_;
  Outcome outcome_;
};

}  // namespace

std::span<const Fault> faults(Group group) {
  switch (group) {
    case Group::processes:
      return kProcesses;
    case Group::network:
      return kNetwork;
    case Group::ring:
      return kRing;
    case Group::outages:
      return kOutages;
  }
  return {};
}

Outcome suffer(Stand& stand, const Fault& fault) { return Case(stand, fault).run(); }

}  // namespace sdr::faults

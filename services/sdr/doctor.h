// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "sdr/drivers.h"
#include "sdr/machine.h"

// `sdr doctor`: what this machine can do, as text or JSON, and whether the main job, a robot in a browser, can run
// here.

namespace sdr::command {

struct PortFacts {
  int port = 0;
  std::string use = {};  ///< whose it would be
  bool free = true;
  std::string holder = {};  ///< where it is taken, as far as it is known
};

struct Diagnosis {
  Machine machine;
  RendererTrial renderer;
  std::vector<EncoderTrial> encoders;
  std::vector<PortFacts> ports;
  std::string nats;                   ///< version; empty: not there
  std::vector<std::string> problems;  ///< why the main job cannot run; empty where it can
};

/// What stands in the way of the main job, one sentence each.
std::vector<std::string> find_problems(const Diagnosis& diagnosis);

std::string doctor_text(const Diagnosis& diagnosis);
std::string doctor_json(const Diagnosis& diagnosis);

/// `sdr doctor ARGUMENTS...`; the process's exit code: 0 where the main job can run, or as --nvenc says.
int run_doctor(int argc, const char* const* argv);

}  // namespace sdr::command

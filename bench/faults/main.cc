// SPDX-License-Identifier: Apache-2.0
// How soon a robot stands still after whatever broke, beside what safety.md promises. See README.md.

#include <cstdio>
#include <exception>

#include "base/json_writer.h"
#include "bench/common/flags.h"
#include "rounds.h"

namespace sdr::bench {
namespace {

using faults::Group;

struct Arguments {
  int repeats = 5;
  int estops = 100;
  double minutes = 1.0;
  uint64_t seed = 1;
  std::string only;  // faults whose names hold it
};

double in_ms(Duration duration) { return std::chrono::duration<double, std::milli>(duration).count(); }

struct Report {
  std::string json;
  JsonWriter writer{json};
  bool good = true;

  void require(bool holds) { good = good && holds; }
};

void print_wrong(const std::vector<std::string>& wrong) {
  for (const std::string& what : wrong) std::printf("      %s\n", what.c_str());
}

void measure_faults(const Arguments& arguments, Report& report) {
  std::printf("from the fault to motors at zero, %d times each\n", arguments.repeats);
  std::printf("  %-32s %9s %9s %9s  %s\n", "", "p50", "most", "bound", "most / bound");
  report.writer.key("faults");
  report.writer.begin_array();
  for (const Group group : {Group::processes, Group::network, Group::ring, Group::outages}) {
    const int repeats = group == Group::outages ? 1 : arguments.repeats;  // a minute each
    faults::Stand stand({.seed = arguments.seed});
    for (const faults::Fault& fault : faults::faults(group)) {
      if (fault.name.find(arguments.only) == fault.name.npos) continue;
      const FaultRound round = suffer_repeatedly(stand, fault, repeats);
      const double p50 = round.to_zero.quantile_ms(0.5), most = round.to_zero.quantile_ms(1.0),
                   bound = in_ms(fault.bound);
      const bool stops = bound > 0.0;
      if (stops) {
        std::printf("  %-32s %6.1f ms %6.1f ms %6.0f ms  %.2f  (%s)\n", std::string(fault.name).c_str(), p50, most,
                    bound, most / bound, std::string(fault.bound_from).c_str());
      } else {
        std::printf("  %-32s %35s (%s)\n", std::string(fault.name).c_str(), "", std::string(fault.bound_from).c_str());
      }
      print_wrong(round.wrong);
      report.require(round.wrong.empty() && most <= bound);
      report.writer.begin_object();
      report.writer.member("fault", fault.name);
      report.writer.member("p50_ms", p50);
      report.writer.member("most_ms", most);
      report.writer.member("bound_ms", bound);
      report.writer.member("wrong", round.wrong.size());
      report.writer.end_object();
      std::fflush(stdout);
    }
  }
  report.writer.end_array();
}

void measure_estop(const Arguments& arguments, Report& report) {
  constexpr double kBoundMs = 20.0;
  faults::Stand stand({.seed = arguments.seed});
  const EstopRound round = press_estop(stand, arguments.estops);
  const double p99 = round.to_robot.quantile_ms(0.99), bare = round.bare.quantile_ms(0.99);
  std::printf("estop, %d times on loopback: p50 %.2f, p99 %.2f ms to the robot side's ESTOP, bound %.0f, ratio %.2f\n",
              arguments.estops, round.to_robot.quantile_ms(0.5), p99, kBoundMs, p99 / kBoundMs);
  std::printf(
      "  until the sender has heard of it p50 %.2f, p99 %.2f ms; a bare request and reply p50 %.2f, p99 %.2f ms\n",
      round.to_page.quantile_ms(0.5), round.to_page.quantile_ms(0.99), round.bare.quantile_ms(0.5), bare);
  report.require(p99 <= kBoundMs);
  report.writer.member("estop_p50_ms", round.to_robot.quantile_ms(0.5));
  report.writer.member("estop_p99_ms", p99);
  report.writer.member("estop_shown_p99_ms", round.to_page.quantile_ms(0.99));
  report.writer.member("bare_p99_ms", bare);
  std::fflush(stdout);
}

void measure_chaos(const Arguments& arguments, Report& report) {
  const ChaosRound round = break_things(arguments.minutes, arguments.seed);
  const faults::Witness::Audit& audit = round.audit;
  std::printf(
      "%.1f minutes, %llu faults one after the other (seed %llu): %llu twists followed, %llu commands refused\n",
      round.minutes, static_cast<unsigned long long>(round.faults), static_cast<unsigned long long>(arguments.seed),
      static_cast<unsigned long long>(audit.twists), static_cast<unsigned long long>(audit.refused));
  const std::pair<const char*, uint64_t> counts[] = {
      {"dead_accepted", audit.dead_accepted}, {"dead_applied", audit.dead_applied},
      {"moved_unarmed", audit.moved_unarmed}, {"repeated", audit.repeated},
      {"estop_left_unasked", audit.unasked},  {"lines_lost", audit.lost}};
  report.writer.member("minutes", round.minutes);
  report.writer.member("faults_in_a_row", round.faults);
  report.writer.member("twists", audit.twists);
  for (const auto& [name, count] : counts) {
    std::printf("  %-20s %llu, bound 0\n", name, static_cast<unsigned long long>(count));
    report.writer.member(name, count);
    report.require(count == 0);
  }
  print_wrong(round.wrong);
  report.require(round.wrong.empty());
  std::fflush(stdout);
}

Arguments read_arguments(int argc, char** argv) {
  Arguments arguments;
  Flags flags("faults");
  flags.add("repeats", &arguments.repeats, {.help = "of each fault; 0: none", .least = 0, .most = 1000});
  flags.add("estops", &arguments.estops,
            {.help = "presses of the emergency stop; 0: none", .least = 0, .most = 100000});
  flags.add("minutes", &arguments.minutes,
            {.help = "of faults one after the other; 0: none", .least = 0, .most = 1440});
  flags.add("seed", &arguments.seed, {.help = "of their order"});
  flags.add("only", &arguments.only, {.help = "faults whose names hold this"});
  flags.read(argc, argv);
  return arguments;
}

int run(const Arguments& arguments) {
  if (const std::string missing = faults::missing_for_stand(); !missing.empty()) {
    std::fprintf(stderr, "%s\n", missing.c_str());
    return 1;
  }
  Report report;
  report.writer.begin_object();
  report.writer.member("bench", "faults");
  if (arguments.repeats > 0) measure_faults(arguments, report);
  if (arguments.estops > 0) measure_estop(arguments, report);
  if (arguments.minutes > 0.0) measure_chaos(arguments, report);
  report.writer.member("as_promised", report.good);
  report.writer.end_object();
  std::printf("%s\n", report.json.c_str());
  return report.good ? 0 : 1;
}

}  // namespace
}  // namespace sdr::bench

int main(int argc, char** argv) try {
  return sdr::bench::run(sdr::bench::read_arguments(argc, argv));
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}

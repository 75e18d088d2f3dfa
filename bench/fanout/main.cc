// SPDX-License-Identifier: Apache-2.0
// How soon, how surely and at what cost a frame gets from the ring to any number of viewers. See README.md.

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <thread>

#include "bench/common/flags.h"
#include "bench/common/server.h"
#include "raw_round.h"
#include "viewers.h"

namespace sdr::bench {
namespace {

using namespace std::chrono_literals;

constexpr int kServerCore = 0, kViewerCore = 1;
constexpr size_t kMessageBytes = Server::kFrameBytes + 33 + 4;

struct Arguments {
  std::string mode = "fanout";
  size_t viewers = 1000;
  int seconds = 8;
};

/// A server that frames come from; ends the program where there is none.
void wait_until_ready(const Server& server) {
  Viewers probe;
  for (int i = 0; i < 100; ++i) {
    std::this_thread::sleep_for(100ms);
    if (const WsViewer* const viewer = probe.open(server.port()); viewer != nullptr) {
      if (probe.run_until_first_frame(*viewer, 3000ms)) return;
    }
  }
  std::fprintf(stderr, "the transport does not come up; see %s\n", server.folder().c_str());
  std::_Exit(1);
}

bool open_viewers(Viewers& viewers, uint16_t port, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (viewers.open(port) == nullptr) return false;
    if (i % 20 == 19) viewers.run(20ms);
  }
  viewers.run(1500ms);
  return true;
}

struct Window {
  WsTotals totals;
  double p50_ms, p95_ms, p99_ms, read_p99_ms, cpu;
};

Window measure(const Server& server, Viewers& viewers, int seconds) {
  viewers.reset_totals();
  const double cpu = server.process().cpu_s();
  const auto start = std::chrono::steady_clock::now();
  viewers.run(std::chrono::seconds(seconds));
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return {viewers.totals(),
          viewers.arrival().quantile_ms(0.5),
          viewers.arrival().quantile_ms(0.95),
          viewers.arrival().quantile_ms(0.99),
          viewers.read().quantile_ms(0.99),
          (server.process().cpu_s() - cpu) / wall};
}

void fan_out(const Arguments& arguments) {
  Window window{};
  double kb_per_viewer = 0;
  {
    const Server server(kServerCore, kViewerCore);
    wait_until_ready(server);
    Viewers viewers;
    // The first one brings the ring's pages and the kept frames, which all the others share.
    if (arguments.viewers > 0 && !open_viewers(viewers, server.port(), 1)) std::_Exit(1);
    const uint64_t before = server.process().memory_bytes();
    if (!open_viewers(viewers, server.port(), arguments.viewers == 0 ? 0 : arguments.viewers - 1)) {
      std::fprintf(stderr, "could not open all viewers\n");
      std::_Exit(1);
    }
    window = measure(server, viewers, arguments.seconds);
    if (arguments.viewers > 0) {
      const double grown = static_cast<double>(server.process().memory_bytes()) - static_cast<double>(before);
      kb_per_viewer = std::max(0.0, grown) / 1024 / static_cast<double>(arguments.viewers);
    }
  }
  RawRound raw;
  if (arguments.viewers > 0) raw = measure_raw_round(arguments.viewers, kMessageBytes, Server::kFps, 4, kServerCore);
  const double ratio = raw.p99_ms > 0 ? window.p99_ms / raw.p99_ms : 0;
  std::printf("%zu viewers, %d s at 60 fps of %zu bytes, server on one core\n", arguments.viewers, arguments.seconds,
              Server::kFrameBytes);
  std::printf("  ring to socket  p50 %.2f  p95 %.2f  p99 %.2f ms (read by the viewer: p99 %.2f)\n", window.p50_ms,
              window.p95_ms, window.p99_ms, window.read_p99_ms);
  std::printf("  raw send round  p50 %.2f  p95 %.2f  p99 %.2f ms, a whole round %.2f; ratio of p99 %.2f\n", raw.p50_ms,
              raw.p95_ms, raw.p99_ms, raw.round_p50_ms, ratio);
  std::printf("  frames %llu, lost %llu, viewers closed %llu; CPU %.1f %% of a core; %.1f KB per viewer\n",
              static_cast<unsigned long long>(window.totals.frames),
              static_cast<unsigned long long>(window.totals.lost),
              static_cast<unsigned long long>(window.totals.closed), window.cpu * 100, kb_per_viewer);
  std::printf(
      "{\"bench\":\"fanout\",\"mode\":\"fanout\",\"viewers\":%zu,\"seconds\":%d,\"p50_ms\":%.3f,\"p95_ms\":%.3f,\"p99_"
      "ms\":%.3f,"
      "\"read_p99_ms\":%.3f,\"raw_p50_ms\":%.3f,\"raw_p99_ms\":%.3f,\"raw_round_ms\":%.3f,\"p99_ratio\":%.3f,"
      "\"frames\":%llu,\"lost\":%llu,\"closed\":%llu,"
      "\"cpu\":%.4f,\"kb_per_viewer\":%.2f}\n",
      arguments.viewers, arguments.seconds, window.p50_ms, window.p95_ms, window.p99_ms, window.read_p99_ms, raw.p50_ms,
      raw.p99_ms, raw.round_p50_ms, ratio, static_cast<unsigned long long>(window.totals.frames),
      static_cast<unsigned long long>(window.totals.lost), static_cast<unsigned long long>(window.totals.closed),
      window.cpu, kb_per_viewer);
}

void connect(const Arguments& arguments) {
  const Server server(kServerCore, kViewerCore);
  wait_until_ready(server);
  Viewers viewers;
  WsViewer* const background = viewers.open(server.port());
  if (background == nullptr) std::_Exit(1);
  Times first;
  size_t not_keyframe = 0, failed = 0;
  const size_t connects = static_cast<size_t>(arguments.seconds) * 6;
  for (size_t i = 0; i < connects; ++i) {
    viewers.run(std::chrono::milliseconds(60 + (i * 7919) % 170));  // anywhere in the stream
    WsViewer* const viewer = viewers.open(server.port());
    if (viewer == nullptr || !viewers.run_until_first_frame(*viewer, 3000ms)) {
      ++failed;
      continue;
    }
    first.add(viewer->first_frame_ms() * 1000);
    not_keyframe += !viewer->first_is_keyframe();
    viewer->close();
  }
  std::printf(
      "first frame after connecting, %zu connections\n  p50 %.2f  p95 %.2f  max %.2f ms; not a keyframe %zu, none at "
      "all %zu\n",
      connects, first.quantile_ms(0.5), first.quantile_ms(0.95), first.quantile_ms(1), not_keyframe, failed);
  std::printf(
      "{\"bench\":\"fanout\",\"mode\":\"connect\",\"connects\":%zu,\"p50_ms\":%.3f,\"p95_ms\":%.3f,\"max_ms\":%.3f,"
      "\"not_keyframe\":%zu,\"failed\":%zu}\n",
      connects, first.quantile_ms(0.5), first.quantile_ms(0.95), first.quantile_ms(1), not_keyframe, failed);
}

void slow(const Arguments& arguments) {
  const Server server(kServerCore, kViewerCore);
  wait_until_ready(server);
  Viewers viewers;
  if (!open_viewers(viewers, server.port(), arguments.viewers)) std::_Exit(1);
  const Window without = measure(server, viewers, arguments.seconds / 2);
  Viewers sleeper;  // connected, and never read from: the server lets go of it after 5 s
  if (sleeper.open(server.port()) == nullptr) std::_Exit(1);
  const Window with = measure(server, viewers, arguments.seconds / 2);
  std::printf(
      "%zu viewers without and with one that reads nothing\n  p99 %.2f and %.2f ms, ratio %.2f; lost %llu and %llu\n",
      arguments.viewers, without.p99_ms, with.p99_ms, with.p99_ms / without.p99_ms,
      static_cast<unsigned long long>(without.totals.lost), static_cast<unsigned long long>(with.totals.lost));
  std::printf(
      "{\"bench\":\"fanout\",\"mode\":\"slow\",\"viewers\":%zu,\"p99_without_ms\":%.3f,\"p99_with_ms\":%.3f,\"ratio\":%"
      ".3f,\"lost\":%llu}\n",
      arguments.viewers, without.p99_ms, with.p99_ms, with.p99_ms / without.p99_ms,
      static_cast<unsigned long long>(with.totals.lost));
}

Arguments read_arguments(int argc, char** argv) {
  Arguments arguments;
  Flags flags("fanout");
  flags.add("mode", &arguments.mode, {.help = "what is measured", .choices = {"fanout", "connect", "slow"}});
  flags.add("viewers", &arguments.viewers, {.help = "at the same time", .most = 10000});
  flags.add("seconds", &arguments.seconds, {.help = "that frames are counted", .least = 2, .most = 600});
  flags.read(argc, argv);
  return arguments;
}

}  // namespace
}  // namespace sdr::bench

int main(int argc, char** argv) {
  using namespace sdr::bench;
  const Arguments arguments = read_arguments(argc, argv);
  const std::map<std::string, void (*)(const Arguments&)> modes = {
      {"fanout", fan_out}, {"connect", connect}, {"slow", slow}};
  raise_descriptor_limit();
  pin_to_core(kViewerCore);
  modes.at(arguments.mode)(arguments);
  return 0;
}

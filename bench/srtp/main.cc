// SPDX-License-Identifier: Apache-2.0
// What SRTP costs beside the bare encryption below it and beside libsrtp2, and what a core can encrypt and send at
// most. See README.md.

#include <cstdio>
#include <string>

#include "bench/common/flags.h"
#include "bench/common/process.h"
#include "protect.h"
#include "segmented_sends.h"

namespace {

using sdr::bench::ProtectFigures, sdr::bench::SendFigures, sdr::bench::SendOptions;

constexpr int kServerCore = 0, kReaderCore = 1, kTurns = 5;

struct Arguments {
  size_t peers = 1000;
  int rounds = 30;
};

double ratio(double ours, double theirs) { return theirs > 0 ? ours / theirs : 0; }

SendFigures better(const SendFigures& a, const SendFigures& b) { return a.gbit_per_core_s > b.gbit_per_core_s ? a : b; }

void report_protect(const char* name, sdr::rtc::SrtpProfile profile, const Arguments& arguments) {
  const ProtectFigures f = sdr::bench::measure_protect(profile, arguments.peers, arguments.rounds);
  std::printf("%s, packets of 1200 bytes, %zu peers\n", name, arguments.peers);
  std::printf("  ours %.0f ns, bare calls %.0f ns (ours over bare %.3f)", f.ours_ns, f.bare_ns,
              ratio(f.ours_ns, f.bare_ns));
  if (f.libsrtp_ns > 0) {
    std::printf(", libsrtp2 %.0f ns (over ours %.2f)\n", f.libsrtp_ns, ratio(f.libsrtp_ns, f.ours_ns));
  } else {
    std::printf("; libsrtp2 is not built in\n");
  }
  std::printf(
      "{\"bench\":\"srtp\",\"mode\":\"protect\",\"profile\":\"%s\",\"peers\":%zu,\"ours_ns\":%.1f,\"bare_ns\":%.1f,"
      "\"ours_over_bare\":%.4f,\"libsrtp2_ns\":%.1f,\"libsrtp2_over_ours\":%.3f}\n",
      name, arguments.peers, f.ours_ns, f.bare_ns, ratio(f.ours_ns, f.bare_ns), f.libsrtp_ns,
      ratio(f.libsrtp_ns, f.ours_ns));
}

void report_sends(const Arguments& arguments) {
  const auto measure = [&](bool encrypts, bool sends, bool segmented, bool whole = true) {
    return sdr::bench::measure_sends({.peers = arguments.peers,
                                      .frames = arguments.rounds,
                                      .encrypts = encrypts,
                                      .sends = sends,
                                      .segmented = segmented,
                                      .whole = whole},
                                     kReaderCore);
  };
  SendFigures limit, ours;
  for (int i = 0; i < kTurns; ++i) {  // in turns, the better of each: what else the machine does hits both
    limit = better(limit, measure(true, true, true));
    ours = better(ours,
                  sdr::bench::measure_our_sends({.peers = arguments.peers, .frames = arguments.rounds}, kReaderCore));
  }
  const SendFigures encrypted = measure(true, false, true), sent = measure(false, true, true),
                    split = measure(true, true, true, false), single = measure(true, true, false, false);
  std::printf("A frame of 14 packets of 1200 bytes to each of %zu sockets, one core\n", arguments.peers);
  std::printf("  AES-128-GCM and segmented sends %.2f Gbit/s, %.1f ms a frame (the limit)\n", limit.gbit_per_core_s,
              limit.ms_per_frame);
  std::printf("  ours, SrtpSender and UdpSender %.2f Gbit/s, %.1f ms a frame; ours over the limit %.3f\n",
              ours.gbit_per_core_s, ours.ms_per_frame, ratio(ours.gbit_per_core_s, limit.gbit_per_core_s));
  std::printf(
      "  encryption alone %.2f, segmented sends alone %.2f; both, where this core splits for the receivers, %.2f, with "
      "a message per packet %.2f\n",
      encrypted.gbit_per_core_s, sent.gbit_per_core_s, split.gbit_per_core_s, single.gbit_per_core_s);
  std::printf(
      "{\"bench\":\"srtp\",\"mode\":\"sends\",\"peers\":%zu,\"limit_gbit_s\":%.3f,\"limit_frame_ms\":%.3f,"
      "\"ours_gbit_s\":%.3f,\"ours_over_limit\":%.4f,"
      "\"gcm_gbit_s\":%.3f,\"segmented_gbit_s\":%.3f,\"split_gbit_s\":%.3f,\"unsegmented_gbit_s\":%.3f,\"segmented_"
      "over_unsegmented\":%.3f}"
      "\n",
      arguments.peers, limit.gbit_per_core_s, limit.ms_per_frame, ours.gbit_per_core_s,
      ratio(ours.gbit_per_core_s, limit.gbit_per_core_s), encrypted.gbit_per_core_s, sent.gbit_per_core_s,
      split.gbit_per_core_s, single.gbit_per_core_s, ratio(limit.gbit_per_core_s, single.gbit_per_core_s));
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  sdr::bench::Flags flags("srtp");
  flags.add("peers", &arguments.peers, {.help = "that a frame is encrypted for", .least = 1, .most = 10000});
  flags.add("rounds", &arguments.rounds, {.help = "of which the median counts", .least = 1, .most = 10000});
  flags.read(argc, argv);
  sdr::bench::raise_descriptor_limit();
  sdr::bench::pin_to_core(kServerCore);
  report_protect("AEAD_AES_128_GCM", sdr::rtc::SrtpProfile::kAeadAes128Gcm, arguments);
  report_protect("AES128_CM_SHA1_80", sdr::rtc::SrtpProfile::kAes128CmSha1_80, arguments);
  report_sends(arguments);
  return 0;
}

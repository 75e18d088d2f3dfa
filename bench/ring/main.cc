// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <optional>

#include "bench/common/flags.h"
#include "cases.h"
#include "frames/crc32.h"

// What the ring costs: from the commit of a 16 KB frame to a checked copy in another process, beside a bare copy and
// CRC of the same bytes, beside iceoryx with the same payload written and read, and, for a reader that sleeps, beside a
// Unix datagram socket that carries the frame. Bounds: spinning p50 at most 0.5 µs over the bare copy and CRC; blocking
// p50 no slower than the datagram.

namespace {

using sdr::bench::Figures;
using sdr::bench::Outcome;

constexpr double kSpinBoundUs = 0.5;

void print(const char* what, const Figures& figures) {
  std::printf("  %-58s p50 %7.2f us   p99 %8.2f us\n", what, figures.p50_us, figures.p99_us);
}

void print_json(const Outcome& spinning, const Outcome& flag, const std::optional<Outcome>& iceoryx,
                const Outcome& blocking, const Outcome& datagram) {
  std::printf("{\"bench\":\"ring\",\"frame_bytes\":%zu,\"crc\":\"%s\"", sdr::bench::kFrameBytes,
              sdr::frames::crc32_implementation());
  const auto figures = [](const char* name, const Figures& value) {
    std::printf(",\"%s_p50_us\":%.3f,\"%s_p99_us\":%.3f", name, value.p50_us, name, value.p99_us);
  };
  figures("spinning", spinning.delivery);
  figures("bare", flag.fresh);
  figures("bare_warm", spinning.warm);
  figures("flag", flag.delivery);
  figures("blocking", blocking.delivery);
  figures("datagram", datagram.delivery);
  const double over = spinning.delivery.p50_us - flag.fresh.p50_us;
  std::printf(",\"over_bare_p50_us\":%.3f,\"over_bare_bound_us\":%.1f", over, kSpinBoundUs);
  std::printf(",\"blocking_to_datagram_p50\":%.3f", blocking.delivery.p50_us / datagram.delivery.p50_us);
  if (iceoryx) {
    figures("iceoryx", iceoryx->delivery);
    std::printf(",\"spinning_to_iceoryx_p50\":%.3f", spinning.delivery.p50_us / iceoryx->delivery.p50_us);
  }
  std::printf("}\n");
}

}  // namespace

int main(int argc, char** argv) {
  sdr::bench::Flags("ring").read(argc, argv);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  std::printf("ring, %zu byte frames, CRC-32 by %s\n", sdr::bench::kFrameBytes, sdr::frames::crc32_implementation());
  const std::optional<Outcome> iceoryx = sdr::bench::run_iceoryx();
  const Outcome spinning = run(sdr::bench::ring_case("spinning", true));
  print("ring, spinning reader, commit to checked copy", spinning.delivery);
  const Outcome flag = run(sdr::bench::flag_case());
  print("bare copy and CRC of bytes that another core just wrote", flag.fresh);
  print("bare copy and CRC of bytes in the reader's own cache", spinning.warm);
  print("bare shared memory: flag, copy and CRC", flag.delivery);
  if (iceoryx)
    print("iceoryx, spinning reader, same payload, copied and checked", iceoryx->delivery);
  else
    std::printf(
        "  SKIPPED: iceoryx (install libiceoryx-posh-dev and libacl1-dev and configure again to compare with it)\n");
  const Outcome blocking = run(sdr::bench::ring_case("blocking", false));
  print("ring, sleeping reader, commit to checked copy", blocking.delivery);
  const Outcome datagram = run(sdr::bench::datagram_case(true));
  print("Unix datagram that carries the frame, checked", datagram.delivery);
  const Outcome unchecked = run(sdr::bench::datagram_case(false));
  print("Unix datagram that carries the frame, unchecked", unchecked.delivery);
  sdr::bench::remove_ring();
  print_json(spinning, flag, iceoryx, blocking, datagram);
}

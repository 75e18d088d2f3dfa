// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/json_writer.h"

namespace sdr::bench {
namespace {

using Count = unsigned long long;

double rounded(double number) { return std::round(number * 1000) / 1000; }

// What a thousand visitors leave behind, in viewers: a leak of one viewer per thousand is 1.
double in_viewers(double kb_per_thousand, const SoakFindings& findings) {
  return findings.kb_per_viewer > 0 ? kb_per_thousand / findings.kb_per_viewer : 0;
}

void print_visitors(const SoakFindings& findings) {
  for (size_t i = 0; i < findings.kinds.size(); ++i) {
    const Tally& tally = findings.kinds[i];
    std::printf("  %-34s %6llu came", all_kinds()[i].name, static_cast<Count>(tally.came));
    if (tally.brief > 0) std::printf(", %llu left before a picture", static_cast<Count>(tally.brief));
    if (tally.refused > 0) std::printf(", %llu refused", static_cast<Count>(tally.refused));
    if (tally.failed > 0) std::printf(", %llu failed", static_cast<Count>(tally.failed));
    if (tally.excused > 0) std::printf(", %llu ended by a pause", static_cast<Count>(tally.excused));
    std::printf("\n");
  }
  for (const std::string& what : findings.complaints) std::printf("      %s\n", what.c_str());
}

void print_growth(const char* what, const Growth& growth) {
  std::printf("    %s: %.0f KB at the beginning, %.0f at the end; slope %.2f KB/min, spread around it %.0f KB\n", what,
              growth.begin_kb, growth.end_kb, growth.slope_kb_min, growth.spread_kb);
}

void print_memory(const SoakFindings& findings) {
  const Growth& many = findings.many;
  std::printf("  memory of one viewer: %.1f KB of the heap, %.1f resident\n", findings.kb_per_viewer,
              findings.resident_kb_per_viewer);
  std::printf("  at like load (%.0f sessions, %.0f WebSockets)\n", findings.usual_rtc, findings.usual_ws);
  print_growth("heap in use", many);
  print_growth("resident", findings.many_resident);
  std::printf("    the heap grew %.0f KB in %.0f visitors, %.1f KB per thousand: %.2f of a viewer\n", many.kb(),
              many.visitors, many.kb_per_thousand(), in_viewers(many.kb_per_thousand(), findings));
  std::printf("    with one viewer who stays: %.2f KB/min\n", findings.one.slope_kb_min);
}

void print_idle(const SoakFindings& findings) {
  const Sample &cold = findings.cold, &before = findings.idle_before, &after = findings.idle_after;
  std::printf("  with nobody there: at first, after the first cycle, at the end\n");
  std::printf("    heap in use %.1f, %.1f, %.1f KB; resident %.0f, %.0f, %.0f KB\n", cold.kb, before.kb, after.kb,
              cold.resident_kb, before.resident_kb, after.resident_kb);
  std::printf("    descriptors %zu, %zu, %zu; threads %zu, %zu, %zu\n", cold.descriptors, before.descriptors,
              after.descriptors, cold.threads, before.threads, after.threads);
  std::printf("    the heap grew %.1f KB in %llu visitors, %.2f KB per thousand: %.4f of a viewer\n",
              findings.idle_growth_kb(), static_cast<Count>(findings.second_cycle_visitors),
              findings.idle_kb_per_thousand(), in_viewers(findings.idle_kb_per_thousand(), findings));
}

void print_frames(const char* who, const Figures& figures) {
  std::printf("  %s: %llu of %llu packets lost (%llu while their own socket was full), %llu of %llu frames\n", who,
              static_cast<Count>(figures.rtc.lost_packets), static_cast<Count>(figures.rtc.packets),
              static_cast<Count>(figures.rtc.unread_packets), static_cast<Count>(figures.ws.totals.lost),
              static_cast<Count>(figures.ws.totals.frames));
}

void write_memory(JsonWriter& json, const SoakFindings& findings) {
  const Growth& many = findings.many;
  json.member("begin_kb", rounded(many.begin_kb));
  json.member("end_kb", rounded(many.end_kb));
  json.member("growth_kb", rounded(many.kb()));
  json.member("growth_kb_per_1000", rounded(many.kb_per_thousand()));
  json.member("kb_per_viewer", rounded(findings.kb_per_viewer));
  json.member("viewers_per_1000", rounded(in_viewers(many.kb_per_thousand(), findings)));
  json.member("slope_kb_min", rounded(many.slope_kb_min));
  json.member("spread_kb", rounded(many.spread_kb));
  json.member("slope_one_kb_min", rounded(findings.one.slope_kb_min));
  json.member("resident_begin_kb", rounded(findings.many_resident.begin_kb));
  json.member("resident_end_kb", rounded(findings.many_resident.end_kb));
  json.member("resident_slope_kb_min", rounded(findings.many_resident.slope_kb_min));
  json.member("resident_kb_per_viewer", rounded(findings.resident_kb_per_viewer));
  json.member("idle_before_resident_kb", findings.idle_before.resident_kb);
  json.member("idle_after_resident_kb", findings.idle_after.resident_kb);
  json.member("idle_cold_kb", rounded(findings.cold.kb));
  json.member("idle_before_kb", rounded(findings.idle_before.kb));
  json.member("idle_after_kb", rounded(findings.idle_after.kb));
  json.member("idle_viewers_per_1000", rounded(in_viewers(findings.idle_kb_per_thousand(), findings)));
  json.member("descriptors_cold", findings.cold.descriptors);
  json.member("descriptors_before", findings.idle_before.descriptors);
  json.member("descriptors_after", findings.idle_after.descriptors);
  json.member("threads_before", findings.idle_before.threads);
  json.member("threads_after", findings.idle_after.threads);
}

void print_json(const SoakOptions& options, const SoakFindings& findings) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.member("bench", "soak");
  json.member("minutes", rounded(findings.minutes));
  json.member("viewers", options.viewers);
  json.member("seed", options.seed);
  json.member("visitors", findings.total.came);
  json.member("refused", findings.total.refused);
  json.member("failed", findings.total.failed);
  json.member("brief", findings.total.brief);
  json.member("excused", findings.total.excused);
  json.member("pauses_s", rounded(findings.pauses_s));
  write_memory(json, findings);
  json.member("stayers_lost", findings.stayers_lost);
  json.member("lost_packets", findings.staying.rtc.lost_packets);
  json.member("unread_packets", findings.staying.rtc.unread_packets);
  json.member("packets", findings.staying.rtc.packets);
  json.member("lost_frames", findings.staying.ws.totals.lost);
  json.member("frames", findings.staying.ws.totals.frames);
  json.member("cpu", rounded(findings.cpu));
  json.member("whole", findings.broken.empty());
  json.end_object();
  std::printf("%s\n", text.c_str());
}

}  // namespace

void report(const SoakOptions& options, const SoakFindings& findings) {
  std::printf("%.1f minutes, %zu places (seed %llu): %llu visitors\n", findings.minutes, options.viewers,
              static_cast<Count>(options.seed), static_cast<Count>(findings.total.came));
  print_visitors(findings);
  print_memory(findings);
  print_idle(findings);
  print_frames("those who stayed", findings.staying);
  print_frames("those who came and went", findings.passing);
  std::printf("  CPU %.1f %% of a core\n", 100 * findings.cpu);
  if (findings.pauses > 0) {
    std::printf("  the machine stood still %llu times, %.0f s in all\n", static_cast<Count>(findings.pauses),
                findings.pauses_s);
  }
  for (const std::string& what : findings.broken) std::printf("  BROKEN: %s\n", what.c_str());
  if (!findings.last_words.empty())
    std::fprintf(stderr, "the transport's last words: %s\n", findings.last_words.c_str());
  print_json(options, findings);
}

}  // namespace sdr::bench

// SPDX-License-Identifier: Apache-2.0
#include "samples.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <optional>

#include "bench/common/http.h"

namespace sdr::bench {
namespace {

constexpr double kLike = 0.1;  // of the usual load, up and down

double gauge(const std::string& metrics, const char* name) {
  const std::string line = std::string("\n") + name + " ";
  const size_t at = metrics.find(line);
  return at == std::string::npos ? 0 : std::atof(metrics.c_str() + at + line.size());
}

/// Nothing where nobody counts it.
std::optional<double> heap_kb(const Server& server) {
  int64_t bytes = 0;
  std::ifstream file(server.folder() + "/heap", std::ios::binary);
  if (!file.read(reinterpret_cast<char*>(&bytes), sizeof bytes)) return std::nullopt;
  return static_cast<double>(bytes) / 1024;
}

template <typename Value>
double mean(std::span<const Sample> samples, Value value) {
  double sum = 0;
  for (const Sample& sample : samples) sum += static_cast<double>(value(sample));
  return samples.empty() ? 0 : sum / static_cast<double>(samples.size());
}

}  // namespace

// The process first: the connection that asks for the metrics is none of its viewers.
Sample take_sample(const Server& server) {
  const Process& process = server.process();
  Sample sample;
  sample.resident_kb = static_cast<double>(process.private_bytes()) / 1024;
  sample.kb = heap_kb(server).value_or(sample.resident_kb);
  sample.descriptors = process.descriptors();
  sample.threads = process.threads();
  sample.cpu_s = process.cpu_s();
  const HttpAnswer answer = ask_http(server.port(), "GET", "/metrics");
  sample.answered = answer.status == 200;
  sample.rtc = gauge(answer.body, "rtc_sessions");
  sample.ws = gauge(answer.body, "connected_clients");
  sample.tcp = gauge(answer.body, "rtc_tcp_connections");
  return sample;
}

std::vector<Sample> of_like_load(std::span<const Sample> samples) {
  if (samples.empty()) return {};
  std::vector<double> loads;
  for (const Sample& sample : samples) loads.push_back(sample.rtc);
  const auto middle = loads.begin() + static_cast<std::ptrdiff_t>(loads.size() / 2);
  std::nth_element(loads.begin(), middle, loads.end());
  std::vector<Sample> like;
  std::copy_if(samples.begin(), samples.end(), std::back_inserter(like), [usual = *middle](const Sample& sample) {
    return sample.answered && std::abs(sample.rtc - usual) <= kLike * usual;
  });
  return like;
}

Growth growth_of(std::span<const Sample> samples, double Sample::*which) {
  Growth growth;
  if (samples.size() < 2) return growth;
  const auto kb = [which](const Sample& sample) { return sample.*which; };
  const auto came = [](const Sample& sample) { return sample.visitors; };
  const size_t tenth = std::max<size_t>(1, samples.size() / 10);
  const auto first = samples.first(tenth), last = samples.last(tenth);
  growth.begin_kb = mean(first, kb);
  growth.end_kb = mean(last, kb);
  growth.visitors = mean(last, came) - mean(first, came);
  const double minute = mean(samples, [](const Sample&sample) { return sample.minute; }), level = mean(samples, kb);
  double together = 0, alone = 0;
  for (const Sample& sample : samples) {
    together += (sample.minute - minute) * (sample.*which - level);
    alone += (sample.minute - minute) * (sample.minute - minute);
  }
  if (alone > 0) growth.slope_kb_min = together / alone;
  growth.spread_kb = std::sqrt(mean(samples, [&](const Sample& sample) {
    const double off = sample.*which - level - growth.slope_kb_min * (sample.minute - minute);
    return off * off;
  }));
  return growth;
}

}  // namespace sdr::bench

// SPDX-License-Identifier: Apache-2.0
#include "base/metrics.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/assert.h"

namespace sdr {
namespace {

constexpr size_t kSeriesMax = 4096;

// The upper bounds in µs: each step of 1, 2, 5, 10, ... divided into four.
const std::array<double, Histogram::kBuckets - 1>& bounds() {
  static const auto table = [] {
    std::array<double, Histogram::kBuckets - 1> result{};
    double below = 0;
    for (size_t step = 0; step < Histogram::kSteps; ++step) {
      const size_t decade = step / 3;
      const double top = std::array{1., 2., 5.}[step % 3] * std::pow(10., static_cast<double>(decade));
      for (size_t part = 0; part < Histogram::kFine; ++part) {
        const double share = static_cast<double>(part + 1) / Histogram::kFine;
        result[step * Histogram::kFine + part] = below + (top - below) * share;
      }
      below = top;
    }
    return result;
  }();
  return table;
}

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  char text[32];
  return std::string(text, std::to_chars(text, text + sizeof text, value).ptr);
}

std::string render_labels(const Registry::Labels& labels) {
  std::string text;
  for (const auto& [name, value] : labels) {
    text += (text.empty() ? "" : ",") + name + "=\"";
    for (const char c : value) {
      if (c == '\\' || c == '"') text += '\\';
      if (c == '\n') {
        text += "\\n";
      } else {
        text += c;
      }
    }
    text += '"';
  }
  return text;
}

std::string braces(const std::string& labels) { return labels.empty() ? "" : "{" + labels + "}"; }

void render_histogram(std::string& out, const std::string& name, const std::string& labels,
                      const Histogram& histogram) {
  const std::string before = name + "_bucket{" + labels + (labels.empty() ? "" : ",") + "le=\"";
  for (size_t i = Histogram::kFine - 1; i < Histogram::kBuckets - 1; i += Histogram::kFine) {
    out += before + number(Histogram::bound_us(i)) + "\"} " + std::to_string(histogram.cumulative(i)) + "\n";
  }
  const uint64_t all = histogram.cumulative(Histogram::kBuckets - 1);
  out += before + "+Inf\"} " + std::to_string(all) + "\n";
  out += name + "_sum" + braces(labels) + " " + number(histogram.sum_us()) + "\n";
  out += name + "_count" + braces(labels) + " " + std::to_string(all) + "\n";
}

}  // namespace

double Histogram::bound_us(size_t bucket) { return bounds().at(bucket); }

void Histogram::observe_us(double us) {
  const auto& table = bounds();
  const auto bucket = static_cast<size_t>(std::lower_bound(table.begin(), table.end(), us) - table.begin());
  buckets_[bucket].fetch_add(1);
  count_.fetch_add(1);
  sum_us_.fetch_add(us);
}

uint64_t Histogram::cumulative(size_t bucket) const {
  uint64_t sum = 0;
  for (size_t i = 0; i <= bucket; ++i) sum += buckets_[i].load();
  return sum;
}

double Histogram::quantile_us(double q) const {
  const uint64_t all = cumulative(kBuckets - 1);
  if (all == 0) return 0;
  const double wanted = q * static_cast<double>(all);
  double below = 0;
  for (size_t i = 0; i < kBuckets - 1; ++i) {
    const auto here = static_cast<double>(buckets_[i].load());
    const double from = i == 0 ? 0 : bounds()[i - 1];
    if (here > 0 && below + here >= wanted) return from + (bounds()[i] - from) * std::max(0., wanted - below) / here;
    below += here;
  }
  return bounds().back();
}

Registry::Series& Registry::series(Kind kind, std::string_view name, std::string_view help, const Labels& labels) {
  auto found = families_.find(name);
  if (found == families_.end()) {
    found = families_.emplace(std::string(name), Family{kind, std::string(help), {}}).first;
  }
  Family& family = found->second;
  SDR_ASSERT(family.kind == kind, "metric of two kinds: " + std::string(name));
  std::string key = render_labels(labels);
  if (family.series.size() >= kSeriesMax && !family.series.contains(key)) {
    Labels other = labels;
    for (auto& label : other) label.second = "other";
    key = render_labels(other);
  }
  Series& series = family.series[key];
  if (kind == Kind::counter && !series.counter) series.counter = std::make_unique<Counter>();
  if (kind == Kind::gauge && !series.gauge) series.gauge = std::make_unique<Gauge>();
  if (kind == Kind::histogram && !series.histogram) series.histogram = std::make_unique<Histogram>();
  return series;
}

Counter& Registry::counter(std::string_view name, std::string_view help, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  return *series(Kind::counter, name, help, labels).counter;
}

Gauge& Registry::gauge(std::string_view name, std::string_view help, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  return *series(Kind::gauge, name, help, labels).gauge;
}

Histogram& Registry::histogram(std::string_view name, std::string_view help, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  return *series(Kind::histogram, name, help, labels).histogram;
}

void Registry::remove(std::string_view name, const Labels& labels) {
  const std::lock_guard lock(mutex_);
  const auto found = families_.find(name);
  if (found != families_.end()) found->second.series.erase(render_labels(labels));
}

std::string Registry::render() const {
  const std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& [name, family] : families_) {
    static constexpr std::array<const char*, 3> kKinds = {"counter", "gauge", "histogram"};
    out += "# HELP " + name + " " + family.help + "\n";
    out += "# TYPE " + name + " " + kKinds[static_cast<size_t>(family.kind)] + "\n";
    for (const auto& [labels, series] : family.series) {
      if (series.counter) out += name + braces(labels) + " " + std::to_string(series.counter->value()) + "\n";
      if (series.gauge) out += name + braces(labels) + " " + number(series.gauge->value()) + "\n";
      if (series.histogram) render_histogram(out, name, labels, *series.histogram);
    }
  }
  return out;
}

}  // namespace sdr

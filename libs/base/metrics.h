// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

// Counts, values and distributions, in the text format of Prometheus (exposition format 0.0.4).
//
// Thread: Counter, Gauge and Histogram are updated from any thread without locks; Registry's functions take a lock and
// are for start-up, for clients that come and go, and for the scrape. References stay good until remove().
// Bounds: a family holds 4096 series; beyond that everything is counted under the label value "other".

namespace sdr {

class Counter {
 public:
  void add(uint64_t count = 1) { value_.fetch_add(count); }
  uint64_t value() const { return value_.load(); }

 private:
  std::atomic<uint64_t> value_{0};
};

class Gauge {
 public:
  void set(double value) { value_.store(value); }
  double value() const { return value_.load(); }

 private:
  std::atomic<double> value_{0};
};

/// A distribution of microseconds: buckets 1, 2, 5, 10, ... to 10 s and beyond, four to each of these steps for
/// quantiles; the scrape sees every fourth.
class Histogram {
 public:
  static constexpr size_t kSteps = 22, kFine = 4, kBuckets = kSteps * kFine + 1;

  void observe_us(double us);
  uint64_t count() const { return count_.load(); }
  double sum_us() const { return sum_us_.load(); }
  /// The value under which this part of the observations lies, interpolated; 0 before the first. q from 0 to 1.
  double quantile_us(double q) const;
  /// Observations at or below the bound of this bucket.
  uint64_t cumulative(size_t bucket) const;
  static double bound_us(size_t bucket);

 private:
  std::atomic<uint64_t> buckets_[kBuckets]{};
  std::atomic<uint64_t> count_{0};
  std::atomic<double> sum_us_{0};
};

class Registry {
 public:
  /// Label pairs, as in {{"codec", "h264"}}; values are escaped, names are ours.
  using Labels = std::vector<std::pair<std::string, std::string>>;

  /// The series of that name and these labels, made where it is new.
  Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, const Labels& labels = {});
  Histogram& histogram(std::string_view name, std::string_view help, const Labels& labels = {});
  /// Ends a series, when a client is gone; no reference to it may be used any more.
  void remove(std::string_view name, const Labels& labels);

  /// Everything, as a scrape answers it.
  std::string render() const;

 private:
  enum class Kind { counter, gauge, histogram };
  struct Series {
    std::unique_ptr<Counter> counter;
    std::unique_ptr<Gauge> gauge;
    std::unique_ptr<Histogram> histogram;
  };
  struct Family {
    Kind kind;
    std::string help;
    std::map<std::string, Series> series;  // by rendered labels
  };

  Series& series(Kind kind, std::string_view name, std::string_view help, const Labels& labels);

  mutable std::mutex mutex_;
  std::map<std::string, Family, std::less<>> families_;
};

}  // namespace sdr

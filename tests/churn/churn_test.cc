// SPDX-License-Identifier: GPL-3.0-or-later
// Series, hosts, names and bucket lists that come, are written once and never come again, for ten thousand cycles. What
// the job holds must be what lives, and not what has lived: after a warm-up neither the memory that the store says it
// has nor that of the process may grow.
#include <cppd/chartemit/netdata_sink.h>
#include <cppd/chartengine/engine.h>
#include <cppd/charttpl/decode.h>
#include <cppd/metrix/instrument.h>
#include <gtest/gtest.h>

#include <fmt/format.h>
#include <malloc.h>

#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || __has_feature(address_sanitizer) || \
    __has_feature(thread_sanitizer)
#define CPPD_SANITIZED 1
#else
#define CPPD_SANITIZED 0
#endif

namespace cppd {
namespace {

using metrix::SnapshotMeter;
using metrix::Store;

// A sanitizer keeps freed memory for a while, and is slow.
constexpr std::size_t kCycles = CPPD_SANITIZED ? 1000 : 10'000;
constexpr std::size_t kWarmUp = kCycles / 5;
constexpr std::size_t kResidentGrowthMax = 512 * 1024;
constexpr std::size_t kHeapGrowthMax = 128 * 1024;  // indexes and routes that are swept now and then

std::size_t resident_bytes() {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stoull(line.substr(6)) * 1024;
  }
  return 0;
}

/// What the program has of the allocator. Exact, while memory that others left free can hide growth from the resident.
std::size_t heap_bytes() {
  const auto info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

/// Texts that are never the same twice.
struct Fresh {
  std::size_t count = 0;
  std::string text(std::string_view stem) { return fmt::format("{}-{:08}", stem, count++); }
};

/// What writes one cycle.
using Writer = std::function<void()>;

Writer label_sets(Store& store, Fresh& fresh) {
  auto by_id = std::make_shared<metrix::Vec<metrix::Gauge, 1>>(SnapshotMeter{store}.vec("metric", {"id"}).gauge());
  return [by_id, &fresh] {
    for (int i = 0; i < 100; ++i) (*by_id)(fresh.text("id")).observe(i);
  };
}
Writer label_sets_of_histograms(Store& store, Fresh& fresh) {
  auto by_id = std::make_shared<metrix::Vec<metrix::Histogram, 1>>(
      SnapshotMeter{store}.vec("metric", {"id"}).histogram({.bounds = {1, 2}}));
  return [by_id, &fresh] {
    static constexpr metrix::HistogramBucket kBuckets[] = {{1, 1}, {2, 2}};
    for (int i = 0; i < 10; ++i)
      (void)(*by_id)(fresh.text("id")).observe_point({.count = 2, .sum = 1, .buckets = kBuckets});
  };
}
Writer names(Store& store, Fresh& fresh) {
  return [meter = SnapshotMeter{store}, &fresh] {
    for (int i = 0; i < 10; ++i) meter.gauge(fresh.text("metric")).observe(i);
  };
}
Writer names_of_histograms(Store& store, Fresh& fresh) {
  return [meter = SnapshotMeter{store}, &fresh] {
    static constexpr metrix::HistogramBucket kBuckets[] = {{1, 1}, {2, 2}};
    for (int i = 0; i < 10; ++i)
      (void)meter.histogram(fresh.text("metric"), {.bounds = {1, 2}})
          .observe_point({.count = 2, .sum = 1, .buckets = kBuckets});
  };
}
/// Ten histograms without bounds of their own, each with a new list every cycle.
Writer bucket_lists(Store& store, Fresh& fresh) {
  auto histograms = std::make_shared<std::vector<metrix::Histogram>>();
  fresh.count = 100'000;  // so that all bounds are texts of one length
  for (int i = 0; i < 10; ++i) histograms->push_back(SnapshotMeter{store}.histogram(fresh.text("metric")));
  return [histograms, &fresh] {
    for (const auto& histogram : *histograms) {
      const metrix::HistogramBucket buckets[] = {{static_cast<double>(++fresh.count) + .5, 1}};
      (void)histogram.observe_point({.count = 2, .sum = 1, .buckets = buckets});
    }
  };
}
Writer host_scopes(Store& store, Fresh& fresh) {
  return [meter = SnapshotMeter{store}, &fresh] {
    for (int i = 0; i < 10; ++i) {
      const auto key = fresh.text("host");
      meter.with_host_scope({.key = key, .guid = key, .hostname = key}).gauge("metric").observe(i);
    }
  };
}
/// Ten hosts that have another name each cycle.
Writer host_metadata(Store& store, Fresh& fresh) {
  return [meter = SnapshotMeter{store}, &fresh] {
    for (int i = 0; i < 10; ++i) {
      const auto key = fmt::format("host-{}", i);
      meter.with_host_scope({.key = key, .guid = key, .hostname = fresh.text("name")}).gauge("metric").observe(i);
    }
  };
}
/// Ten metrics that are of another kind each cycle.
Writer kinds(Store& store, Fresh& fresh) {
  return [meter = SnapshotMeter{store}, &fresh] {
    const bool odd = ++fresh.count % 2 != 0;
    for (int i = 0; i < 10; ++i) {
      const auto name = fmt::format("metric-{}", i);
      if (odd)
        meter.gauge(name).observe(i);
      else
        meter.counter(name).observe_total(i);
    }
  };
}

struct Case {
  std::string_view name;
  Writer (*make)(Store&, Fresh&);
  std::size_t live;  // series at the end: those of the last ten cycles
  bool shown;        // the job has an engine and a wire
  friend void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }
};

constexpr std::string_view kTemplate =
    "version: v1\ncontext_namespace: churn\nengine: {autogen: {enabled: true, expire_after_success_cycles: 10}}\n"
    "groups: [{family: churn}]\n";

/// An engine and a wire behind a store.
struct Show {
  explicit Show(Ledger& ledger) : engine{{.type_id = "churn", .ledger = &ledger}}, sink{ledger} {
    const auto spec = charttpl::decode(kTemplate);
    loaded = spec && engine.load(*spec);
  }
  void cycle(const Store& store) {
    auto attempt = engine.prepare(store);
    netdataapi::Frame frame{pool};
    sink.write_to(frame);
    (void)sink.emit(engine, attempt->plan(), environment, {.elapsed_us = 1000000});
    updated += attempt->plan().updates.size();
    (void)attempt->commit();
  }
  bool loaded = false;
  std::size_t updated = 0;
  chartengine::Engine engine;
  netdataapi::FramePool pool{1024};
  chartemit::NetdataSink sink;
  chartemit::Environment environment{.type_id = "churn", .plugin = "cpp.d", .module = "churn", .job = "churn"};
};

class Churn : public testing::TestWithParam<Case> {};
TEST_P(Churn, LeavesNothingBehind) {
  ::malloc_trim(0);
  Ledger ledger;
  Store store{{.expire_after_success_cycles = 10}, &ledger};
  std::optional<Show> show;
  if (GetParam().shown) {
    show.emplace(ledger);
    ASSERT_TRUE(show->loaded);
  }
  Fresh fresh;
  const auto write = GetParam().make(store, fresh);
  std::size_t store_bytes = 0;
  std::size_t engine_bytes = 0;
  std::size_t resident = 0;
  std::size_t heap = 0;
  for (std::size_t cycle = 1; cycle <= kCycles; ++cycle) {
    store.begin();
    write();
    store.commit();
    if (show) show->cycle(store);
    if (cycle != kWarmUp) continue;
    store_bytes = store.bytes();
    engine_bytes = show ? show->engine.bytes() : 0;
    resident = resident_bytes();
    heap = heap_bytes();
  }
  EXPECT_EQ(store.series_count(), GetParam().live);
  EXPECT_EQ(store.success_clock(), kCycles);
  EXPECT_LE(store.bytes(), store_bytes);
  if (show) {
    EXPECT_LE(show->engine.bytes(), engine_bytes);
    EXPECT_GE(show->updated, 10 * kCycles) << "nothing was shown";
  }
  if (CPPD_SANITIZED) return;
  const auto heap_end = heap_bytes();
  const auto resident_end = resident_bytes();
  RecordProperty("resident_kib", static_cast<int>(resident_end / 1024));
  RecordProperty("resident_growth", static_cast<int>(resident_end) - static_cast<int>(resident));
  RecordProperty("heap_growth", static_cast<int>(heap_end) - static_cast<int>(heap));
  EXPECT_LE(heap_end, heap + kHeapGrowthMax);
  EXPECT_LE(resident_end, resident + kResidentGrowthMax);
}

constexpr Case kCases[] = {
    {"label_sets", label_sets, 1000, false},
    {"label_sets_shown", label_sets, 1000, true},
    {"label_sets_of_histograms", label_sets_of_histograms, 100, false},
    {"label_sets_of_histograms_shown", label_sets_of_histograms, 100, true},
    {"names", names, 100, false},
    {"names_shown", names, 100, true},
    {"names_of_histograms", names_of_histograms, 100, false},
    {"bucket_lists", bucket_lists, 10, false},
    {"bucket_lists_shown", bucket_lists, 10, true},
    {"host_scopes", host_scopes, 100, false},
    {"host_metadata", host_metadata, 10, false},
    {"kinds", kinds, 10, false},
    {"kinds_shown", kinds, 10, true},
};
INSTANTIATE_TEST_SUITE_P(Table, Churn, testing::ValuesIn(kCases),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace cppd

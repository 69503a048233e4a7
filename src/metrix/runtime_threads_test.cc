// SPDX-License-Identifier: GPL-3.0-or-later
// The runtime store under several threads; the thread sanitizer looks on.
#include <cppd/metrix/reader.h>
#include <cppd/metrix/runtime_instrument.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>

namespace cppd::metrix {
namespace {

constexpr int kThreads = 8;
constexpr int kWrites = 200;

double value_of(RuntimeStore& store, std::string_view name) {
  return store.read([&](const Store& s) { return Reader{s, {.flatten = true}}.value(name, {}).value_or(-1); });
}

template <class Body>
void in_threads(Body body) {
  std::vector<std::jthread> threads;
  for (int i = 0; i < kThreads; ++i) threads.emplace_back([&body, i] { body(i); });
}

TEST(RuntimeStoreThreads, Case142NoAddIsLost) {
  RuntimeStore store;
  const auto counter = RuntimeMeter{store}.counter("c");
  in_threads([&](int) {
    for (int i = 0; i < kWrites; ++i) counter.add(1);
  });
  EXPECT_EQ(value_of(store, "c"), 1600);
}

TEST(RuntimeStoreThreads, HandlesAreMadeCopiedAndDroppedAnywhere) {
  RuntimeStore store;
  const RuntimeMeter meter{store};
  const auto shared = meter.counter("shared");
  const auto vec = meter.vec("by_id", {"id"}).counter();
  in_threads([&](int thread) {
    const auto own = meter.prefixed("app").counter("own");
    for (int i = 0; i < kWrites; ++i) {
      const auto copy = shared;
      copy.add(1), own.add(1);
      vec(std::to_string((thread + i) % 16)).add(1);
      (void)meter.gauge("shared").set(1);  // refused
    }
  });
  EXPECT_EQ(value_of(store, "shared"), 1600);
  EXPECT_EQ(value_of(store, "app.own"), 1600);
  const auto by_id = store.read([](const Store& s) {
    double sum = 0;
    const Reader reader{s, {.flatten = true}};
    for (const auto id : reader.series()) {
      if (s.descriptor_of(id).name == "by_id") sum += s.committed()[index_of(id)].value;
    }
    return sum;
  });
  EXPECT_EQ(by_id, 1600);
  EXPECT_EQ(store.ledger().counted(LossReason::sample_declaration_conflict), 3200u);
}

/// A clock that any thread may read and that runs fast, so that series expire while they are written.
class FastClock final : public Clock {
 public:
  SteadyTime now() const override { return SteadyTime{std::chrono::milliseconds{++ticks_}}; }
  WallTime wall() const override { return {}; }

 private:
  mutable std::atomic<std::int64_t> ticks_{1};
};

// A reader never sees half a write: of each pair of fields, and of count and buckets, both sides are equal. What take()
// tells leaves exactly the series that are there.
TEST(RuntimeStoreThreads, ReadersSeeWholeWritesWhileSeriesComeAndGo) {
  const FastClock clock;
  RuntimeStore store{
      {.ttl = std::chrono::milliseconds{40}, .max_series = 0, .sweep_every = std::chrono::milliseconds{3}}, clock};
  const RuntimeMeter meter{store};
  const auto pair = meter.measure_counter("pair", {.fields = {{.name = "a"}, {.name = "b"}}});
  const auto histogram = meter.histogram("h", {.bounds = {1, 2}});
  std::atomic<int> writing{kThreads};
  std::atomic<int> takes = 0;
  std::atomic<int> reads = 0;
  std::jthread taker{[&] {
    std::map<SeriesId, bool> known;
    while (writing > 0) {
      const bool equal = store.take([&](const Store& s) {
        for (const auto id : s.changes().died) known.erase(id);
        for (const auto id : s.changes().born) known[id] = true;
        return known.size() == s.ordered().size();
      });
      EXPECT_TRUE(equal);
      ++takes;
    }
  }};
  std::jthread reader{[&] {
    while (writing > 0) {
      store.read([&](const Store& s) {
        double pair_difference = 0;
        double buckets = 0;
        const Reader reader{s, {.flatten = true}};
        for (const auto id : reader.series()) {
          const auto& name = s.descriptor_of(id).name;
          const auto value = s.committed()[index_of(id)].value;
          if (name == "pair_a") pair_difference += value;
          if (name == "pair_b") pair_difference -= value;
          if (name == "h_bucket") buckets += value;
          if (name == "h_count") buckets -= value;
        }
        EXPECT_EQ(pair_difference, 0);
        EXPECT_EQ(buckets, 0);
        return 0;
      });
      ++reads;
    }
  }};
  while (takes == 0 || reads == 0) std::this_thread::yield();  // both look on from the first write
  in_threads([&](int thread) {
    const auto vec = meter.vec("churn", {"id"}).gauge();
    for (int i = 0; i < kWrites; ++i) {
      pair.add_point({1, 1});
      histogram.observe(i % 4);
      vec(std::to_string(thread * kWrites + i)).set(i);
    }
    --writing;
  });
  EXPECT_GT(store.ledger().counted(LossReason::series_expired), 0u);
}

}  // namespace
}  // namespace cppd::metrix

// SPDX-License-Identifier: GPL-3.0-or-later
// Planning from a store that is written between the plans. Source: charts contract P7, Q5, Q6; metrix contract 8.
#include <cppd/chartengine/engine.h>
#include <cppd/charttpl/decode.h>
#include <cppd/metrix/runtime_instrument.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>

namespace cppd::chartengine {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAreArray;

constexpr std::string_view kTemplate =
    "engine: {autogen: {enabled: true, expire_after_success_cycles: 2}}\ngroups: [{family: F}]\n";

/// The program's own metrics and the engine that charts them. A plan is told as lines: `+chart` created, `-chart`
/// removed, `chart value value...` updated.
struct House {
  House() {
    if (const auto spec = charttpl::decode(kTemplate); !spec || !engine.load(*spec)) std::abort();
  }

  std::vector<std::string> plan() {
    return store.take([&](const metrix::Store& committed) {
      std::vector<std::string> out;
      auto attempt = engine.prepare(committed);
      if (!attempt) return std::vector<std::string>{attempt.error().what};
      const auto& plan = attempt->plan();
      for (const auto& created : plan.created) out.push_back(fmt::format("+{}", engine.chart_id(created.chart)));
      for (const auto chart : plan.removed_charts) out.push_back(fmt::format("-{}", engine.chart_id(chart)));
      for (const auto& update : plan.updates) {
        auto line = std::string{engine.chart_id(update.chart)};
        for (std::size_t i = 0; i < engine.dimensions(update.chart).size(); ++i) {
          line += fmt::format(" {}", plan.values[update.first_value + i]);
        }
        out.push_back(line);
      }
      (void)attempt->commit();
      return out;
    });
  }

  ManualClock clock;
  metrix::RuntimeStore store{{.ttl = 5s, .max_series = 0, .sweep_every = 0s}, clock};
  metrix::RuntimeMeter meter{store};
  Engine engine{{.type_id = "cppd", .all_visible = true}};
};

using Plans = std::vector<std::vector<std::string>>;
struct Row {
  std::string_view name;
  std::function<void(House&, Plans&)> run;
  Plans want;
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

const Row kRows[] = {
    {"many_writes_between_plans",
     [](House& h, Plans& plans) {
       const auto a = h.meter.gauge("a");
       const auto b = h.meter.gauge("b");
       for (int i = 1; i <= 500; ++i) a.set(i);
       plans.push_back(h.plan());
       for (int i = 1; i <= 500; ++i) a.set(-i), b.set(i);
       plans.push_back(h.plan());
       b.add(1);
       plans.push_back(h.plan());
     },
     {{"+a", "a 500"}, {"+b", "a -500", "b 500"}, {"a -500", "b 501"}}},
    {"n67_updates_are_sent_again",
     [](House& h, Plans& plans) {
       h.meter.gauge("a").set(1);
       for (int i = 0; i < 3; ++i) plans.push_back(h.plan());
     },
     {{"+a", "a 1"}, {"a 1"}, {"a 1"}}},
    {"expiry_counts_plans_not_writes",
     [](House& h, Plans& plans) {
       const auto b = h.meter.gauge("b");
       h.meter.gauge("a").set(1), b.set(2);
       plans.push_back(h.plan());
       h.clock.advance(5s), b.set(2);
       for (int i = 0; i < 100; ++i) b.set(3);
       plans.push_back(h.plan());
       plans.push_back(h.plan());
     },
     {{"+a", "+b", "a 1", "b 2"}, {"b 3"}, {"-a", "b 3"}}},
    {"a_series_that_comes_back_keeps_its_chart",
     [](House& h, Plans& plans) {
       const auto a = h.meter.counter("a");
       a.add(10);
       plans.push_back(h.plan());
       h.clock.advance(5s), a.add(4);
       plans.push_back(h.plan());
     },
     {{"+a", "a 10"}, {"a 4"}}},
    {"one_goes_another_comes",
     [](House& h, Plans& plans) {
       h.meter.gauge("a").set(1);
       plans.push_back(h.plan());
       h.clock.advance(5s), h.meter.gauge("b").set(2), h.meter.gauge("c").set(3);
       plans.push_back(h.plan());
       h.meter.gauge("d").set(4);
       plans.push_back(h.plan());
     },
     {{"+a", "a 1"}, {"+b", "+c", "b 2", "c 3"}, {"+d", "-a", "b 2", "c 3", "d 4"}}},
    {"came_and_went_between_plans",
     [](House& h, Plans& plans) {
       const auto a = h.meter.gauge("a");
       a.set(1);
       plans.push_back(h.plan());
       h.meter.gauge("b").set(2);
       for (int i = 2; i < 4; ++i) h.clock.advance(3s), a.set(i);
       plans.push_back(h.plan());
     },
     {{"+a", "a 1"}, {"a 3"}}},
    {"looks_in_between_take_nothing_away",
     [](House& h, Plans& plans) {
       h.meter.gauge("a").set(1);
       plans.push_back(h.plan());
       h.meter.gauge("b").set(2);
       (void)h.store.read([](const metrix::Store& store) { return store.series_count(); });
       plans.push_back(h.plan());
     },
     {{"+a", "a 1"}, {"+b", "a 1", "b 2"}}},
};

class EngineRuntime : public testing::TestWithParam<Row> {};
TEST_P(EngineRuntime, Plans) {
  House house;
  Plans plans;
  GetParam().run(house, plans);
  EXPECT_THAT(plans, ElementsAreArray(GetParam().want));
  EXPECT_EQ(house.engine.stats().restarts, 1u) << "only the first plan looks at all series";
}
INSTANTIATE_TEST_SUITE_P(Table, EngineRuntime, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(EngineRuntimeD5, AUnitDeclaredLaterIsSent) {
  House house;
  const auto gauge = house.meter.gauge("disk_io");
  gauge.set(1);
  house.plan();
  (void)house.meter.gauge("disk_io", {.unit = "bytes"});
  house.store.take([&](const metrix::Store& store) {
    const auto attempt = house.engine.prepare(store);
    EXPECT_EQ(attempt->plan().redefined.size(), 1u);
    EXPECT_EQ(house.engine.chart_meta(attempt->plan().redefined.at(0)).units, "bytes");
    return 0;
  });
}

TEST(EngineRuntimeScopes, EachScopeHasItsEngineAndAllPlanInOneTake) {
  House house;
  Engine other{{.type_id = "cppd_k", .all_visible = true}};
  ASSERT_TRUE(other.load(*charttpl::decode(kTemplate)));
  const auto scoped = house.meter.with_host_scope({.key = "k", .guid = "g", .hostname = "h", .labels = {}});
  const auto counts = [&] {
    return house.store.take([&](const metrix::Store& store) {
      auto mine = house.engine.prepare(store);
      auto theirs = other.prepare(store, static_cast<metrix::ScopeId>(1));
      const std::pair out{mine->plan().updates.size(), theirs->plan().updates.size()};
      (void)mine->commit(), (void)theirs->commit();
      return out;
    });
  };
  house.meter.gauge("a").set(1), scoped.gauge("a").set(2);
  EXPECT_EQ(counts(), (std::pair<std::size_t, std::size_t>{1, 1}));
  scoped.gauge("b").set(2);
  EXPECT_EQ(counts(), (std::pair<std::size_t, std::size_t>{1, 2}));
  EXPECT_EQ(other.stats().restarts, 1u);
}

}  // namespace
}  // namespace cppd::chartengine

// SPDX-License-Identifier: GPL-3.0-or-later
// Attempts, sequences and what the conformance scenarios cannot see. Rows are named after charts contract 8.4.
#include <cppd/chartengine/engine.h>
#include <cppd/charttpl/decode.h>
#include <cppd/metrix/instrument.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cppd::chartengine {
namespace {

using testing::ElementsAre;

constexpr std::string_view kTemplate = R"(
groups:
- family: F
  metrics: [m]
  charts:
  - id: c
    title: T
    context: c
    units: u
    instances: {by_labels: [id]}
    lifecycle: {expire_after_cycles: 2}
    dimensions: [{selector: m, name: v}]
)";

class EngineLife : public testing::Test {
 protected:
  void SetUp() override {
    const auto spec = charttpl::decode(kTemplate);
    ASSERT_TRUE(spec);
    ASSERT_TRUE(engine.load(*spec));
  }
  void cycle(std::initializer_list<std::string_view> ids, bool commit = true) {
    store.begin();
    for (const auto id : ids) vec(id).observe(++value);
    if (commit)
      store.commit();
    else
      store.abort();
  }
  std::vector<std::string> charts() {
    std::vector<std::string> out;
    for (const auto chart : engine.materialized()) out.emplace_back(engine.chart_id(chart));
    return out;
  }

  Ledger ledger;
  metrix::Store store{{}, &ledger};
  metrix::Vec<metrix::Gauge, 1> vec{metrix::SnapshotMeter{store}.vec("m", {"id"}).gauge()};
  Engine engine{{.type_id = "job", .ledger = &ledger}};
  double value = 0;
};

TEST_F(EngineLife, N62AFailedAttemptGivesAnEmptyPlan) {
  cycle({"a"});
  ASSERT_TRUE(engine.prepare(store)->commit());
  cycle({"a"}, false);
  auto attempt = engine.prepare(store);
  ASSERT_TRUE(attempt);
  EXPECT_TRUE(attempt->plan().empty());
  EXPECT_TRUE(attempt->commit());
  EXPECT_THAT(charts(), ElementsAre("c_a"));
}

TEST_F(EngineLife, N63OneAttemptAtATime) {
  cycle({"a"});
  {
    auto first = engine.prepare(store);
    ASSERT_TRUE(first);
    const auto second = engine.prepare(store);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().what, "plan attempt already outstanding");
  }
  EXPECT_TRUE(engine.prepare(store));
}

TEST_F(EngineLife, N64AnAbortLeavesNothingAndTheSamePlanComesAgain) {
  cycle({"a", "b"});
  {
    const auto attempt = engine.prepare(store);
    EXPECT_EQ(attempt->plan().created.size(), 2u);
    EXPECT_EQ(attempt->plan().new_dimensions.size(), 2u);
  }
  EXPECT_THAT(charts(), ElementsAre());
  auto again = engine.prepare(store);
  EXPECT_EQ(again->plan().created.size(), 2u);
  EXPECT_EQ(again->plan().new_dimensions.size(), 2u);
  EXPECT_EQ(again->plan().updates.size(), 2u);
  ASSERT_TRUE(again->commit());
  EXPECT_THAT(charts(), ElementsAre("c_a", "c_b"));
}

TEST_F(EngineLife, AnAbortedExpiryIsPlannedAgain) {
  cycle({"a", "b"});
  ASSERT_TRUE(engine.prepare(store)->commit());
  cycle({"b"});
  ASSERT_TRUE(engine.prepare(store)->commit());
  cycle({"b"});
  EXPECT_EQ(engine.prepare(store)->plan().removed_charts.size(), 1u);  // dropped at once
  EXPECT_THAT(charts(), ElementsAre("c_a", "c_b"));
  cycle({"b"});
  auto attempt = engine.prepare(store);
  EXPECT_EQ(attempt->plan().removed_charts.size(), 1u);
  ASSERT_TRUE(attempt->commit());
  EXPECT_THAT(charts(), ElementsAre("c_b"));
}

TEST_F(EngineLife, N65ALoadMakesAnAttemptStale) {
  cycle({"a"});
  auto attempt = engine.prepare(store);
  const auto spec = charttpl::decode(kTemplate);
  ASSERT_TRUE(engine.load(*spec));
  EXPECT_FALSE(attempt->commit());
  EXPECT_TRUE(engine.prepare(store));
}

TEST_F(EngineLife, N66CommitOnlyOnce) {
  cycle({"a"});
  auto attempt = engine.prepare(store);
  ASSERT_TRUE(attempt->commit());
  const auto second = attempt->commit();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().what, "plan attempt already finished");
}

TEST_F(EngineLife, N67TheSameSnapshotAgainGivesNoActions) {
  cycle({"a"});
  ASSERT_TRUE(engine.prepare(store)->commit());
  EXPECT_TRUE(engine.prepare(store)->plan().empty());
}

TEST_F(EngineLife, N47AFailedLoadChangesNothing) {
  cycle({"a"});
  ASSERT_TRUE(engine.prepare(store)->commit());
  auto broken = *charttpl::decode(kTemplate);
  broken.groups[0].charts[0].dimensions[0].selector = "m{id=~\"[\"}";
  EXPECT_FALSE(engine.load(broken));
  EXPECT_THAT(charts(), ElementsAre("c_a"));
  cycle({"a"});
  EXPECT_EQ(engine.prepare(store)->plan().updates.size(), 1u);
}

TEST_F(EngineLife, StartsOverWhenItMissedACommit) {
  cycle({"a"});
  ASSERT_TRUE(engine.prepare(store)->commit());
  cycle({"b"});  // nobody looks
  cycle({"a", "b"});
  auto attempt = engine.prepare(store);
  EXPECT_EQ(attempt->plan().created.size(), 1u);
  EXPECT_EQ(attempt->plan().updates.size(), 2u);
  ASSERT_TRUE(attempt->commit());
  EXPECT_THAT(charts(), ElementsAre("c_a", "c_b"));
}

TEST_F(EngineLife, ChurningInstancesDoNotAccumulate) {
  for (int i = 0; i < 300; ++i) {
    cycle({std::to_string(i)});
    ASSERT_TRUE(engine.prepare(store)->commit());
  }
  EXPECT_LE(engine.materialized().size(), 2u);
  EXPECT_LE(engine.chart_slots(), 32u);
}

TEST(EngineD5, SendsAChangedDefinitionAgain) {
  metrix::Store store;
  Engine engine{{.type_id = "job"}};
  ASSERT_TRUE(engine.load(*charttpl::decode("engine: {autogen: {enabled: true}}\ngroups: [{family: F}]\n")));
  const metrix::SnapshotMeter meter{store};
  const auto gauge = meter.gauge("disk_io");
  const auto cycle = [&] {
    store.begin();
    gauge.observe(1);
    store.commit();
  };
  cycle();
  ASSERT_TRUE(engine.prepare(store)->commit());
  (void)meter.gauge("disk_io", {.unit = "bytes", .is_float = true});
  cycle();
  auto attempt = engine.prepare(store);
  ASSERT_TRUE(attempt);
  ASSERT_EQ(attempt->plan().redefined.size(), 1u);
  EXPECT_EQ(engine.chart_meta(attempt->plan().redefined[0]).units, "bytes");
  EXPECT_EQ(attempt->plan().redefined_dimensions.size(), 1u);
  EXPECT_TRUE(attempt->plan().created.empty());
}

TEST(EngineLoss, CountsWhatNobodyCharts) {
  Ledger ledger;
  metrix::Store store{{}, &ledger};
  Engine engine{{.type_id = "job", .ledger = &ledger}};
  ASSERT_TRUE(engine.load(*charttpl::decode(kTemplate)));
  const metrix::SnapshotMeter meter{store};
  const auto plain = meter.gauge("m");      // lacks the label of the identity
  const auto other = meter.gauge("other");  // no template knows it
  for (int i = 0; i < 3; ++i) {
    store.begin();
    plain.observe(1);
    other.observe(1);
    store.commit();
    ASSERT_TRUE(engine.prepare(store)->commit());
  }
  EXPECT_EQ(ledger.counted(LossReason::route_missing_label), 3u);
  EXPECT_EQ(ledger.counted(LossReason::series_unmatched), 3u);
  EXPECT_THAT(ledger.details(LossReason::series_unmatched), ElementsAre("other"));
}

}  // namespace
}  // namespace cppd::chartengine

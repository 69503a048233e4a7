// SPDX-License-Identifier: GPL-3.0-or-later
// Which hosts are at work, and what their engines are told. Rules: README of the scenarios, "How to drive one"; metrix
// contract 5 and 7.7.
#include <cppd/chartengine/host_engines.h>
#include <cppd/charttpl/decode.h>
#include <cppd/metrix/instrument.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

namespace cppd::chartengine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

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

class Hosts : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(hosts.load(*charttpl::decode(kTemplate))); }

  metrix::HostScope scope(const std::string& key) {
    if (key.empty()) return {};
    return {.key = key, .guid = "guid-" + key, .hostname = hostnames.contains(key) ? hostnames[key] : "host"};
  }
  /// Writes `key/id`, commits, and gives the keys at work; their plans are committed but those of `failing`.
  std::vector<std::string> cycle(std::initializer_list<std::string> writes, std::set<std::string> failing = {}) {
    store.begin();
    for (const auto& write : writes) {
      const auto slash = write.find('/');
      const auto id = write.substr(slash + 1);
      const Label labels[] = {{"id", id}};
      const auto meter = metrix::SnapshotMeter{store}.with_host_scope(scope(write.substr(0, slash)));
      store.observe(meter.with_labels(labels).plain("m", metrix::Kind::gauge, {}), 1);
    }
    store.commit();
    return plan(failing);
  }
  std::vector<std::string> plan(const std::set<std::string>& failing = {}) {
    std::vector<std::string> keys;
    created.clear();
    const auto at_work = hosts.synchronize(store);
    EXPECT_TRUE(at_work);
    for (auto* host : *at_work) {
      keys.push_back(host->host.key);
      auto attempt = host->engine->prepare(store);
      EXPECT_TRUE(attempt);
      for (const auto& made : attempt->plan().created) {
        created.push_back(host->host.key + "/" + std::string{host->engine->chart_id(made.chart)});
      }
      if (!failing.contains(host->host.key)) EXPECT_TRUE(attempt->commit());
    }
    return keys;
  }
  std::vector<std::string> engines() {
    std::vector<std::string> keys;
    for (const auto* host : hosts.all()) keys.push_back(host->host.key);
    return keys;
  }

  Ledger ledger;
  metrix::Store store{{.expire_after_success_cycles = 4}, &ledger};
  HostEngines hosts{{.type_id = "job", .ledger = &ledger}};
  std::map<std::string, std::string> hostnames;
  std::vector<std::string> created;
};

TEST_F(Hosts, TheDefaultScopeIsFirstThenByKey) {
  EXPECT_THAT(cycle({"b/1", "a/1", "/1"}), ElementsAre("", "a", "b"));
  EXPECT_THAT(created, ElementsAre("/c_1", "a/c_1", "b/c_1"));
  EXPECT_EQ(hosts.charts(), 3u);
}

TEST_F(Hosts, NothingToSeeIsNoWork) { EXPECT_THAT(cycle({}), IsEmpty()); }

TEST_F(Hosts, BirthsReachTheHostTheyConcern) {
  (void)cycle({"/1", "a/1", "b/1"});
  (void)cycle({"/1", "a/1", "b/1", "b/2"});
  EXPECT_THAT(created, ElementsAre("b/c_2"));
}

TEST_F(Hosts, AHostIsAtWorkUntilItsLastChartIsGone) {
  (void)cycle({"/1", "a/1"});
  EXPECT_THAT(cycle({"/1"}), ElementsAre("", "a"));
  EXPECT_THAT(cycle({"/1"}), ElementsAre("", "a"));  // in this one the chart expires
  EXPECT_THAT(hosts.departed(), IsEmpty());
  EXPECT_THAT(cycle({"/1"}), ElementsAre(""));
  EXPECT_THAT(hosts.departed(), ElementsAre(1u));
}

TEST_F(Hosts, AnExpiryThatFailedKeepsTheHostAtWork) {
  (void)cycle({"a/1"});
  (void)cycle({});
  (void)cycle({}, {"a"});
  EXPECT_THAT(cycle({}), ElementsAre("a"));
  EXPECT_THAT(cycle({}), IsEmpty());
}

TEST_F(Hosts, AHostThatComesBackWithItsOldSeriesIsAsNew) {
  (void)cycle({"a/1"});
  (void)cycle({}), (void)cycle({});
  EXPECT_THAT(cycle({"a/1"}), ElementsAre("a"));  // the series never left the store
  EXPECT_THAT(hosts.departed(), ElementsAre(1u));
  EXPECT_THAT(created, ElementsAre("a/c_1"));
}

TEST_F(Hosts, EnginesGoWithTheirSeriesAndSlotsAreTakenAgain) {
  (void)cycle({"/1", "a/1", "b/1"});
  for (int i = 0; i < 4; ++i) (void)cycle({"/1", "b/1"});
  EXPECT_THAT(engines(), ElementsAre("", "b"));
  (void)cycle({"/1", "b/1", "d/1"});
  EXPECT_EQ(hosts.all()[2]->slot, 1u);
  EXPECT_THAT(created, ElementsAre("d/c_1"));
  for (int i = 0; i < 4; ++i) (void)cycle({"/1"});
  EXPECT_THAT(engines(), ElementsAre(""));
  EXPECT_THAT(cycle({"/1", "/2"}), ElementsAre(""));
  EXPECT_THAT(created, ElementsAre("/c_2"));
}

TEST_F(Hosts, AScopeThatDiesAndOneThatIsBornInOneCommit) {
  (void)cycle({"a/1"});
  for (int i = 0; i < 3; ++i) (void)cycle({});
  EXPECT_THAT(cycle({"b/1"}), ElementsAre("b"));
  EXPECT_THAT(cycle({"c/1", "b/1"}), ElementsAre("b", "c"));  // the id of scope a may be that of c now
  EXPECT_THAT(created, ElementsAre("c/c_1"));
}

TEST_F(Hosts, MetadataAreKeptAlsoWhenTheStoreForgets) {
  store.begin(), store.commit();
  metrix::Store brief{{.expire_after_success_cycles = 1}, &ledger};
  const auto gauge = metrix::SnapshotMeter{brief}.with_host_scope(scope("a")).with_labels(Labels{}).gauge("n");
  HostEngines lasting{{.type_id = "job", .ledger = &ledger}};
  ASSERT_TRUE(lasting.load(*charttpl::decode("engine: {autogen: {enabled: true}}\ngroups: [{family: F}]\n")));
  for (int i = 0; i < 3; ++i) {
    brief.begin();
    if (i == 0) gauge.observe(1);
    brief.commit();
    const auto at_work = lasting.synchronize(brief);
    ASSERT_EQ(at_work->size(), 1u);
    EXPECT_EQ(at_work->front()->host.guid, "guid-a");
    ASSERT_TRUE(at_work->front()->engine->prepare(brief)->commit());
  }
  EXPECT_EQ(lasting.charts(), 1u);
}

TEST_F(Hosts, TheRevisionFollowsTheMetadata) {
  (void)cycle({"a/1"});
  const auto before = hosts.all()[1]->revision;
  (void)cycle({"a/1"});
  EXPECT_EQ(hosts.all()[1]->revision, before);
  hostnames["a"] = "renamed";
  (void)cycle({"a/1"});
  EXPECT_NE(hosts.all()[1]->revision, before);
  EXPECT_EQ(hosts.all()[1]->host.hostname, "renamed");
}

TEST_F(Hosts, StartOverWhenTheyMissedACommit) {
  (void)cycle({"/1", "a/1"});
  store.begin();
  const Label labels[] = {{"id", "1"}};
  store.observe(
      metrix::SnapshotMeter{store}.with_host_scope(scope("b")).with_labels(labels).plain("m", metrix::Kind::gauge, {}),
      1);
  store.commit();                                                  // nobody looks
  EXPECT_THAT(cycle({"/1", "a/1", "a/2"}), ElementsAre("", "a"));  // nothing of b is there to be seen
  EXPECT_THAT(created, ElementsAre("a/c_2"));
  EXPECT_THAT(cycle({"b/1"}), ElementsAre("", "a", "b"));
}

TEST_F(Hosts, ADescriptionThatChangesReachesAllHosts) {
  ASSERT_TRUE(hosts.load(*charttpl::decode("engine: {autogen: {enabled: true}}\ngroups: [{family: F}]\n")));
  (void)cycle({"/1", "a/1"});
  (void)metrix::SnapshotMeter{store}.gauge("m", {.unit = "bytes"});
  store.begin();
  store.commit();
  const auto at_work = hosts.synchronize(store);
  ASSERT_EQ(at_work->size(), 2u);
  (void)cycle({"/1", "a/1"});
  for (const auto* host : hosts.all()) {
    EXPECT_EQ(host->engine->chart_meta(host->engine->materialized().front()).units, "bytes") << host->host.key;
  }
}

TEST_F(Hosts, ALoadForgetsEveryHost) {
  (void)cycle({"/1", "a/1"});
  ASSERT_TRUE(hosts.load(*charttpl::decode(kTemplate)));
  EXPECT_EQ(hosts.charts(), 0u);
  EXPECT_THAT(cycle({"/1", "a/1"}), ElementsAre("", "a"));
  EXPECT_THAT(created, ElementsAre("/c_1", "a/c_1"));
}

TEST(HostEnginesUnloaded, RefuseToPlan) {
  HostEngines hosts{{.type_id = "job"}};
  EXPECT_FALSE(hosts.synchronize(metrix::Store{}));
}

}  // namespace
}  // namespace cppd::chartengine

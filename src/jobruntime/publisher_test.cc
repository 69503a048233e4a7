// SPDX-License-Identifier: GPL-3.0-or-later
// What the scenarios of tests/conformance cannot see of a job with several hosts. Source: agent contract C-20, C-40,
// C-41, N-5, N-6; differences D6, D13 and agent 2.6.
#include <cppd/chartemit/netdata_sink.h>
#include <cppd/charttpl/decode.h>
#include <cppd/jobruntime/publisher.h>
#include <cppd/metrix/instrument.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace cppd::jobruntime {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::string_view kTemplate =
    "groups: [{family: F, metrics: [m], charts: [{id: c, title: T, context: c, units: u, "
    "dimensions: [{selector: m, name: v}]}]}]";
const std::string kGuidA = "6b3b3a2e-0000-4000-8000-00000000000a";
const std::string kGuidB = "6b3b3a2e-0000-4000-8000-00000000000b";

/// Writes wire text, and refuses the hosts that it is told to refuse.
class TextOutput final : public JobOutput {
 public:
  TextOutput(Ledger& ledger, bool host_lines) : ledger{ledger}, host_lines{host_lines} {}
  bool ready() const override { return true; }
  std::unique_ptr<HostOutput> open_host(const std::string& key) override { return std::make_unique<Host>(*this, key); }

  Ledger& ledger;
  bool host_lines;
  netdataapi::FramePool pool{64};
  std::string text;
  std::set<std::string> refusing;
  std::set<std::string> throwing;

 private:
  struct Host final : HostOutput {
    Host(TextOutput& all, std::string key) : all{all}, key{std::move(key)}, sink{all.ledger, all.host_lines} {}
    Result<> select(const metrix::HostScope& host, bool define) override { return sink.select_host(host, define); }
    std::expected<void, DeliveryFailure> deliver(const chartengine::Engine& engine, const chartengine::Plan& plan,
                                                 const chartemit::Environment& environment,
                                                 const chartemit::Moment& moment) override {
      if (all.throwing.contains(key)) throw std::runtime_error{"scripted"};
      netdataapi::Frame frame{all.pool};
      sink.write_to(frame);
      if (auto done = sink.emit(engine, plan, environment, moment); !done) {
        return std::unexpected(DeliveryFailure{DeliveryStep::emit, done.error()});
      }
      if (auto done = take(frame); !done) return std::unexpected(DeliveryFailure{DeliveryStep::output, done.error()});
      return {};
    }
    Result<> retire(const chartengine::Engine& engine, const chartemit::Environment& environment) override {
      netdataapi::Frame frame{all.pool};
      sink.write_to(frame);
      sink.retire(engine, environment);
      return take(frame);
    }
    Result<> take(const netdataapi::Frame& frame) {
      if (all.refusing.contains(key)) return std::unexpected(unavailable("scripted refusal"));
      all.text += frame.text();
      return ok;
    }
    TextOutput& all;
    std::string key;
    chartemit::NetdataSink sink;
  };
};

class LogLines final : public LogSink {
 public:
  void write(LogLevel, std::string_view message, const LogAttributes&) override { lines.emplace_back(message); }
  std::vector<std::string> lines;
};

class Hosts : public testing::Test {
 protected:
  explicit Hosts(bool host_lines = true) : output{ledger, host_lines} {}
  void SetUp() override { ASSERT_TRUE(publisher.load(*charttpl::decode(kTemplate))); }

  /// One cycle that writes to these scopes; the text of it.
  Published cycle(std::initializer_list<metrix::HostScope> scopes) {
    output.text.clear();
    store.begin();
    for (const auto& scope : scopes) {
      store.observe(metrix::SnapshotMeter{store}.with_host_scope(scope).plain("m", metrix::Kind::gauge, {}), 1);
    }
    store.commit();
    auto published = publisher.publish(store, output, {.elapsed_us = first ? 0 : 1'000'000});
    first = false;
    return published;
  }
  std::string retired() {
    output.text.clear();
    publisher.retire();
    return output.text;
  }

  const metrix::HostScope own{};
  const metrix::HostScope a{.key = "a", .guid = kGuidA, .hostname = "host-a"};
  const metrix::HostScope b{.key = "b", .guid = kGuidB, .hostname = "host-b"};
  Ledger ledger;
  metrix::Store store{{}, &ledger};
  TextOutput output;
  std::shared_ptr<LogLines> log = std::make_shared<LogLines>();
  Publisher publisher{{.environment = {.type_id = "app_job", .plugin = "cpp.d", .module = "app", .job = "job"},
                       .ledger = &ledger,
                       .log = Logger{log, LogLevel::info}}};
  bool first = true;
};

TEST_F(Hosts, LabelsThatAreOneOnTheWireAreSentOnceAndInItsOrder) {  // charts 5.2, E10, K18
  auto host = a;
  host.labels = {{"a'b", "first"}, {"aa", "2"}, {"ab", "second"}};
  cycle({host});
  EXPECT_THAT(output.text, HasSubstr("HOST_DEFINE '" + kGuidA +
                                     "' 'host-a'\nHOST_LABEL '_hostname' 'host-a'\nHOST_LABEL 'aa' '2'\n"
                                     "HOST_LABEL 'ab' 'first'\nHOST_DEFINE_END\n\n"));
}

TEST_F(Hosts, DefinitionOfManyLabelsIsWhole) {
  auto host = a;
  host.labels = {{"k", std::string(1 << 20, 'x')}};
  cycle({host});
  EXPECT_THAT(output.text, HasSubstr("x'\nHOST_DEFINE_END\n\nHOST '" + kGuidA + "'\n"));
}

TEST_F(Hosts, AHostThatThrowsHarmsNoOther) {
  output.throwing = {"a"};
  const auto published = cycle({own, a, b});
  EXPECT_TRUE(published.succeeded());
  EXPECT_EQ(published.delivered, 2u);
  EXPECT_EQ(published.failure->step, DeliveryStep::plan);
  EXPECT_EQ(published.failure->error.text(), "host scope \"a\": plan: panic scripted");
  EXPECT_EQ(ledger.counted(LossReason::plan_failed), 1u);
  EXPECT_THAT(output.text, HasSubstr("HOST '" + kGuidB));
}

TEST_F(Hosts, ACycleFailsWhenEveryHostFailed) {
  output.refusing = {"", "a"};
  const auto published = cycle({own, a});
  EXPECT_FALSE(published.succeeded());
  EXPECT_EQ(ledger.counted(LossReason::frame_refused), 2u);
}

TEST_F(Hosts, AFailureIsLoggedOncePerRow) {
  output.refusing = {"a"};
  (void)cycle({own, a}), (void)cycle({own, a});
  EXPECT_THAT(log->lines, ElementsAre("host scope \"a\": output: scripted refusal"));
  output.refusing.clear();
  (void)cycle({own, a});
  output.refusing = {"a"};
  (void)cycle({own, a});
  EXPECT_EQ(log->lines.size(), 2u);
}

TEST_F(Hosts, AHostThatMissedCyclesIsToldTheTimeSinceItsOwnLast) {
  (void)cycle({own, a});
  output.refusing = {"a"};
  (void)cycle({own, a}), (void)cycle({own, a});
  EXPECT_THAT(output.text, HasSubstr("BEGIN 'app_job.c' 1000000\n"));
  output.refusing.clear();
  (void)cycle({own, a});
  EXPECT_THAT(output.text, HasSubstr("HOST '" + kGuidA + "'\n\nBEGIN 'app_job.c' 3000000\n"));
  (void)cycle({own, a});
  EXPECT_THAT(output.text, Not(HasSubstr("3000000")));
}

TEST_F(Hosts, ACycleThatReachedNobodyIsNotCountedTwice) {
  (void)cycle({a});
  output.refusing = {"a"};
  (void)cycle({a});
  output.refusing.clear();
  (void)cycle({a});  // who calls counts from the last success of the job
  EXPECT_THAT(output.text, HasSubstr("BEGIN 'app_job.c' 1000000\n"));
}

TEST_F(Hosts, LeavingAHostObsoletesItsChartsThereFirst) {
  publisher.set_node({.guid = kGuidA, .hostname = "n"});
  (void)cycle({own});
  publisher.set_node({.guid = kGuidB, .hostname = "n"});
  output.refusing = {""};
  (void)cycle({own});
  EXPECT_EQ(publisher.engines().charts(), 1u);  // nothing has changed
  output.refusing.clear();
  (void)cycle({own});
  const auto old_host = output.text.find("HOST '" + kGuidA);
  const auto obsolete = output.text.find("'obsolete'");
  const auto new_host = output.text.find("HOST_DEFINE '" + kGuidB);
  ASSERT_NE(new_host, std::string::npos);
  EXPECT_LT(old_host, obsolete);
  EXPECT_LT(obsolete, new_host);
  EXPECT_THAT(output.text.substr(new_host), HasSubstr("CHART 'app_job.c'"));
  EXPECT_THAT(retired(), testing::StartsWith("HOST '" + kGuidB));
}

TEST_F(Hosts, ANodeThatNobodyCanTakeLeavesTheChartsWhereTheyAre) {
  (void)cycle({own});
  publisher.set_node({.guid = "no uuid", .hostname = "n"});
  const auto published = cycle({own});
  EXPECT_EQ(published.failure->step, DeliveryStep::host);
  EXPECT_EQ(output.text, "");
  EXPECT_EQ(ledger.counted(LossReason::host_scope_refused), 1u);
  publisher.set_node({});
  EXPECT_TRUE(cycle({own}).succeeded());
  EXPECT_THAT(output.text, testing::StartsWith("HOST ''\n\nBEGIN "));
}

TEST_F(Hosts, ANodeThatGoesLeavesForTheDaemonsOwnHost) {
  publisher.set_node({.guid = kGuidA, .hostname = "n"});
  (void)cycle({own});
  publisher.set_node({});
  (void)cycle({own});
  EXPECT_THAT(output.text, testing::StartsWith("HOST '" + kGuidA));
  EXPECT_THAT(output.text, HasSubstr("HOST ''\n\nCHART 'app_job.c'"));
}

TEST_F(Hosts, AnEqualNodeIsDefinedAgainOnlyWhenItIsSaidToHaveChanged) {
  const metrix::HostScope node{.guid = kGuidA, .hostname = "n"};
  publisher.set_node(node);
  (void)cycle({own});
  publisher.set_node(node, false);
  (void)cycle({own});
  EXPECT_THAT(output.text, Not(HasSubstr("HOST_DEFINE")));
  publisher.set_node(node);
  (void)cycle({own});
  EXPECT_THAT(output.text, HasSubstr("HOST_DEFINE"));
}

TEST_F(Hosts, AStaleAfterLabelLeavesTheChartsToTheNode) {
  publisher.set_node({.guid = kGuidB, .hostname = "n", .labels = {{"_node_stale_after_seconds", "60"}}});
  (void)cycle({own, a});
  EXPECT_THAT(retired(), testing::StartsWith("HOST '" + kGuidA));
  EXPECT_THAT(output.text, Not(HasSubstr(kGuidB)));
}

TEST_F(Hosts, AnEmptyStaleAfterLabelDoesNot) {
  publisher.set_node({.guid = kGuidB, .hostname = "n", .labels = {{"_node_stale_after_seconds", " "}}});
  (void)cycle({own});
  EXPECT_THAT(retired(), HasSubstr("'obsolete'"));
}

class OldDaemon : public Hosts {
 protected:
  OldDaemon() : Hosts{false} {}
};

TEST_F(OldDaemon, RefusesHostScopesAndReportsThatOnce) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(cycle({own, a}).succeeded());
    EXPECT_THAT(output.text, Not(HasSubstr("HOST")));
    EXPECT_THAT(output.text, HasSubstr("BEGIN 'app_job.c'"));
  }
  EXPECT_EQ(log->lines.size(), 1u);
  EXPECT_THAT(ledger.details(LossReason::host_scope_refused), ElementsAre("a"));
  EXPECT_THAT(retired(), Not(HasSubstr("HOST")));
}

}  // namespace
}  // namespace cppd::jobruntime

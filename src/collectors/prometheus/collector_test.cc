// SPDX-License-Identifier: GPL-3.0-or-later
// A job against a scripted target: what it accepts, what it refuses, and that a failure leaves no trace.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <mutex>

#include "../../kit/web/test_server.h"
#include "way_for_tests.h"

namespace cppd::prometheus_collector {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;
using web::test::Peer;
using web::test::Seen;
using web::test::TestServer;

/// A target that says what it is told to say.
class Target {
 public:
  using Script = std::function<bool(Peer&)>;
  explicit Target(std::string page = {}) { page_is(std::move(page)); }
  void page_is(std::string page) {
    behave([page = std::move(page)](Peer& peer) { return peer.reply(200, page); });
  }
  void behave(Script script) {
    const std::scoped_lock lock{mutex_};
    script_ = std::move(script);
  }
  [[nodiscard]] std::string job(std::string_view more = {}) const {
    return fmt::format("url: {}/metrics\n{}", server_.base(), more);
  }
  [[nodiscard]] const TestServer& server() const { return server_; }

 private:
  bool answer(Peer& peer) {
    Script script;
    {
      const std::scoped_lock lock{mutex_};
      script = script_;
    }
    return script(peer);
  }
  std::mutex mutex_;
  Script script_;
  TestServer server_{[this](Peer& peer, const Seen&) { return answer(peer); }};
};

constexpr std::string_view kGood = "# TYPE k gauge\nk 1\n";

/// One way of a target to be bad, and what the error says after its URL.
struct Bad {
  std::string_view name;
  Target::Script script;
  std::string_view error;
  std::string_view job = "";
  friend void PrintTo(const Bad& row, std::ostream* out) { *out << row.name; }
};

Target::Script page(std::string text) {
  return [text = std::move(text)](Peer& peer) { return peer.reply(200, text); };
}

const Bad kBad[] = {
    {"not_found", [](Peer& p) { return p.reply(404, "k 1\n"); }, "HTTP status 404"},
    {"server_error_with_a_page", [](Peer& p) { return p.reply(500, kGood); }, "HTTP status 500"},
    {"half_a_page",
     [](Peer& p) {
       return p.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n# TYPE k gauge\nk 7\nnew_total 1\n") && false;
     },
     "transfer closed"},
    {"nothing", [](Peer&) { return false; }, "empty reply"},
    {"empty_page", page(""), "the page has no metrics"},
    {"comments_only", page("# HELP k Help.\n# TYPE k gauge\n\n"), "the page has no metrics"},
    {"html", page("<html>\n<body>k 1</body>\n"), "no line could be read: line 1:1: "},
    {"one_bad_line", page("# TYPE a counter\na 1 -5\n"), "no line could be read: line 2:5: "},
    {"invalid_utf8_only", page("k{a=\"\xC3(\"} 1\n"), "no line could be read: line 1:"},
    {"too_long", page(std::string(2000, 'x')), "body is longer than max_body_bytes 1000", "max_body_bytes: 1000"},
    {"too_slow",
     [](Peer& p) {
       p.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nk 7\n");
       p.closed_by_client();
       return false;
     },
     "timed out after 100ms", "timeout: 0.1"},
    {"endless_headers",
     [](Peer& p) {
       p.write("HTTP/1.1 200 OK\r\n");
       while (p.write("X-Filler: 0123456789012345678901234567890123456789\r\n")) continue;
       return false;
     },
     "headers are longer than"},
};

class BadTarget : public testing::TestWithParam<Bad> {};

TEST_P(BadTarget, DoesNotStart) {
  Target target;
  target.behave(GetParam().script);
  test::Way way{target.job(GetParam().job)};
  const auto started = way.start();
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().text(), AllOf(HasSubstr(target.server().base()), HasSubstr(GetParam().error)));
}

TEST_P(BadTarget, CostsItsCycleAlone) {
  Target target{std::string{kGood}};
  test::Way way{target.job(GetParam().job)};
  ASSERT_TRUE(way.start());
  ASSERT_TRUE(way.cycle());
  target.behave(GetParam().script);
  for (int i = 0; i < 2; ++i) {
    const auto failed = way.cycle();
    ASSERT_FALSE(failed);
    EXPECT_THAT(failed.error().text(), AllOf(HasSubstr(target.server().base()), HasSubstr(GetParam().error)));
  }
  target.page_is("# TYPE k gauge\nk 3\n");
  ASSERT_TRUE(way.cycle());
  EXPECT_THAT(way.value("k", "k"), Optional(3));
  EXPECT_EQ(way.reader.live_charts().size(), 1u);
  EXPECT_EQ(way.reader.counters().updates, 2u);
  EXPECT_EQ(way.reader.report(), "");
}
INSTANTIATE_TEST_SUITE_P(Table, BadTarget, testing::ValuesIn(kBad),
                         [](const auto& row) { return std::string(row.param.name); });

/// Configurations that do not start, and why. The page is kGood.
struct Refused {
  std::string_view name, job, error;
  bool asked = false;  // the target was
  friend void PrintTo(const Refused& row, std::ostream* out) { *out << row.name; }
};
const Refused kRefused[] = {
    {"empty_url", "url: ''", "url: is empty"},
    {"url_without_scheme", "url: ':9100/metrics'", "url: "},
    {"selector", "selector: {allow: ['disk{a<\"x\"}']}", "selector: "},
    {"fallback", "fallback_type: {counter: ['']}", "fallback_type.counter[0]: is empty"},
    {"wrong_type", "max_time_series: many", "max_time_series"},
    {"tls_file", "tls_ca: /nowhere/ca.pem", "/nowhere/ca.pem"},
    {"prefix", "expected_prefix: redis_", "no metric has the expected prefix `redis_`", true},
    {"nothing_selected", "selector: {allow: [nothing_*]}", "the page has no metrics", true},
};
class RefusedJob : public testing::TestWithParam<Refused> {};
TEST_P(RefusedJob, SaysWhy) {
  Target target{std::string{kGood}};
  const std::string job{GetParam().job};
  test::Way way{job.starts_with("url:") ? job : target.job(job)};
  const auto started = way.start();
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error().text(), HasSubstr(GetParam().error));
  EXPECT_EQ(target.server().seen().empty(), !GetParam().asked);
}
INSTANTIATE_TEST_SUITE_P(Table, RefusedJob, testing::ValuesIn(kRefused),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Job, WithNothingToChartDoesNotStart) {
  Target target{"# TYPE a gauge\na NaN\n# TYPE x_info gauge\nx_info 1\nplain 2\n"};
  test::Way way{target.job()};
  const auto started = way.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().text(), target.server().base() + "/metrics: no usable metrics");
}

TEST(Job, AsksForTheTextFormat) {
  Target target{std::string{kGood}};
  test::Way way{target.job()};
  ASSERT_TRUE(way.start());
  const auto seen = target.server().seen();
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].header("Accept"), "text/plain;version=0.0.4;q=1,*/*;q=0.1");
  EXPECT_EQ(seen[0].header("Accept-Encoding"), "gzip");
  EXPECT_EQ(seen[0].header("User-Agent"), "Netdata cpp.d.plugin/0.0.0");
}

TEST(Job, KeepsItsConnection) {
  Target target{std::string{kGood}};
  test::Way way{target.job()};
  ASSERT_TRUE(way.start());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(way.cycle());
  EXPECT_EQ(target.server().connections(), 1);
}

std::string many(int count) {
  std::string page = "# TYPE m gauge\n";
  for (int i = 0; i < count; ++i) page += fmt::format("m{{i=\"{:04}\"}} {}\n", i, i);
  return page;
}

/// Diff D11: the excess is cut, and stays cut in the cycles that follow.
TEST(PageLimit, CutsWhatIsTooMuchWhenTheJobStarts) {
  Target target{many(8)};
  test::Way way{target.job("max_time_series: 5")};
  ASSERT_TRUE(way.start());
  const auto at_check = way.lost(LossReason::series_capped);
  EXPECT_EQ(at_check, 3u);
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(way.cycle());
  EXPECT_EQ(way.reader.live_charts().size(), 5u);
  EXPECT_THAT(way.value("m-i=0004", "m"), Optional(4));
  EXPECT_EQ(way.reader.chart("prometheus_t.m-i=0005"), nullptr);
  EXPECT_EQ(way.lost(LossReason::series_capped) - at_check, 6u);
  EXPECT_THAT(way.names(LossReason::series_capped), ElementsAre("m"));
  EXPECT_THAT(way.log->lines, ElementsAre(AllOf(HasSubstr("warning"), HasSubstr("3 of 8 series are over the limits"))));
}

/// Recorded case limit-total-exact: a job that fitted when it started is not limited later.
TEST(PageLimit, IsNotTestedAgainWhenTheJobFitted) {
  Target target{many(5)};
  test::Way way{target.job("max_time_series: 5")};
  ASSERT_TRUE(way.start());
  target.page_is(many(7));
  ASSERT_TRUE(way.cycle());
  EXPECT_EQ(way.reader.live_charts().size(), 7u);
  EXPECT_EQ(way.lost(LossReason::series_capped), 0u);
}

TEST(FamilyLimit, IsTwoHundredUnlessConfigured) {
  Target target{many(250)};
  test::Way way{target.job()};
  ASSERT_TRUE(way.start());
  ASSERT_TRUE(way.cycle());
  EXPECT_EQ(way.reader.live_charts().size(), 200u);
  test::Way unlimited{target.job("max_time_series_per_metric: 0")};
  ASSERT_TRUE(unlimited.start());
  ASSERT_TRUE(unlimited.cycle());
  EXPECT_EQ(unlimited.reader.live_charts().size(), 250u);
}

/// Contract section 12, golden cases that no recorded case covers.
TEST(Fallback, MakesCountersOfUntypedNames) {
  Target target{"hits 1\nlevel 2\nother 3\n"};
  test::Way way{target.job("fallback_type: {counter: [hits], gauge: [level]}")};
  ASSERT_TRUE(way.start());
  ASSERT_TRUE(way.cycle());
  const auto* hits = way.reader.chart("prometheus_t.hits");
  ASSERT_NE(hits, nullptr);
  EXPECT_EQ(hits->dimension("hits")->algorithm, "incremental");
  EXPECT_EQ(hits->units, "events/s");
  EXPECT_EQ(way.reader.chart("prometheus_t.level")->dimension("level")->algorithm, "absolute");
  EXPECT_EQ(way.reader.chart("prometheus_t.other"), nullptr);
}

TEST(BadLines, AreLoggedOnceWithTheFirst) {
  Target target{"a_total 1\nbroken{ 1\n<x>\n"};
  test::Way way{target.job()};
  ASSERT_TRUE(way.start());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(way.cycle());
  EXPECT_EQ(way.lost(LossReason::series_invalid), 8u);
  EXPECT_THAT(way.log->lines, ElementsAre(AllOf(HasSubstr("2 lines were left out"), HasSubstr("line 2:"))));
  EXPECT_THAT(way.names(LossReason::series_invalid), ElementsAre(HasSubstr("2:"), HasSubstr("3:1 ")));
}

TEST(LaterKeys, AreIgnoredWithOneWarning) {
  Target target{std::string{kGood}};
  test::Way way{target.job("profiles: {mode: auto}\nrelabeling: [{match: '*', metric_relabel_configs: []}]\n")};
  ASSERT_TRUE(way.start());
  EXPECT_THAT(way.warnings, IsEmpty());
  EXPECT_THAT(way.log->lines, ElementsAre("warning not yet supported and ignored: profiles, relabeling"));
}

TEST(LaterKeys, ThatAskForNothingAreFine) {
  Target target{std::string{kGood}};
  test::Way way{target.job("profiles: {mode: none}\nrelabeling: []\n")};
  ASSERT_TRUE(way.start());
  EXPECT_THAT(way.log->lines, IsEmpty());
}

}  // namespace
}  // namespace cppd::prometheus_collector

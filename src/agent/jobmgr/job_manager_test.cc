// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/agent/confgroup/discovery.h>
#include <cppd/agent/confgroup/module_file.h>
#include <cppd/agent/jobmgr/job_manager.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace cppd::agent {
namespace {

using namespace std::chrono_literals;
using jobruntime::JobState;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

struct Config {
  std::int64_t value = 1;
  bool fail = false;
};
void describe(ConfigDescription<Config>& c) { c.field("value", &Config::value, "v").field("fail", &Config::fail, "f"); }

class Probe final : public Collector {
 public:
  using Config = agent::Config;
  explicit Probe(Config config) : config_{config}, gauge_{meter().gauge("m")} {}
  Task<Result<>> check(Cycle&) override {
    if (config_.fail) co_return std::unexpected(unavailable("nobody answers"));
    co_return ok;
  }
  Task<Result<>> collect(Cycle&) override {
    gauge_.observe(static_cast<double>(config_.value));
    co_return ok;
  }
  std::string chart_template() const override {
    return "groups: [{family: F, metrics: [m], charts: [{title: T, context: c, units: u, dimensions: [{selector: m, "
           "name: v}]}]}]";
  }

 private:
  Config config_;
  metrix::Gauge gauge_;
};

struct NoOutput final : jobruntime::Output {
  struct Host final : jobruntime::HostOutput {
    explicit Host(NoOutput& all) : all{all} {}
    Result<> select(const metrix::HostScope&, bool) override { return ok; }
    std::expected<void, jobruntime::DeliveryFailure> deliver(const chartengine::Engine&, const chartengine::Plan&,
                                                             const chartemit::Environment&,
                                                             const chartemit::Moment&) override {
      ++all.delivered;
      return {};
    }
    Result<> retire(const chartengine::Engine&, const chartemit::Environment&) override {
      ++all.retired;
      return ok;
    }
    NoOutput& all;
  };
  struct One final : jobruntime::JobOutput {
    explicit One(NoOutput& all) : all{all} {}
    bool ready() const override { return true; }
    std::unique_ptr<jobruntime::HostOutput> open_host(const std::string&) override {
      return std::make_unique<Host>(all);
    }
    NoOutput& all;
  };
  std::unique_ptr<jobruntime::JobOutput> open(Ledger&) override { return std::make_unique<One>(*this); }
  std::atomic<int> delivered{0};
  std::atomic<int> retired{0};
};

class Managed : public testing::Test {
 protected:
  std::vector<JobConfig> jobs(const std::string& yaml) {
    const FoundFile file{.path = "/etc/cppd/cpp.d/probe.conf"};
    std::vector<const CollectorInfo*> modules{&collectors.front()};
    auto read = parse_module_file(yaml, file, {.modules = modules, .known = {"probe"}});
    EXPECT_TRUE(read.refused.empty());
    return std::move(read.jobs);
  }
  /// Runs the control loop until `condition`, at most five seconds.
  bool until(auto condition) {
    const auto limit = std::chrono::steady_clock::now() + 5s;
    while (!condition() && std::chrono::steady_clock::now() < limit) control.run_for(10ms), control.restart();
    return condition();
  }
  std::map<std::string, JobState> states() {
    std::map<std::string, JobState> out;
    for (const auto& status : manager.status()) out[status.full_name] = status.state;
    return out;
  }
  bool all_running(std::size_t count) {
    const auto now = states();
    return now.size() == count && std::ranges::all_of(now, [](const auto& s) { return s.second == JobState::running; });
  }
  void stop() {
    bool done = false;
    std::vector<std::string> left;
    manager.stop_all(true, 3s, [&](std::vector<std::string> names) {
      left = std::move(names);
      done = true;
    });
    EXPECT_TRUE(until([&] { return done; }));
    EXPECT_THAT(left, ElementsAre());
  }

  std::vector<CollectorInfo> collectors{describe_collector<Probe>({.module = "probe"})};
  boost::asio::io_context control;
  NoOutput output;
  JobManager manager{control, {.plugin = "cpp.d", .shards = 2}, collectors, output, Logger{}};
};

TEST_F(Managed, RunsWhatIsDesiredAndStopsWhatIsGone) {
  manager.apply(jobs("jobs: [{name: a}, {name: b}]"));
  ASSERT_TRUE(until([&] { return all_running(2) && output.delivered >= 2; }));  // both have charts
  manager.apply(jobs("jobs: [{name: b}, {name: c}]"));
  ASSERT_TRUE(until([&] { return all_running(2) && states().contains("probe_c"); }));
  EXPECT_EQ(output.retired, 1);
  stop();
}

TEST_F(Managed, AnUnchangedJobKeepsRunningAndAChangedOneIsReplaced) {
  manager.apply(jobs("jobs: [{name: a}, {name: b}]"));
  ASSERT_TRUE(until([&] { return all_running(2) && output.delivered >= 2; }));  // both have charts
  std::vector<std::string> changed;
  manager.on_change([&](const JobManager::Status& status) { changed.push_back(status.full_name); });
  manager.apply(jobs("jobs: [{name: a}, {name: b, value: 2}]"));
  ASSERT_TRUE(until([&] { return changed.size() >= 2 && all_running(2); }));
  EXPECT_THAT(changed, ElementsAre("probe_b", "probe_b"));
  EXPECT_EQ(output.retired, 1);
  stop();
}

TEST_F(Managed, AFailedJobIsTriedAgainWhenItAsksFor) {
  manager.apply(jobs("jobs: [{name: a, fail: true, autodetection_retry: 1}, {name: b, fail: true}]"));
  int failures_a = 0;
  int failures_b = 0;
  manager.on_change([&](const JobManager::Status& status) {
    if (status.state == JobState::failed) ++(status.full_name == "probe_a" ? failures_a : failures_b);
  });
  ASSERT_TRUE(until([&] { return failures_a >= 2; }));
  EXPECT_EQ(failures_b, 1);
  stop();
}

TEST_F(Managed, ReportsOfAllJobs) {
  manager.apply(jobs("jobs: [{name: a}, {name: b}]"));
  ASSERT_TRUE(until([&] { return all_running(2); }));
  std::vector<std::string> names;
  manager.report([&](const std::vector<jobruntime::JobReport>& reports) {
    for (const auto& report : reports) names.push_back(report.full_name);
  });
  ASSERT_TRUE(until([&] { return !names.empty(); }));
  EXPECT_THAT(names, UnorderedElementsAre("probe_a", "probe_b"));
  stop();
}

}  // namespace
}  // namespace cppd::agent

// SPDX-License-Identifier: GPL-3.0-or-later
// Jobs on real shards and real time: what a collector may do wrong, and what it must not take with it.
#include <cppd/base/mutex.h>
#include <cppd/jobruntime/job.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <condition_variable>
#include <thread>

namespace cppd::jobruntime {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kTemplate = R"(
groups:
- family: F
  metrics: [m]
  charts: [{id: c, title: T, context: c, units: u, dimensions: [{selector: m, name: v}]}]
)";

enum class Fault { none, init, check, empty_check, collect, throws, deaf, blocks, slow, own_node };

/// Does what its fault says in its second collection (or where the name says).
class Scripted final : public Collector {
 public:
  explicit Scripted(Fault fault) : fault_{fault}, gauge_{meter().gauge("m")} {}

  Task<Result<>> init(const JobContext&) override {
    if (fault_ == Fault::init) co_return std::unexpected(invalid_input("scripted init failure"));
    co_return ok;
  }
  Task<Result<>> check(Cycle& cycle) override {
    if (fault_ == Fault::check) co_return std::unexpected(unavailable("scripted check failure"));
    if (fault_ == Fault::empty_check) co_return co_await Collector::check(cycle);
    co_return ok;
  }
  Task<Result<>> collect(Cycle&) override {
    if (fault_ == Fault::empty_check) co_return ok;
    const bool now = ++rounds_ == 2;
    if (now && fault_ == Fault::collect) co_return std::unexpected(unavailable("scripted collect failure"));
    if (now && fault_ == Fault::throws) throw std::runtime_error("scripted throw");
    if (now && fault_ == Fault::blocks) std::this_thread::sleep_for(4s);
    asio::steady_timer timer{co_await asio::this_coro::executor};
    if (now && fault_ == Fault::slow) {  // obeys cancellation
      timer.expires_after(1h);
      co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
      co_return std::unexpected(stopped());
    }
    if (now && fault_ == Fault::deaf) {
      co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
      timer.expires_after(1h);
      co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    }
    gauge_.observe(rounds_);
    co_return ok;
  }
  std::string chart_template() const override { return std::string{kTemplate}; }
  const metrix::HostScope* vnode() const override { return fault_ == Fault::own_node ? &own_node_ : nullptr; }

 private:
  const metrix::HostScope own_node_{.guid = "own", .hostname = "o"};
  Fault fault_;
  metrix::Gauge gauge_;
  int rounds_ = 0;
};

/// Counts what arrives, for all jobs.
class CountingOutput final : public Output {
 public:
  std::atomic<int> delivered{0};
  std::atomic<int> retired{0};
  std::atomic<std::int64_t> elapsed_us_max{0};
  std::atomic<bool> ready{true};
  std::atomic<bool> refuse{false};
  std::atomic<bool> panic{false};
  Mutex mutex;
  std::vector<std::string> selected;  // guids; with a plus when a definition was asked for

  std::unique_ptr<JobOutput> open(Ledger&) override { return std::make_unique<One>(*this); }

 private:
  struct Host final : HostOutput {
    explicit Host(CountingOutput& all) : all{all} {}
    Result<> select(const metrix::HostScope& host, bool define) override {
      const MutexLock lock{all.mutex};
      all.selected.push_back(host.guid + (define ? "+" : ""));
      return ok;
    }
    std::expected<void, DeliveryFailure> deliver(const chartengine::Engine&, const chartengine::Plan& plan,
                                                 const chartemit::Environment&,
                                                 const chartemit::Moment& moment) override {
      if (all.panic) throw std::runtime_error{"scripted output panic"};
      if (all.refuse) return std::unexpected(DeliveryFailure{DeliveryStep::output, unavailable("refused")});
      all.elapsed_us_max = std::max(all.elapsed_us_max.load(), moment.elapsed_us);
      if (!plan.updates.empty()) ++all.delivered;
      return {};
    }
    Result<> retire(const chartengine::Engine& engine, const chartemit::Environment&) override {
      all.retired += static_cast<int>(engine.materialized().size());
      return ok;
    }
    CountingOutput& all;
  };
  struct One final : JobOutput {
    explicit One(CountingOutput& all) : all{all} {}
    bool ready() const override { return all.ready; }
    std::unique_ptr<HostOutput> open_host(const std::string&) override { return std::make_unique<Host>(all); }
    CountingOutput& all;
  };
};

/// A shard with jobs and everything that was heard of them.
class House {
 public:
  House() { shard.start(); }
  ~House() { shard.stop(); }

  std::shared_ptr<Job> add(const std::string& name, Fault fault) {
    JobSettings settings{.plugin = "cpp.d", .module = "scripted", .name = name, .full_name = "scripted_" + name};
    settings.limits = {.start = 500ms, .collect = 3s, .grace = 500ms};
    auto make = [fault]() -> std::expected<MadeCollector, std::vector<Error>> {
      return MadeCollector{std::make_unique<Scripted>(fault), {}};
    };
    auto job = std::make_shared<Job>(settings, make, shard, output, Logger{}, [this, name](const JobNews& news) {
      const MutexLock lock{mutex};
      heard.push_back({name, news});
      changed.notify_all();
    });
    job->start();
    return job;
  }
  /// Waits for a state of a job; the news, or nothing when it does not come.
  std::optional<JobNews> wait_for(const std::string& name, JobState state, std::chrono::milliseconds limit = 5s) {
    std::unique_lock lock{mutex.native()};
    std::optional<JobNews> found;
    changed.wait_for(lock, limit, [&] {
      for (const auto& [who, news] : heard) {
        if (who == name && news.state == state) found = news;
      }
      return found.has_value();
    });
    return found;
  }
  JobReport report(Job& job) {
    std::optional<JobReport> got;
    job.report([&](JobReport report) {
      const MutexLock lock{mutex};
      got = report;
      changed.notify_all();
    });
    std::unique_lock lock{mutex.native()};
    changed.wait_for(lock, 3s, [&] { return got.has_value(); });
    return got.value_or(JobReport{});
  }
  bool wait_until(auto condition, std::chrono::milliseconds limit = 5s) {
    const auto until = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < until) {
      if (condition()) return true;
      std::this_thread::sleep_for(10ms);
    }
    return false;
  }

  CountingOutput output;
  Mutex mutex;
  std::condition_variable changed;
  std::vector<std::pair<std::string, JobNews>> heard;
  Shard shard{Logger{}};
};

TEST(JobLife, CollectsEmitsAndRetires) {
  House house;
  const auto job = house.add("good", Fault::none);
  ASSERT_TRUE(house.wait_for("good", JobState::running));
  ASSERT_TRUE(house.wait_until([&] { return house.output.delivered >= 2; }));
  job->stop(true);
  ASSERT_TRUE(house.wait_for("good", JobState::stopped));
  EXPECT_EQ(house.output.retired, 1);
}

TEST(JobLife, StopWithoutObsoletionRetiresNothing) {
  House house;
  const auto job = house.add("good", Fault::none);
  ASSERT_TRUE(house.wait_until([&] { return house.output.delivered >= 1; }));
  job->stop(false);
  ASSERT_TRUE(house.wait_for("good", JobState::stopped));
  EXPECT_EQ(house.output.retired, 0);
}

struct StartCase {
  std::string_view name;
  Fault fault;
  bool may_retry;
  std::string_view error;
  friend void PrintTo(const StartCase& row, std::ostream* out) { *out << row.name; }
};
class JobStart : public testing::TestWithParam<StartCase> {};
TEST_P(JobStart, FailsAndSaysWhetherToRetry) {
  House house;
  (void)house.add("bad", GetParam().fault);
  const auto news = house.wait_for("bad", JobState::failed);
  ASSERT_TRUE(news);
  EXPECT_EQ(news->may_retry, GetParam().may_retry);
  EXPECT_EQ(news->error.text(), GetParam().error);
}
INSTANTIATE_TEST_SUITE_P(Table, JobStart,  // agent contract 2.3
                         testing::Values(StartCase{"init", Fault::init, false, "init failed: scripted init failure"},
                                         StartCase{"check", Fault::check, true, "check failed: scripted check failure"},
                                         StartCase{"nothing_collected", Fault::empty_check, true,
                                                   "check failed: no metrics were collected"}),
                         [](const auto& row) { return std::string(row.param.name); });

class JobFault : public testing::TestWithParam<Fault> {};
TEST_P(JobFault, CostsOneCycleAndTheJobGoesOn) {
  House house;
  const auto job = house.add("bad", GetParam());
  ASSERT_TRUE(house.wait_until([&] { return house.output.delivered >= 2; }, 12s));
  const auto report = house.report(*job);
  EXPECT_EQ(report.state, JobState::running);
  EXPECT_EQ(report.ledger[static_cast<std::size_t>(LossReason::cycle_failed)], 1u);
  EXPECT_EQ(report.failures_in_a_row, 0u);
  EXPECT_GT(house.output.elapsed_us_max, 1'500'000) << "the reader is not told of the cycle that is missing";
  const bool late = GetParam() == Fault::slow;  // cancelled after three of its intervals
  EXPECT_EQ(report.ledger[static_cast<std::size_t>(LossReason::cycle_timeout)], late ? 1u : 0u);
  EXPECT_EQ(report.ledger[static_cast<std::size_t>(LossReason::cycle_overrun)] > 0, late);
  job->stop(true);
  ASSERT_TRUE(house.wait_for("bad", JobState::stopped));
}
INSTANTIATE_TEST_SUITE_P(Table, JobFault, testing::Values(Fault::collect, Fault::throws, Fault::slow),
                         [](const auto& row) {
                           return row.param == Fault::collect  ? "error"
                                  : row.param == Fault::throws ? "exception"
                                                               : "slow_but_obedient";
                         });

TEST(JobStuck, AwaitingForEverIsDisownedAndTheOthersGoOn) {
  House house;
  const auto bad = house.add("bad", Fault::deaf);
  const auto good = house.add("good", Fault::none);
  ASSERT_TRUE(house.wait_until([&] { return bad->supervise(std::chrono::steady_clock::now()); }, 9s));
  const int before = house.output.delivered;
  EXPECT_TRUE(house.wait_until([&] { return house.output.delivered >= before + 2; }));
  good->stop(true);
  EXPECT_TRUE(house.wait_for("good", JobState::stopped));
}

TEST(JobStuck, BlockingInCodeLosesItsRunnerAndTheOthersGoOn) {
  House house;
  (void)house.add("bad", Fault::blocks);
  const auto good = house.add("good", Fault::none);
  std::string stuck;
  ASSERT_TRUE(house.wait_until(
      [&] {
        stuck = house.shard.supervise(std::chrono::steady_clock::now());
        return !stuck.empty();
      },
      6s));
  EXPECT_EQ(stuck, "scripted_bad");
  EXPECT_EQ(house.shard.disowned_runners(), 1u);
  const int before = house.output.delivered;
  EXPECT_TRUE(house.wait_until([&] { return house.output.delivered >= before + 2; }));
  std::this_thread::sleep_for(2500ms);  // the disowned runner comes back, and must find nothing to do
  EXPECT_TRUE(house.wait_until([&] { return house.report(*good).cycles > 0; }));
  EXPECT_FALSE(house.wait_for("bad", JobState::stopped, 100ms));
  good->stop(true);
  EXPECT_TRUE(house.wait_for("good", JobState::stopped));
}

TEST(JobOutput, SkipsACycleBeforeCollectingWhileTheLastFrameWaits) {
  House house;
  const auto job = house.add("good", Fault::none);
  ASSERT_TRUE(house.wait_until([&] { return house.output.delivered >= 1; }));
  house.output.ready = false;
  const auto skipped = static_cast<std::size_t>(LossReason::cycle_backpressure);
  ASSERT_TRUE(house.wait_until([&] { return house.report(*job).ledger[skipped] >= 1; }));
  const auto cycles = house.report(*job).cycles;
  house.output.ready = true;
  ASSERT_TRUE(house.wait_until([&] { return house.report(*job).cycles > cycles; }));
  job->stop(true);
  ASSERT_TRUE(house.wait_for("good", JobState::stopped));
}

TEST(JobOutput, AnExceptionInPlanningCostsTheCycle) {
  House house;
  house.output.panic = true;
  const auto job = house.add("good", Fault::none);
  const auto failed = static_cast<std::size_t>(LossReason::plan_failed);
  ASSERT_TRUE(house.wait_until([&] { return house.report(*job).ledger[failed] >= 1; }));
  house.output.panic = false;
  ASSERT_TRUE(house.wait_until([&] { return house.output.delivered >= 1; }));
  job->stop(true);
  ASSERT_TRUE(house.wait_for("good", JobState::stopped));
}

TEST(JobOutput, ARefusedFrameIsCountedAndDefinitionsAreSentAgain) {
  House house;
  house.output.refuse = true;
  const auto job = house.add("good", Fault::none);
  const auto refused = static_cast<std::size_t>(LossReason::frame_refused);
  ASSERT_TRUE(house.wait_until([&] { return house.report(*job).ledger[refused] >= 1; }));
  EXPECT_EQ(house.report(*job).charts, 0u);
  house.output.refuse = false;
  ASSERT_TRUE(house.wait_until([&] { return house.output.delivered >= 1; }));
  EXPECT_EQ(house.report(*job).charts, 1u);
  job->stop(true);
  ASSERT_TRUE(house.wait_for("good", JobState::stopped));
}

/// The nodes to which a job turned, in order; a plus: with a definition.
std::vector<std::string> nodes_of(House& house) {
  const MutexLock lock{house.output.mutex};
  auto nodes = house.output.selected;
  const auto repeated = std::ranges::unique(nodes);
  nodes.erase(repeated.begin(), repeated.end());
  return nodes;
}

TEST(JobNode, ANewerNodeIsAdoptedByTheNextCycle) {
  House house;
  const auto job = house.add("n", Fault::none);
  job->set_vnode({.guid = "one", .hostname = "h"});
  ASSERT_TRUE(house.wait_until([&] { return house.output.delivered >= 1; }));
  job->set_vnode({.guid = "two", .hostname = "h"});
  const int before = house.output.delivered;
  ASSERT_TRUE(house.wait_until([&] { return house.output.delivered >= before + 2; }));
  EXPECT_THAT(nodes_of(house), testing::ElementsAre("one+", "two+"));
  EXPECT_EQ(house.output.retired, 1);  // on the node that it left
}

TEST(JobNode, ACollectorsOwnNodeIsNotOverridden) {
  House house;
  const auto job = house.add("n", Fault::own_node);
  job->set_vnode({.guid = "one", .hostname = "h"});
  ASSERT_TRUE(house.wait_until([&] { return house.output.delivered >= 2; }));
  EXPECT_THAT(nodes_of(house), testing::ElementsAre("own+"));
}

}  // namespace
}  // namespace cppd::jobruntime

// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/agent/process/agent.h>
#include <cppd/agent/process/heap.h>

#include "input.h"
#include "ledger_charts.h"

#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <thread>

namespace cppd::agent {
namespace {

constexpr std::size_t kShardsMax = 8;

/// Ten thousand targets are ten thousand sockets.
void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

/// Time until the next whole second of the wall clock.
std::chrono::nanoseconds until_next_second() {
  const auto since = system_clock().wall().time_since_epoch();
  return std::chrono::seconds{1} - since % std::chrono::seconds{1};
}

/// What a log says of an input that nobody takes.
std::string shown(const netdataapi::InputEvent& event) {
  if (const auto* line = std::get_if<netdataapi::SkippedLine>(&event)) return line->start;
  if (const auto* call = std::get_if<netdataapi::Call>(&event)) {
    return fmt::format("FUNCTION {} {} {}", call->uid, call->timeout.count(), call->method);
  }
  if (const auto* cancel = std::get_if<netdataapi::Cancel>(&event)) return "FUNCTION_CANCEL " + cancel->uid;
  if (const auto* reject = std::get_if<netdataapi::Reject>(&event)) return "FUNCTION " + reject->uid;
  return {};
}

}  // namespace

class Agent::Impl {
 public:
  Impl(AgentOptions options, const std::vector<CollectorInfo>& collectors, jobruntime::Output& output, Logger log)
      : options_{std::move(options)},
        log_{std::move(log)},
        signals_{control_, SIGINT, SIGTERM, SIGHUP},
        second_{control_},
        manager_{control_,
                 {.plugin = options_.plugin,
                  .version = options_.version,
                  .host_prefix = options_.host_prefix,
                  .shards = options_.shards != 0
                                ? options_.shards
                                : std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kShardsMax)},
                 collectors,
                 output,
                 log_} {
    std::signal(SIGPIPE, SIG_IGN);
    raise_file_limit();
  }

  int run() {
    const auto found = options_.discover();
    say(found);
    if (found.modules.empty()) {
      log_.info("no module is enabled");
      tell_daemon("DISABLE\n");
      return 0;
    }
    if (options_.self_metrics && options_.writer) {
      ledger_charts_ = std::make_unique<LedgerCharts>(*options_.writer, options_.plugin, options_.host_lines);
    }
    wait_for_signal();
    if (options_.read_stdin) {
      input_ = std::make_unique<InputReader>(
          STDIN_FILENO, options_.short_calls,
          [this](netdataapi::InputEvent event) {
            boost::asio::post(control_, [this, event = std::move(event)] { command(event); });
          },
          [this] { boost::asio::post(control_, [this] { end("input has ended", 0); }); });
    }
    each_second();
    manager_.apply(found.jobs);
    control_.run();
    return status_;
  }

  void stop() {
    boost::asio::post(control_, [this] { end("asked to stop", 0); });
  }

  void output_failed(const std::string& why) {
    boost::asio::post(control_, [this, why] {
      log_.error(fmt::format("writing to standard output failed: {}", why));
      end("output failed", 1);
    });
  }

  void every(std::chrono::milliseconds interval, std::function<void()> tick) {
    auto timer = std::make_shared<boost::asio::steady_timer>(control_);
    tickers_.push_back(timer);
    arm(timer, interval, std::move(tick));
  }

  JobManager& jobs() { return manager_; }

 private:
  void arm(const std::shared_ptr<boost::asio::steady_timer>& timer, std::chrono::milliseconds interval,
           std::function<void()> tick) {
    timer->expires_after(interval);
    timer->async_wait([this, timer, interval, tick = std::move(tick)](boost::system::error_code failed) mutable {
      if (failed) return;
      tick();
      arm(timer, interval, std::move(tick));
    });
  }

  void say(const Discovery& found) {
    for (const auto& error : found.refused) log_.warning(error.text());
    for (const auto& warning : found.warnings) log_.warning(warning.text());
  }

  void wait_for_signal() {
    signals_.async_wait([this](boost::system::error_code failed, int signal) {
      if (failed) return;
      if (signal == SIGHUP)
        reload();
      else if (ending_)
        return cut_short();
      else
        end(fmt::format("received {}", signal == SIGINT ? "SIGINT" : "SIGTERM"), 0);
      wait_for_signal();
    });
  }

  void reload() {
    if (ending_) return;
    log_.info("reloading the configuration");
    const auto found = options_.discover();
    say(found);
    manager_.apply(found.jobs);
  }

  void command(const netdataapi::InputEvent& event) {
    if (std::holds_alternative<netdataapi::Quit>(event)) return end("QUIT", 0);
    // Commands with an answer come with dynamic configuration; until then nothing is offered that could be called.
    log_.limit("input", 1, std::chrono::minutes{1})
        .warning(fmt::format("input line is not understood: {:?}", shown(event)));
  }

  /// A line of the agent itself. When the output is gone, its writer ends the process.
  void tell_daemon(std::string_view line) {
    if (!options_.writer) return;
    if (const auto told = options_.writer->submit_control(line); !told) log_.debug(told.error().text());
  }

  void each_second() {
    second_.expires_after(until_next_second());
    second_.async_wait([this](boost::system::error_code failed) {
      if (failed || ending_) return;
      if (options_.keepalive) tell_daemon("\n");
      if (ledger_charts_) {
        manager_.report(
            [this](const std::vector<jobruntime::JobReport>& reports) { ledger_charts_->publish(reports); });
      }
      trim(++seconds_);
      each_second();
    });
  }

  /// The first cycles of a job define its charts: long frames and many short-lived lists, never needed again. What
  /// they leave goes back to the system for some seconds after each start of a job.
  void trim(std::uint64_t second) {
    if (const auto starts = manager_.starts(); starts != seen_starts_) {
      seen_starts_ = starts;
      settled_at_ = second + kSettleSeconds;
    }
    const bool settling = second <= settled_at_;
    if (second % (settling ? kTrimSecondsSettling : kTrimSeconds) == 0 && options_.writer)
      options_.writer->pool().trim();
    if (second % (settling ? kTrimSecondsSettling : kHeapTrimSeconds) == 0) trim_heap();
  }

  void end(const std::string& why, int status) {
    if (ending_) return;
    ending_ = true;
    status_ = status;
    log_.info(fmt::format("stopping: {}", why));
    second_.cancel();
    manager_.stop_all(options_.obsolete_at_end, options_.end_limit, [this](const std::vector<std::string>& left) {
      for (const auto& name : left) log_.warning(fmt::format("job {} did not end in time", name));
      cut_short();
    });
  }

  void cut_short() {
    signals_.cancel();
    for (auto& timer : tickers_) timer->cancel();
    control_.stop();
  }

  static constexpr std::uint64_t kSettleSeconds = 20;
  static constexpr std::uint64_t kTrimSecondsSettling = 2;
  static constexpr std::uint64_t kTrimSeconds = 60;
  static constexpr std::uint64_t kHeapTrimSeconds = 600;

  AgentOptions options_;
  Logger log_;
  boost::asio::io_context control_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer second_;
  JobManager manager_;
  std::unique_ptr<LedgerCharts> ledger_charts_;
  std::unique_ptr<InputReader> input_;
  std::vector<std::shared_ptr<boost::asio::steady_timer>> tickers_;
  std::uint64_t seconds_ = 0;
  std::uint64_t seen_starts_ = 0;
  std::uint64_t settled_at_ = 0;
  bool ending_ = false;
  int status_ = 0;
};

Agent::Agent(AgentOptions options, const std::vector<CollectorInfo>& collectors, jobruntime::Output& output, Logger log)
    : impl_{std::make_unique<Impl>(std::move(options), collectors, output, std::move(log))} {}
Agent::~Agent() = default;
int Agent::run() { return impl_->run(); }
void Agent::stop() { impl_->stop(); }
void Agent::output_failed(const std::string& why) { impl_->output_failed(why); }
void Agent::every(std::chrono::milliseconds interval, std::function<void()> tick) {
  impl_->every(interval, std::move(tick));
}
JobManager& Agent::jobs() { return impl_->jobs(); }

}  // namespace cppd::agent

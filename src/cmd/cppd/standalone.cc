// SPDX-License-Identifier: GPL-3.0-or-later
#include "standalone.h"

#include "faces.h"

#include <cppd/agent/check/check.h>
#include <cppd/agent/check/lint.h>
#include <cppd/agent/confgroup/job_name.h>
#include <cppd/agent/process/agent.h>
#include <cppd/base/mutex.h>
#include <cppd/output/console/board_sink.h>
#include <cppd/output/console/json_view.h>
#include <cppd/output/console/line_view.h>
#include <cppd/output/console/table_view.h>
#include <cppd/output/console/tree_view.h>

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <deque>

namespace cppd {
namespace {

using namespace std::chrono_literals;

/// Jobs whose plans go to the board that a view shows.
class BoardOutput final : public jobruntime::Output {
 public:
  explicit BoardOutput(output::ChartBoard& board) : board_{board} {}
  std::unique_ptr<jobruntime::JobOutput> open(Ledger& ledger) override { return std::make_unique<One>(board_, ledger); }

 private:
  struct Host final : jobruntime::HostOutput {
    Host(output::ChartBoard& board, Ledger& ledger) : sink{board, ledger} {}
    Result<> select(const metrix::HostScope& host, bool) override {
      sink.show_host(host.hostname);
      return ok;
    }
    std::expected<void, jobruntime::DeliveryFailure> deliver(const chartengine::Engine& engine,
                                                             const chartengine::Plan& plan,
                                                             const chartemit::Environment& environment,
                                                             const chartemit::Moment& moment) override {
      auto done = sink.emit(engine, plan, environment, moment);
      if (done) return {};
      return std::unexpected(jobruntime::DeliveryFailure{jobruntime::DeliveryStep::emit, std::move(done.error())});
    }
    Result<> retire(const chartengine::Engine& engine, const chartemit::Environment& environment) override {
      sink.retire(engine, environment);
      return ok;
    }
    output::BoardSink sink;
  };
  struct One final : jobruntime::JobOutput {
    One(output::ChartBoard& board, Ledger& ledger) : board{board}, ledger{ledger} {}
    bool ready() const override { return true; }
    std::unique_ptr<jobruntime::HostOutput> open_host(const std::string&) override {
      return std::make_unique<Host>(board, ledger);
    }
    output::ChartBoard& board;
    Ledger& ledger;
  };
  output::ChartBoard& board_;
};

/// Keeps records back while a table owns the terminal; they are printed when it is gone.
class HeldLog final : public LogSink {
 public:
  static constexpr std::size_t kHeldMax = 200;
  void write(LogLevel level, std::string_view message, const LogAttributes& attributes) override {
    const MutexLock lock{mutex_};
    held_.push_back({level, std::string{message}, attributes});
    if (held_.size() > kHeldMax) held_.pop_front();
  }
  void release(LogSink& to) {
    const MutexLock lock{mutex_};
    for (const auto& record : held_) to.write(record.level, record.message, record.attributes);
    held_.clear();
  }

 private:
  struct Record {
    LogLevel level;
    std::string message;
    LogAttributes attributes;
  };
  Mutex mutex_;
  std::deque<Record> held_ CPPD_GUARDED_BY(mutex_);
};

std::shared_ptr<LogSink> stderr_log() {
  return stderr_log_sink(LogFormat::human, ::isatty(STDERR_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr);
}

agent::Directories standalone_directories(const StandaloneOptions& options,
                                          const std::vector<CollectorInfo>& collectors) {
  return directories({.plugin = "cpp.d", .config_dirs = options.config_dirs, .standalone = true}, process_environment(),
                     collectors);
}

/// What the configuration says; without any, this machine (design 11).
agent::Discovery discover(const agent::Directories& where, const StandaloneOptions& options,
                          const std::vector<CollectorInfo>& collectors) {
  const auto file = agent::read_plugin_config(where, agent::module_names(collectors));
  auto only = options.module;
  if (only.empty() && !where.configured()) only = "linux";
  if (!file.config.enabled && options.module.empty()) return {};
  agent::DiscoveryOptions discovery{.plugin = file.config, .only_module = only};
  if (!options.job.empty()) discovery.only_jobs = {agent::clean_job_name(options.job)};
  auto found = agent::discover(where, discovery, collectors);
  found.refused.insert(found.refused.begin(), file.errors.begin(), file.errors.end());
  found.warnings.insert(found.warnings.begin(), file.warnings.begin(), file.warnings.end());
  return found;
}

/// The view for an output and a standard output. Errors    those of the terminal.
Result<std::unique_ptr<output::View>> open_view(const std::string& kind, output::ChartBoard& board) {
  if (kind == "json") return std::make_unique<output::JsonView>(board, STDOUT_FILENO);
  if (::isatty(STDOUT_FILENO) == 0) return std::make_unique<output::LineView>(board, STDOUT_FILENO);
  auto table = output::TableView::open(board, output::TableView::process_terminal());
  if (table) return std::move(*table);
  return std::make_unique<output::LineView>(board, STDOUT_FILENO);
}

int run_protocol(agent::AgentOptions settings, const std::vector<CollectorInfo>& collectors, const Logger& log) {
  std::atomic<agent::Agent*> running{nullptr};
  agent::FrameWriter writer{STDOUT_FILENO, [&running](const std::string& why) {
                              if (auto* agent = running.load()) agent->output_failed(why);
                            }};
  agent::NetdataOutput output{writer, {}};
  settings.writer = &writer;
  settings.self_metrics = true;
  agent::Agent agent{std::move(settings), collectors, output, log};
  running = &agent;
  const int status = agent.run();
  if (!writer.close(500ms)) std::_Exit(status);
  return status;
}

}  // namespace

int run_live(const StandaloneOptions& options, const std::vector<CollectorInfo>& collectors) {
  const auto where = standalone_directories(options, collectors);
  const bool table = options.output == "table" && ::isatty(STDOUT_FILENO) != 0;
  const auto on_stderr = stderr_log();
  const auto held = std::make_shared<HeldLog>();
  const auto level = options.debug                         ? LogLevel::debug
                     : options.output == "table" && !table ? LogLevel::warning
                                                           : LogLevel::info;
  const Logger log{table ? std::static_pointer_cast<LogSink>(held) : on_stderr, level};
  agent::AgentOptions settings{.plugin = "cpp.d",
                               .version = std::string{kVersion},
                               .discover = [&] { return discover(where, options, collectors); },
                               .obsolete_at_end = true,
                               .end_limit = 900ms};
  if (options.output == "netdata") return run_protocol(std::move(settings), collectors, log);

  output::ChartBoard board;
  BoardOutput output{board};
  std::optional<Error> lost_view;
  bool nothing = false;
  int status = 0;
  {
    auto view = open_view(options.output, board);
    if (!view) {
      fmt::print(stderr, "cppd: {}\n", view.error().text());
      return 1;
    }
    settings.discover = [&, discover_once = settings.discover] {
      auto found = discover_once();
      nothing = found.jobs.empty();
      return found;
    };
    agent::Agent agent{std::move(settings), collectors, output, log};
    agent.every(50ms, [&] {
      const auto more = (*view)->tick();
      if (!more) lost_view = more.error();
      if (!more || !*more) agent.stop();
    });
    status = agent.run();
    (void)(*view)->tick();
  }
  held->release(*on_stderr);
  if (lost_view) {
    fmt::print(stderr, "cppd: {}\n", lost_view->text());
    return 1;
  }
  if (nothing) {
    fmt::print(stderr, "cppd: no job is configured (see 'cppd run --help')\n");
    return 1;
  }
  return status;
}

int run_check(const StandaloneOptions& options, const std::vector<CollectorInfo>& collectors) {
  if (options.list_rules) {
    for (const auto& rule : agent::lint_rules()) fmt::print("{:<20} {}\n", rule.name, rule.finds);
    return 0;
  }
  const auto where = standalone_directories(options, collectors);
  const auto report = agent::check(
      {.directories = where, .templates = options.templates, .allowed = options.allowed_rules}, collectors);
  fmt::print("{}", report.text());
  return report.exit_status();
}

int run_test(const StandaloneOptions& options, const std::vector<CollectorInfo>& collectors) {
  const bool known =
      std::ranges::any_of(collectors, [&](const auto& c) { return c.defaults.module == options.module; });
  if (!known) {
    fmt::print(stderr, "cppd: there is no module {} (see 'cppd test --help')\n", options.module);
    return 2;
  }
  const auto where = standalone_directories(options, collectors);
  const Logger log{stderr_log(), options.debug ? LogLevel::debug : LogLevel::warning};
  auto found = discover(where, options, collectors);
  for (const auto& error : found.refused) fmt::print(stderr, "cppd: {}\n", error.text());
  if (found.jobs.empty()) {
    fmt::print(stderr, "cppd: no job of module {}{} is configured\n", options.module,
               options.job.empty() ? "" : fmt::format(" with the name {}", options.job));
    return 1;
  }
  if (found.jobs.size() > 1) {
    fmt::print(stderr, "cppd: module {} has {} jobs; name one with --job:", options.module, found.jobs.size());
    for (const auto& job : found.jobs) fmt::print(stderr, " {}", job.name);
    fmt::print(stderr, "\n");
    return 2;
  }
  found.jobs.front().update_every = 1s;  // nobody wants to wait for the interval of the job
  output::ChartBoard board;
  BoardOutput output{board};
  agent::AgentOptions settings{.plugin = "cpp.d",
                               .version = std::string{kVersion},
                               .discover = [&] { return found; },
                               .end_limit = 900ms,
                               .shards = 1};
  agent::Agent agent{std::move(settings), collectors, output, log};
  std::string failure;
  agent.jobs().on_change([&](const agent::JobManager::Status& now) {
    if (now.state == jobruntime::JobState::running || now.state == jobruntime::JobState::starting) return;
    if (now.state != jobruntime::JobState::stopped) failure = now.error;
    agent.stop();
  });
  output::BoardSnapshot snapshot;
  const auto until = system_clock().now() + std::chrono::seconds{options.cycles} + 60s;
  agent.every(50ms, [&] {
    board.snapshot(snapshot);
    const bool enough =
        !snapshot.jobs.empty() && snapshot.jobs.front().cycles >= static_cast<std::uint64_t>(options.cycles);
    if (enough || system_clock().now() > until) agent.stop();
  });
  const int status = agent.run();
  if (!failure.empty()) {
    fmt::print(stderr, "cppd: job {}: {}\n", found.jobs.front().full_name, failure);
    return 1;
  }
  if (snapshot.jobs.empty() || !output::has_data(snapshot.jobs.front())) {
    fmt::print(stderr, "cppd: job {}: no data came\n", found.jobs.front().full_name);
    return 1;
  }
  fmt::print("{}", output::tree_text(snapshot.jobs.front(), output::locale_charset()));
  return status;
}

}  // namespace cppd

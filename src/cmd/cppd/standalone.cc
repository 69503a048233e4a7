// SPDX-License-Identifier: GPL-3.0-or-later
#include "standalone.h"

#include "board_output.h"
#include "faces.h"
#include "one_job.h"

#include <cppd/agent/check/check.h>
#include <cppd/agent/check/lint.h>
#include <cppd/agent/process/agent.h>
#include <cppd/base/mutex.h>
#include <cppd/output/console/json_view.h>
#include <cppd/output/console/line_view.h>
#include <cppd/output/console/table_view.h>
#include <cppd/output/console/tree_view.h>

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <deque>

namespace cppd {
namespace {

using namespace std::chrono_literals;

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
  const auto run = run_one_job(options, "test", collectors);
  if (run.status != 0) return run.status;
  if (run.snapshot.jobs.empty() || !output::has_data(run.snapshot.jobs.front())) {
    fmt::print(stderr, "cppd: job {}: no data came\n", run.full_name);
    return 1;
  }
  fmt::print("{}", output::tree_text(run.snapshot.jobs.front(), output::locale_charset()));
  return 0;
}

}  // namespace cppd

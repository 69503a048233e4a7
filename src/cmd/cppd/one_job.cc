// SPDX-License-Identifier: GPL-3.0-or-later
#include "one_job.h"

#include "board_output.h"
#include "faces.h"

#include <cppd/agent/confgroup/job_name.h>
#include <cppd/agent/process/agent.h>

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace cppd {
namespace {

using namespace std::chrono_literals;

/// The job that is meant, or the status of the process.
std::expected<agent::Discovery, int> find_job(const StandaloneOptions& options, std::string_view command,
                                              const std::vector<CollectorInfo>& collectors) {
  const bool known =
      std::ranges::any_of(collectors, [&](const auto& c) { return c.defaults.module == options.module; });
  if (!known) {
    fmt::print(stderr, "cppd: there is no module {} (see 'cppd {} --help')\n", options.module, command);
    return std::unexpected(2);
  }
  auto found = discover(standalone_directories(options, collectors), options, collectors);
  for (const auto& error : found.refused) fmt::print(stderr, "cppd: {}\n", error.text());
  if (found.jobs.empty()) {
    fmt::print(stderr, "cppd: no job of module {}{} is configured\n", options.module,
               options.job.empty() ? "" : fmt::format(" with the name {}", options.job));
    return std::unexpected(1);
  }
  if (found.jobs.size() > 1) {
    fmt::print(stderr, "cppd: module {} has {} jobs; name one with --job:", options.module, found.jobs.size());
    for (const auto& job : found.jobs) fmt::print(stderr, " {}", job.name);
    fmt::print(stderr, "\n");
    return std::unexpected(2);
  }
  found.jobs.front().update_every = 1s;  // nobody wants to wait for the interval of the job
  return found;
}

}  // namespace

std::shared_ptr<LogSink> stderr_log() {
  return stderr_log_sink(LogFormat::human, ::isatty(STDERR_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr);
}

agent::Directories standalone_directories(const StandaloneOptions& options,
                                          const std::vector<CollectorInfo>& collectors) {
  return directories({.plugin = "cpp.d", .config_dirs = options.config_dirs, .standalone = true}, process_environment(),
                     collectors);
}

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

OneJobRun run_one_job(const StandaloneOptions& options, std::string_view command,
                      const std::vector<CollectorInfo>& collectors, bool explain) {
  OneJobRun run;
  const auto found = find_job(options, command, collectors);
  if (!found) {
    run.status = found.error();
    return run;
  }
  run.full_name = found->jobs.front().full_name;
  const Logger log{stderr_log(), options.debug ? LogLevel::debug : LogLevel::warning};
  output::ChartBoard board;
  BoardOutput output{board};
  agent::AgentOptions settings{.plugin = "cpp.d",
                               .version = std::string{kVersion},
                               .discover = [&] { return *found; },
                               .end_limit = 900ms,
                               .shards = 1};
  agent::Agent agent{std::move(settings), collectors, output, log};
  std::string failure;
  agent.jobs().on_change([&](const agent::JobManager::Status& now) {
    if (now.state == jobruntime::JobState::running || now.state == jobruntime::JobState::starting) return;
    if (now.state != jobruntime::JobState::stopped) failure = now.error;
    agent.stop();
  });
  const auto until = system_clock().now() + std::chrono::seconds{options.cycles} + 60s;
  bool asked = false;
  agent.every(50ms, [&] {
    if (asked && system_clock().now() <= until) return;
    board.snapshot(run.snapshot);
    const auto& jobs = run.snapshot.jobs;
    const bool enough = !jobs.empty() && jobs.front().cycles >= static_cast<std::uint64_t>(options.cycles);
    if (enough && explain && !asked) {
      asked = agent.jobs().explain(run.full_name, [&](chartengine::Explanation explanation) {
        run.explanation = std::move(explanation);
        agent.stop();
      });
      if (asked) return;
    }
    if (enough || system_clock().now() > until) agent.stop();
  });
  run.status = agent.run();
  if (!failure.empty()) {
    fmt::print(stderr, "cppd: job {}: {}\n", run.full_name, failure);
    run.status = 1;
  } else if (explain && !run.explanation && run.status == 0) {
    fmt::print(stderr, "cppd: job {}: no data came\n", run.full_name);
    run.status = 1;
  }
  return run;
}

}  // namespace cppd

// SPDX-License-Identifier: GPL-3.0-or-later
// `explain` and `try`.
#include "board_output.h"
#include "one_job.h"
#include "standalone.h"
#include "template_run.h"

#include <cppd/chartemit/netdata_sink.h>
#include <cppd/output/console/explain_view.h>
#include <cppd/output/console/json_view.h>
#include <cppd/output/console/tree_view.h>

#include <fmt/format.h>

#include <cstdio>

namespace cppd {
namespace {

/// Wire text on standard output, as the daemon would get it.
class WireOutput final : public jobruntime::JobOutput {
 public:
  explicit WireOutput(Ledger& ledger) : ledger_{ledger} {}
  bool ready() const override { return true; }
  std::unique_ptr<jobruntime::HostOutput> open_host(const std::string&) override {
    return std::make_unique<Host>(pool_, ledger_);
  }

 private:
  struct Host final : jobruntime::HostOutput {
    Host(netdataapi::FramePool& pool, Ledger& ledger) : pool{pool}, sink{ledger} {}
    Result<> select(const metrix::HostScope& host, bool define) override { return sink.select_host(host, define); }
    std::expected<void, jobruntime::DeliveryFailure> deliver(const chartengine::Engine& engine,
                                                             const chartengine::Plan& plan,
                                                             const chartemit::Environment& environment,
                                                             const chartemit::Moment& moment) override {
      netdataapi::Frame frame{pool};
      sink.write_to(frame);
      auto done = sink.emit(engine, plan, environment, moment);
      if (!done)
        return std::unexpected(jobruntime::DeliveryFailure{jobruntime::DeliveryStep::emit, std::move(done.error())});
      fmt::print("{}", frame.text());
      return {};
    }
    Result<> retire(const chartengine::Engine&, const chartemit::Environment&) override { return ok; }
    netdataapi::FramePool& pool;
    chartemit::NetdataSink sink;
  };
  netdataapi::FramePool pool_{4096};
  Ledger& ledger_;
};

int refuse(const std::vector<Error>& mistakes) {
  for (const auto& mistake : mistakes) fmt::print(stderr, "cppd: {}\n", mistake.text());
  return mistakes.empty() ? 0 : 1;
}

/// Loads the template and runs the pages. The status of the process when that fails.
int run_pages(TemplateRun& run, const StandaloneOptions& options, jobruntime::JobOutput& output) {
  if (const auto mistakes = run.load(options.template_file); !mistakes.empty()) return refuse(mistakes);
  for (const auto& file : options.payloads) {
    if (auto done = run.page(file, output); !done) return refuse({done.error()});
  }
  return 0;
}

/// What was lost, for standard error.
void print_losses(const Ledger& ledger) {
  for (std::size_t i = 0; i < kLossReasons; ++i) {
    const auto reason = static_cast<LossReason>(i);
    if (ledger.counted(reason) == 0) continue;
    std::string examples;
    for (const auto& name : ledger.details(reason)) examples += (examples.empty() ? " (" : ", ") + name;
    if (!examples.empty()) examples += ')';
    fmt::print(stderr, "cppd: {} {}: {}{}\n", loss_reason_name(reason), ledger.counted(reason),
               loss_reason_help(reason), output::printable(examples, output::Charset::utf8));
  }
}

/// The globs of the command line. Errors    name the option.
Result<> read_globs(const StandaloneOptions& options, output::ExplainOptions& into) {
  const auto read = [](const std::string& text, std::string option, std::optional<matcher::Glob>& glob) -> Result<> {
    if (text.empty()) return ok;
    auto parsed = matcher::Glob::parse(text);
    if (!parsed) return std::unexpected(std::move(parsed.error()).in(std::move(option)));
    glob = *std::move(parsed);
    return ok;
  };
  if (auto done = read(options.series_glob, "--series", into.series); !done) return done;
  return read(options.chart_glob, "--chart", into.chart);
}

int print_explanation(const chartengine::Explanation& explanation, const StandaloneOptions& options,
                      const output::ExplainOptions& view) {
  fmt::print("{}", options.output == "json" ? output::explain_json(explanation, view)
                                            : output::explain_text(explanation, view));
  return options.strict && !output::explained_strictly(explanation) ? 1 : 0;
}

}  // namespace

int run_explain(const StandaloneOptions& options, const std::vector<CollectorInfo>& collectors) {
  output::ExplainOptions view{.unplaced = options.unplaced, .charset = output::locale_charset()};
  if (const auto read = read_globs(options, view); !read) {
    fmt::print(stderr, "cppd: {} (see 'cppd explain --help')\n", read.error().text());
    return 2;
  }
  if (options.template_file.empty()) {
    auto run = run_one_job(options, "explain", collectors, true);
    if (run.status != 0) return run.status;
    view.job = run.full_name;
    view.template_file = options.module + " charts.yaml";
    return print_explanation(*run.explanation, options, view);
  }
  TemplateRun run{options.job.empty() ? "explain" : options.job};
  output::ChartBoard board;
  BoardOutput boards{board};
  const auto to_board = boards.open(run.ledger());
  if (const int status = run_pages(run, options, *to_board); status != 0) return status;
  view.job = run.type_id();
  view.template_file = options.template_file;
  const int status = print_explanation(run.explain(), options, view);
  return std::max(status, refuse(run.mistakes()));
}

int run_try(const StandaloneOptions& options) {
  TemplateRun run{options.job.empty() ? "try" : options.job};
  output::ChartBoard board;
  BoardOutput boards{board};
  std::unique_ptr<jobruntime::JobOutput> output;
  if (options.output == "netdata")
    output = std::make_unique<WireOutput>(run.ledger());
  else
    output = boards.open(run.ledger());
  if (const int status = run_pages(run, options, *output); status != 0) return status;
  if (options.output != "netdata") {
    output::BoardSnapshot snapshot;
    board.snapshot(snapshot);
    std::string text;
    for (const auto& job : snapshot.jobs) {
      if (options.output == "json")
        output::append_json(job, text);
      else
        text += output::tree_text(job, output::locale_charset());
    }
    fmt::print("{}", text);
  }
  print_losses(run.ledger());
  return refuse(run.mistakes());
}

}  // namespace cppd

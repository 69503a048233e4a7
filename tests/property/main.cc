// SPDX-License-Identifier: GPL-3.0-or-later
// The property test of engine and wire: README.md in this folder.
#include "run.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <set>

namespace cppd::property {
namespace {

constexpr LossReason kReasons[] = {LossReason::series_filtered,
                                   LossReason::series_unmatched,
                                   LossReason::route_missing_label,
                                   LossReason::route_nameless_dimension,
                                   LossReason::chart_id_collision,
                                   LossReason::chart_id_too_long,
                                   LossReason::chart_capped,
                                   LossReason::dimension_capped,
                                   LossReason::dimension_kind_conflict,
                                   LossReason::value_truncated,
                                   LossReason::value_out_of_range,
                                   LossReason::wire_text_refused,
                                   LossReason::frame_refused,
                                   LossReason::sample_not_finite};

/// What stories must come to somewhere.
constexpr std::string_view kFeatures[] = {"a gap",
                                          "a host is behind",
                                          "a value that is no number",
                                          "autogen",
                                          "autogen displaced",
                                          "autogen meets a template's chart",
                                          "chart evicted",
                                          "chart expired",
                                          "chart redefined",
                                          "cycle: abort",
                                          "cycle: commit",
                                          "cycle: refuse",
                                          "cycle: refuse_and_try",
                                          "cycle: refuse_one",
                                          "cycle: reload",
                                          "dimension evicted",
                                          "dimension expired",
                                          "dimension redefined",
                                          "heatmap forced",
                                          "instance of a chart",
                                          "labels replaced",
                                          "not written this cycle",
                                          "one series on several dimensions",
                                          "reduced by avg",
                                          "reduced by max",
                                          "reduced by min",
                                          "reduced by sum",
                                          "two templates, one id"};

int report(std::uint64_t seed, const Failure& failure, Mutant mutant) {
  const auto story = shortened(draw(seed), failure, mutant, seed);
  Tally unused;
  const auto again = run(story, mutant, seed, unused);
  fmt::print("seed {} fails `{}` in cycle {}; the shortest story that does:\n{}{}\n", seed, check_name(failure.check),
             failure.cycle, text_of(story), again ? again->text : failure.text);
  return 1;
}

bool print_tally(const Tally& tally) {
  bool complete = true;
  const auto line = [&](std::string_view what, std::string_view name, std::uint64_t count) {
    fmt::print("{:<8} {:<34} {:>10}{}\n", what, name, count, count == 0 ? "  never happened" : "");
    complete = complete && count > 0;
  };
  const auto count_of = [&](std::string_view name) {
    const auto at = tally.features.find(name);
    return at == tally.features.end() ? 0 : at->second;
  };
  for (const auto name : kFeatures) line("feature", name, count_of(name));
  for (const auto reason : kReasons)
    line("loss", loss_reason_name(reason), tally.losses[static_cast<std::size_t>(reason)]);
  for (std::size_t i = 0; i < kChecks; ++i) line("check", check_name(static_cast<Check>(i)), tally.checks[i]);
  fmt::print(
      "{} stories, {} cycles, {} samples, {} frames, {} bytes; {} stories ended at names that are one on the wire\n",
      tally.stories, tally.cycles, tally.samples, tally.frames, tally.bytes, tally.ended_early);
  return complete;
}

/// Every fault that was made has to be found.
int mutants(std::uint64_t first, std::uint64_t seeds) {
  bool all = true;
  for (int i = 1; i < static_cast<int>(Mutant::count_); ++i) {
    const auto mutant = static_cast<Mutant>(i);
    Tally tally;
    std::uint64_t caught = 0;
    std::set<std::string_view> by;
    std::uint64_t unseen = 0;
    for (auto seed = first; seed < first + seeds; ++seed) {
      const auto before = tally.features["spoiled"];
      const auto failure = run(draw(seed), mutant, seed, tally);
      if (tally.features["spoiled"] == before) continue;
      if (failure)
        ++caught, by.insert(check_name(failure->check));
      else
        unseen = seed;
    }
    const auto made = tally.features["spoiled"];
    fmt::print("mutant {:<22} made {:>4}, found {:>4} by {}{}\n", mutant_name(mutant), made, caught, fmt::join(by, " "),
               caught < made ? fmt::format("; not in seed {}", unseen) : "");
    all = all && made > 0 && caught == made;
  }
  return all ? 0 : 1;
}

int main(int count, char** words) {
  std::uint64_t first = 1;
  std::uint64_t seeds = 1000;
  std::uint64_t only = 0;
  bool all_mutants = false;
  bool quick = false;
  CLI::App app{"random templates and series through a job, against a slow, obvious calculation of what must come out"};
  app.add_option("--first", first, "seed of the first story");
  app.add_option("--seeds", seeds, "how many stories");
  app.add_option("--seed", only, "this story only; printed as short as possible when it fails");
  app.add_flag("--mutants", all_mutants, "spoil frames; all of that has to be found");
  app.add_flag("--list", quick, "only say which seeds fail, and how");
  CLI11_PARSE(app, count, words);
  if (all_mutants) return mutants(first, seeds);
  if (only > 0) first = only, seeds = 1;
  Tally tally;
  int failures = 0;
  for (auto seed = first; seed < first + seeds; ++seed) {
    const auto failure = run(draw(seed), Mutant::none, seed, tally);
    if (!failure) continue;
    ++failures;
    if (!quick) return report(seed, *failure, Mutant::none);
    fmt::print("{} {}\n", seed, check_name(failure->check));
  }
  if (failures > 0) return 1;
  if (only > 0) return 0;
  return print_tally(tally) ? 0 : 1;
}

}  // namespace
}  // namespace cppd::property

int main(int count, char** words) { return cppd::property::main(count, words); }

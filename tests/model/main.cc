// SPDX-License-Identifier: GPL-3.0-or-later
// The model test of the metric store: README.md in this folder.
#include "runner.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>

namespace cppd::model {
namespace {

struct Arguments {
  std::uint64_t seed = 1;
  std::uint64_t steps = 0;
  double seconds = 10;
  std::string mutant = "none";
  std::size_t caught_within = 0;
  std::vector<std::uint64_t> sequences;
  bool of_the_day = false;
};

/// What a run of this test is sure to lose, one of each and more.
constexpr LossReason kReasons[] = {
    LossReason::sample_not_finite,    LossReason::sample_negative_delta, LossReason::sample_invalid_labels,
    LossReason::sample_outside_cycle, LossReason::sample_invalid_scope,  LossReason::sample_kind_conflict,
    LossReason::sample_invalid_point, LossReason::series_name_clash,     LossReason::sample_declaration_conflict,
    LossReason::stale_handle,         LossReason::series_capped,         LossReason::series_expired};

void print_sequence(const Sequence& sequence) {
  fmt::print("  {}\n", text_of(sequence.options));
  for (const auto& op : sequence.ops) fmt::print("  {}\n", text_of(op));
}

/// Shortens and prints what failed; how many operations are left.
std::size_t report(const Sequence& sequence, const Failure& failure, Lie lie, std::uint64_t seed) {
  fmt::print("sequence {}: the store is not what the model says, after {} operations\n", seed, failure.at);
  fmt::print("  {}\n", failure.difference.text);
  std::fflush(stdout);
  const auto shortest = shortened(sequence, failure, lie);
  Tally unused;
  const auto again = run(shortest, lie, unused);
  fmt::print("shortest sequence that does it, {} operations:\n", shortest.ops.size());
  print_sequence(shortest);
  if (again && again->at > shortest.ops.size()) fmt::print("  (every handle dropped, then empty cycles)\n");
  fmt::print("{}: {}\n", check_name(failure.difference.check), again ? again->difference.text : "it came and went");
  return shortest.ops.size();
}

/// Prints the counts. False when one of them is zero: something is not tested any more.
bool print_tally(const Tally& tally) {
  bool complete = true;
  const auto line = [&](std::string_view what, std::string_view name, std::uint64_t count) {
    fmt::print("{:<9} {:<28} {:>12}{}\n", what, name, count, count == 0 ? "  never happened" : "");
    complete = complete && count > 0;
  };
  for (std::size_t i = 0; i < kOps; ++i) line("operation", op_name(static_cast<Do>(i)), tally.ops[i]);
  for (std::size_t i = 0; i < kChecks; ++i) line("check", check_name(static_cast<Check>(i)), tally.checks[i]);
  for (const auto reason : kReasons)
    line("loss", loss_reason_name(reason), tally.losses[static_cast<std::size_t>(reason)]);
  return complete;
}

std::uint64_t mixed(std::uint64_t seed, std::uint64_t number) {
  auto x = seed * 0x9E3779B97F4A7C15 + number * 0xBF58476D1CE4E5B9 + 0x94D049BB133111EB;  // splitmix
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}

/// Sequences until the time or the steps are used up. The number of the first that fails, shortened and printed.
int test(const Arguments& arguments, Mutant mutant) {
  const auto start = std::chrono::steady_clock::now();
  const auto days = std::chrono::duration_cast<std::chrono::days>(std::chrono::system_clock::now().time_since_epoch());
  const auto seed_of_the_day = static_cast<std::uint64_t>(days.count());
  fmt::print("seed {}{}\n", arguments.seed, arguments.of_the_day ? fmt::format(" and {}", seed_of_the_day) : "");
  Tally tally;
  for (std::uint64_t number = 0;; ++number) {
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    const std::uint64_t steps = std::accumulate(tally.ops.begin(), tally.ops.end(), std::uint64_t{0});
    if (spent.count() > arguments.seconds || (arguments.steps > 0 && steps >= arguments.steps)) break;
    const bool today = arguments.of_the_day && number % 2 == 1;
    const auto seed = mixed(today ? seed_of_the_day : arguments.seed, number);
    const Lie lie{mutant, seed};
    const auto sequence = draw(seed);
    const auto failure = run(sequence, lie, tally);
    if (!failure) continue;
    const auto length = report(sequence, *failure, lie, seed);
    if (mutant == Mutant::none) return 1;
    return length <= arguments.caught_within ? 0 : 1;
  }
  if (mutant != Mutant::none) {
    fmt::print("mutant {} was not caught in {} sequences\n", arguments.mutant, tally.sequences);
    return 1;
  }
  const bool complete = print_tally(tally);
  fmt::print("{} sequences agree\n", tally.sequences);
  return complete ? 0 : 1;
}

int main(int count, char** words) {
  Arguments arguments;
  CLI::App app{"random operations against a slow, obvious model of the metric store"};
  app.add_option("--seed", arguments.seed, "of the sequences");
  app.add_flag("--of-the-day", arguments.of_the_day, "every other sequence is drawn from a seed that changes daily");
  app.add_option("--steps", arguments.steps, "operations to do at most; 0 is no limit");
  app.add_option("--seconds", arguments.seconds, "time to use at most");
  app.add_option("--mutant", arguments.mutant, "a lie that has to be caught")
      ->check(CLI::IsMember(std::vector<std::string>(std::begin(kMutants), std::end(kMutants))));
  app.add_option("--caught-within", arguments.caught_within, "operations of the shortest sequence that shows the lie");
  app.add_option("--sequence", arguments.sequences, "only these sequences, as a failure names them");
  CLI11_PARSE(app, count, words);
  const auto mutant = static_cast<Mutant>(std::ranges::find(kMutants, arguments.mutant) - std::ranges::begin(kMutants));
  if (arguments.sequences.empty()) return test(arguments, mutant);
  Tally tally;
  int failed = 0;
  for (const auto seed : arguments.sequences) {
    const auto sequence = draw(seed);
    const Lie lie{mutant, seed};
    if (const auto failure = run(sequence, lie, tally)) {
      report(sequence, *failure, lie, seed);
      failed = 1;
    }
  }
  return failed;
}

}  // namespace
}  // namespace cppd::model

int main(int count, char** words) { return cppd::model::main(count, words); }

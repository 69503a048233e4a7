// SPDX-License-Identifier: GPL-3.0-or-later
#include "runner.h"

#include <algorithm>
#include <exception>

namespace cppd::model {
namespace {

/// Everything is dropped, and then commits follow until nothing can be left.
std::vector<Op> drain_of(const metrix::StoreOptions& options) {
  std::vector<Op> ops;
  for (int slot = 0; slot < kSlots; ++slot) ops.push_back({.what = Do::drop, .slot = slot});
  for (int slot = 0; slot < kVecSlots; ++slot) ops.push_back({.what = Do::drop_vec, .slot = slot});
  const auto expire = options.expire_after_success_cycles;
  const auto cycles = expire + options.descriptor_grace_cycles.value_or(expire) + 1;
  for (std::uint32_t i = 0; i < cycles; ++i) {
    ops.push_back({.what = Do::begin});
    ops.push_back({.what = Do::commit});
  }
  return ops;
}

/// A store, its model, and the way of one sequence through both.
class Run {
 public:
  Run(const metrix::StoreOptions& options, Lie lie, Tally& tally)
      : model_{options},
        subject_{options, lie.mutant, lie.seed},
        checker_{model_, subject_, tally.checks},
        tally_{tally} {}

  std::optional<Difference> step(const Op& op) {
    const auto expected = model_.apply(op);
    if (expected == Outcome::ignored) return std::nullopt;
    ++tally_.ops[static_cast<std::size_t>(op.what)];
    try {
      return checker_.after(op.what, expected, subject_.apply(op));
    } catch (const std::exception& error) {
      return Difference{Check::outcome, std::string{"thrown: "} + error.what()};
    }
  }
  [[nodiscard]] bool open() const { return model_.open(); }
  [[nodiscard]] std::optional<Difference> drained() { return checker_.drained(); }
  void count_losses() {
    for (std::size_t i = 0; i < kLossReasons; ++i) tally_.losses[i] += model_.losses()[i];
  }

 private:
  Model model_;
  Subject subject_;
  Checker checker_;
  Tally& tally_;
};

using Try = std::function<bool(const Sequence&)>;

bool drop_chunks(Sequence& best, const Try& fails) {
  bool shorter = false;
  for (auto chunk = std::max<std::size_t>(best.ops.size() / 2, 1);; chunk /= 2) {
    for (std::size_t at = 0; at < best.ops.size();) {
      auto next = best;
      const auto from = next.ops.begin() + static_cast<std::ptrdiff_t>(at);
      next.ops.erase(from, from + static_cast<std::ptrdiff_t>(std::min(chunk, next.ops.size() - at)));
      if (fails(next)) {
        best = std::move(next);
        shorter = true;
      } else {
        at += chunk;
      }
    }
    if (chunk == 1) return shorter;
  }
}

/// Two operations that only go together: a begin and its commit, a declaration and its only use.
bool drop_pairs(Sequence& best, const Try& fails) {
  for (std::size_t a = 0; a < best.ops.size(); ++a) {
    for (std::size_t b = a + 1; b < best.ops.size(); ++b) {
      auto next = best;
      next.ops.erase(next.ops.begin() + static_cast<std::ptrdiff_t>(b));
      next.ops.erase(next.ops.begin() + static_cast<std::ptrdiff_t>(a));
      if (!fails(next)) continue;
      best = std::move(next);
      return true;
    }
  }
  return false;
}

bool simpler_store(Sequence& best, const Try& fails) {
  bool simpler = false;
  const auto attempt = [&](auto change) {
    auto next = best;
    change(next.options);
    const auto& a = next.options;
    const auto& b = best.options;
    if (a.expire_after_success_cycles == b.expire_after_success_cycles && a.max_series == b.max_series &&
        a.descriptor_grace_cycles == b.descriptor_grace_cycles)
      return;
    if (!fails(next)) return;
    best = std::move(next);
    simpler = true;
  };
  attempt([](auto& options) { options.max_series = 0; });
  attempt([](auto& options) { options.descriptor_grace_cycles.reset(); });
  if (best.options.expire_after_success_cycles > 1)
    attempt([](auto& options) { options.expire_after_success_cycles = 1; });
  return simpler;
}

bool simpler_ops(Sequence& best, const Try& fails) {
  bool simpler = false;
  for (std::size_t i = 0; i < best.ops.size(); ++i) {
    const auto attempt = [&](bool changes, auto change) {
      if (!changes) return;
      auto next = best;
      change(next.ops[i]);
      if (!fails(next)) return;
      best = std::move(next);
      simpler = true;
    };
    const auto forget = [&](auto member) {
      attempt((best.ops[i].options.*member).has_value(), [&](Op& op) { (op.options.*member).reset(); });
    };
    attempt(!best.ops[i].prefix.empty(), [](Op& op) { op.prefix.clear(); });
    attempt(!best.ops[i].labels.empty(), [](Op& op) { op.labels.clear(); });
    attempt(best.ops[i].scoped, [](Op& op) { op.scoped = false; });
    using Options = metrix::InstrumentOptions;
    forget(&Options::description);
    forget(&Options::chart_family);
    forget(&Options::chart_priority);
    forget(&Options::unit);
    forget(&Options::is_float);
    forget(&Options::freshness);
    forget(&Options::window);
    forget(&Options::reservoir);
    forget(&Options::state_mode);
    for (std::size_t n = 0; n < best.ops[i].numbers.size(); ++n) {
      attempt(best.ops[i].numbers[n] != 1, [n](Op& op) { op.numbers[n] = 1; });
    }
  }
  return simpler;
}

}  // namespace

std::optional<Failure> run(const Sequence& sequence, Lie lie, Tally& tally) {
  ++tally.sequences;
  Run both{sequence.options, lie, tally};
  std::size_t done = 0;
  for (const auto& op : sequence.ops) {
    ++done;
    if (auto difference = both.step(op)) return Failure{std::move(*difference), done};
  }
  ++done;
  if (both.open()) {
    if (auto difference = both.step({.what = Do::abort})) return Failure{std::move(*difference), done};
  }
  for (const auto& op : drain_of(sequence.options)) {
    if (auto difference = both.step(op)) return Failure{std::move(*difference), done};
  }
  both.count_losses();
  if (sequence.options.expire_after_success_cycles == 0) return std::nullopt;
  if (auto difference = both.drained()) return Failure{std::move(*difference), done};
  return std::nullopt;
}

Sequence shortened(Sequence sequence, const Failure& failure, Lie lie) {
  Tally unused;
  const Try fails = [&](const Sequence& next) {
    const auto again = run(next, lie, unused);
    return again && again->difference.check == failure.difference.check;
  };
  if (failure.at < sequence.ops.size()) sequence.ops.resize(failure.at);
  for (bool better = true; better;) {
    better = drop_chunks(sequence, fails);
    better = simpler_store(sequence, fails) || better;
    better = simpler_ops(sequence, fails) || better;
    if (sequence.ops.size() < 60) better = drop_pairs(sequence, fails) || better;
  }
  return sequence;
}

}  // namespace cppd::model

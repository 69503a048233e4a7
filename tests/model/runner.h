// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Runs sequences against store and model, and shortens those that fail.
#pragma once

#include "checks.h"

#include <array>
#include <optional>
#include <string>

namespace cppd::model {

struct Tally {
  std::array<std::uint64_t, kOps> ops{};  ///< those that the model did not ignore
  CheckCounts checks{};
  Ledger::Counts losses{};
  std::uint64_t sequences = 0;
};

struct Failure {
  Difference difference;
  std::size_t at = 0;  ///< operations that were done; more than the sequence has: while the store was drained
};

struct Lie {
  Mutant mutant = Mutant::none;
  std::uint64_t seed = 0;
};

/// Applies the sequence to both; then drops every handle and lets everything run out.
[[nodiscard]] std::optional<Failure> run(const Sequence& sequence, Lie lie, Tally& tally);

/// The shortest sequence found that fails the same check.
[[nodiscard]] Sequence shortened(Sequence sequence, const Failure& failure, Lie lie);

}  // namespace cppd::model

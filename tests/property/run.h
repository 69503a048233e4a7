// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// A story goes through a real store, publisher and sink, and what comes out is checked cycle by cycle.
#pragma once

#include "mutant.h"
#include "story.h"

#include <cppd/base/ledger.h>

#include <array>
#include <map>
#include <optional>
#include <string>

namespace cppd::property {

/// What is asked of each frame.
enum class Check : std::uint8_t {
  loaded,       ///< a valid template is accepted
  delivered,    ///< nothing fails that was not made to fail
  accepted,     ///< the strict reader of the protocol takes it
  complete,     ///< every sample is at its place, or in the ledger
  explained,    ///< nothing is on the wire that no sample explains
  charts_live,  ///< the reader knows the charts that it should, and no others
  set_order,    ///< dimensions keep their order while none came or went
  ledger,       ///< the counts are those of the oracle
  text,         ///< lines and their order are those of the oracle
  again,        ///< prepared again after an abort, the frame is the same
  retired,      ///< a clean-up declares each chart obsolete, once
  count_,
};
inline constexpr std::size_t kChecks = static_cast<std::size_t>(Check::count_);
[[nodiscard]] std::string_view check_name(Check check);

struct Failure {
  Check check;
  std::size_t cycle;
  std::string text;
};

/// How often things were exercised.
struct Tally {
  std::uint64_t stories = 0, cycles = 0, frames = 0, bytes = 0, samples = 0, ended_early = 0;
  std::array<std::uint64_t, kChecks> checks{};
  std::array<std::uint64_t, kLossReasons> losses{};
  std::map<std::string, std::uint64_t, std::less<>> features;
};

/// The first check that fails. `mutant` spoils one frame, the one that `seed` names.
[[nodiscard]] std::optional<Failure> run(const Story& story, Mutant mutant, std::uint64_t seed, Tally& tally);

/// The shortest story found that fails the same check.
[[nodiscard]] Story shortened(Story story, const Failure& failure, Mutant mutant, std::uint64_t seed);

}  // namespace cppd::property

// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What one prepare() of an engine did, for the program's own metrics. Source: charts contract section 6.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace cppd::chartengine {

enum class BuildOutcome : std::uint8_t { success, error, skipped_failed_collect };

/// Phases that take a time of their own here. What else the contract names is done within these.
enum class BuildPhase : std::uint8_t { prepare, scan, lifecycle_caps, materialize };
inline constexpr std::size_t kBuildPhases = 4;
[[nodiscard]] std::string_view build_phase_name(BuildPhase phase);

enum class PlanAction : std::uint8_t {
  create_chart,
  create_dimension,
  update_chart_labels,
  update_chart,
  remove_dimension,
  remove_chart
};
inline constexpr std::size_t kPlanActions = 6;
[[nodiscard]] std::string_view plan_action_name(PlanAction action);

struct BuildSample {
  const void* engine = nullptr;  ///< tells engines apart, and no more
  BuildOutcome outcome = BuildOutcome::success;
  bool sequence_broken = false;     ///< a violation began with this build
  bool sequence_recovered = false;  ///< one ended
  bool sequence_violation = false;  ///< now
  double seconds = 0;
  std::array<double, kBuildPhases> phase_seconds{};

  // Series of the host: those that are there, and what became of the visible ones. Routes last as long as a series, so
  // each visible series that was not born with this build is a hit.
  std::uint64_t scanned = 0;
  std::uint64_t matched = 0;  ///< on a chart, of autogen too
  std::uint64_t autogen_matched = 0;
  std::uint64_t unmatched = 0;
  std::uint64_t filtered_by_sequence = 0;
  std::uint64_t filtered_by_selector = 0;
  std::uint64_t routed = 0;    ///< born with this build, or described anew
  std::uint64_t unrouted = 0;  ///< gone with this build, or described anew

  std::uint64_t charts = 0;               ///< that the reader knows when the plan has come true
  std::uint64_t inferred_dimensions = 0;  ///< of templates, on these charts
  std::array<std::uint64_t, kPlanActions> actions{};
  std::uint64_t charts_capped = 0, charts_expired = 0;          ///< removed ones
  std::uint64_t dimensions_capped = 0, dimensions_expired = 0;  ///< removed ones
};

/// Threads   called on the shard of the engine, from within prepare(); must not touch the engine.
class BuildObserver {
 public:
  virtual ~BuildObserver() = default;
  virtual void built(const BuildSample& sample) = 0;
};

}  // namespace cppd::chartengine

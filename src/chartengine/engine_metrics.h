// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Metrics of chart engines in the store of the program's own metrics. Source: charts contract section 6, agent
/// contract C-46.
#pragma once

#include <cppd/chartengine/build_sample.h>
#include <cppd/metrix/runtime_instrument.h>

#include <array>
#include <cstdint>
#include <map>
#include <vector>

namespace cppd::chartengine {

/// Adds up what any number of engines did, and writes it to the store as one when it is asked to: for a job, its hosts.
///
/// Threads   confined to the shard of its engines.
/// Cost      a build is some additions; flush() writes about forty series.
class EngineMetrics final : public BuildObserver {
 public:
  /// `meter` says what is common to all series, such as the labels of the job.
  explicit EngineMetrics(const metrix::RuntimeMeter& meter);

  void built(const BuildSample& sample) override;
  /// Writes what was added up since the last time. Gauges hold when nothing was.
  void flush();

 private:
  struct Sums {
    std::array<std::uint64_t, 3> outcomes{};
    std::uint64_t broken = 0, recovered = 0, violations = 0;
    std::uint64_t hits = 0, misses = 0, retained = 0, pruned = 0, full_drops = 0;
    std::uint64_t scanned = 0, matched = 0, unmatched = 0, autogen_matched = 0, by_sequence = 0, by_selector = 0;
    std::array<std::uint64_t, kPlanActions> actions{};
    std::uint64_t charts_capped = 0, charts_expired = 0, dimensions_capped = 0, dimensions_expired = 0;
    struct Gauges {
      std::uint64_t entries = 0, charts = 0, inferred_dimensions = 0;
    };
    std::map<const void*, Gauges> last;  // by engine: of its last plan
    std::vector<double> seconds;
    std::array<std::vector<double>, kBuildPhases> phase_seconds;
  };

  metrix::RuntimeGauge violation_active_, entries_, charts_, inferred_dimensions_;
  metrix::RuntimeCounter success_, error_, skipped_;
  metrix::RuntimeCounter hits_, misses_, retained_, pruned_, full_drops_;
  metrix::RuntimeCounter scanned_, matched_, unmatched_, autogen_matched_;
  metrix::RuntimeSummary duration_;
  metrix::RuntimeVec<metrix::RuntimeSummary, 1> phase_duration_;
  metrix::RuntimeVec<metrix::RuntimeCounter, 1> transitions_, filtered_, actions_;
  metrix::RuntimeVec<metrix::RuntimeCounter, 2> removed_;
  Sums sums_;
};

}  // namespace cppd::chartengine

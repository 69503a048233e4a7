// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The charts of all jobs as a person sees them: definitions, values as Netdata would show them, a short history.
/// Written by board_sink.h, read by the views.
#pragma once

#include <cppd/base/clock.h>
#include <cppd/base/ledger.h>
#include <cppd/base/mutex.h>
#include <cppd/chartengine/program.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace cppd::output {

struct DimensionInfo {
  std::string name;
  chartengine::Algorithm algorithm = chartengine::Algorithm::absolute;
  std::int64_t multiplier = 1;
  std::int64_t divisor = 1;
  bool hidden = false;
  bool is_float = false;
  friend bool operator==(const DimensionInfo&, const DimensionInfo&) = default;
};

/// What does not change from cycle to cycle.
///
/// Threads   immutable; snapshots share it.
struct ChartInfo {
  std::string id;  ///< `type.id`, of a virtual host `type@host.id`
  std::string title;
  std::string family;
  std::string context;
  std::string units;
  chartengine::ChartType type = chartengine::ChartType::line;
  std::int64_t priority = chartengine::kDefaultPriority;
  std::vector<std::pair<std::string, std::string>> labels;  ///< of the job, then of the chart
  std::vector<DimensionInfo> dimensions;                    ///< in the order of the chart
};

struct BoardChart {
  std::shared_ptr<const ChartInfo> info;
  std::uint32_t slot = 0;      ///< the number that the engine gave it
  bool updated = false;        ///< in the last cycle
  std::vector<double> values;  ///< by dimension; NaN: a gap
  std::vector<float> history;  ///< by dimension a ring of the job's `history_points`; NaN: a gap
};

struct BoardJob {
  std::string name;  ///< full name; with `@` and the host when that is a virtual one
  WallTime at{};     ///< of the last cycle
  std::uint64_t cycles = 0;
  double values_per_second = 0;  ///< numbers of the last cycle, by its length
  Ledger::Counts losses{};
  const Ledger* ledger = nullptr;  ///< where they were counted; the hosts of a job share it
  std::size_t history_points = 0;
  std::vector<BoardChart> charts;  ///< by priority, then by id

  /// The value of `age` cycles ago, 0 being the last one; NaN: a gap. `age` is below history_points.
  [[nodiscard]] float history(const BoardChart& chart, std::size_t dimension, std::size_t age) const {
    return chart.history[dimension * history_points + (cycles + history_points - 1 - age) % history_points];
  }
};

/// All jobs at one time, by name.
struct BoardSnapshot {
  std::vector<BoardJob> jobs;
};

/// Sees every cycle of every job, none twice.
class BoardWatcher {
 public:
  virtual ~BoardWatcher() = default;
  /// Called on the job's thread while the board is locked: be short, do not call the board.
  ///
  /// Shape     false: the cycle could not be taken; the job's ledger counts it.
  virtual bool published(const BoardJob& job) = 0;
};

/// Where jobs leave their charts and views pick them up.
///
/// Threads   safe from any thread: one mutex, held for one job's cycle or one snapshot.
/// Lifetime  outlives its sinks and watchers.
class ChartBoard {
 public:
  static constexpr std::size_t kHistoryPoints = 60;
  static constexpr std::size_t kHistoryPointsMax = 3600;

  /// Views that show no history ask for 0 points, which saves 4 bytes per point and dimension.
  explicit ChartBoard(std::size_t history_points = kHistoryPoints, const Clock& clock = system_clock());
  ChartBoard(const ChartBoard&) = delete;
  ChartBoard& operator=(const ChartBoard&) = delete;

  /// Copies everything into `into`.
  ///
  /// Cost      into the snapshot of the cycle before: copies of numbers; allocates for what is new only.
  void snapshot(BoardSnapshot& into) const CPPD_EXCLUDES(mutex_);

  void watch(BoardWatcher& watcher) CPPD_EXCLUDES(mutex_);
  void unwatch(BoardWatcher& watcher) CPPD_EXCLUDES(mutex_);

 private:
  friend class BoardSink;
  [[nodiscard]] BoardJob& add_job(std::string name) CPPD_REQUIRES(mutex_);
  void remove_job(const BoardJob& job) CPPD_REQUIRES(mutex_);
  [[nodiscard]] bool notify(const BoardJob& job) CPPD_REQUIRES(mutex_);

  mutable Mutex mutex_;
  const std::size_t history_points_;
  const Clock& clock_;
  std::vector<std::unique_ptr<BoardJob>> jobs_ CPPD_GUARDED_BY(mutex_);  // by name
  std::vector<BoardWatcher*> watchers_ CPPD_GUARDED_BY(mutex_);
};

}  // namespace cppd::output

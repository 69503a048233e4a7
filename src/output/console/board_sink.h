// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Plans of one engine become charts on the board.
#pragma once

#include <cppd/base/ledger.h>
#include <cppd/base/mutex.h>
#include <cppd/base/result.h>
#include <cppd/chartemit/sink.h>
#include <cppd/output/console/chart_board.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace cppd::output {

/// Shows values as Netdata does: `value * multiplier / divisor`, of an incremental dimension per second since the value
/// before; a total that went down gives none. Dimensions that are not float lose their fraction, as on the wire.
///
/// Threads   confined to the shard of its job.
/// Cost      a steady cycle visits every chart of its job under the board's mutex and allocates nothing.
/// Lifetime  must not outlive the board and the ledger; its job leaves the board with it.
class BoardSink final : public chartemit::PlanSink {
 public:
  /// Losses of `ledger` are shown with the job; values that lose digits here are counted in it.
  BoardSink(ChartBoard& board, Ledger& ledger) : board_{board}, ledger_{ledger} {}
  ~BoardSink() override;
  BoardSink(const BoardSink&) = delete;
  BoardSink& operator=(const BoardSink&) = delete;

  /// The virtual host of the charts, by name, from when the job next comes onto the board; a job with several hosts is
  /// there once for each. Empty for this machine.
  void show_host(std::string_view hostname) { hostname_ = hostname; }
  /// Every call is a cycle, that of an empty plan one of gaps.
  [[nodiscard]] Result<> emit(const chartengine::Engine& engine, const chartengine::Plan& plan,
                              const chartemit::Environment& environment, const chartemit::Moment& moment) override;
  /// The job and its charts leave the board.
  void retire(const chartengine::Engine& engine, const chartemit::Environment& environment) override;
  /// Brings the losses up to date in a cycle that emits nothing.
  void note_losses();

 private:
  struct DimensionState {
    std::uint32_t name = 0;  // the engine's number of the name
    double previous = 0;     // of incremental dimensions
    std::int64_t previous_at_us = -1;
  };
  struct ChartState {
    bool known = false;
    std::uint32_t position = 0;  // in job_->charts
    std::vector<DimensionState> dimensions;
  };

  void begin_cycle(const chartemit::Environment& environment, const chartemit::Moment& moment)
      CPPD_REQUIRES(board_.mutex_);
  void change_structure(const chartengine::Engine& engine, const chartengine::Plan& plan) CPPD_REQUIRES(board_.mutex_);
  void define(const chartengine::Engine& engine, std::uint32_t slot) CPPD_REQUIRES(board_.mutex_);
  void take_over(const chartengine::Engine& engine, std::uint32_t slot) CPPD_REQUIRES(board_.mutex_);
  void carry_over(const ChartInfo& before, const std::vector<DimensionState>& states, BoardChart& chart,
                  ChartState& state) CPPD_REQUIRES(board_.mutex_);
  [[nodiscard]] BoardChart& chart_for(const chartengine::Engine& engine, std::uint32_t slot)
      CPPD_REQUIRES(board_.mutex_);
  void set_labels(const chartengine::Engine& engine, const chartengine::Plan& plan,
                  const chartengine::Plan::Labelled& labelled) CPPD_REQUIRES(board_.mutex_);
  void forget(std::uint32_t slot) CPPD_REQUIRES(board_.mutex_);
  void settle_order() CPPD_REQUIRES(board_.mutex_);
  [[nodiscard]] bool laid_out_as_known(const chartengine::Engine& engine, std::uint32_t slot) const;
  void update(const chartengine::Engine& engine, const chartengine::Plan& plan) CPPD_REQUIRES(board_.mutex_);
  [[nodiscard]] double shown(const DimensionInfo& info, DimensionState& state, double number);
  void end_cycle() CPPD_REQUIRES(board_.mutex_);

  ChartBoard& board_;
  Ledger& ledger_;
  BoardJob* job_ = nullptr;
  const chartemit::Environment* environment_ = nullptr;
  std::string hostname_;
  std::string name_;         // on the board
  std::int64_t now_us_ = 0;  // since the first cycle
  std::int64_t cycle_us_ = 0;
  std::uint64_t numbers_ = 0;       // shown in this cycle
  std::vector<ChartState> charts_;  // by slot of the engine
  bool order_changed_ = false;
};

}  // namespace cppd::output

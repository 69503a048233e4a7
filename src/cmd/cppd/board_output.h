// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The output of jobs whose charts are shown here.
#pragma once

#include <cppd/jobruntime/output.h>
#include <cppd/output/console/board_sink.h>

#include <memory>
#include <string>

namespace cppd {

/// Jobs whose plans go to the board that a view shows.
class BoardOutput final : public jobruntime::Output {
 public:
  explicit BoardOutput(output::ChartBoard& board) : board_{board} {}
  std::unique_ptr<jobruntime::JobOutput> open(Ledger& ledger) override { return std::make_unique<One>(board_, ledger); }

 private:
  struct Host final : jobruntime::HostOutput {
    Host(output::ChartBoard& board, Ledger& ledger) : sink{board, ledger} {}
    Result<> select(const metrix::HostScope& host, bool) override {
      sink.show_host(host.hostname);
      return ok;
    }
    std::expected<void, jobruntime::DeliveryFailure> deliver(const chartengine::Engine& engine,
                                                             const chartengine::Plan& plan,
                                                             const chartemit::Environment& environment,
                                                             const chartemit::Moment& moment) override {
      auto done = sink.emit(engine, plan, environment, moment);
      if (done) return {};
      return std::unexpected(jobruntime::DeliveryFailure{jobruntime::DeliveryStep::emit, std::move(done.error())});
    }
    Result<> retire(const chartengine::Engine& engine, const chartemit::Environment& environment) override {
      sink.retire(engine, environment);
      return ok;
    }
    output::BoardSink sink;
  };
  struct One final : jobruntime::JobOutput {
    One(output::ChartBoard& board, Ledger& ledger) : board{board}, ledger{ledger} {}
    bool ready() const override { return true; }
    std::unique_ptr<jobruntime::HostOutput> open_host(const std::string&) override {
      return std::make_unique<Host>(board, ledger);
    }
    output::ChartBoard& board;
    Ledger& ledger;
  };
  output::ChartBoard& board_;
};

}  // namespace cppd

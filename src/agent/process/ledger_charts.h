// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The loss ledger as charts: `netdata.cppd.ledger`, one chart per job with losses, one dimension per reason.
#pragma once

#include <cppd/agent/writer/frame_writer.h>
#include <cppd/chartemit/netdata_sink.h>
#include <cppd/chartengine/engine.h>
#include <cppd/jobruntime/job.h>
#include <cppd/metrix/instrument.h>

#include <vector>

namespace cppd::agent {

/// Threads   confined to the control loop; what it charts are copies.
class LedgerCharts {
 public:
  LedgerCharts(FrameWriter& writer, const std::string& plugin, bool host_lines);
  /// One point of every job that has lost something.
  void publish(const std::vector<jobruntime::JobReport>& reports);

 private:
  FrameWriter& writer_;
  Ledger ledger_;
  metrix::Store store_{{}, &ledger_};
  metrix::Vec<metrix::Counter, 2> lost_;
  chartengine::Engine engine_;
  chartemit::NetdataSink sink_;
  chartemit::Environment environment_;
  std::shared_ptr<std::atomic<int>> pending_ = std::make_shared<std::atomic<int>>(0);
  std::optional<SteadyTime> last_;
};

}  // namespace cppd::agent

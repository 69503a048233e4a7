// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Where a job's plans go: the seam between the runtime of jobs and the outputs of the program.
#pragma once

#include <cppd/base/result.h>
#include <cppd/chartemit/sink.h>
#include <cppd/chartengine/engine.h>
#include <cppd/metrix/types.h>

#include <memory>
#include <string>

namespace cppd::jobruntime {

/// The output of one job.
///
/// Threads   confined to the shard of its job.
class JobOutput {
 public:
  virtual ~JobOutput() = default;

  /// False while the last frame still waits for its reader: the job then skips its cycle before collecting.
  [[nodiscard]] virtual bool ready() const = 0;
  /// Takes over a plan at once, or refuses it at once. Errors    the plan is to be aborted.
  [[nodiscard]] virtual Result<> deliver(const chartengine::Engine& engine, const chartengine::Plan& plan,
                                         const chartemit::Environment& environment,
                                         const chartemit::Moment& moment) = 0;
  /// Declares all charts of the job obsolete, also while ordinary frames are refused.
  virtual void retire(const chartengine::Engine& engine, const chartemit::Environment& environment) = 0;
};

/// Threads   safe from any thread.
class Output {
 public:
  virtual ~Output() = default;
  [[nodiscard]] virtual std::unique_ptr<JobOutput> open(Ledger& ledger) = 0;
};

}  // namespace cppd::jobruntime

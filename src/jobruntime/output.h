// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Where a job's plans go: the seam between the runtime of jobs and the outputs of the program.
#pragma once

#include <cppd/base/result.h>
#include <cppd/chartemit/sink.h>
#include <cppd/chartengine/engine.h>
#include <cppd/metrix/types.h>

#include <cstdint>
#include <expected>
#include <memory>
#include <string>

namespace cppd::jobruntime {

/// How far a plan came that did not go out.
enum class DeliveryStep : std::uint8_t { plan, host, emit, output };
[[nodiscard]] std::string_view delivery_step_name(DeliveryStep step);

struct DeliveryFailure {
  DeliveryStep step = DeliveryStep::output;
  Error error{};
};

/// The output of one host of a job: all plans of one engine go through it.
///
/// Threads   confined to the shard of its job.
class HostOutput {
 public:
  virtual ~HostOutput() = default;

  /// Where the next plan goes: a virtual host, or the daemon's own when `host` has neither key nor guid. `define` tells
  /// the reader of the host first, together with the next plan that says anything.
  ///
  /// Errors    no reader would take such a host; then nothing has changed.
  [[nodiscard]] virtual Result<> select(const metrix::HostScope& host, bool define) = 0;
  /// Takes over a plan at once, or refuses it at once.
  ///
  /// Errors    emit: the plan cannot be expressed; output: it is not taken. The plan is to be aborted.
  [[nodiscard]] virtual std::expected<void, DeliveryFailure> deliver(const chartengine::Engine& engine,
                                                                     const chartengine::Plan& plan,
                                                                     const chartemit::Environment& environment,
                                                                     const chartemit::Moment& moment) = 0;
  /// Declares all charts obsolete on the host of the last plan, at the end of a job also while plans are refused.
  ///
  /// Errors    it is not taken; the reader still knows the charts.
  [[nodiscard]] virtual Result<> retire(const chartengine::Engine& engine,
                                        const chartemit::Environment& environment) = 0;
};

/// The output of one job.
///
/// Threads   confined to the shard of its job.
/// Lifetime  must outlive the outputs of its hosts.
class JobOutput {
 public:
  virtual ~JobOutput() = default;

  /// False while the last frame still waits for its reader: the job then skips its cycle before collecting.
  [[nodiscard]] virtual bool ready() const = 0;
  /// For a host scope of the job, by its key; empty for the default one.
  [[nodiscard]] virtual std::unique_ptr<HostOutput> open_host(const std::string& key) = 0;
};

/// Threads   safe from any thread.
class Output {
 public:
  virtual ~Output() = default;
  [[nodiscard]] virtual std::unique_ptr<JobOutput> open(Ledger& ledger) = 0;
};

}  // namespace cppd::jobruntime

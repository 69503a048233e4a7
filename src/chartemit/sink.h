// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Where plans go. The Netdata sink writes wire text; standalone outputs bring their own.
#pragma once

#include <cppd/base/ledger.h>
#include <cppd/chartengine/engine.h>
#include <cppd/metrix/types.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace cppd::chartemit {

/// What a job says of itself on every chart. Source: charts contract 5.5.
struct Environment {
  std::string type_id;            ///< first part of `type.id`: the full name of the job
  std::int64_t update_every = 1;  ///< seconds
  std::string plugin;
  std::string module;
  std::string job;                                          ///< job name; blank: no `_collect_job` label
  std::vector<std::pair<std::string, std::string>> labels;  ///< job labels, sorted by key
};

/// What changes from cycle to cycle.
struct Moment {
  std::int64_t elapsed_us =
      0;  ///< since the last cycle that was emitted; 0 in the first, and never sent unless positive
};

/// Threads   confined to the shard of its job.
class PlanSink {
 public:
  virtual ~PlanSink() = default;

  /// Takes over one plan. Nothing may be kept of the arguments: their numbers are good until the attempt is finished.
  ///
  /// Errors    the plan cannot be expressed at all; nothing was taken over.
  [[nodiscard]] virtual Result<> emit(const chartengine::Engine& engine, const chartengine::Plan& plan,
                                      const Environment& environment, const Moment& moment) = 0;
  /// Declares every chart that the engine has materialized obsolete.
  virtual void retire(const chartengine::Engine& engine, const Environment& environment) = 0;
};

}  // namespace cppd::chartemit

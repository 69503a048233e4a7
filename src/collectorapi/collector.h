// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The contract between a collector and its job. A collector overrides collect() and chart_template(); everything else
/// has a default. Source: agent contract section 2, design section 10.
#pragma once

#include <cppd/base/clock.h>
#include <cppd/base/ledger.h>
#include <cppd/base/logger.h>
#include <cppd/base/result.h>
#include <cppd/base/task.h>
#include <cppd/metrix/instrument.h>

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cppd {

/// What a collector may know of the program and of its job.
struct JobContext {
  asio::any_io_executor executor;  ///< of the job; everything a collector awaits completes here
  const Clock* clock = &system_clock();
  Logger log;
  std::string plugin = "cpp.d";   ///< plugin name, as on the wire
  std::string version = "0.0.0";  ///< of the program, for user agents
  std::string module;
  std::string job;  ///< job name
  std::chrono::seconds update_every{1};
  std::string host_prefix;  ///< where the host's file system is mounted; empty for `/`
  /// The virtual node that the configuration gives to the job: guid, hostname and labels; without a guid there is none.
  metrix::HostScope vnode{};
};

/// One round of collection, seen from inside. Anything a collector may do in a cycle it does through this.
///
/// Threads   confined to the job's shard.
/// Lifetime  until collect() is done.
class Cycle {
 public:
  Cycle(const JobContext& job, SteadyTime started, SteadyTime deadline, Ledger& ledger)
      : job_{job}, started_{started}, deadline_{deadline}, ledger_{ledger} {}

  [[nodiscard]] const JobContext& job() const { return job_; }
  [[nodiscard]] SteadyTime started() const { return started_; }
  /// When the round is cancelled. Every await inherits it: the job emits on its cancellation signal.
  [[nodiscard]] SteadyTime deadline() const { return deadline_; }
  [[nodiscard]] const Clock& clock() const { return *job_.clock; }
  [[nodiscard]] const Logger& log() const { return job_.log; }
  /// Where a collector counts what it drops.
  [[nodiscard]] Ledger& ledger() { return ledger_; }

 private:
  const JobContext& job_;
  SteadyTime started_;
  SteadyTime deadline_;
  Ledger& ledger_;
};

/// Owns its metric store. The framework opens the cycle, and commits or aborts it by what collect() returns.
///
/// Threads   confined to the job's shard; init, check, collect and cleanup never overlap.
/// Lifetime  one object per attempt to start a job; never reused after a failure.
class Collector {
 public:
  explicit Collector(metrix::StoreOptions options = {})
      : store_{options, &ledger_}, meter_{store_}, stateful_{store_} {}
  virtual ~Collector() = default;
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  /// Validates the configuration and builds clients; asks nothing of the network. The context outlives the collector.
  [[nodiscard]] virtual Task<Result<>> init(const JobContext& job);
  /// Proves that data can be collected. By default one collection whose samples are thrown away.
  ///
  /// Errors    with nothing observed it is an error too: a job without data does not start.
  [[nodiscard]] virtual Task<Result<>> check(Cycle& cycle);
  /// Observes into the instruments. An error aborts the cycle: nothing of it becomes visible.
  [[nodiscard]] virtual Task<Result<>> collect(Cycle& cycle) = 0;
  /// A loop that lives beside the running job; cancelled and awaited before cleanup().
  [[nodiscard]] virtual Task<Result<>> run(const JobContext& job);
  /// Called once for every object, also after a failed init or check.
  [[nodiscard]] virtual Task<> cleanup();

  /// Text of the chart template; read once after check().
  [[nodiscard]] virtual std::string chart_template() const = 0;

  /// The virtual node of a collector that knows better than its configuration on whose behalf it speaks; asked after
  /// each collection. Null: the job's own node counts (JobContext::vnode, where a collector finds the configured one).
  ///
  /// Shape     guid, hostname and labels; without a guid it speaks for the daemon's own host.
  /// Borrows   until the next collect().
  [[nodiscard]] virtual const metrix::HostScope* vnode() const { return nullptr; }

  [[nodiscard]] metrix::Store& store() { return store_; }
  [[nodiscard]] const metrix::Store& store() const { return store_; }
  [[nodiscard]] Ledger& ledger() { return ledger_; }

 protected:
  /// Instruments whose source states the whole truth each cycle.
  [[nodiscard]] const metrix::SnapshotMeter& meter() const { return meter_; }
  /// Instruments whose value lives in the store.
  [[nodiscard]] const metrix::StatefulMeter& stateful_meter() const { return stateful_; }

 private:
  Ledger ledger_;
  metrix::Store store_;
  metrix::SnapshotMeter meter_;
  metrix::StatefulMeter stateful_;
};

}  // namespace cppd

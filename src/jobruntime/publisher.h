// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What a job tells of a successful collection, host by host. Source: agent contract 2.6, 2.9, 7.2 to 7.4; metrix
/// contract 7.7.
#pragma once

#include <cppd/base/ledger.h>
#include <cppd/base/logger.h>
#include <cppd/chartemit/sink.h>
#include <cppd/chartengine/host_engines.h>
#include <cppd/jobruntime/output.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cppd::jobruntime {

struct PublisherOptions {
  chartemit::Environment environment{};
  Ledger* ledger = nullptr;
  Logger log{};
  /// A host that missed cycles of which others heard is told the time since its own last one (differences: agent 2.6).
  bool catch_up = true;
};

/// What became of one cycle.
struct Published {
  std::size_t delivered = 0;                 ///< hosts that took their plan
  std::optional<DeliveryFailure> failure{};  ///< the last one, in the order of hosts
  /// A cycle fails only when every host failed.
  [[nodiscard]] bool succeeded() const { return delivered > 0 || !failure; }
};

/// Plans and delivers for every host scope of a job. A host that fails gives up its plan and harms no other.
///
/// Threads   confined to the shard of its job.
/// Cost      a steady cycle allocates nothing and compares no texts, whatever the number of hosts.
/// Lifetime  must not outlive the output and the ledger.
class Publisher {
 public:
  explicit Publisher(PublisherOptions options);

  /// Takes over the chart template. Errors    those of chartengine::Program::compile.
  [[nodiscard]] Result<> load(const charttpl::Spec& spec, const charttpl::EngineSpec& policy = {});

  /// The virtual node to which the default scope speaks from the next publish() on; without a guid it is the daemon's
  /// own host. A node that is said to be `changed` is defined again although it reads the same.
  ///
  /// Errors    none: what no reader would take fails the default scope when it is published.
  void set_node(const metrix::HostScope& node, bool changed = true);

  /// Tells the last commit of `store` to `output`. What our own code throws becomes a failure of its host.
  [[nodiscard]] Published publish(const metrix::Store& store, JobOutput& output, const chartemit::Moment& moment);
  /// Declares every chart obsolete, a frame per host. The default scope is left to its virtual node when that has a
  /// label `_node_stale_after_seconds`.
  void retire();

  [[nodiscard]] const chartengine::HostEngines& engines() const { return engines_; }
  [[nodiscard]] const chartemit::Environment& environment() const { return options_.environment; }

 private:
  /// What was told to the reader of one host.
  struct Told {
    std::uint64_t serial = 0;  // of the host that has the slot
    std::unique_ptr<HostOutput> output;
    std::string guid;                          // of the host that knows the charts
    std::optional<metrix::HostScope> defined;  // as it was defined there
    std::uint64_t revision = 0;                // of the host when this was settled
    bool settled = false;                      // selected, and defined if it has to be
    bool failed = false;                       // in the last cycle
    bool logged = false;                       // it fails, and somebody was told
    std::int64_t behind_us = 0;                // cycles that it missed and others heard of
  };
  using Outcome = std::expected<void, DeliveryFailure>;

  [[nodiscard]] Told& told_of(const chartengine::HostEngine& host, JobOutput& output);
  [[nodiscard]] Outcome publish_host(chartengine::HostEngine& host, Told& told, const metrix::Store& store,
                                     const chartemit::Moment& moment);
  [[nodiscard]] Outcome settle_host(chartengine::HostEngine& host, Told& told, const metrix::HostScope& where,
                                    std::uint64_t revision);
  void note_failure(const chartengine::HostEngine& host, Told& told, DeliveryFailure& failure, bool several);

  PublisherOptions options_;
  chartengine::HostEngines engines_;
  std::vector<Told> told_;        // by slot of the host
  metrix::HostScope given_node_;  // as it came
  metrix::HostScope node_;
  std::uint64_t node_revision_ = 0;
};

}  // namespace cppd::jobruntime

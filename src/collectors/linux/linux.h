// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// This machine, from procfs and sysfs: what the program shows when nothing is configured.
#pragma once

#include <cppd/collectorapi/collector_info.h>

#include <memory>
#include <string>

namespace cppd::linux_host {

struct Config {
  std::string root = "/";                ///< where the host's file system is; the daemon's host prefix when left at `/`
  std::string disks = "!loop* !ram* *";  ///< simple patterns; partitions are never charted
  std::string interfaces = "!lo *";      ///< simple patterns
};

void describe(ConfigDescription<Config>& c);

/// Threads   confined to the shard of its job. Reading procfs does not wait for devices, so collect() never suspends.
class LinuxCollector final : public Collector {
 public:
  using Config = linux_host::Config;
  explicit LinuxCollector(Config config);
  ~LinuxCollector() override;

  /// Errors    invalid_input for a pattern that is none.
  [[nodiscard]] Task<Result<>> init(const JobContext& job) override;
  /// A file that cannot be read costs its own metrics and is logged once an hour.
  ///
  /// Errors    only when no file gave anything.
  [[nodiscard]] Task<Result<>> collect(Cycle& cycle) override;
  [[nodiscard]] std::string chart_template() const override;

 private:
  struct State;
  Config config_;
  std::unique_ptr<State> state_;
};

/// Off unless it is asked for: the daemon has a collector of its own for this machine.
[[nodiscard]] CollectorInfo linux_collector();

}  // namespace cppd::linux_host

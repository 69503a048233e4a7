// SPDX-License-Identifier: GPL-3.0-or-later
#include "linux.h"

#include "part.h"

namespace cppd::linux_host {
namespace {

constexpr char kCharts[] = {
#embed "charts.yaml"
};

Result<matcher::SimplePatterns> patterns(const std::string& text, const char* key) {
  auto parsed = matcher::SimplePatterns::parse(text);
  if (!parsed) return std::unexpected(std::move(parsed.error()).in(key));
  return parsed;
}

}  // namespace

struct LinuxCollector::State {
  Parts parts;
};

LinuxCollector::LinuxCollector(Config config) : config_{std::move(config)}, state_{std::make_unique<State>()} {}
LinuxCollector::~LinuxCollector() = default;

Task<Result<>> LinuxCollector::init(const JobContext& job) {
  auto disks = patterns(config_.disks, "disks");
  if (!disks) co_return std::unexpected(std::move(disks.error()));
  auto interfaces = patterns(config_.interfaces, "interfaces");
  if (!interfaces) co_return std::unexpected(std::move(interfaces.error()));
  auto root = config_.root == "/" ? job.host_prefix : config_.root;
  while (root.ends_with('/')) root.pop_back();
  add_system_parts(state_->parts, meter(), root);
  add_device_parts(state_->parts, meter(), root, {std::move(*disks), std::move(*interfaces)});
  if (meter().error()) co_return std::unexpected(*meter().error());
  co_return ok;
}

Task<Result<>> LinuxCollector::collect(Cycle& cycle) {
  std::size_t failed = 0;
  for (const auto& part : state_->parts) {
    auto done = part->collect();
    if (done) continue;
    if (++failed == state_->parts.size()) co_return done;
    cycle.log().limit(part->path(), 1, std::chrono::hours{1}).warning(done.error().text());
  }
  co_return ok;
}

std::string LinuxCollector::chart_template() const { return {kCharts, sizeof kCharts}; }

void describe(ConfigDescription<Config>& c) {
  c.field("root", &Config::root, "where the file system of the host is mounted")
      .field("disks", &Config::disks, "simple patterns of disks to chart; partitions are never charted")
      .field("interfaces", &Config::interfaces, "simple patterns of network interfaces to chart");
}

CollectorInfo linux_collector() {
  return describe_collector<LinuxCollector>({.module = "linux",
                                             .summary = "this machine: CPU, load, memory, disks, network, pressure",
                                             .disabled = true,
                                             .chart_template = {kCharts, sizeof kCharts}});
}

}  // namespace cppd::linux_host

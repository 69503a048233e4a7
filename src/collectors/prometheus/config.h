// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The configuration of a job. Source: prometheus contract section 1.
#pragma once

#include <cppd/collectorapi/config.h>
#include <cppd/kit/web/config.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace cppd::prometheus_collector {

/// Series selectors; without any, everything is allowed.
struct SelectorConfig {
  std::vector<std::string> allow, deny;
};
void decode_yaml(yaml::Decoder& decoder, const yaml::Node& node, const yaml::Path& path, SelectorConfig& into);

/// Globs over names: what to take a series for that has no declared type.
struct FallbackConfig {
  std::vector<std::string> gauge, counter;
};
void decode_yaml(yaml::Decoder& decoder, const yaml::Node& node, const yaml::Path& path, FallbackConfig& into);

struct Config {
  web::ClientConfig http{.timeout = std::chrono::seconds{10}};
  std::string app{};  ///< second segment of contexts; empty: the name of the job
  SelectorConfig selector{};
  FallbackConfig fallback_type{};
  std::int64_t max_time_series = 2000;            ///< 0 or less: no limit
  std::int64_t max_time_series_per_metric = 200;  ///< 0 or less: no limit
  std::string expected_prefix{};                  ///< of the name of at least one family, when the job starts
  std::vector<std::string> ignored_keys{};        ///< that were set to something this version cannot do
};
void describe(ConfigDescription<Config>& config);

}  // namespace cppd::prometheus_collector

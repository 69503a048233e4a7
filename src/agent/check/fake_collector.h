// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// A collector with a described configuration of every type, for tests of the check. It collects nothing.
#pragma once

#include <cppd/base/yaml_decode.h>
#include <cppd/collectorapi/collector_info.h>

#include <chrono>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace cppd::agent {

struct FakeConfig {
  std::string url;
  std::chrono::nanoseconds timeout = std::chrono::seconds{1};
  std::int32_t retries = 0;
  double ratio = 0;
  bool verbose = false;
  std::vector<std::string> tags;
  std::map<std::string, std::string> headers;
};

inline void describe(ConfigDescription<FakeConfig>& c) {
  c.field("url", &FakeConfig::url, "where it listens")
      .field("timeout", &FakeConfig::timeout, "of one request")
      .field("retries", &FakeConfig::retries, "after a failure")
      .field("ratio", &FakeConfig::ratio, "of samples that are kept")
      .field("verbose", &FakeConfig::verbose, "says more")
      .field("tags", &FakeConfig::tags, "of its charts")
      .field("headers", &FakeConfig::headers, "of each request");
}

class FakeCollector final : public Collector {
 public:
  using Config = FakeConfig;
  explicit FakeCollector(const Config& config) {
    if (config.url == "throw") throw std::runtime_error("the url cannot be used");
  }
  Task<Result<>> collect(Cycle&) override { co_return ok; }
  [[nodiscard]] std::string chart_template() const override { return {}; }
};

/// `fake`, `other` (off by default) and `solo` (one job).
inline std::vector<CollectorInfo> fake_collectors() {
  return {describe_collector<FakeCollector>({.module = "fake"}),
          describe_collector<FakeCollector>({.module = "other", .disabled = true}),
          describe_collector<FakeCollector>({.module = "solo", .single_instance = true})};
}

}  // namespace cppd::agent

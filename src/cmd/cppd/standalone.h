// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What the subcommands do.
#pragma once

#include <cppd/collectorapi/collector_info.h>

#include <string>
#include <vector>

namespace cppd {

struct StandaloneOptions {
  std::vector<std::string> config_dirs;
  std::vector<std::string> templates;
  std::vector<std::string> allowed_rules;
  bool list_rules = false;
  std::string output = "table";
  std::string module;
  std::string job;
  int cycles = 3;
  bool debug = false;
};

[[nodiscard]] int run_live(const StandaloneOptions& options, const std::vector<CollectorInfo>& collectors);
[[nodiscard]] int run_check(const StandaloneOptions& options, const std::vector<CollectorInfo>& collectors);
[[nodiscard]] int run_test(const StandaloneOptions& options, const std::vector<CollectorInfo>& collectors);

}  // namespace cppd

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
  std::string template_file;          ///< of explain and try
  std::vector<std::string> payloads;  ///< of explain and try
  std::string series_glob;            ///< of explain
  std::string chart_glob;
  bool unplaced = false;
  bool strict = false;
};

[[nodiscard]] int run_live(const StandaloneOptions& options, const std::vector<CollectorInfo>& collectors);
[[nodiscard]] int run_check(const StandaloneOptions& options, const std::vector<CollectorInfo>& collectors);
[[nodiscard]] int run_explain(const StandaloneOptions& options, const std::vector<CollectorInfo>& collectors);
[[nodiscard]] int run_try(const StandaloneOptions& options);
[[nodiscard]] int run_test(const StandaloneOptions& options, const std::vector<CollectorInfo>& collectors);

}  // namespace cppd

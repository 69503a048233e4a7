// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// From the files of all enabled modules to the jobs that run. Source: agent contract 1.5, 4.4, 8.1, 8.2.
#pragma once

#include <cppd/agent/confgroup/directories.h>
#include <cppd/agent/confgroup/job_config.h>
#include <cppd/agent/confgroup/plugin_config.h>
#include <cppd/base/result.h>
#include <cppd/collectorapi/collector_info.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace cppd::agent {

struct DiscoveryOptions {
  PluginConfig plugin;
  std::string only_module;                   ///< `-m`; empty or `all`: what the configuration enables
  std::vector<std::string> only_jobs;        ///< `-j`, cleaned names; counts together with a module only
  std::chrono::seconds update_every_min{1};  ///< of the command line
};

/// What the configuration says runs.
struct Discovery {
  std::vector<const CollectorInfo*> modules;  ///< enabled ones, by name; none of them: the plugin has nothing to do
  std::vector<JobConfig> jobs;                ///< one per full name; files by module, then in their order
  std::vector<Error> refused;                 ///< files, items and doubled jobs that are left out, each with its reason
  std::vector<Error> warnings;                ///< what was passed over
};

/// Reads everything once.
///
/// Borrows   `collectors`.
[[nodiscard]] Discovery discover(const Directories& directories, const DiscoveryOptions& options,
                                 const std::vector<CollectorInfo>& collectors);

/// The file of a module: on disk, or its embedded stock file.
[[nodiscard]] std::optional<FoundFile> find_module_file(const Directories& directories, const CollectorInfo& module);

/// The best configuration of each full name, and the others.
struct Selection {
  std::vector<JobConfig> chosen;  ///< in the order of the candidates
  std::vector<Error> doubled;     ///< equal in rank to the chosen one: a mistake
  std::vector<Error> outranked;   ///< of a lower source: as it should be
};

/// The greatest source type wins, then the smallest origin, then what stands first (I-4). Departure: the reference
/// breaks the last tie by a hash of the contents.
[[nodiscard]] Selection choose_jobs(std::vector<JobConfig> candidates);

}  // namespace cppd::agent

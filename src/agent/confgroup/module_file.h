// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// `<M>.conf`: the jobs of a module, or a list of jobs that name their modules. Source: agent contract 8.1.
///
///     update_every: 5            # defaults of the jobs: update_every, autodetection_retry, priority
///     jobs:
///       - name: local
///         url: http://127.0.0.1
///
///     - module: nginx            # the list form
///       name: local
#pragma once

#include <cppd/agent/confgroup/directories.h>
#include <cppd/agent/confgroup/job_config.h>
#include <cppd/base/result.h>
#include <cppd/collectorapi/collector_info.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::agent {

/// Whose jobs a file may have.
struct ModuleFileScope {
  std::vector<const CollectorInfo*> modules;  ///< that run
  std::vector<std::string_view> known;        ///< that exist, for messages
  std::chrono::seconds update_every_min{1};
  std::string_view provider = "file reader";  ///< also, with `_` for blanks, in the text of the source
};

/// What a file says. A mistake costs the item that it is in (weak spot W18).
struct ModuleFile {
  bool usable = true;           ///< false: unreadable or of no known form; jobs that it gave before stay (S-2, S-6)
  std::vector<JobConfig> jobs;  ///< in the order of the file
  std::vector<Error> refused;   ///< why the file or an item of it is left out
  std::vector<Error> warnings;  ///< what was passed over inside of jobs and beside them
};

/// The module of a file in the static form: its base name (S-3).
[[nodiscard]] std::string file_module(std::string_view path);

[[nodiscard]] ModuleFile parse_module_file(std::string_view text, const FoundFile& file, const ModuleFileScope& scope);
/// Errors    a file that cannot be read is an entry of `refused`.
[[nodiscard]] ModuleFile read_module_file(const FoundFile& file, const ModuleFileScope& scope);

}  // namespace cppd::agent

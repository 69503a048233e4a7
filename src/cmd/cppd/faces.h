// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What the two faces share. Source: design section 7; agent contract 1.1 to 1.6.
#pragma once

#include <cppd/agent/confgroup/directories.h>
#include <cppd/agent/confgroup/discovery.h>
#include <cppd/base/logger.h>
#include <cppd/collectorapi/collector_info.h>

#include <string>
#include <string_view>
#include <vector>

namespace cppd {

inline constexpr std::string_view kVersion = CPPD_VERSION;

/// The plugin's name: the file name without `.exe` and `.plugin`; `cppd` calls itself `cpp.d`, the Go build `go.d`.
[[nodiscard]] std::string plugin_name(std::string_view executable);

/// The environment of the process as the agent reads it; a TZ that begins with `:` is removed from the process.
[[nodiscard]] agent::Environment process_environment();
[[nodiscard]] std::string executable_dir();

/// Directories with the embedded stock files of the collectors.
[[nodiscard]] agent::Directories directories(agent::DirectoryOptions options, const agent::Environment& environment,
                                             const std::vector<CollectorInfo>& collectors);

/// The plugin rules only. The exit status.
[[nodiscard]] int run_plugin_face(const std::string& plugin, int argc, char** argv,
                                  const std::vector<CollectorInfo>& collectors);
/// Subcommands. The exit status.
[[nodiscard]] int run_standalone_face(int argc, char** argv, const std::vector<CollectorInfo>& collectors);

}  // namespace cppd

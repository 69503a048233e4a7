// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// `<P>.conf`: the switches of the plugin and of its modules. Source: agent contract 1.4.
///
///     enabled: yes        # no: nothing runs
///     default_run: yes    # modules that are not named below
///     max_procs: 0        # threads for collection; 0: as many as the machine has processors
///     modules:
///       linux: yes
///       prometheus: no
#pragma once

#include <cppd/agent/confgroup/directories.h>
#include <cppd/base/result.h>
#include <cppd/collectorapi/collector_info.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::agent {

struct PluginConfig {
  bool enabled = true;
  bool default_run = true;
  std::int64_t max_procs = 0;
  std::map<std::string, bool, std::less<>> modules;
};

/// A plugin file, read.
struct PluginFile {
  PluginConfig config;          ///< the defaults when there are errors (P-11)
  std::string path;             ///< empty when there is no such file
  std::vector<Error> errors;    ///< why the file does not count
  std::vector<Error> warnings;  ///< unknown keys and modules: the rest counts
};

/// Reads the text of a plugin file. A boolean beside `modules` counts as one of its entries when no known key has that
/// name (P-10). `known` are the modules that exist; empty: any name is a module.
[[nodiscard]] PluginFile parse_plugin_config(std::string_view text, const std::string& path,
                                             const std::vector<std::string_view>& known = {});

/// The first plugin file of the roots; without one the defaults.
[[nodiscard]] PluginFile read_plugin_config(const Directories& directories,
                                            const std::vector<std::string_view>& known = {});

/// The table of 1.4: an entry decides; without one a module that is off by default stays off, others follow
/// `default_run`.
[[nodiscard]] bool module_enabled(const PluginConfig& config, std::string_view module, bool off_by_default);

/// The modules that run, by name. `only` is the option `-m`: empty or `all` asks the configuration, a name is that
/// module alone, whatever the configuration says (P-5); an unknown one leaves none.
///
/// Borrows   `collectors`.
[[nodiscard]] std::vector<const CollectorInfo*> select_modules(const PluginConfig& config, std::string_view only,
                                                               const std::vector<CollectorInfo>& collectors);

[[nodiscard]] std::vector<std::string_view> module_names(const std::vector<CollectorInfo>& collectors);

/// `unknown module "x"`, with the nearest of `known`.
[[nodiscard]] std::string unknown_module(std::string_view module, const std::vector<std::string_view>& known);

}  // namespace cppd::agent

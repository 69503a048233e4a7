// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Reads every configuration and every chart template, and says what is wrong. Source: design sections 7 and 11.
#pragma once

#include <cppd/agent/confgroup/directories.h>
#include <cppd/base/result.h>
#include <cppd/collectorapi/collector_info.h>

#include <cstddef>
#include <string>
#include <vector>

namespace cppd::agent {

struct CheckOptions {
  Directories directories;
  std::vector<std::string> templates;  ///< files with chart templates, besides those of the collectors
  std::vector<std::string> allowed{};  ///< rules of the lint that are off
};

struct CheckReport {
  std::vector<Error> mistakes;  ///< by file, line and column, each once
  std::size_t files = 0;        ///< that were read, or could not be

  [[nodiscard]] int exit_status() const { return mistakes.empty() ? 0 : 1; }
  /// One line for each mistake, `file:line:column: context: what`, and a last line `N files, M mistakes`.
  [[nodiscard]] std::string text() const;
};

/// Checks the plugin file, the module files that count, of modules that are switched off too, the jobs in them, and the
/// chart templates. A user's file that no module has is a mistake; a stock file of that kind belongs to somebody else.
/// What the program would only warn of, such as an unknown key, is a mistake.
///
/// Cost      reads files, makes and destroys each job's collector; no network.
[[nodiscard]] CheckReport check(const CheckOptions& options, const std::vector<CollectorInfo>& collectors);

}  // namespace cppd::agent

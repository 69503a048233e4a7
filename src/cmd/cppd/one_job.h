// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// One job of the configuration, run for some cycles.
#pragma once

#include "standalone.h"

#include <cppd/agent/confgroup/discovery.h>
#include <cppd/base/logger.h>
#include <cppd/chartengine/explain.h>
#include <cppd/output/console/chart_board.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cppd {

[[nodiscard]] std::shared_ptr<LogSink> stderr_log();
[[nodiscard]] agent::Directories standalone_directories(const StandaloneOptions& options,
                                                        const std::vector<CollectorInfo>& collectors);
/// What the configuration says; without any, this machine (design 11).
[[nodiscard]] agent::Discovery discover(const agent::Directories& where, const StandaloneOptions& options,
                                        const std::vector<CollectorInfo>& collectors);

struct OneJobRun {
  int status = 0;  ///< of the process when it is not 0; standard error has been told why
  std::string full_name{};
  output::BoardSnapshot snapshot{};                       ///< after the last cycle
  std::optional<chartengine::Explanation> explanation{};  ///< when it was asked for
};

/// Runs the job that `options` name for so many cycles. `command` is what the user called.
[[nodiscard]] OneJobRun run_one_job(const StandaloneOptions& options, std::string_view command,
                                    const std::vector<CollectorInfo>& collectors, bool explain = false);

}  // namespace cppd

// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Names of jobs. Source: agent contract 4.1, 4.2.
#pragma once

#include <cppd/base/result.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace cppd::agent {

/// The name of a job from a file, a watcher or service discovery: each run of white space, of `.` and of `:` becomes
/// one `_`.
[[nodiscard]] std::string clean_job_name(std::string_view name);

/// The name of a job from a command of the daemon: blanks and `:` become `_`, one by one.
[[nodiscard]] std::string clean_command_name(std::string_view name);

/// Whether names may have dots: those of vnodes, secret stores and pipelines may, those of jobs may not.
enum class Dots : std::uint8_t { refused, allowed };

/// Errors    white space, a control character, `: = ' " \` or `.`, said as `contains '.'`.
[[nodiscard]] Result<> check_job_name(std::string_view name, Dots dots = Dots::refused);

/// FULL: `module_name`, or the module alone when the job is named after it.
[[nodiscard]] std::string full_job_name(std::string_view module, std::string_view name);

}  // namespace cppd::agent

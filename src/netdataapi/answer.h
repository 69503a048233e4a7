// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Answers to calls, what is announced as callable, and what a configuration command asks.
/// Source: agent contract 5.1 (D-11), 5.3 (D-7), 6.2 (F-10 to F-12), 6.3, 6.4.
#pragma once

#include <cppd/base/result.h>
#include <cppd/netdataapi/frame.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::netdataapi {

inline constexpr std::string_view kJson = "application/json";
/// Above this the answer is replaced by `payload too large`.
inline constexpr std::size_t kAnswerBytesMax = std::size_t{100} << 20;

/// The body of a terminal answer: `{"status":400,"errorMessage":"..."}` for 400 to 599, otherwise with `message`.
/// Text that is not UTF-8 is written with replacement characters.
[[nodiscard]] std::string json_payload(int status, std::string_view message);

/// The body that the plugin itself gives a call that no handler has answered.
///
/// Empty     for a status that has none.
[[nodiscard]] std::string_view control_payload(int status);

struct Answer {
  std::string_view uid;
  int status = 200;
  std::string_view content_type = kJson;
  std::chrono::sys_seconds expires{};
  std::string_view payload;
};

/// Writes the whole frame of an answer. A payload above kAnswerBytesMax becomes control answer 413, one with a line
/// that would end the frame early control answer 500.
///
/// Errors    a uid or content type that cannot stand in a line; nothing is written then.
[[nodiscard]] Result<> write_result(Frame& frame, const Answer& answer);

struct Function {
  std::string_view name;
  std::string_view help;
  std::string_view tags = "top";
  bool signed_in = false;  ///< only for callers that are signed in to the cloud
};

/// Announces a function, with a timeout of 60 seconds, priority 100 and version 3.
///
/// Errors    a name that is empty or has white space, or any text with a control character, `"` or backslash.
[[nodiscard]] Result<> write_function(Frame& frame, const Function& function);
/// Withdraws it. Not for daemons before 1.45 (diff D13), which do not know the line.
///
/// Errors    as write_function.
[[nodiscard]] Result<> write_function_del(Frame& frame, std::string_view name);

/// A configuration command: `config <id> <command> [<name>]` after its first word.
///
/// Lifetime  `id` and `job_name` live as long as the arguments they came from.
struct ConfigCommand {
  std::string_view id;        ///< empty when it is missing
  std::string command;        ///< in lower case
  std::string_view job_name;  ///< as it was sent; empty when it is missing
};

[[nodiscard]] ConfigCommand config_command(const std::vector<std::string>& args);
/// Errors    fewer arguments than `required`, as the daemon's user reads it.
[[nodiscard]] Result<> need_arguments(const std::vector<std::string>& args, std::size_t required);

}  // namespace cppd::netdataapi

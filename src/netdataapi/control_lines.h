// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Lines of dynamic configuration and of functions, each with the empty line that ends it.
/// Source: agent contract 5.1 (D-1 to D-3), 6.2, 6.3; charts contract 5.2.
#pragma once

#include <cppd/base/result.h>
#include <cppd/netdataapi/frame.h>

#include <cstdint>
#include <string_view>

namespace cppd::netdataapi {

struct ConfigCreate {
  std::string_view id;           ///< bare
  std::string_view status;       ///< bare
  std::string_view config_type;  ///< bare: `template`, `job`, `single`
  std::string_view path;         ///< bare
  std::string_view source_type;  ///< bare
  std::string_view source;       ///< quoted
  std::string_view commands;     ///< quoted; separated by blanks
};

struct FunctionText {
  std::string_view name;
  std::int64_t timeout;  ///< seconds
  std::string_view help;
  std::string_view tags;
  std::string_view access;
  std::int64_t priority;
  std::int64_t version;
};

struct ResultText {
  std::string_view uid;
  std::string_view code;
  std::string_view content_type;
  std::string_view expires;  ///< Unix time in seconds
  std::string_view payload;
};

// A line with a field that may not stand there is not written at all.
// Errors    the field, said as `invalid CONFIG status`.

[[nodiscard]] Result<> put_config_create(Frame& frame, const ConfigCreate& config);
[[nodiscard]] Result<> put_config_status(Frame& frame, std::string_view id, std::string_view status);
[[nodiscard]] Result<> put_config_delete(Frame& frame, std::string_view id);

// These are written as they are. write_function() and write_result() in answer.h look at their fields first.

void put_function(Frame& frame, const FunctionText& function);
void put_function_del(Frame& frame, std::string_view name);
/// No payload line when the payload is empty.
void put_result(Frame& frame, const ResultText& result);

}  // namespace cppd::netdataapi

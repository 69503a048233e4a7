// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/netdataapi/control_lines.h>
#include <cppd/netdataapi/field.h>

#include "put.h"

#include <fmt/format.h>

namespace cppd::netdataapi {
namespace {

struct Checked {
  std::string_view name;
  std::string_view text;
  bool (*valid)(std::string_view);
};

Result<> check_config(std::initializer_list<Checked> fields) {
  for (const auto& field : fields) {
    if (!field.valid(field.text)) return std::unexpected(invalid_input(fmt::format("invalid CONFIG {}", field.name)));
  }
  return ok;
}

}  // namespace

Result<> put_config_create(Frame& frame, const ConfigCreate& config) {
  if (auto good = check_config({{"id", config.id, valid_bare_field},
                                {"status", config.status, valid_bare_field},
                                {"config type", config.config_type, valid_bare_field},
                                {"path", config.path, valid_bare_field},
                                {"source type", config.source_type, valid_bare_field},
                                {"source", config.source, valid_quoted_field},
                                {"supported commands", config.commands, valid_quoted_field}});
      !good) {
    return good;
  }
  // The two access masks leave the choice to the daemon.
  put_texts(frame, {"CONFIG ", config.id, " create ", config.status, " ", config.config_type, " ", config.path, " ",
                    config.source_type, " '", config.source, "' '", config.commands, "' 0x0000 0x0000\n\n"});
  return ok;
}

Result<> put_config_status(Frame& frame, std::string_view id, std::string_view status) {
  if (auto good = check_config({{"id", id, valid_bare_field}, {"status", status, valid_bare_field}}); !good)
    return good;
  put_texts(frame, {"CONFIG ", id, " status ", status, "\n\n"});
  return ok;
}

Result<> put_config_delete(Frame& frame, std::string_view id) {
  if (auto good = check_config({{"id", id, valid_bare_field}}); !good) return good;
  put_texts(frame, {"CONFIG ", id, " delete\n\n"});
  return ok;
}

void put_function(Frame& frame, const FunctionText& function) {
  put_texts(frame, {"FUNCTION GLOBAL \"", function.name, "\" "});
  put_integer(frame, function.timeout);
  put_texts(frame, {" \"", function.help, "\" \"", function.tags, "\" ", function.access, " "});
  put_integer(frame, function.priority);
  frame.append(" ");
  put_integer(frame, function.version);
  frame.append("\n\n");
}

void put_function_del(Frame& frame, std::string_view name) {
  put_texts(frame, {"FUNCTION_DEL GLOBAL \"", name, "\"\n\n"});
}

void put_result(Frame& frame, const ResultText& result) {
  put_texts(frame, {"FUNCTION_RESULT_BEGIN ", result.uid, " ", result.code, " ", result.content_type, " ",
                    result.expires, "\n"});
  if (!result.payload.empty()) put_texts(frame, {result.payload, "\n"});
  frame.append("FUNCTION_RESULT_END\n\n");
}

}  // namespace cppd::netdataapi

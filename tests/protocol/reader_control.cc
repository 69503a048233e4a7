// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include <fmt/format.h>

#include "protocol/reader_state.h"

namespace cppd::protocol {
namespace {

bool is_access(std::string_view text) {
  return text.size() > 2 && text.starts_with("0x") &&
         text.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string_view::npos;
}

}  // namespace

/// What CONFIG, FUNCTION and result frames have in common: they stand alone and an empty line ends them.
void Reader::State::control_frame() {
  blank_due_ = true;
  if (scope_ == Scope::update || scope_ == Scope::host_definition) {
    return break_rule(Rule::control_inside, fmt::format("{} inside another frame", field(0)));  // which goes on
  }
  close_definition();
}

void Reader::State::config() {
  control_frame();
  ++counters.configs;
  const auto& action = field(2);
  const auto fields = line_.fields.size();
  const bool good = (action == "delete" && fields == 3) || (action == "status" && fields == 4) ||
                    (action == "create" && fields == 11 && is_access(field(9)) && is_access(field(10)));
  if (!good) break_rule(Rule::control_fields, fmt::format("CONFIG {} with {} fields", action, fields - 1));
}

void Reader::State::function() {
  control_frame();
  ++counters.functions;
  const bool good = field(1) == "GLOBAL" && !field(2).empty() && integer(field(3)).value_or(0) > 0 &&
                    is_access(field(6)) && integer(field(7)) && integer(field(8));
  if (!good) break_rule(Rule::control_fields, fmt::format("FUNCTION \"{}\"", field(2)));
}

void Reader::State::function_del() {
  control_frame();
  if (field(1) != "GLOBAL" || field(2).empty()) break_rule(Rule::control_fields, "FUNCTION_DEL GLOBAL \"name\"");
}

void Reader::State::result_begin() {
  control_frame();
  ++counters.results;
  if (!integer(field(2)) || !integer(field(4))) break_rule(Rule::control_fields, "code or expiry of a result");
  if (scope_ == Scope::update || scope_ == Scope::host_definition) return;
  blank_due_ = false;
  scope_ = Scope::result;
}

void Reader::State::progress() {
  control_frame();
  blank_due_ = false;
  if (!integer(field(2)) || !integer(field(3))) break_rule(Rule::control_fields, "FUNCTION_PROGRESS uid done all");
}

void Reader::State::disable() {
  control_frame();
  blank_due_ = false;
  scope_ = Scope::disabled;
}

}  // namespace cppd::protocol

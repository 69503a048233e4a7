// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/netdataapi/field.h>

#include <algorithm>

namespace cppd::netdataapi {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

bool none_of(std::string_view text, std::string_view forbidden) {
  return std::ranges::none_of(text, [&](char c) { return is_control(c) || forbidden.contains(c); });
}

}  // namespace

bool valid_bare_field(std::string_view text) { return !text.empty() && none_of(text, " ='\"\\"); }

bool valid_quoted_field(std::string_view text) { return none_of(text, "'") && trailing_backslashes(text) % 2 == 0; }

bool valid_double_quoted_field(std::string_view text) { return none_of(text, "\"\\"); }

bool valid_uid(std::string_view text) { return text.size() <= kUidBytesMax && valid_bare_field(text); }

std::size_t trailing_backslashes(std::string_view text) {
  const auto last_other = text.find_last_not_of('\\');
  return last_other == std::string_view::npos ? text.size() : text.size() - 1 - last_other;
}

}  // namespace cppd::netdataapi

// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/agent/confgroup/job_name.h>

#include <cppd/base/text.h>

#include <fmt/format.h>

#include <algorithm>

namespace cppd::agent {
namespace {

enum class Run : char { none, space, dot, colon };

Run run_of(char c) {
  switch (c) {
    case ' ':
    case '\t':
    case '\n':
    case '\f':
    case '\r': return Run::space;
    case '.': return Run::dot;
    case ':': return Run::colon;
    default: return Run::none;
  }
}

bool is_control(char32_t code) { return code < 0x20 || (code >= 0x7F && code < 0xA0); }

}  // namespace

std::string clean_job_name(std::string_view name) {
  std::string out;
  auto before = Run::none;
  for (const char c : name) {
    const auto run = run_of(c);
    if (run == Run::none) out += c;
    if (run != Run::none && run != before) out += '_';
    before = run;
  }
  return out;
}

std::string clean_command_name(std::string_view name) {
  std::string out{name};
  std::ranges::replace_if(out, [](char c) { return c == ' ' || c == ':'; }, '_');
  return out;
}

Result<> check_job_name(std::string_view name, Dots dots) {
  constexpr std::string_view kForbidden = ":='\"\\";
  for (auto rest = name; !rest.empty();) {
    const auto at = decode_utf8(rest);
    const auto character = rest.substr(0, at.bytes);
    if (blank(character)) return std::unexpected(invalid_input("contains spaces"));
    if (at.valid && is_control(at.code)) return std::unexpected(invalid_input("contains control characters"));
    if (kForbidden.contains(character[0]) || (dots == Dots::refused && character == ".")) {
      return std::unexpected(invalid_input(fmt::format("contains '{}'", character)));
    }
    rest.remove_prefix(at.bytes);
  }
  return ok;
}

std::string full_job_name(std::string_view module, std::string_view name) {
  return module == name ? std::string{module} : fmt::format("{}_{}", module, name);
}

}  // namespace cppd::agent

// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The template that rows of tests change in one place. Private to the tests of charttpl.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace cppd::charttpl {

/// The valid one-chart template with one part replaced.
inline std::string with(std::string_view part, std::string_view replacement) {
  std::string text =
      "version: v1\n"
      "groups:\n"
      "- family: F\n"
      "  metrics: [m]\n"
      "  charts:\n"
      "  - id: c\n"
      "    title: T\n"
      "    context: ctx\n"
      "    units: u\n"
      "    dimensions:\n"
      "    - {selector: m, name: v}\n";
  if (part.empty()) return text;
  const auto at = text.find(part);
  if (at == std::string::npos) throw std::logic_error("the template has no such part");
  return text.replace(at, part.size(), replacement);
}

}  // namespace cppd::charttpl

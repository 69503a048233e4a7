// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What tests of the lint share.
#pragma once

#include <cppd/base/result.h>

#include <string>
#include <vector>

namespace cppd::agent {

/// `what [rule]`: the rules of all errors.
inline std::string rules_of(const std::vector<Error>& errors) {
  std::string rules;
  for (const auto& error : errors) {
    const auto at = error.what.rfind(" [");
    if (at == std::string::npos) return "no rule: " + error.text();
    if (!rules.empty()) rules += ' ';
    rules += error.what.substr(at + 2, error.what.size() - at - 3);
  }
  return rules;
}

}  // namespace cppd::agent

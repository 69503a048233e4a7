// SPDX-License-Identifier: GPL-3.0-or-later
#include "validate_instances.h"

#include <cppd/base/text.h>

#include <boost/unordered/unordered_flat_set.hpp>
#include <fmt/format.h>

namespace cppd::charttpl {
namespace {

using Names = boost::unordered_flat_set<std::string_view>;

/// What `by_labels` asks for, as far as it is well-formed.
struct Required {
  Names keys;  // required and excluded ones
  bool wildcard = false;
  bool positive = false;
};

/// The reason why `token`, which is trimmed, is no token; empty when it is one.
std::string token_fault(std::string_view token, Names& seen) {
  if (token.empty()) return "must not be empty";
  if (token.starts_with('!')) {
    const auto key = token.substr(1);
    if (blank(key)) return "exclude token must include label key";
    if (trim(key) != key) return "exclude token must use !label_key syntax";
  }
  if (!seen.insert(token).second) return fmt::format("duplicate token \"{}\"", token);
  return {};
}

Required validate_required(const std::vector<std::string>& tokens, const std::string& path,
                           std::vector<Error>& errors) {
  Required out;
  Names seen;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const auto token = trim(tokens[i]);
    if (auto fault = token_fault(token, seen); !fault.empty()) {
      add_error(errors, fmt::format("{}.by_labels[{}]", path, i), std::move(fault));
      continue;
    }
    const bool excludes = token.starts_with('!');
    if (token == "*") {
      out.wildcard = true;
    } else {
      out.keys.insert(excludes ? token.substr(1) : token);
    }
    if (!excludes) out.positive = true;
  }
  if (!tokens.empty() && !out.positive) {
    add_error(errors, path + ".by_labels", "must include at least one positive selector ('*' or label key)");
  }
  return out;
}

/// The reason why `key`, which is trimmed, is no optional key; empty when it is one.
std::string optional_fault(std::string_view key, const Required& required, Names& seen) {
  if (key.empty()) return "must not be empty";
  if (key == "*" || key.starts_with('!')) return "must be a label key, not a wildcard or an exclusion";
  if (!seen.insert(key).second) return fmt::format("duplicate label key \"{}\"", key);
  if (required.wildcard) return "cannot be combined with instances.by_labels wildcard";
  if (required.keys.contains(key)) return fmt::format("label key \"{}\" conflicts with instances.by_labels", key);
  return {};
}

}  // namespace

void add_error(std::vector<Error>& errors, std::string path, std::string reason) {
  errors.push_back(invalid_input(std::move(reason)).in(std::move(path)));
}

void validate_instances(const InstancesSpec& instances, const std::string& path, std::vector<Error>& errors) {
  static const std::vector<std::string> kNone;
  const auto& required = instances.by_labels ? *instances.by_labels : kNone;
  const auto& optional = instances.optional_by_labels ? *instances.optional_by_labels : kNone;
  if (required.empty() && optional.empty()) {
    if (instances.by_labels) {
      add_error(errors, path + ".by_labels", "must contain at least one token when instances is set");
    } else if (instances.optional_by_labels) {
      add_error(errors, path + ".optional_by_labels", "must contain at least one label key when instances is set");
    } else {
      add_error(errors, path, "must contain at least one required or optional label");
    }
    return;
  }
  const auto wanted = validate_required(required, path, errors);
  Names seen;
  for (std::size_t i = 0; i < optional.size(); ++i) {
    auto fault = optional_fault(trim(optional[i]), wanted, seen);
    if (!fault.empty()) add_error(errors, fmt::format("{}.optional_by_labels[{}]", path, i), std::move(fault));
  }
}

}  // namespace cppd::charttpl

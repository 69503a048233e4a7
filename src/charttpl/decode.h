// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// From YAML to a valid spec. Source: charts contract 1.1 to 1.6.
#pragma once

#include <cppd/base/result.h>
#include <cppd/charttpl/rule.h>
#include <cppd/charttpl/spec.h>

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::charttpl {

/// At which step a template was refused.
enum class Stage : std::uint8_t {
  decode,    ///< it is no YAML, or has unknown keys or wrong types
  semantic,  ///< it can be read, but a rule is broken
};

/// Every mistake of one template, never none.
struct Rejection {
  Stage stage = Stage::decode;
  std::vector<Error> errors{};  ///< context: the field path, then the class; decode errors in document order

  /// One error per line.
  [[nodiscard]] std::string text() const { return join_errors(errors); }
};

/// Reads, applies defaults and inheritance, validates. `file` stands in the places of errors only.
///
/// Errors    with file, line and column: of the faulty value, or of what it is missing from.
[[nodiscard]] std::expected<Spec, Rejection> decode(std::string_view yaml, std::string file = {});

/// As decode, of a file. Errors    an unreadable file is refused at the stage `decode`, by its path.
[[nodiscard]] std::expected<Spec, Rejection> decode_file(const std::string& path);

/// A spec with its rules ready for use.
struct Validated {
  Spec spec;
  std::vector<AutogenRule> autogen_rules;
};
[[nodiscard]] std::expected<Validated, Rejection> decode_validated(std::string_view yaml, std::string file = {});

/// Fills in what decode() fills in: the version, the defaults that charts inherit, and their type (T10, T11).
void apply_defaults(Spec& spec);

/// A deep copy whose empty lists of instance labels have become absent.
[[nodiscard]] GroupSpec clone(const GroupSpec& group);

}  // namespace cppd::charttpl

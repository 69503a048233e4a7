// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Names of labels, judged by the compiler where they are literals.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace cppd::metrix {

/// The label names of a vector. Literals that are empty or given twice do not compile:
/// `meter.vec("disk_io_bytes", {"disk", "disk"})` is an error at the second "disk".
///
/// Borrows   the texts; a vector copies them when it is made.
template <std::size_t N>
class LabelNames {
 public:
  template <std::size_t... Sizes>
    requires(sizeof...(Sizes) == N)
  consteval LabelNames(
      const char (&... names)[Sizes])  // NOLINT(google-explicit-constructor): so that {"a", "b"} is one
      : names_{std::string_view{names, Sizes - 1}...} {
    for (std::size_t i = 0; i < N; ++i) {
      if (names_[i].empty()) throw "a label name is empty";
      for (std::size_t k = 0; k < i; ++k) {
        if (names_[i] == names_[k]) throw "a label name is given twice";
      }
    }
  }
  /// Names that only the running program knows; a vector judges them when it is made.
  [[nodiscard]] static constexpr LabelNames unchecked(const std::array<std::string_view, N>& names) {
    return LabelNames{names, 0};
  }
  [[nodiscard]] constexpr const std::array<std::string_view, N>& all() const { return names_; }

 private:
  constexpr LabelNames(const std::array<std::string_view, N>& names, int /*unchecked*/) : names_{names} {}
  std::array<std::string_view, N> names_;
};

}  // namespace cppd::metrix

// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Valid templates built at random, for tests. Private to charttpl.
#pragma once

#include <cppd/charttpl/spec.h>

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::charttpl {

/// Texts that a careless writer of YAML gets wrong.
[[nodiscard]] const std::vector<std::string>& awkward_texts();

/// Every field of the language is set sooner or later, to its zero value too. One seed gives one sequence.
///
/// Threads   confined.
class RandomSpecs {
 public:
  explicit RandomSpecs(std::uint32_t seed) : random_{seed} {}

  /// Valid, and with the defaults applied (`version` and `type` are set).
  [[nodiscard]] Spec next();

 private:
  [[nodiscard]] std::size_t below(std::size_t count) { return random_() % count; }
  [[nodiscard]] bool chance() { return below(2) == 0; }
  [[nodiscard]] std::string one_of(const std::vector<std::string_view>& words);
  [[nodiscard]] std::string text();      // may be empty
  [[nodiscard]] std::string required();  // not blank
  [[nodiscard]] std::vector<std::string> keys();
  [[nodiscard]] std::int64_t count();
  [[nodiscard]] std::int64_t integer();

  [[nodiscard]] SelectorSpec selector_list();
  [[nodiscard]] EngineSpec engine();
  [[nodiscard]] InstancesSpec instances();
  [[nodiscard]] ChartDefaultsSpec defaults();
  [[nodiscard]] LifecycleSpec lifecycle();
  [[nodiscard]] DimensionSpec dimension(std::size_t index, const std::vector<std::string>& scope);
  [[nodiscard]] ChartSpec chart(const std::vector<std::string>& scope);
  [[nodiscard]] GroupSpec group(std::size_t depth, std::vector<std::string> scope);

  std::mt19937 random_;  // by hand, not by distributions, whose numbers differ between libraries
};

}  // namespace cppd::charttpl

// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Holds what the store shows against what the model says.
#pragma once

#include "model.h"
#include "subject.h"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace cppd::model {

#define CPPD_MODEL_CHECKS(X) \
  X(outcome)                 \
  X(ledger)                  \
  X(collect_meta)            \
  X(series_count)            \
  X(name_count)              \
  X(retention_window)        \
  X(scopes)                  \
  X(visible_scopes)          \
  X(order)                   \
  X(value)                   \
  X(delta)                   \
  X(series_meta)             \
  X(metric_meta)             \
  X(lookup)                  \
  X(absent)                  \
  X(identity)                \
  X(histogram)               \
  X(summary)                 \
  X(state_set)               \
  X(measure_set)             \
  X(born)                    \
  X(died)                    \
  X(redescribed)             \
  X(references)              \
  X(drained)

enum class Check : std::uint8_t {
#define CPPD_MODEL_CHECK(name) name,
  CPPD_MODEL_CHECKS(CPPD_MODEL_CHECK)
#undef CPPD_MODEL_CHECK
};
#define CPPD_MODEL_CHECK(name) +1
inline constexpr std::size_t kChecks = 0 CPPD_MODEL_CHECKS(CPPD_MODEL_CHECK);
#undef CPPD_MODEL_CHECK
[[nodiscard]] std::string_view check_name(Check check);

using CheckCounts = std::array<std::uint64_t, kChecks>;

struct Difference {
  Check check;
  std::string text;
};

/// Compares one store with one model through the life of both.
class Checker {
 public:
  Checker(const Model& model, Subject& subject, CheckCounts& counts)
      : model_{model}, subject_{subject}, counts_{counts} {}

  /// After an operation that the model did not ignore.
  [[nodiscard]] std::optional<Difference> after(Do what, Outcome expected, Outcome got);
  /// When every handle was dropped and everything has had its time: nothing is left.
  [[nodiscard]] std::optional<Difference> drained();

 private:
  struct Known {
    std::uint64_t life;
    metrix::MetricMeta metric;
  };
  using ByName = std::multimap<std::string, Shown>;

  /// Counts one comparison; the first one that fails is kept.
  void expect(Check check, bool holds, const auto& text);
  void collected();
  void scopes();
  void lists(const std::string& scope);
  void list(const std::string& scope, bool raw, bool flatten);
  void lookups(const std::string& scope, bool raw, bool flatten);
  void points(const std::string& scope, bool raw);
  void point(const metrix::Reader& reader, const Series& series, bool there);
  void metas(const std::string& scope, bool flatten);
  void absent(const std::string& scope, bool raw, bool flatten);
  void changes();
  void references();

  const Model& model_;
  Subject& subject_;
  CheckCounts& counts_;
  std::optional<Difference> difference_;
  std::vector<Flat> flat_;
  std::map<metrix::SeriesId, Known> known_;  // at the last commit
};

}  // namespace cppd::model

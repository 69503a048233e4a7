// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What a family is charted as, or why it is not. Source: prometheus contract sections 6 and 7.
#pragma once

#include <cppd/base/ledger.h>
#include <cppd/base/result.h>
#include <cppd/kit/prometheus/line.h>
#include <cppd/matcher/pattern.h>
#include <cppd/metrix/types.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::prometheus_collector {

/// The job's own answer for names without a declared type.
///
/// Threads   immutable.
class FallbackTypes {
 public:
  FallbackTypes() = default;
  /// Errors    a pattern that is blank, has white space around it, or is no glob; the key is named.
  [[nodiscard]] static Result<FallbackTypes> parse(std::span<const std::string> gauge,
                                                   std::span<const std::string> counter);
  /// A gauge pattern wins over a counter pattern. Empty when none matches.
  [[nodiscard]] std::optional<metrix::Kind> find(std::string_view name) const;

 private:
  std::vector<matcher::Glob> gauge_, counter_;
};

/// A kind, or the reason to leave the family out.
struct Verdict {
  metrix::Kind kind = metrix::Kind::unknown;  ///< unknown: left out for `loss`
  LossReason loss = LossReason::series_untyped;

  [[nodiscard]] bool charted() const { return kind != metrix::Kind::unknown; }
  friend bool operator==(const Verdict&, const Verdict&) = default;
};
[[nodiscard]] Verdict judge(std::string_view name, prometheus::FamilyType type, const FallbackTypes& fallback);

}  // namespace cppd::prometheus_collector

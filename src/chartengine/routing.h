// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Which charts and dimensions a series belongs to, by its name and labels alone: what other series there are does not
/// matter, and nothing is remembered. The engine asks once, when a series is born; who explains a chart asks the same.
/// Source: charts contract 4.3, 4.6, 4.7, 4.9, 4.12.
#pragma once

#include <cppd/base/label.h>
#include <cppd/chartengine/program.h>
#include <cppd/metrix/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::chartengine {

/// A series as routing sees it.
struct RoutedSeries {
  std::string_view name;
  Labels labels;  ///< sorted by key
  metrix::Kind kind;
  metrix::Kind source;
  metrix::Role role;
  const metrix::MetricMeta& meta;
};

/// What one dimension of a template made of a series.
enum class TemplateVerdict : std::uint8_t {
  accepted,
  selector_rejected,
  missing_label,  ///< one of the chart's identity
  blank_id,       ///< or nothing is left of it on the wire
  nameless,       ///< nothing gives the dimension a name
  id_too_long,
};

struct TemplateRoute {
  Candidate candidate{};
  TemplateVerdict verdict = TemplateVerdict::selector_rejected;
  std::string chart_id{};            ///< from `nameless` on
  std::string_view dimension{};      ///< when accepted; borrows from the program or the series
  std::string_view missing_label{};  ///< the first
};

enum class AutogenVerdict : std::uint8_t { accepted, disabled, unsupported_source, rule_rejected, id_too_long };

struct AutogenRoute {
  AutogenVerdict verdict = AutogenVerdict::disabled;
  std::string_view family{};  ///< when the source is supported
  std::string chart_id{};     ///< when accepted or too long
  std::string dimension{};
  bool static_dimension = true;
  std::size_t rule = 0;  ///< that rejected
};

/// Threads   confined.
class Router {
 public:
  /// `type_id` is the first part of every id on the wire, and bounds what follows.
  Router(std::shared_ptr<const Program> program, std::string_view type_id);

  /// Does the template's own selector let the series in?
  [[nodiscard]] bool selected(const RoutedSeries& series) const;
  /// What each dimension that may take a series of this name made of it, in the order of the template. Those that the
  /// selector rejects are left out unless asked for.
  ///
  /// Lifetime  good until the next question.
  [[nodiscard]] std::span<const TemplateRoute> templates(const RoutedSeries& series, bool rejected_too = false);
  /// What autogen makes of a series that no template took.
  ///
  /// Lifetime  good until the next question.
  [[nodiscard]] const AutogenRoute& autogen(const RoutedSeries& series);

 private:
  void try_candidate(const Candidate& candidate, const RoutedSeries& series, bool rejected_too);
  [[nodiscard]] bool fits(std::string_view chart_id) const;

  std::shared_ptr<const Program> program_;
  std::size_t type_id_bytes_;         // on the wire
  std::size_t autogen_prefix_bytes_;  // as autogen's own limit counts it
  std::vector<TemplateRoute> routes_;
  std::size_t count_ = 0;
  AutogenRoute autogen_;
};

}  // namespace cppd::chartengine

// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// An explanation of a job's charts for people and for programs. The form of the JSON: README.md in this module.
#pragma once

#include <cppd/base/result.h>
#include <cppd/chartengine/explain.h>
#include <cppd/matcher/pattern.h>
#include <cppd/output/console/terminal_text.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::output {

struct ExplainOptions {
  std::string job{};                      ///< type id of the charts
  std::string template_file{};            ///< stands before the lines of the template
  std::optional<matcher::Glob> series{};  ///< of the name, or of `name{key="value",...}`
  std::optional<matcher::Glob> chart{};   ///< of the chart id, with or without the type id, or of the context
  bool unplaced = false;                  ///< only what is on no chart
  Charset charset = Charset::utf8;
};

/// Charts with what feeds them, series that are on none, lines of the template that took nothing, the ledger; the last
/// line is `N series: M on K charts, L on none`.
[[nodiscard]] std::string explain_text(const chartengine::Explanation& explanation, const ExplainOptions& options);
/// One JSON object and a line end.
[[nodiscard]] std::string explain_json(const chartengine::Explanation& explanation, const ExplainOptions& options);

/// Would `--strict` refuse it: is a series on no chart, or is there a warning?
[[nodiscard]] bool explained_strictly(const chartengine::Explanation& explanation);

using chartengine::series_text;

/// What the filters of the options leave.
///
/// Borrows   the explanation.
class ExplainedPart {
 public:
  ExplainedPart(const chartengine::Explanation& whole, const ExplainOptions& options);

  [[nodiscard]] bool has_series(std::size_t index) const { return series_[index]; }
  [[nodiscard]] bool has_chart(std::size_t index) const { return charts_[index]; }
  [[nodiscard]] bool has_rule(const chartengine::ExplainedRule& rule) const;
  [[nodiscard]] bool is_whole() const { return whole_; }

 private:
  const ExplainOptions& options_;
  std::vector<bool> series_;
  std::vector<bool> charts_;
  bool whole_;
};

}  // namespace cppd::output

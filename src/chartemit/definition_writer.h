// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The lines that define charts, dimensions and labels. A burst of births is mostly these lines, so what many of them
/// have in common is rendered once and copied. The bytes are those of netdataapi.
#pragma once

#include <cppd/chartemit/sink.h>
#include <cppd/netdataapi/frame.h>

#include <string>
#include <string_view>

namespace cppd::chartemit {

/// Threads   confined.
class DefinitionWriter {
 public:
  /// What is common to all charts of a job. To be said again when it changes.
  void describe(const Environment& environment);
  /// A plan begins: texts that were rendered for the numbers of another are forgotten.
  void begin(netdataapi::Frame& frame);

  /// `id` as it is on the wire.
  void chart(const chartengine::ChartMeta& meta, std::string_view id, bool obsolete);
  /// `name` as it is on the wire.
  void dimension(const chartengine::DimensionAttributes& attributes, std::string_view name, bool obsolete);
  /// All labels of a chart (E7); nothing at all when there is none (diff D7).
  void labels(const chartengine::Engine& engine, std::span<const metrix::LabelId> labels);

 private:
  void render_chart_tail(const chartengine::ChartMeta& meta);
  void render_dimension_tail(const chartengine::DimensionAttributes& attributes, bool obsolete);
  bool label(std::string_view key, std::string_view value);

  struct JobLabel {
    std::string key;
    std::string line;
  };

  netdataapi::Frame* frame_ = nullptr;
  const Environment* environment_ = nullptr;
  std::string chart_head_;  // CHART 'type.
  std::vector<JobLabel> job_labels_;
  std::string labels_end_;                        // the label of the job and the commit; empty when the job has no name
  const chartengine::ChartMeta* meta_ = nullptr;  // of which chart_tail_ is
  std::string chart_tail_;                        // from behind the id up to the options
  std::string chart_end_;                         // from behind the options: plugin, module
  chartengine::DimensionAttributes attributes_;   // of which dimension_tail_ is
  bool obsolete_ = false;
  std::string dimension_tail_;
};

}  // namespace cppd::chartemit

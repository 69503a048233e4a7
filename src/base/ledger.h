// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The loss ledger: everything that is dropped is counted under a reason. Reasons are one enumeration with a sentence
/// of help each; a Ledger belongs to one job.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cppd {

/// Why something did not reach a chart. The spelling is public: it is the dimension id in `netdata.cppd.ledger`.
#define CPPD_LOSS_REASONS(X)                                                                                  \
  X(sample_not_finite, "a sample was NaN or infinite where its instrument takes finite numbers only")         \
  X(sample_negative_delta, "a counter was asked to go down")                                                  \
  X(sample_invalid_labels, "a sample had an empty, doubled, foreign or reserved label")                       \
  X(sample_outside_cycle, "a sample was observed while no cycle was open")                                    \
  X(sample_invalid_scope, "a host scope was malformed, or disagreed with what this cycle said of it before")  \
  X(sample_kind_conflict, "one name was observed as two kinds in one cycle, or against its established kind") \
  X(sample_invalid_point, "a histogram, summary, state set or measure set point broke its schema")            \
  X(sample_declaration_conflict, "one name was declared with two units, descriptions or families")            \
  X(series_name_clash, "a series has the name and labels of a part of another metric, and was there later")   \
  X(stale_handle, "a sample was observed through a handle whose series had expired")                          \
  X(series_capped, "a series was cut by the limit on series of the store or the collector")                   \
  X(series_expired, "a series was not seen for its whole retention and was removed")                          \
  X(series_invalid, "an exposition line could not be parsed")                                                 \
  X(series_untyped, "a series without a usable type was not charted")                                         \
  X(series_info, "an info metric carries labels, not a value, and was not charted")                           \
  X(series_type_changed, "a family changed its type while it was being charted")                              \
  X(series_unmatched, "no template dimension and no autogen rule took a series")                              \
  X(series_filtered, "a series was refused by the selector of the template or of the job")                    \
  X(route_missing_label, "a template matched a series that lacks a label of the chart's identity")            \
  X(route_nameless_dimension, "a template matched a series that gives its dimension no name")                 \
  X(chart_id_collision, "two templates rendered one chart id; the later one was left out")                    \
  X(chart_id_too_long, "type.id of a chart is longer than 1200 bytes")                                        \
  X(chart_capped, "a chart was cut by max_instances")                                                         \
  X(dimension_capped, "a dimension was cut by max_dims")                                                      \
  X(dimension_kind_conflict, "two kinds met in one dimension; the first one decided its algorithm")           \
  X(variable_without_chart, "a variable of a chart had a value while none of its dimensions had one")         \
  X(value_truncated, "a fraction was cut from the value of a dimension that is not a float")                  \
  X(value_out_of_range, "a value does not fit the integers of its dimension")                                 \
  X(wire_text_refused, "a name or id would have been refused by the receiver and was not sent")               \
  X(host_scope_refused, "a host scope could not be selected at the receiver")                                 \
  X(cycle_failed, "collection failed; the cycle was aborted")                                                 \
  X(cycle_overrun, "a due cycle was skipped because the one before it still ran")                             \
  X(cycle_backpressure, "a due cycle was skipped because its last frame was still waiting for the reader")    \
  X(cycle_timeout, "collection ignored its deadline")                                                         \
  X(plan_failed, "the chart engine could not plan a cycle")                                                   \
  X(frame_refused, "the writer refused a frame; its definitions are sent again")

enum class LossReason : std::uint8_t {
#define CPPD_REASON(name, help) name,
  CPPD_LOSS_REASONS(CPPD_REASON)
#undef CPPD_REASON
};

#define CPPD_REASON(name, help) +1
inline constexpr std::size_t kLossReasons = 0 CPPD_LOSS_REASONS(CPPD_REASON);
#undef CPPD_REASON

[[nodiscard]] std::string_view loss_reason_name(LossReason reason);
[[nodiscard]] std::string_view loss_reason_help(LossReason reason);

/// Counts of one job.
///
/// Cost      counting is one addition; details are kept only for the first few names of each reason.
/// Threads   confined to the shard of its job; other threads get copies.
class Ledger {
 public:
  using Counts = std::array<std::uint64_t, kLossReasons>;
  static constexpr std::size_t kDetailsMax = 16;  ///< names kept per reason

  void count(LossReason reason, std::uint64_t times = 1) { counts_[static_cast<std::size_t>(reason)] += times; }
  /// Counts, and remembers `name` (a metric, a chart, a line) as an example of the reason.
  void count(LossReason reason, std::string_view name, std::uint64_t times = 1);

  [[nodiscard]] const Counts& counts() const { return counts_; }
  [[nodiscard]] std::uint64_t counted(LossReason reason) const { return counts_[static_cast<std::size_t>(reason)]; }
  [[nodiscard]] const std::vector<std::string>& details(LossReason reason) const {
    return details_[static_cast<std::size_t>(reason)];
  }
  /// Reasons with a count, as `name=3 other=1`; for logs. Empty when nothing was lost.
  [[nodiscard]] std::string summary() const;

 private:
  Counts counts_{};
  std::array<std::vector<std::string>, kLossReasons> details_;
};

}  // namespace cppd

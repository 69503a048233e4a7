// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Why every series of a store is, or is not, on a chart. Plain data: it outlives the store and the engines, and may
/// leave their shard. Source: charts contract 4.12 for the decisions that are told apart.
#pragma once

#include <cppd/base/ledger.h>
#include <cppd/chartengine/host_engines.h>
#include <cppd/metrix/store.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cppd::chartengine {

/// What was decided about a series. The spelling is public: it stands in the JSON of `cppd explain`.
enum class Decision : std::uint8_t {
  shown,                ///< on a chart
  waiting,              ///< has a place, but has not been planned yet
  not_seen,             ///< was not written by the last cycle
  filtered,             ///< the template's own selector refuses it
  name_unmatched,       ///< no dimension selects the name
  selector_rejected,    ///< dimensions select the name, but not these labels
  label_missing,        ///< it lacks a label of the chart's identity
  id_blank,             ///< nothing is left of the chart's id
  nameless,             ///< nothing gives the dimension a name
  id_too_long,          ///< `type.id` does not fit the wire
  autogen_disabled,     ///< nobody charts what the template does not take
  autogen_unsupported,  ///< a part of a structured metric without its structural label
  autogen_rejected,     ///< a rule of autogen refuses it
  autogen_over_budget,  ///< autogen's id is longer than the template allows
  autogen_displaced,    ///< a chart of the template has the id that autogen gave
  id_taken,             ///< another chart of the template has the id
  chart_capped,         ///< max_instances
  dimension_capped,     ///< max_dims
};
[[nodiscard]] std::string_view decision_name(Decision decision);
/// The reason under which the ledger counts it. Empty for what is not lost.
[[nodiscard]] std::optional<LossReason> loss_reason(Decision decision);

/// Indexes in an Explanation that stand for nothing: no rule means autogen.
inline constexpr std::uint32_t kNotExplained = 0xFFFF'FFFF;

/// A dimension of the template.
struct ExplainedRule {
  charttpl::Mark mark{};
  charttpl::Mark chart_mark{};
  std::string chart{};        ///< literal part of its chart's ids
  std::string selector{};     ///< as written
  std::string name{};         ///< what names the dimension: `read`, `{mode}` for a label, `{le}` and the like
  std::uint64_t taken = 0;    ///< series that it took, shown or not
  std::uint64_t refused = 0;  ///< series that it selects and had to refuse
  std::string idle{};         ///< why it took nothing; empty when it took something
};

/// A dimension of the template, or autogen, that had a say about a series and did not take it.
struct ExplainedRefusal {
  Decision decision = Decision::selector_rejected;
  std::uint32_t rule = kNotExplained;
  std::string why{};  ///< half a sentence: lower case, no full stop
};

struct ExplainedPlacement {
  std::uint32_t chart = kNotExplained;
  std::uint32_t dimension = kNotExplained;
  std::uint32_t rule = kNotExplained;
  Decision decision = Decision::shown;
  std::string why{};  ///< when it is not shown
};

/// The dimension that all but took a series.
struct ExplainedNearest {
  std::uint32_t rule = kNotExplained;
  std::string why{};
};

struct ExplainedSeries {
  std::string name{};
  std::vector<std::pair<std::string, std::string>> labels{};
  metrix::Kind kind = metrix::Kind::gauge;
  metrix::Role role = metrix::Role::none;
  double value = 0;
  std::string host{};  ///< key of the scope; empty for the default one
  bool fresh = true;   ///< the last cycle left it visible
  std::vector<ExplainedPlacement> placements{};
  std::vector<ExplainedRefusal> refusals{};  ///< not those by a selector; autogen's comes last
  // Of a series that is on no chart:
  Decision decision = Decision::shown;
  std::string why{};
  std::optional<ExplainedNearest> nearest{};
};

/// `name{key="value",...}`; without braces when there are no labels.
[[nodiscard]] std::string series_text(const ExplainedSeries& series);

struct ExplainedLabel {
  std::string key{};
  std::string value{};
  bool identity = false;  ///< tells instances apart; else it is what all series share
};

struct ExplainedDimension {
  std::string name{};
  DimensionAttributes attributes{};
  Reducer reducer = Reducer::sum;
  std::uint32_t rule = kNotExplained;
  std::optional<double> value{};  ///< reduced, before multiplier and divisor; empty: a gap
  bool shown = false;
  std::vector<std::uint32_t> series{};       ///< what feeds it, in order; empty when all have gone
  std::uint32_t decided_by = kNotExplained;  ///< the series whose kind decided its algorithm, when the chart does not
};

struct ExplainedChart {
  std::string host{};
  std::string id{};
  ChartMeta meta{};
  charttpl::Mark mark{};
  bool autogen = false;
  Decision decision = Decision::shown;
  std::string why{};
  std::vector<ExplainedLabel> labels{};
  std::vector<std::string> differing{};  ///< keys that are no label of the chart because its series disagree
  std::vector<ExplainedDimension> dimensions{};
};

/// What only data can show of a template.
struct ExplainedWarning {
  enum class Kind : std::uint8_t {
    counter_as_absolute,
    gauge_as_incremental,
    fraction_cut,
    mixed_kinds,
    counted_twice,
    chart_per_bucket,
    label_differs,
    fell_to_autogen,
  };
  Kind kind = Kind::counter_as_absolute;
  std::uint32_t chart = kNotExplained;
  std::uint32_t rule = kNotExplained;
  std::string text{};
};
[[nodiscard]] std::string_view warning_name(ExplainedWarning::Kind kind);

struct ExplainedLoss {
  LossReason reason{};
  std::uint64_t count = 0;
  std::vector<std::string> examples{};
};

struct Explanation {
  std::vector<ExplainedRule> rules{};        ///< in the order of the template
  std::vector<ExplainedSeries> series{};     ///< by scope, name and packed labels
  std::vector<ExplainedChart> charts{};      ///< by scope, id and template
  std::vector<ExplainedWarning> warnings{};  ///< by chart
  std::vector<ExplainedLoss> losses{};

  struct Totals {
    std::size_t series = 0;
    std::size_t placed = 0;
    std::size_t charts = 0;
  };
  /// Series, those that are on a chart, and charts that are shown.
  [[nodiscard]] Totals totals() const;
};

/// Explains the last plans of the engines of `store`. `type_id` is that of the job.
///
/// Cost      as routing every series anew; the search for names that are nearly right is bounded.
/// Threads   on the shard of the store. Of a cycle that is open nothing is seen.
[[nodiscard]] Explanation explain(const metrix::Store& store, const HostEngines& engines, const Ledger& ledger,
                                  const std::string& type_id);
/// The same for a store with an engine of its own for the default scope.
[[nodiscard]] Explanation explain(const metrix::Store& store, const Engine& engine, const Ledger& ledger,
                                  const std::string& type_id);

}  // namespace cppd::chartengine

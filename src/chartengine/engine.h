// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The chart engine: it knows for every series the chart and dimension it became, and says each cycle what has to be
/// created, updated and removed. Source: charts contract section 4; the departures are in the README of this module.
#pragma once

#include <cppd/base/ledger.h>
#include <cppd/base/logger.h>
#include <cppd/base/result.h>
#include <cppd/chartengine/build_sample.h>
#include <cppd/chartengine/plan.h>
#include <cppd/chartengine/program.h>
#include <cppd/chartengine/route_table.h>
#include <cppd/chartengine/slot_array.h>
#include <cppd/chartengine/small_run.h>
#include <cppd/metrix/store.h>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <cmath>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cppd::chartengine {

struct EngineOptions {
  /// First part of every `type.id` of the job; bounds the length of ids.
  std::string type_id{};
  /// Series that were not written this cycle take part as well (the program's own metrics).
  bool all_visible = false;
  Ledger* ledger = nullptr;
  Logger log{};
  BuildObserver* observer = nullptr;  ///< told of each build; counting for it costs a pass over the series
};

/// Counts since the engine was made.
struct EngineStats {
  std::uint64_t builds = 0;
  std::uint64_t skipped_failed_collect = 0;
  std::uint64_t sequence_violations = 0;
  std::uint64_t restarts = 0;    ///< all series were routed anew: the first build, and those that missed changes
  std::uint64_t charts = 0;      ///< materialized now
  std::uint64_t dimensions = 0;  ///< laid out now
};

/// What became of a series in one chart, as of the last plan.
struct Placement {
  enum class State : std::uint8_t {
    shown,             ///< its dimension is on the chart
    waiting,           ///< not planned since the series came, or not observed since
    chart_capped,      ///< the chart was left out by max_instances
    dimension_capped,  ///< the dimension was left out by max_dims
    id_taken,          ///< another template has the id
  };
  std::uint32_t chart;
  std::uint32_t dimension;       ///< in dimensions(chart)
  std::uint32_t chart_template;  ///< of program()->charts(), or kAutogenTemplate
  std::uint32_t rule;            ///< dimension of that template
  State state;
  std::uint32_t owner;  ///< the chart that has the id, when it is taken; else `chart`
};

class Engine;
class HostEngines;

/// A prepared plan. Exactly one of commit() and abort() takes effect; leaving the scope aborts.
///
/// Lifetime  must not outlive the engine; at most one at a time.
class Attempt {
 public:
  Attempt(Attempt&& other) noexcept : engine_{std::exchange(other.engine_, nullptr)}, number_{other.number_} {}
  Attempt& operator=(Attempt&&) = delete;
  ~Attempt() { abort(); }

  [[nodiscard]] const Plan& plan() const;
  /// What the plan created and removed becomes true. Errors    already finished; stale after a load or reset.
  [[nodiscard]] Result<> commit();
  void abort();

 private:
  friend class Engine;
  Attempt(Engine& engine, std::uint64_t number) : engine_{&engine}, number_{number} {}
  Engine* engine_;
  std::uint64_t number_ = 0;
};

/// One engine plans one host scope of one store. Alone it watches the store by itself; the engines of a store with
/// several scopes belong to a HostEngines, which tells each what concerns it.
///
/// Threads   confined to the shard of its job.
/// Cost      a steady cycle is one pass over the charts: no allocation, no look-up, no text. Births, deaths and charts
///           whose contributors change pay for themselves.
class Engine {
 public:
  explicit Engine(EngineOptions options);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Compiles and takes over a template. Every chart is forgotten: declare materialized() obsolete before.
  ///
  /// Errors    those of Program::compile; then nothing has changed.
  [[nodiscard]] Result<> load(const charttpl::Spec& spec, const charttpl::EngineSpec& policy = {});

  /// Plans what the last commit of `store` changed. A failed attempt of the store gives an empty plan. An engine of a
  /// HostEngines has its scope from there, and plans after that has been synchronized.
  ///
  /// Errors    no template is loaded; an attempt is outstanding.
  [[nodiscard]] Result<Attempt> prepare(const metrix::Store& store, metrix::ScopeId scope = metrix::ScopeId::none);

  /// Charts that the reader knows, in the order of their ids.
  [[nodiscard]] std::vector<std::uint32_t> materialized() const;
  /// Is there any?
  [[nodiscard]] bool has_charts() const;
  /// The reader knows none of the charts any more; the next plan creates those that are observed. For a reader that
  /// was told of materialized() in another way, or another reader. No attempt may be outstanding.
  void forget_charts();

  // What a plan's numbers stand for. Valid while the attempt is outstanding.

  [[nodiscard]] std::string_view chart_id(std::uint32_t chart) const { return id_of(charts_[chart]); }
  /// As it is on the wire.
  [[nodiscard]] std::string_view wire_chart_id(std::uint32_t chart) const { return wire_id_of(charts_[chart]); }
  [[nodiscard]] const ChartMeta& chart_meta(std::uint32_t chart) const { return table_->metas[charts_[chart].meta]; }
  [[nodiscard]] std::span<const Dimension> dimensions(std::uint32_t chart) const {
    const auto& list = charts_[chart].dimensions;
    return {list.data(), list.size()};
  }
  [[nodiscard]] const DimensionAttributes& attributes(std::uint32_t index) const { return table_->attributes[index]; }
  /// All of them, for loops.
  [[nodiscard]] const DimensionAttributes* attributes() const { return table_->attributes.data(); }
  [[nodiscard]] std::string_view dimension_name(std::uint32_t name) const { return table_->names.text(name); }
  /// As it is on the wire. Empty: nothing is left of it, and the dimension cannot be sent (diff D7).
  [[nodiscard]] std::string_view wire_dimension_name(std::uint32_t name) const { return table_->names.wire_text(name); }
  /// Slots of charts so far; sinks keep arrays beside them.
  [[nodiscard]] std::size_t chart_slots() const { return charts_.size(); }
  [[nodiscard]] Label label(metrix::LabelId id) const { return store_->labels().label(id); }

  // For those who explain a plan.

  /// Where a series is now, in the order of chart ids. Empty when no chart has it.
  [[nodiscard]] std::vector<Placement> placements(metrix::SeriesId series) const;
  /// Index of the template in program()->charts(), or kAutogenTemplate.
  [[nodiscard]] std::uint32_t chart_template(std::uint32_t chart) const { return charts_[chart].chart_template; }

  [[nodiscard]] const EngineStats& stats() const { return stats_; }
  [[nodiscard]] const Program* program() const { return table_ ? table_->program.get() : nullptr; }
  /// Without the routes that it shares with others.
  [[nodiscard]] std::size_t bytes() const;

 private:
  friend class Attempt;
  friend class HostEngines;
  static constexpr std::uint32_t kNone = kNoIndex;
  static constexpr std::uint32_t kAutogen = kAutogenTemplate;
  static constexpr std::uint32_t kSearched = 32;  // dimensions of a chart that are searched one by one

  /// A series that feeds a dimension of a chart.
  struct Contributor {
    std::uint32_t series;
    std::uint32_t route;
    std::uint32_t dimension : 31;
    std::uint32_t present : 1;  // took part when labels and definitions were last worked out
  };
  /// There is one for each autogen series, so each byte of it counts.
  struct Chart {
    TextRef id;
    bool materialized : 1 = false;
    bool careful : 1 = false;    // always planned by plan_carefully()
    bool recheck : 1 = false;    // planned carefully the next time
    bool one_to_one : 1 = true;  // each dimension has one contributor
    bool layout_dirty : 1 = false;
    bool capped : 1 = false;               // left out of this build by max_instances
    bool leaving : 1 = false;              // removed in the build at hand
    bool unlike : 1 = false;               // the id on the wire is another text, in unlike_ids_
    std::uint32_t chart_template = kNone;  // kNone: a free slot
    std::uint32_t meta = 0;
    std::uint32_t last_seen = 0;  // success clock
    std::uint32_t next_same_id = kNone;
    std::uint64_t labels_hash = 0;
    SmallRun<Dimension> dimensions;
    SmallRun<Contributor> contributors;
  };
  struct UndoChart {
    std::uint32_t chart;
    std::uint32_t meta;
    std::uint32_t last_seen;
    std::uint64_t labels_hash;
    bool materialized;
    std::uint32_t first_dimension;  // in undo_dimensions_
    std::uint32_t dimension_count;
  };
  struct IdHash {
    using is_transparent = void;
    const Engine* engine;
    std::size_t operator()(std::string_view id) const;
    std::size_t operator()(std::uint32_t chart) const { return (*this)(engine->read_id_of(engine->charts_[chart])); }
  };
  struct IdEqual {
    using is_transparent = void;
    const Engine* engine;
    bool operator()(std::uint32_t a, std::uint32_t b) const { return a == b; }
    bool operator()(std::string_view a, std::uint32_t b) const { return a == engine->read_id_of(engine->charts_[b]); }
    bool operator()(std::uint32_t a, std::string_view b) const { return (*this)(b, a); }
  };
  /// An engine of a group.
  Engine(EngineOptions options, std::shared_ptr<RouteTable> table);
  void start_from(std::shared_ptr<RouteTable> table);

  [[nodiscard]] std::string_view id_of(const Chart& chart) const { return table_->texts.text(chart.id); }
  [[nodiscard]] std::string_view wire_id_of(const Chart& chart) const {
    return chart.unlike ? table_->texts.text(unlike_ids_.find(chart.id.place)->second.wire) : id_of(chart);
  }
  /// What the reader makes of the id: ids that are one to it are one.
  [[nodiscard]] std::string_view read_id_of(const Chart& chart) const {
    return chart.unlike ? table_->texts.text(unlike_ids_.find(chart.id.place)->second.read_as) : id_of(chart);
  }
  [[nodiscard]] std::uint32_t first_of_id(const Chart& chart) const { return *by_id_.find(read_id_of(chart)); }

  void release_texts();
  void release_texts_of(Chart& chart);

  // For an observer (engine_sample.cc).
  class BuildClock;
  [[nodiscard]] bool follow_sequence(std::uint64_t sequence, BuildSample& sample);
  void build(const metrix::Store& store, metrix::ScopeId scope, BuildClock& clock);
  void observe_build(BuildSample& sample, const BuildClock& clock);
  void count_series(BuildSample& sample);
  void count_plan(BuildSample& sample) const;

  // Routing (engine_routes.cc).
  void synchronize(const metrix::Store& store, metrix::ScopeId scope);
  void start_over(const metrix::Store& store, metrix::ScopeId scope);
  void forget_routes(const metrix::Store& store);
  void route_series(std::uint32_t series);
  [[nodiscard]] LossReason route_to_templates(std::uint32_t series, const RoutedSeries& source, bool& routed);
  void lose(std::uint32_t series, LossReason reason, std::string_view name);
  void drop_departed();
  void route_to_autogen(std::uint32_t series, const RoutedSeries& source, const AutogenRoute& chart);
  [[nodiscard]] std::uint32_t find_dimension(std::uint32_t chart, std::uint32_t read_as, bool variable);
  [[nodiscard]] static std::uint64_t wide_key(std::uint32_t chart, std::uint32_t read_as, bool variable) {
    return std::uint64_t{chart} << 33 | std::uint64_t{read_as} << 1 | (variable ? 1u : 0u);
  }
  void contribute(std::uint32_t series, std::uint32_t chart, std::string_view dimension, const Route& route);
  void unroute_series(std::uint32_t series);
  [[nodiscard]] std::uint32_t chart_for(std::string_view id, std::uint32_t chart_template);
  [[nodiscard]] bool named_by_bound(const Route& route) const;
  [[nodiscard]] static std::uint32_t place_of(const Route& route) {
    return route.static_name ? route.rule : Dimension::kDynamicOrder;
  }
  void lay_out(std::uint32_t chart);
  static void catch_up(Chart& chart);
  void order_contributors(Chart& chart);
  void order_dimensions(Chart& chart);
  void free_chart(std::uint32_t chart);
  void settle_layout();
  [[nodiscard]] const LifecyclePolicy& lifecycle(const Chart& chart) const;

  // Forgetting what no chart has any more (engine_forget.cc).
  void forget_unused();
  void mark_used(RouteTable::Places& places) const;
  void move_to(const RouteTable::Places& places);

  // Planning (engine_plan.cc).
  [[nodiscard]] bool visible(std::uint32_t series) const;
  void enforce_instance_caps();
  void plan_charts();
  [[nodiscard]] bool gather(Chart& chart, bool& any);
  void find_visible(const Chart& chart);
  void plan_carefully(std::uint32_t index);
  [[nodiscard]] bool observe_dimensions(std::uint32_t index);
  void define(std::uint32_t index, bool bucket);
  void update(std::uint32_t index);
  void remove(std::uint32_t index);
  static void leave_reader(Chart& chart);
  [[nodiscard]] std::uint32_t owner_of_id(std::uint32_t index) const;
  [[nodiscard]] std::uint32_t first_visible(const Chart& chart) const;
  void displace(std::uint32_t index);
  void place_new_dimensions(Chart& chart);
  void plan_absent(std::uint32_t index);
  void enforce_dimension_cap(std::uint32_t index);
  void reduce(const Chart& chart);
  void expire_dimensions(std::uint32_t index);
  void save(std::uint32_t index);
  [[nodiscard]] std::uint64_t work_out_labels(const Chart& chart);
  [[nodiscard]] bool expired(std::uint32_t last_seen, std::uint64_t after) const;
  void undo();
  void finish(std::uint64_t number, bool commit);

  EngineOptions options_;
  std::unique_ptr<Ledger> own_ledger_;
  Ledger* ledger_;
  std::shared_ptr<RouteTable> table_;  // null until a template is loaded
  bool in_group_ = false;              // the table is shared, and others say who was born and who died

  SlotArray<Chart> charts_;
  std::vector<std::uint32_t> free_charts_;
  boost::unordered_flat_set<std::uint32_t, IdHash, IdEqual> by_id_;  // the first chart of each id
  struct UnlikeId {
    TextRef wire;
    TextRef read_as;
  };
  boost::unordered_flat_map<std::uint32_t, UnlikeId> unlike_ids_;  // by place of the id: as it is on the wire
  std::vector<std::uint32_t> order_;                               // charts by (id, template)
  std::vector<std::uint32_t> new_charts_;
  // Dimensions of wide charts, while series are routed.
  boost::unordered_flat_set<std::uint32_t> wide_charts_;
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> wide_;
  std::vector<std::uint32_t> dirty_charts_;
  struct CappedCharts {
    std::vector<std::uint32_t> charts;
    bool over = false;  // some were left out
  };
  std::vector<CappedCharts> capped_charts_;  // by template with max_instances, else empty
  std::vector<std::uint32_t> idle_;
  struct Loss {
    std::uint32_t series;
    LossReason reason;
  };
  std::vector<std::uint32_t> departed_;  // series that were taken off their charts, until drop_departed()
  std::vector<Loss> losses_;             // series without a chart, and routes that others do not make up for
  bool losses_departed_ = false;         // some are of series that are gone

  const metrix::Store* store_ = nullptr;
  std::uint64_t synchronized_clock_ = 0;
  bool synchronized_ = false;

  // The build at hand.
  Plan plan_;
  bool outstanding_ = false;
  bool built_ = false;  // the outstanding plan is of a successful cycle
  std::uint64_t attempt_number_ = 0;
  std::uint64_t last_sequence_ = 0;
  std::uint64_t committed_sequence_ = 0;
  bool in_violation_ = false;
  std::uint32_t now_ = 0;    // success clock
  std::uint32_t fresh_ = 0;  // sequence of the last success
  std::vector<UndoChart> undo_charts_;
  std::vector<Dimension> undo_dimensions_;
  std::vector<std::uint32_t> visible_;    // contributors to dimensions of the chart at hand
  std::vector<std::uint32_t> variables_;  // contributors to its variables
  std::vector<metrix::LabelId> label_ids_;
  std::vector<std::uint32_t> scratch_;
  std::vector<double> reduced_;
  std::vector<std::uint32_t> reduced_counts_;
  std::vector<Label> labels_;  // of the series being routed
  EngineStats stats_;
  std::uint64_t routed_ = 0;    // since the last sample
  std::uint64_t unrouted_ = 0;  // since the last sample
};

}  // namespace cppd::chartengine

// SPDX-License-Identifier: GPL-3.0-or-later
// Loading, attempts and small accessors. Routing: engine_routes.cc; planning: engine_plan.cc.
#include "build_clock.h"

#include <cppd/base/internal_error.h>
#include <cppd/chartengine/engine.h>

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <tuple>

namespace cppd::chartengine {

const Plan& Attempt::plan() const {
  require(engine_ != nullptr, "a plan is read before its attempt is finished");
  return engine_->plan_;
}

Result<> Attempt::commit() {
  if (engine_ == nullptr) return std::unexpected(invalid_input("plan attempt already finished"));
  auto* engine = std::exchange(engine_, nullptr);
  if (!engine->outstanding_ || engine->attempt_number_ != number_) {
    return std::unexpected(invalid_input("plan attempt is stale"));
  }
  engine->finish(number_, true);
  return ok;
}

void Attempt::abort() {
  if (engine_ == nullptr) return;
  auto* engine = std::exchange(engine_, nullptr);
  if (engine->outstanding_ && engine->attempt_number_ == number_) engine->finish(number_, false);
}

Engine::Engine(EngineOptions options)
    : options_{std::move(options)},
      own_ledger_{options_.ledger ? nullptr : std::make_unique<Ledger>()},
      ledger_{options_.ledger ? options_.ledger : own_ledger_.get()},
      by_id_(0, IdHash{this}, IdEqual{this}) {}

Engine::~Engine() {
  if (in_group_) release_texts();
}

/// The table outlives an engine of a group.
void Engine::release_texts() {
  for (const auto index : order_) release_texts_of(charts_[index]);
  for (const auto index : new_charts_) release_texts_of(charts_[index]);
}

void Engine::release_texts_of(Chart& chart) {
  if (chart.chart_template == kNone) return;
  for (const auto& dimension : chart.dimensions) table_->names.release(dimension.name);
  if (chart.unlike) {
    const auto wire = unlike_ids_.find(chart.id.place);
    table_->texts.remove(wire->second.wire);
    table_->texts.remove(wire->second.read_as);
    unlike_ids_.erase(wire);
  }
  table_->texts.remove(chart.id);
}

std::size_t Engine::IdHash::operator()(std::string_view id) const { return XXH3_64bits(id.data(), id.size()); }

Engine::Engine(EngineOptions options, std::shared_ptr<RouteTable> table) : Engine{std::move(options)} {
  in_group_ = true;
  start_from(std::move(table));
}

Result<> Engine::load(const charttpl::Spec& spec, const charttpl::EngineSpec& policy) {
  require(!in_group_, "the template of an engine of a group is that of the group");
  auto program = Program::compile(spec, policy);
  if (!program) return std::unexpected(program.error());
  start_from(std::make_shared<RouteTable>(std::make_shared<const Program>(std::move(*program)), options_.type_id));
  return ok;
}

void Engine::start_from(std::shared_ptr<RouteTable> table) {
  charts_.clear(), free_charts_.clear(), by_id_.clear(), order_.clear(), new_charts_.clear(), dirty_charts_.clear();
  unlike_ids_.clear();
  table_ = std::move(table);
  losses_.clear();
  plan_.clear();
  undo_charts_.clear(), undo_dimensions_.clear();
  synchronized_ = false;
  outstanding_ = false;
  stats_.charts = stats_.dimensions = 0;
  capped_charts_.assign(table_->capped_templates.empty() ? 0 : table_->program->charts().size(), {});
}

Result<Attempt> Engine::prepare(const metrix::Store& store, metrix::ScopeId scope) {
  if (outstanding_) return std::unexpected(invalid_input("plan attempt already outstanding"));
  BuildSample sample;
  BuildClock clock{options_.observer != nullptr};
  if (!table_) {
    sample.outcome = BuildOutcome::error;
    if (options_.observer) options_.observer->built(sample);
    return std::unexpected(invalid_input("no chart template is loaded"));
  }
  plan_.clear();
  clear(undo_charts_);
  clear(undo_dimensions_);
  outstanding_ = true;
  built_ = false;
  Attempt attempt{*this, ++attempt_number_};
  const auto& meta = store.meta();
  if (meta.last_attempt_status != metrix::AttemptStatus::success) {
    ++stats_.skipped_failed_collect;
    sample.outcome = BuildOutcome::skipped_failed_collect;
  } else if (follow_sequence(meta.last_success_seq, sample)) {
    clock.end(BuildPhase::prepare);
    build(store, scope, clock);
  }
  if (options_.observer) observe_build(sample, clock);
  return attempt;
}

/// Is there anything that was not planned yet?
bool Engine::follow_sequence(std::uint64_t sequence, BuildSample& sample) {
  const bool violation =
      last_sequence_ != 0 && (options_.all_visible ? sequence < last_sequence_ : sequence <= last_sequence_);
  sample.sequence_violation = violation;
  sample.sequence_broken = violation && !in_violation_;
  sample.sequence_recovered = !violation && in_violation_;
  if (sample.sequence_broken) {
    ++stats_.sequence_violations;
    options_.log.warning(fmt::format("chart engine: sequence {} after {}", sequence, last_sequence_));
  } else if (sample.sequence_recovered) {
    options_.log.info(fmt::format("chart engine: sequence recovered at {}", sequence));
  }
  in_violation_ = violation;
  if (!violation) last_sequence_ = sequence;
  return options_.all_visible || sequence != committed_sequence_;
}

void Engine::build(const metrix::Store& store, metrix::ScopeId scope, BuildClock& clock) {
  now_ = static_cast<std::uint32_t>(store.success_clock());
  fresh_ = static_cast<std::uint32_t>(store.meta().last_success_seq);
  if (!in_group_) {
    synchronize(store, scope);
  } else {
    require(synchronized_clock_ == store.changes().clock, "a group is synchronized before its engines plan");
    if (!dirty_charts_.empty() || !new_charts_.empty()) settle_layout();
  }
  clock.end(BuildPhase::scan);
  if (!table_->capped_templates.empty()) {
    enforce_instance_caps();
    plan_.capped_charts = plan_.removed_charts.size();
    clock.end(BuildPhase::lifecycle_caps);
  }
  plan_charts();
  clock.end(BuildPhase::materialize);
  built_ = true;
  ++stats_.builds;
}

void Engine::finish(std::uint64_t number, bool commit) {
  require(number == attempt_number_, "an attempt finishes itself");
  outstanding_ = false;
  if (!commit) {
    undo();
    return;
  }
  if (!built_) return;
  committed_sequence_ = fresh_;
  for (const auto& loss : losses_) {
    if (visible(loss.series)) ledger_->count(loss.reason);
  }
  for (const auto chart : plan_.removed_charts) {
    charts_[chart].leaving = false;
    if (charts_[chart].contributors.empty()) {
      charts_[chart].layout_dirty = true;
      dirty_charts_.push_back(chart);
    }
  }
  for (const auto& removed : plan_.removed_dimensions) {
    if (!charts_[removed.chart].layout_dirty) {
      charts_[removed.chart].layout_dirty = true;
      dirty_charts_.push_back(removed.chart);
    }
  }
  stats_.charts += plan_.created.size();
  stats_.charts -= std::min<std::uint64_t>(stats_.charts, plan_.removed_charts.size());
}

std::vector<std::uint32_t> Engine::materialized() const {
  std::vector<std::uint32_t> out;
  for (const auto chart : order_) {
    if (charts_[chart].materialized) out.push_back(chart);
  }
  return out;
}

bool Engine::has_charts() const {
  return std::ranges::any_of(order_, [&](auto chart) { return charts_[chart].materialized; });
}

void Engine::forget_charts() {
  require(!outstanding_, "charts are forgotten between attempts");
  for (const auto index : order_) {
    auto& chart = charts_[index];
    chart.materialized = false;
    chart.last_seen = 0;
    chart.labels_hash = 0;
    for (auto& dimension : chart.dimensions) {
      dimension.materialized = false;
      dimension.last_seen = 0;
    }
    if (chart.layout_dirty) continue;
    chart.layout_dirty = true;
    dirty_charts_.push_back(index);
  }
  stats_.charts = 0;
}

std::vector<Placement> Engine::placements(metrix::SeriesId series) const {
  std::vector<Placement> out;
  const auto slot = metrix::index_of(series);
  const auto add = [&](std::uint32_t index) {
    const auto& chart = charts_[index];
    std::uint32_t owner = index;
    for (auto same = first_of_id(chart); same != kNone; same = charts_[same].next_same_id) {
      if (charts_[same].materialized) owner = same;
    }
    for (const auto& contributor : chart.contributors) {
      if (contributor.series != slot) continue;
      const auto& route = table_->routes[contributor.route];
      const bool shown = chart.materialized && chart.dimensions[contributor.dimension].materialized;
      const auto state = shown                                 ? Placement::State::shown
                         : owner != index                      ? Placement::State::id_taken
                         : chart.capped                        ? Placement::State::chart_capped
                         : chart.materialized && visible(slot) ? Placement::State::dimension_capped
                                                               : Placement::State::waiting;
      out.push_back({.chart = index,
                     .dimension = contributor.dimension,
                     .chart_template = chart.chart_template,
                     .rule = route.rule,
                     .state = state,
                     .owner = owner});
    }
  };
  if (!table_ || slot >= table_->first_chart.size() || table_->first_chart[slot] == kNone) return out;
  add(table_->first_chart[slot]);
  if (const auto more = table_->more_charts.find(slot); more != table_->more_charts.end()) {
    std::ranges::for_each(more->second, add);
  }
  std::ranges::sort(out, [&](const Placement& a, const Placement& b) {
    return std::tuple{chart_id(a.chart), a.chart_template, a.rule} <
           std::tuple{chart_id(b.chart), b.chart_template, b.rule};
  });
  return out;
}

const LifecyclePolicy& Engine::lifecycle(const Chart& chart) const {
  return chart.chart_template == kAutogen ? table_->autogen_lifecycle
                                          : table_->program->charts()[chart.chart_template].lifecycle;
}

std::size_t Engine::bytes() const {
  std::size_t total = charts_.room() * sizeof(Chart) + order_.capacity() * 4 + by_id_.bucket_count() * 5 +
                      (table_ && !in_group_ ? table_->bytes() : 0) + plan_.updates.capacity() * sizeof(Plan::Update) +
                      plan_.values.capacity() * sizeof(double);
  for (std::size_t i = 0; i < charts_.size(); ++i) {
    const auto& chart = charts_[i];
    if (chart.dimensions.room() > 1) total += chart.dimensions.room() * sizeof(Dimension);
    if (chart.contributors.room() > 1) total += chart.contributors.room() * sizeof(Contributor);
  }
  return total;
}

}  // namespace cppd::chartengine

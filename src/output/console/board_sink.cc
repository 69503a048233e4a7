// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/text.h>
#include <cppd/netdataapi/number.h>
#include <cppd/output/console/board_sink.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <tuple>
#include <utility>

namespace cppd::output {
namespace {

using chartengine::Algorithm;
using chartengine::Engine;
using chartengine::Plan;

constexpr double kGap = std::numeric_limits<double>::quiet_NaN();
constexpr std::string_view kCollectJob = "_collect_job";

DimensionInfo describe(const Engine& engine, const chartengine::Dimension& shape) {
  const auto& attributes = engine.attributes(shape.attributes);
  return {.name = std::string{engine.dimension_name(shape.name)},
          .algorithm = attributes.algorithm == Algorithm::automatic ? Algorithm::absolute : attributes.algorithm,
          .multiplier = attributes.multiplier,
          .divisor = attributes.divisor == 0 ? 1 : attributes.divisor,
          .hidden = attributes.hidden,
          .is_float = attributes.is_float};
}

bool changes_structure(const Plan& plan) {
  return !plan.created.empty() || !plan.new_dimensions.empty() || !plan.relabelled.empty() || !plan.redefined.empty() ||
         !plan.redefined_dimensions.empty() || !plan.removed_dimensions.empty() || !plan.removed_charts.empty();
}

}  // namespace

BoardSink::~BoardSink() {
  const MutexLock lock{board_.mutex_};
  if (job_ != nullptr) board_.remove_job(*job_);
}

Result<> BoardSink::emit(const Engine& engine, const Plan& plan, const chartemit::Environment& environment,
                         const chartemit::Moment& moment) {
  const MutexLock lock{board_.mutex_};
  begin_cycle(environment, moment);
  if (changes_structure(plan)) change_structure(engine, plan);
  update(engine, plan);
  end_cycle();
  return ok;
}

void BoardSink::retire(const Engine&, const chartemit::Environment&) {
  const MutexLock lock{board_.mutex_};
  if (job_ != nullptr) board_.remove_job(*job_);
  job_ = nullptr;
  charts_.clear();
}

void BoardSink::note_losses() {
  const MutexLock lock{board_.mutex_};
  if (job_ != nullptr) job_->losses = ledger_.counts();
}

void BoardSink::begin_cycle(const chartemit::Environment& environment, const chartemit::Moment& moment) {
  environment_ = &environment;
  if (job_ == nullptr) {
    name_ = hostname_.empty() ? environment.type_id : environment.type_id + '@' + hostname_;
    job_ = &board_.add_job(name_);
    job_->ledger = &ledger_;
  }
  const auto nominal_us = std::max<std::int64_t>(1, environment.update_every) * 1'000'000;
  cycle_us_ = moment.elapsed_us > 0 ? moment.elapsed_us : nominal_us;
  now_us_ += cycle_us_;
  numbers_ = 0;
  ++job_->cycles;
  job_->at = board_.clock_.wall();
  for (auto& chart : job_->charts) {
    chart.updated = false;
    std::ranges::fill(chart.values, kGap);
  }
}

void BoardSink::change_structure(const Engine& engine, const Plan& plan) {
  for (const auto& created : plan.created) define(engine, created.chart);
  for (const auto& relabelled : plan.relabelled) {
    take_over(engine, relabelled.chart);
    define(engine, relabelled.chart);
  }
  for (const auto redefined : plan.redefined) define(engine, redefined);
  for (const auto& dimension : plan.redefined_dimensions) define(engine, dimension.chart);
  for (const auto& dimension : plan.new_dimensions) {
    if (!laid_out_as_known(engine, dimension.chart)) define(engine, dimension.chart);
  }
  for (const auto& dimension : plan.removed_dimensions) {
    if (!laid_out_as_known(engine, dimension.chart)) define(engine, dimension.chart);
  }
  for (const auto& created : plan.created) set_labels(engine, plan, created);
  for (const auto& relabelled : plan.relabelled) set_labels(engine, plan, relabelled);
  for (const auto removed : plan.removed_charts) forget(removed);
  settle_order();
}

/// An authored chart may take over the id of one that autogen made. The engine announces that as new labels of a chart
/// that the reader knows, under a slot that we do not know.
void BoardSink::take_over(const Engine& engine, std::uint32_t slot) {
  if (slot < charts_.size() && charts_[slot].known) return;
  const auto id = name_ + '.' + std::string{engine.chart_id(slot)};
  for (const auto& chart : job_->charts) {
    if (chart.info == nullptr || chart.info->id != id) continue;
    forget(chart.slot);
    return;
  }
}

BoardChart& BoardSink::chart_for(const Engine& engine, std::uint32_t slot) {
  if (charts_.size() < engine.chart_slots()) charts_.resize(engine.chart_slots());
  auto& state = charts_[slot];
  if (state.known) return job_->charts[state.position];
  state.known = true;
  state.dimensions.clear();
  state.position = static_cast<std::uint32_t>(job_->charts.size());
  order_changed_ = true;
  auto& chart = job_->charts.emplace_back();
  chart.slot = slot;
  chart.info = std::make_shared<const ChartInfo>();
  return chart;
}

/// Makes the chart what the engine says it is now; dimensions that stay keep their history.
void BoardSink::define(const Engine& engine, std::uint32_t slot) {
  auto& chart = chart_for(engine, slot);
  auto& state = charts_[slot];
  const auto before = chart.info;
  const auto& meta = engine.chart_meta(slot);
  auto info = std::make_shared<ChartInfo>();
  info->id.append(name_).append(".").append(engine.chart_id(slot));
  info->title = meta.title;
  info->family = meta.family;
  info->context = meta.context;
  info->units = meta.units;
  info->type = meta.type;
  info->priority = meta.priority;
  info->labels = before->labels;
  std::vector<DimensionState> dimensions;
  for (const auto& shape : engine.dimensions(slot)) {
    if (!shape.materialized || shape.variable) continue;
    info->dimensions.push_back(describe(engine, shape));
    dimensions.push_back({.name = shape.name});
  }
  order_changed_ = order_changed_ || before->priority != info->priority;
  chart.info = std::move(info);
  std::swap(state.dimensions, dimensions);
  carry_over(*before, dimensions, chart, state);
}

void BoardSink::carry_over(const ChartInfo& before, const std::vector<DimensionState>& states, BoardChart& chart,
                           ChartState& state) {
  const auto points = job_->history_points;
  const auto& now = chart.info->dimensions;
  const auto history = std::exchange(chart.history, {});
  chart.history.assign(now.size() * points, std::numeric_limits<float>::quiet_NaN());
  chart.values.assign(now.size(), kGap);
  for (std::size_t from = 0; from < before.dimensions.size(); ++from) {
    const auto& known = before.dimensions[from];
    const auto found = std::ranges::find(now, known.name, &DimensionInfo::name);
    if (found == now.end()) continue;
    const auto to = static_cast<std::size_t>(found - now.begin());
    std::copy_n(history.data() + from * points, points, chart.history.data() + to * points);
    if (known.algorithm != found->algorithm) continue;
    state.dimensions[to].previous = states[from].previous;
    state.dimensions[to].previous_at_us = states[from].previous_at_us;
  }
}

void BoardSink::set_labels(const Engine& engine, const Plan& plan, const Plan::Labelled& labelled) {
  const auto ids = std::span{plan.labels}.subspan(labelled.first_label, labelled.label_count);
  auto& chart = job_->charts[charts_[labelled.chart].position];
  auto info = std::make_shared<ChartInfo>(*chart.info);
  info->labels.clear();
  for (const auto& [key, value] : environment_->labels) {
    const bool on_chart = std::ranges::any_of(ids, [&](auto id) { return engine.label(id).key == key; });
    if (!on_chart && key != kCollectJob) info->labels.emplace_back(key, value);
  }
  for (const auto id : ids) {
    const auto label = engine.label(id);
    info->labels.emplace_back(label.key, label.value);
  }
  if (!blank(environment_->job)) info->labels.emplace_back(kCollectJob, environment_->job);
  chart.info = std::move(info);
}

void BoardSink::forget(std::uint32_t slot) {
  if (slot >= charts_.size() || !charts_[slot].known) return;
  job_->charts[charts_[slot].position].info = nullptr;
  charts_[slot] = {};
  order_changed_ = true;
}

/// Drops charts that were forgotten or whose id another one took over, and brings the others into order.
void BoardSink::settle_order() {
  if (!std::exchange(order_changed_, false)) return;
  auto& charts = job_->charts;
  std::erase_if(charts, [](const BoardChart& chart) { return chart.info == nullptr; });
  const auto key = [](const BoardChart& chart) { return std::tie(chart.info->priority, chart.info->id); };
  std::ranges::sort(charts, {}, key);
  for (std::size_t i = 0; i < charts.size(); ++i) charts_[charts[i].slot].position = static_cast<std::uint32_t>(i);
}

bool BoardSink::laid_out_as_known(const Engine& engine, std::uint32_t slot) const {
  if (slot >= charts_.size() || !charts_[slot].known) return false;
  const auto& known = charts_[slot].dimensions;
  std::size_t at = 0;
  for (const auto& shape : engine.dimensions(slot)) {
    if (!shape.materialized || shape.variable) continue;
    if (at == known.size() || known[at].name != shape.name) return false;
    ++at;
  }
  return at == known.size();
}

void BoardSink::update(const Engine& engine, const Plan& plan) {
  for (const auto& update : plan.updates) {
    if (!laid_out_as_known(engine, update.chart)) [[unlikely]] {
      define(engine, update.chart);
      settle_order();
    }
    auto& state = charts_[update.chart];
    auto& chart = job_->charts[state.position];
    chart.updated = true;
    const double* next = plan.values.data() + update.first_value;
    std::size_t at = 0;
    for (const auto& shape : engine.dimensions(update.chart)) {
      const double number = shape.listed ? *next++ : kGap;
      if (!shape.materialized || shape.variable) continue;
      chart.values[at] = shown(chart.info->dimensions[at], state.dimensions[at], number);
      if (std::isfinite(chart.values[at])) ++numbers_;
      ++at;
    }
  }
}

double BoardSink::shown(const DimensionInfo& info, DimensionState& state, double number) {
  if (!std::isfinite(number)) return kGap;
  if (!info.is_float) {
    const auto integer = netdataapi::to_integer(number);
    if (!integer) {
      ledger_.count(LossReason::value_out_of_range);
      return kGap;
    }
    if (static_cast<double>(*integer) != number) ledger_.count(LossReason::value_truncated);
    number = static_cast<double>(*integer);
  }
  const auto scaled = [&](double value) {
    const auto result = value * static_cast<double>(info.multiplier) / static_cast<double>(info.divisor);
    return std::isfinite(result) ? result : kGap;
  };
  if (info.algorithm != Algorithm::incremental) return scaled(number);
  const auto previous = std::exchange(state.previous, number);
  const auto previous_at_us = std::exchange(state.previous_at_us, now_us_);
  if (previous_at_us < 0 || previous_at_us >= now_us_ || number < previous) return kGap;
  return scaled((number - previous) / (static_cast<double>(now_us_ - previous_at_us) / 1e6));
}

void BoardSink::end_cycle() {
  const auto points = job_->history_points;
  if (points > 0) {
    const auto newest = (job_->cycles - 1) % points;
    for (auto& chart : job_->charts) {
      for (std::size_t i = 0; i < chart.values.size(); ++i) {
        chart.history[i * points + newest] = static_cast<float>(chart.values[i]);
      }
    }
  }
  job_->values_per_second = static_cast<double>(numbers_) / (static_cast<double>(cycle_us_) / 1e6);
  if (!board_.notify(*job_)) ledger_.count(LossReason::frame_refused);
  job_->losses = ledger_.counts();
}

}  // namespace cppd::output

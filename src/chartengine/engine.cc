// SPDX-License-Identifier: GPL-3.0-or-later
// Loading, attempts and small accessors. Routing: engine_routes.cc; planning: engine_plan.cc.
#include <cppd/base/internal_error.h>
#include <cppd/chartengine/autogen.h>
#include <cppd/chartengine/engine.h>

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>

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
      ledger_{options_.ledger ? options_.ledger : &own_ledger_},
      by_id_(0, IdHash{this}, IdEqual{this}) {}

Engine::~Engine() = default;

std::size_t Engine::IdHash::operator()(std::string_view id) const { return XXH3_64bits(id.data(), id.size()); }

std::size_t Engine::RouteHash::operator()(const Route& route) const {
  const std::uint64_t words[] = {std::uint64_t{route.chart_template} << 32 | route.rule,
                                 std::uint64_t{route.meta} << 32 | route.attributes,
                                 static_cast<std::uint64_t>(route.reducer) << 8 | (route.static_name ? 1u : 0u) |
                                     (route.bucket ? 2u : 0u) | (route.inferred ? 4u : 0u)};
  return XXH3_64bits(words, sizeof words);
}

std::size_t Engine::AttributesHash::operator()(const DimensionAttributes& attributes) const {
  const std::uint64_t words[] = {static_cast<std::uint64_t>(attributes.multiplier),
                                 static_cast<std::uint64_t>(attributes.divisor),
                                 static_cast<std::uint64_t>(attributes.algorithm) << 8 | (attributes.hidden ? 1u : 0u) |
                                     (attributes.is_float ? 2u : 0u)};
  return XXH3_64bits(words, sizeof words);
}

Result<> Engine::load(const charttpl::Spec& spec, const charttpl::EngineSpec& policy) {
  auto program = Program::compile(spec, policy);
  if (!program) return std::unexpected(program.error());
  program_ = std::move(*program);
  charts_.clear(), free_charts_.clear(), by_id_.clear(), order_.clear(), new_charts_.clear(), dirty_charts_.clear();
  names_ = {};
  metas_.clear(), meta_index_.clear(), autogen_metas_.clear();
  attributes_.clear(), attributes_index_.clear(), routes_.clear(), routes_index_.clear();
  first_chart_.clear(), more_charts_.clear(), lost_as_.clear();
  lost_series_ = {};
  plan_.clear();
  undo_charts_.clear(), undo_dimensions_.clear();
  synchronized_ = false;
  outstanding_ = false;
  stats_.charts = stats_.dimensions = 0;

  template_metas_.clear();
  capped_charts_.assign(program_->charts().size(), {});
  capped_templates_.clear();
  for (const auto& chart : program_->charts()) {
    template_metas_.push_back(intern(chart.meta));
    auto heatmap = chart.meta;
    heatmap.type = ChartType::heatmap;
    template_metas_.push_back(intern(heatmap));
    if (chart.lifecycle.max_instances > 0) {
      capped_templates_.push_back(static_cast<std::uint32_t>(template_metas_.size() / 2 - 1));
    }
  }
  std::ranges::sort(capped_templates_, {},
                    [&](auto index) -> const std::string& { return program_->charts()[index].id; });
  autogen_lifecycle_ = {.expire_after = program_->autogen().expire_after,
                        .dimensions_expire_after = program_->autogen().expire_after};
  return ok;
}

Result<Attempt> Engine::prepare(const metrix::Store& store, metrix::ScopeId scope) {
  if (outstanding_) return std::unexpected(invalid_input("plan attempt already outstanding"));
  if (!program_) return std::unexpected(invalid_input("no chart template is loaded"));
  plan_.clear();
  clear(undo_charts_);
  clear(undo_dimensions_);
  outstanding_ = true;
  built_ = false;
  Attempt attempt{*this, ++attempt_number_};
  const auto& meta = store.meta();
  if (meta.last_attempt_status != metrix::AttemptStatus::success) {
    ++stats_.skipped_failed_collect;
    return attempt;
  }
  const auto sequence = meta.last_success_seq;
  const bool violation =
      last_sequence_ != 0 && (options_.all_visible ? sequence < last_sequence_ : sequence <= last_sequence_);
  if (violation && !in_violation_) {
    ++stats_.sequence_violations;
    options_.log.warning(fmt::format("chart engine: sequence {} after {}", sequence, last_sequence_));
  } else if (!violation && in_violation_) {
    options_.log.info(fmt::format("chart engine: sequence recovered at {}", sequence));
  }
  in_violation_ = violation;
  if (!violation) last_sequence_ = sequence;
  if (!options_.all_visible && sequence == committed_sequence_) return attempt;

  now_ = static_cast<std::uint32_t>(store.success_clock());
  fresh_ = static_cast<std::uint32_t>(sequence);
  synchronize(store, scope);
  if (!capped_templates_.empty()) enforce_instance_caps();
  plan_charts();
  built_ = true;
  ++stats_.builds;
  return attempt;
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
  for (std::size_t reason = 0; reason < kLossReasons; ++reason) {
    if (lost_series_[reason] > 0) ledger_->count(static_cast<LossReason>(reason), lost_series_[reason]);
  }
  for (const auto chart : plan_.removed_charts) {
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

const LifecyclePolicy& Engine::lifecycle(const Chart& chart) const {
  return chart.chart_template == kAutogen ? autogen_lifecycle_ : program_->charts()[chart.chart_template].lifecycle;
}

std::uint32_t Engine::intern(const Route& route) {
  const auto [entry, fresh] = routes_index_.try_emplace(route, static_cast<std::uint32_t>(routes_.size()));
  if (fresh) routes_.push_back(route);
  return entry->second;
}

std::uint32_t Engine::intern(const DimensionAttributes& attributes) {
  const auto [entry, fresh] = attributes_index_.try_emplace(attributes, static_cast<std::uint32_t>(attributes_.size()));
  if (fresh) attributes_.push_back(attributes);
  return entry->second;
}

std::uint32_t Engine::intern(const ChartMeta& meta) {
  const auto key =
      fmt::format("{}\x1f{}\x1f{}\x1f{}\x1f{}\x1f{}\x1f{}", meta.title, meta.family, meta.context, meta.units,
                  static_cast<int>(meta.algorithm), static_cast<int>(meta.type), meta.priority);
  const auto [entry, fresh] = meta_index_.try_emplace(key, static_cast<std::uint32_t>(metas_.size()));
  if (fresh) metas_.push_back(meta);
  return entry->second;
}

std::uint32_t Engine::autogen_meta_of(metrix::DescriptorId descriptor, const AutogenSource& source,
                                      std::string_view family) {
  const auto index = metrix::index_of(descriptor);
  if (autogen_metas_.size() <= index) autogen_metas_.resize(index + 1, kNone);
  if (autogen_metas_[index] == kNone) {
    autogen_metas_[index] = intern(autogen_meta(source, family, program_->context_namespace()));
  }
  return autogen_metas_[index];
}

std::size_t Engine::bytes() const {
  std::size_t total = charts_.size() * sizeof(Chart) + order_.capacity() * 4 + by_id_.bucket_count() * 5 +
                      first_chart_.capacity() * 5 + plan_.updates.capacity() * sizeof(Plan::Update) +
                      plan_.values.capacity() * sizeof(double);
  for (const auto& chart : charts_) {
    total += chart.id.capacity() > 15 ? chart.id.capacity() + 1 : 0;
    if (chart.dimensions.capacity() > 1) total += chart.dimensions.capacity() * sizeof(Dimension);
    if (chart.contributors.capacity() > 1) total += chart.contributors.capacity() * sizeof(Contributor);
  }
  return total;
}

}  // namespace cppd::chartengine

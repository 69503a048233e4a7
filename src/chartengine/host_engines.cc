// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/internal_error.h>
#include <cppd/chartengine/host_engines.h>

#include <algorithm>

namespace cppd::chartengine {

using metrix::index_of;
using metrix::SeriesId;

HostEngines::HostEngines(EngineOptions options) : options_{std::move(options)} {
  if (options_.ledger != nullptr) return;
  own_ledger_ = std::make_unique<Ledger>();
  options_.ledger = own_ledger_.get();
}

HostEngines::~HostEngines() = default;

Result<> HostEngines::load(const charttpl::Spec& spec, const charttpl::EngineSpec& policy) {
  auto program = Program::compile(spec, policy);
  if (!program) return std::unexpected(program.error());
  table_ = std::make_shared<RouteTable>(std::make_shared<const Program>(std::move(*program)), options_.type_id);
  order_.clear(), at_work_.clear(), departed_.clear(), hosts_.clear(), free_slots_.clear(), by_key_.clear();
  owners_ = {};
  synchronized_ = false;
  (void)host_of(std::string{});
  return ok;
}

/// Frees the routes and definitions that no engine has any more.
void HostEngines::forget_unused() {
  auto places = table_->places();
  for (const auto* host : order_) host->engine->mark_used(places);
  table_->forget_unused(places);
  for (auto* host : order_) host->engine->move_to(places);
}

Result<std::span<HostEngine* const>> HostEngines::synchronize(const metrix::Store& store) {
  if (!table_) return std::unexpected(invalid_input("no chart template is loaded"));
  const auto clock = store.changes().clock;
  const bool missed = store_ != &store || !synchronized_ || (clock != clock_ && clock != clock_ + 1);
  departed_.clear();
  rest();
  if (missed || scopes_revision_ != store.scopes_revision()) refresh(store);
  if (missed)
    start_over(store);
  else if (clock != clock_)
    follow(store);
  if (departures_) sweep();
  if (table_->worth_forgetting()) forget_unused();
  store_ = &store;
  clock_ = clock;
  synchronized_ = true;
  at_work_.clear();
  for (auto* host : order_) {
    host->visible = host->present && (options_.all_visible || store.visible(host->scope));
    host->at_work = host->at_work || host->visible;
    host->engine->synchronized_clock_ = clock;
    if (host->at_work) at_work_.push_back(host);
  }
  return at_work_;
}

/// Hosts of which the cycle before left nothing are at work no more. Their engine stays while the store has series of
/// them, so that these need not be routed again when they come back.
void HostEngines::rest() {
  for (auto* host : at_work_) {
    if (host->visible || host->engine->has_charts()) continue;
    host->at_work = false;
    departed_.push_back(host->slot);
    departures_ = true;
  }
}

/// Brings the hosts up to date with the scopes of the store and their metadata.
void HostEngines::refresh(const metrix::Store& store) {
  scopes_revision_ = store.scopes_revision();
  departures_ = true;
  for (auto* host : order_) host->present = false;
  const auto known = order_.size();
  for (const auto id : store.host_scopes()) {
    const auto& scope = store.host_scope(id);
    auto& host = host_of(scope.key);
    if (host.host != scope) {
      host.host = scope;
      ++host.revision;
    }
    host.scope = id;
    host.present = true;
    host.engine->store_ = &store;
    if (slot_of_scope_.size() <= index_of(id)) slot_of_scope_.resize(index_of(id) + 1);
    slot_of_scope_[index_of(id)] = host.slot;
  }
  if (order_.size() == known) return;
  std::ranges::sort(order_, {}, [](const HostEngine* host) -> const std::string& { return host->host.key; });
}

/// Frees the engines of hosts that are neither at work nor in the store. The default scope stays.
void HostEngines::sweep() {
  departures_ = false;
  at_work_.clear();
  const auto gone = [](const HostEngine* host) { return host->slot != 0 && !host->at_work && !host->present; };
  if (std::ranges::none_of(order_, gone)) return;
  std::vector<std::uint32_t> slots;
  for (const auto* host : order_) {
    if (gone(host)) slots.push_back(host->slot);
  }
  std::erase_if(order_, gone);
  for (const auto slot : slots) {
    by_key_.erase(hosts_[slot]->host.key);
    hosts_[slot].reset();
    free_slots_.push_back(slot);
  }
  if (order_.size() == 1) owners_ = {};
}

HostEngine& HostEngines::host_of(const std::string& key) {
  const auto [entry, fresh] = by_key_.try_emplace(key, 0);
  if (!fresh) return *hosts_[entry->second];
  auto slot = static_cast<std::uint32_t>(hosts_.size());
  if (free_slots_.empty()) {
    hosts_.emplace_back();
  } else {
    slot = free_slots_.back();
    free_slots_.pop_back();
  }
  entry->second = slot;
  hosts_[slot] = std::make_unique<HostEngine>();
  auto& host = *hosts_[slot];
  host.host.key = key;
  host.slot = slot;
  host.serial = ++serial_;
  host.engine.reset(new Engine{options_, table_});
  order_.push_back(&host);
  if (slot != 0 && owners_.empty()) owners_.resize(table_->first_chart.size());
  return host;
}

void HostEngines::own(const metrix::Store& store, std::uint32_t series) {
  if (!owners_.empty()) owners_[series] = slot_of_scope_[index_of(store.scope_of(SeriesId{series}))];
}

void HostEngines::start_over(const metrix::Store& store) {
  const auto slots = store.committed().size();
  table_->forget_series(slots);
  for (auto* host : order_) host->engine->forget_routes(store);
  owners_.assign(order_.size() > 1 ? slots : 0, 0);
  std::vector<std::uint32_t> all;
  for (std::uint32_t series = 1; series < slots; ++series) {
    if (store.committed()[series].seen == 0) continue;
    own(store, series);
    all.push_back(series);
  }
  route(store, all);
}

/// Hands births, deaths and new descriptions of one commit to the engines that they concern.
void HostEngines::follow(const metrix::Store& store) {
  const auto& changes = store.changes();
  table_->follow(store);
  for (const auto id : changes.died) engine_of(index_of(id)).unroute_series(index_of(id));
  auto again = table_->redescribed_series(store);
  for (const auto series : again) engine_of(series).unroute_series(series);
  if (!changes.died.empty() || !again.empty()) {
    for (auto* host : order_) host->engine->drop_departed();
  }
  if (!owners_.empty()) owners_.resize(store.committed().size());
  for (const auto id : changes.born) {
    own(store, index_of(id));
    again.push_back(index_of(id));
  }
  route(store, again);
}

void HostEngines::route(const metrix::Store& store, std::vector<std::uint32_t>& series) {
  std::ranges::sort(series, [&](std::uint32_t a, std::uint32_t b) { return store.before(SeriesId{a}, SeriesId{b}); });
  for (const auto one : series) engine_of(one).route_series(one);
}

std::uint64_t HostEngines::charts() const {
  std::uint64_t total = 0;
  for (const auto* host : order_) total += host->engine->stats().charts;
  return total;
}

std::size_t HostEngines::bytes() const {
  std::size_t total = owners_.capacity() * sizeof(std::uint32_t) + (table_ ? table_->bytes() : 0);
  for (const auto* host : order_) total += sizeof(HostEngine) + sizeof(Engine) + host->engine->bytes();
  return total;
}

}  // namespace cppd::chartengine

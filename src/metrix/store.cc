// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/internal_error.h>
#include <cppd/base/text.h>
#include <cppd/metrix/store.h>

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <limits>

namespace cppd::metrix {
namespace {

/// Slot 0 is nobody's: a default reference points at it, and no reference of its generation is ever given out.
constexpr std::uint32_t kNobodyGeneration = 1;

/// Sets a declared field, or says that it is declared otherwise.
template <class T>
bool settle(const std::optional<T>& declared, T& field, bool& has, bool& changed) {
  if (!declared) return true;
  if (has) return *declared == field;
  changed = changed || field != *declared;
  field = *declared;
  has = true;
  return true;
}

std::optional<std::string> trimmed(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  return std::string{trim(*text)};
}

}  // namespace

std::string_view kind_name(Kind kind) {
  constexpr std::string_view kNames[] = {"unknown", "gauge",    "counter",   "histogram",
                                         "summary", "stateset", "measureset"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view role_name(Role role) {
  constexpr std::string_view kNames[] = {
      "none",        "histogram_bucket", "histogram_count", "histogram_sum",   "summary_count",
      "summary_sum", "summary_quantile", "stateset_state",  "measureset_field"};
  return kNames[static_cast<std::size_t>(role)];
}

std::string_view status_name(AttemptStatus status) {
  constexpr std::string_view kNames[] = {"unknown", "success", "failed"};
  return kNames[static_cast<std::size_t>(status)];
}

std::size_t Store::IndexHash::operator()(const Identity& identity) const {
  return XXH3_64bits(&identity, offsetof(Identity, pins));
}

Store::Store(StoreOptions options, Ledger* ledger)
    : options_{options}, ledger_{ledger ? ledger : &own_ledger_}, index_(0, IndexHash{this}, IndexEqual{this}) {
  hot_.push_back({.generation = kNobodyGeneration});
  committed_.emplace_back();
  identity_.emplace_back();
  touched_.resize(1);
  if (options_.immediate) untold_ = std::make_unique<Untold>();
  scopes_.emplace_back();
}

Store::~Store() = default;

std::uint64_t Store::descriptor_retention_window() const {
  if (options_.expire_after_success_cycles == 0) return std::numeric_limits<std::uint64_t>::max();
  return std::uint64_t{options_.expire_after_success_cycles} +
         options_.descriptor_grace_cycles.value_or(options_.expire_after_success_cycles);
}

Result<DescriptorId> Store::declare(std::string_view name, const Authority& authority,
                                    const InstrumentOptions& options) {
  const auto [entry, fresh_name] =
      name_index_.try_emplace(std::string{name}, static_cast<std::uint32_t>(names_.size()));
  if (fresh_name) names_.push_back({.text = std::string{name}});
  const auto name_index = entry->second;
  auto& known = names_[name_index];
  DescriptorId id{};
  bool found = false;
  for (const auto candidate : known.descriptors) {
    const auto& have = descriptor(candidate);
    if (Authority{have.source, have.mode, have.freshness, have.window, have.shape ? have.shape->schema : Schema{}} !=
        authority)
      continue;
    id = candidate;
    found = true;
  }
  if (known.registered && !cycle_open()) {
    std::string_view what;
    if (mismatches(descriptor(known.established), authority, what)) {
      return std::unexpected(invalid_input(fmt::format("metrix: {} mismatch for {}", what, name)));
    }
  }
  if (!found) id = new_descriptor(name_index, authority);
  if (auto done = complete(*descriptors_[index_of(id)], id, options); !done) return std::unexpected(done.error());
  if (!cycle_open() && !known.registered) {
    known.registered = true;
    known.established = id;
    if (known.live_series == 0 && !known.idle_listed) {
      known.idle_listed = true;
      known.idle_since = 0;
      idle_names_.push_back(name_index);
    }
  }
  return id;
}

/// Would `wanted` be another authority than that of `have`? A histogram whose bounds are open goes with any bounds.
bool Store::mismatches(const Descriptor& have, const Authority& wanted, std::string_view& what) const {
  if (have.source != wanted.kind) {
    what = "instrument kind";
  } else if (have.mode != wanted.mode) {
    what = "instrument mode";
  } else if (have.freshness != wanted.freshness) {
    what = "instrument freshness";
  } else if (have.window != wanted.window) {
    what = "instrument window";
  } else if (have.shape && !have.shape->schema.open && !wanted.schema.open && have.shape->schema != wanted.schema) {
    constexpr std::string_view kWhat[] = {"histogram schema", "summary schema", "stateset schema", "measureset schema"};
    what = kWhat[static_cast<std::size_t>(wanted.kind) - static_cast<std::size_t>(Kind::histogram)];
  }
  return !what.empty();
}

DescriptorId Store::new_descriptor(std::uint32_t name_index, const Authority& authority) {
  auto& name = names_[name_index];
  const auto id = static_cast<DescriptorId>(descriptors_.size());
  auto made = std::make_unique<Descriptor>();
  made->name = name.text;
  made->name_index = name_index;
  made->kind = made->source = authority.kind;
  made->mode = authority.mode;
  made->freshness = authority.freshness;
  made->window = authority.window;
  made->authority = id;
  descriptors_.push_back(std::move(made));
  name.descriptors.push_back(id);
  if (!authority.schema.open && ++name.authorities == 2) contested_names_.push_back(name_index);
  if (structured(authority.kind)) give_shape(id, authority.schema);
  return id;
}

Result<> Store::complete(Descriptor& descriptor, DescriptorId id, const InstrumentOptions& options) {
  auto next = descriptor;  // all or nothing
  bool changed = false;
  const char* field = nullptr;
  if (!settle(trimmed(options.description), next.meta.description, next.has_description, changed))
    field = "description";
  else if (!settle(trimmed(options.chart_family), next.meta.chart_family, next.has_family, changed))
    field = "chart family";
  else if (!settle(options.chart_priority, next.meta.chart_priority, next.has_priority, changed))
    field = "chart priority";
  else if (!settle(trimmed(options.unit), next.meta.unit, next.has_unit, changed))
    field = "unit";
  else if (!settle(options.is_float, next.meta.is_float, next.has_float, changed))
    field = "float";
  if (field)
    return std::unexpected(invalid_input(fmt::format("metrix: metric {} mismatch for {}", field, descriptor.name)));
  descriptor = std::move(next);
  if (changed && descriptor.shape) describe_parts(descriptor);
  if (changed && descriptor.live_series > 0 && std::ranges::find(redescribed_next_, id) == redescribed_next_.end()) {
    redescribed_next_.push_back(id);
  }
  return ok;
}

std::uint32_t Store::new_slot() {
  if (!free_slots_.empty()) {
    const auto index = free_slots_.back();
    free_slots_.pop_back();
    return index;
  }
  const auto index = static_cast<std::uint32_t>(hot_.size());
  hot_.emplace_back();
  committed_.emplace_back();
  identity_.emplace_back();
  touched_.resize(hot_.capacity());
  return index;
}

void Store::free_slot(std::uint32_t index) {
  index_.erase(index);
  labels_.release(identity_[index].labels);
  identity_[index] = {};
  ++hot_[index].generation;
  hot_[index].stamp = 0;
  committed_[index] = {};
  free_slots_.push_back(index);
}

SeriesRef Store::series(DescriptorId descriptor, Labels labels, ScopeId scope) {
  const auto set = labels_.acquire(labels);
  const auto ref = series(descriptor, set, scope);
  labels_.release(set);  // the slot holds its own use
  return ref;
}

SeriesRef Store::series(DescriptorId descriptor, LabelSetId labels, ScopeId scope) {
  const Identity wanted{descriptor, labels, scope};
  if (const auto found = index_.find(wanted); found != index_.end()) return {*found, hot_[*found].generation};
  const bool in_parts = structured(this->descriptor(descriptor).kind);
  if (in_parts && reserves(this->descriptor(descriptor), labels)) return {};
  const auto index = new_slot();
  labels_.acquire(labels);
  identity_[index] = wanted;
  committed_[index].descriptor = descriptor;
  index_.insert(index);
  fresh_.push_back(index);
  if (in_parts) make_bundle(index);
  return {index, hot_[index].generation};
}

void Store::unpin(SeriesRef ref) {
  if (hot_[ref.index].generation != ref.generation) return;
  --identity_[ref.index].pins;  // an absent series without pins goes at the end of its cycle
  if (identity_[ref.index].pins > 0 || committed_[ref.index].seen != 0) return;
  if (const auto* parts = bundle(ref); parts != nullptr && head_in_use(*parts)) return;
  fresh_.push_back(ref.index);
}

Result<ScopeId> Store::scope(const HostScope& wanted) {
  HostScope scope{.key = std::string{trim(wanted.key)},
                  .guid = std::string{trim(wanted.guid)},
                  .hostname = std::string{trim(wanted.hostname)}};
  for (const auto& [key, value] : wanted.labels) scope.labels.emplace_back(trim(key), trim(value));
  std::ranges::sort(scope.labels);
  if (scope.key.empty()) {
    if (!scope.guid.empty() || !scope.hostname.empty() || !scope.labels.empty()) {
      return std::unexpected(invalid_input("metrix: the default host scope carries no guid, hostname or labels"));
    }
    return ScopeId::none;
  }
  if (scope.guid.empty() || scope.hostname.empty()) {
    return std::unexpected(invalid_input(fmt::format("metrix: host scope {} needs a guid and a hostname", scope.key)));
  }
  if (!valid_utf8(scope.key) || scope.key.find("\xEF\xBF\xBD") != std::string::npos) {
    return std::unexpected(invalid_input("metrix: host scope key is not valid text"));
  }
  for (std::size_t i = 0; i < scope.labels.size(); ++i) {
    if (scope.labels[i].first.empty()) return std::unexpected(invalid_input("metrix: host scope label key is empty"));
    if (i > 0 && scope.labels[i].first == scope.labels[i - 1].first) {
      return std::unexpected(
          invalid_input(fmt::format("metrix: host scope label {} is given twice", scope.labels[i].first)));
    }
  }
  for (std::size_t i = 1; i < scopes_.size(); ++i) {
    if (scopes_[i].key != scope.key) continue;
    scopes_[i] = std::move(scope);
    return static_cast<ScopeId>(i);
  }
  scopes_.push_back(std::move(scope));
  return static_cast<ScopeId>(scopes_.size() - 1);
}

bool Store::refuse(SeriesRef ref, double value) {
  const auto& hot = hot_[ref.index];
  if (hot.generation != ref.generation) {
    ledger_->count(LossReason::stale_handle);
    return false;
  }
  const auto& name = descriptor(identity_[ref.index].descriptor).name;
  ledger_->count(std::isfinite(value) ? LossReason::sample_outside_cycle : LossReason::sample_not_finite, name);
  return false;
}

bool Store::add(SeriesRef ref, double delta) {
  const auto& hot = hot_[ref.index];
  if (hot.generation != ref.generation || !std::isfinite(delta)) [[unlikely]]
    return refuse(ref, delta);
  const auto& identity = identity_[ref.index];
  if (delta < 0 && descriptor(identity.descriptor).kind == Kind::counter) {
    ledger_->count(LossReason::sample_negative_delta, descriptor(identity.descriptor).name);
    return false;
  }
  double base = 0;
  if (hot.stamp == cycle_)
    base = hot.staged;
  else if (committed_[ref.index].seen != 0)
    base = committed_[ref.index].value;
  // Only what comes in has to be finite: a sum that overflows stays infinite, and is a gap on its chart.
  if (!observe(ref, 0)) return false;
  hot_[ref.index].staged = base + delta;
  return true;
}

void Store::retract(std::span<const SeriesRef> refs) {
  require(cycle_open(), "only an open cycle can take back what it staged");
  bool found = false;
  for (const auto ref : refs) {
    auto& hot = hot_[ref.index];
    if (hot.generation != ref.generation) continue;
    if (const auto* parts = bundle(ref); parts != nullptr) {
      for (const auto part : (parts->target_bundle && alive(parts->target) ? parts->target_bundle : parts)->parts) {
        found = found || hot_[part].stamp == cycle_;
        hot_[part].stamp = 0;
      }
    }
    if (hot.stamp != cycle_) continue;
    hot.stamp = 0;
    found = true;
  }
  if (!found) return;
  const auto staged = std::span{touched_}.first(touched_count_);
  const auto gone = std::ranges::remove_if(staged, [&](std::uint32_t index) { return hot_[index].stamp != cycle_; });
  touched_count_ -= gone.size();
}

bool Store::before(SeriesId a, SeriesId b) const {
  const auto& left = identity_[index_of(a)];
  const auto& right = identity_[index_of(b)];
  if (left.descriptor != right.descriptor) {
    const int order = descriptor(left.descriptor).name.compare(descriptor(right.descriptor).name);
    if (order != 0) return order < 0;
  }
  return labels_.compare(left.labels, right.labels) < 0;
}

std::size_t Store::bytes() const {
  std::size_t structured = 0;
  for (const auto& [head, bundle] : bundles_) {
    structured += sizeof head + sizeof bundle + sizeof(Bundle) + bundle->parts.capacity() * sizeof(std::uint32_t);
    if (const auto* estimator = bundle->estimator.get()) structured += sizeof(Estimator) + estimator->sample_bytes();
  }
  return hot_.capacity() * sizeof(Hot) + committed_.capacity() * sizeof(Committed) +
         identity_.capacity() * sizeof(Identity) + touched_.capacity() * sizeof(std::uint32_t) +
         index_.bucket_count() * 5 + labels_.bytes() + structured;
}

}  // namespace cppd::metrix

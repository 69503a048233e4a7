// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/metrix/instrument.h>

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>

namespace cppd::metrix {
namespace {

/// Sorts by key. False when a key is empty or there twice.
bool canonical(std::vector<Label>& labels) {
  std::ranges::sort(labels, {}, &Label::key);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i].key.empty() || (i > 0 && labels[i].key == labels[i - 1].key)) return false;
  }
  return true;
}

}  // namespace

SeriesRef Instrument::with_labels(Labels further) const {
  std::vector<Label> labels;
  const auto id = static_cast<SeriesId>(ref_.index);
  store_->labels().labels(store_->label_set(id), labels);
  labels.insert(labels.end(), further.begin(), further.end());
  const auto descriptor = store_->committed()[ref_.index].descriptor;
  if (!canonical(labels)) {
    store_->ledger().count(LossReason::sample_invalid_labels, store_->descriptor(descriptor).name);
    return {};
  }
  return store_->series(descriptor, labels, store_->claim_of(ref_));
}

VecCore::VecCore(Store& store, DescriptorId descriptor, std::shared_ptr<const HostScope> host,
                 std::vector<std::pair<std::string, std::string>> fixed, std::vector<std::string> keys)
    : store_{store},
      descriptor_{store, descriptor},
      host_{std::move(host)},
      fixed_{std::move(fixed)},
      keys_{std::move(keys)} {
  std::vector<Label> all;
  all.reserve(fixed_.size() + keys_.size());
  for (const auto& [key, value] : fixed_) all.push_back({key, value});
  for (const auto& key : keys_) all.push_back({key, {}});
  usable_ = canonical(all);
}

SeriesRef VecCore::child(std::span<const std::string_view> values) {
  if (!usable_ || values.size() != keys_.size()) {
    store_.ledger().count(LossReason::sample_invalid_labels, store_.descriptor(descriptor_.id()).name);
    return {};
  }
  scratch_.clear();
  for (const auto value : values) {
    const auto length = static_cast<std::uint32_t>(value.size());
    scratch_.append(reinterpret_cast<const char*>(&length), sizeof length);
    scratch_ += value;
  }
  if (store_.deaths() - swept_deaths_ > 64 + children_.size() / 2) forget_stale();
  auto& bucket = children_[XXH3_64bits(scratch_.data(), scratch_.size())];
  for (auto& child : bucket) {
    if (child.values != scratch_) continue;
    if (!store_.alive(child.ref))
      child.ref = make(values);
    else if (host_ && !claims(child.ref))
      child.ref = store_.as_claimed(child.ref, *host_);
    return child.ref;
  }
  bucket.push_back({scratch_, make(values)});
  const auto ref = bucket.back().ref;
  return ref;
}

SeriesRef VecCore::make(std::span<const std::string_view> values) {
  std::vector<Label> labels;
  labels.reserve(fixed_.size() + keys_.size());
  for (const auto& [key, value] : fixed_) labels.push_back({key, value});
  for (std::size_t i = 0; i < keys_.size(); ++i) labels.push_back({keys_[i], values[i]});
  std::ranges::sort(labels, {}, &Label::key);
  if (host_) {
    claim_ = store_.claim(*host_);
    claim_serial_ = store_.serial_of(claim_);
  }
  return store_.series(descriptor_.id(), labels, claim_);
}

/// Does a write through `ref` say of the host what this vector says?
bool VecCore::claims(SeriesRef ref) const {
  const auto claim = store_.claim_of(ref);
  return claim == claim_ && store_.serial_of(claim) == claim_serial_;
}

void VecCore::forget_stale() {
  boost::unordered::erase_if(children_, [&](auto& entry) {
    std::erase_if(entry.second, [&](const Child& child) { return !store_.alive(child.ref); });
    return entry.second.empty();
  });
  children_.rehash(0);
  swept_deaths_ = store_.deaths();
}

void Meter::refuse(Error error) const {
  if (!*error_) *error_ = std::move(error);
}

void Meter::add_labels(Labels labels) {
  for (const auto& label : labels) labels_.emplace_back(label.key, label.value);
  std::ranges::sort(labels_);
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    if (labels_[i].first.empty() || (i > 0 && labels_[i].first == labels_[i - 1].first)) usable_ = false;
  }
}

void Meter::set_scope(const HostScope& scope) {
  auto host = normalized(scope);
  if (!host) {
    refuse(host.error());
    store_->ledger().count(LossReason::sample_invalid_scope, scope.key);
    scope_refused_ = true;
    return;
  }
  scope_refused_ = false;
  host_ = host->key.empty() ? nullptr : std::make_shared<const HostScope>(std::move(*host));
}

/// False, and counted, when the instrument would be written into another scope than its author meant.
bool Meter::scope_usable(std::string_view name) const {
  if (scope_refused_) store_->ledger().count(LossReason::sample_invalid_scope, name);
  return !scope_refused_;
}

Result<DescriptorId> Meter::declare(std::string_view name, InstrumentKind what,
                                    const InstrumentOptions& options) const {
  const auto full = prefix_.empty() ? std::string{name} : name.empty() ? prefix_ : fmt::format("{}.{}", prefix_, name);
  const auto refused = [&](std::string_view why) -> Result<DescriptorId> {
    auto error = invalid_input(fmt::format("metrix: {} for {}", why, full));
    refuse(error);
    store_->ledger().count(LossReason::sample_declaration_conflict, full);
    return std::unexpected(std::move(error));
  };
  const auto window = options.window.value_or(Window::cumulative);
  if (options.window && (mode_ == Mode::snapshot || (what.kind != Kind::histogram && what.kind != Kind::summary)))
    return refused("a window belongs to stateful histograms and summaries");
  if (window == Window::cycle && options.freshness.value_or(Freshness::cycle) != Freshness::cycle)
    return refused("what counts by the cycle is cycle-fresh");
  const bool each_cycle = mode_ == Mode::snapshot || window == Window::cycle;
  const auto freshness = options.freshness.value_or(each_cycle ? Freshness::cycle : Freshness::committed);
  if (mode_ == Mode::snapshot && freshness == Freshness::committed)
    return refused("a snapshot instrument is cycle-fresh");
  if (store_->options().immediate && (window == Window::cycle || freshness == Freshness::cycle))
    return refused("what is visible at once is neither cycle-fresh nor counted by the cycle");
  auto schema = schema_of(what, mode_, options);
  if (!schema) return refused(schema.error().what);
  auto id = store_->declare(
      full, {.kind = what.kind, .mode = mode_, .freshness = freshness, .window = window, .schema = std::move(*schema)},
      options);
  if (!id) {
    store_->ledger().count(LossReason::sample_declaration_conflict, full);
    refuse(id.error());
  }
  return id;
}

SeriesRef Meter::plain(std::string_view name, InstrumentKind kind, const InstrumentOptions& options) const {
  const auto id = declare(name, kind, options);
  if (!id) return Store::refusal(LossReason::sample_declaration_conflict);
  if (!scope_usable(name)) return Store::refusal(LossReason::sample_invalid_scope);
  if (!usable_) {
    refuse(invalid_input(fmt::format("metrix: a label key of {} is empty or given twice", name)));
    store_->ledger().count(LossReason::sample_invalid_labels, name);
    return Store::refusal(LossReason::sample_invalid_labels);
  }
  std::vector<Label> labels;
  labels.reserve(labels_.size());
  for (const auto& [key, value] : labels_) labels.push_back({key, value});
  const auto ref = store_->series(*id, labels, host_ ? store_->claim(*host_) : ClaimId::none);
  if (ref.index != 0) return ref;
  refuse(invalid_input(fmt::format("metrix: {} has a label whose key is reserved for its kind", name)));
  return Store::refusal(LossReason::sample_invalid_labels);
}

std::expected<std::unique_ptr<VecCore>, LossReason> Meter::vec_core(std::string_view name, InstrumentKind kind,
                                                                    std::vector<std::string> keys,
                                                                    const InstrumentOptions& options) const {
  std::vector<Label> probe;
  probe.reserve(keys.size() + labels_.size());
  for (const auto& key : keys) probe.push_back({key, {}});
  if (!canonical(probe)) {
    refuse(invalid_input(fmt::format("metrix: label keys of {} are empty or given twice", name)));
    store_->ledger().count(LossReason::sample_invalid_labels, name);
    return std::unexpected(LossReason::sample_invalid_labels);
  }
  const auto id = declare(name, kind, options);
  if (!id) return std::unexpected(LossReason::sample_declaration_conflict);
  if (!scope_usable(name)) return std::unexpected(LossReason::sample_invalid_scope);
  for (const auto& [key, value] : labels_) probe.push_back({key, value});
  if (!canonical(probe)) {  // its children are refused one by one
    refuse(invalid_input(fmt::format("metrix: label keys of {} and of its meter are empty or given twice", name)));
  }
  return std::make_unique<VecCore>(*store_, *id, host_, labels_, std::move(keys));
}

}  // namespace cppd::metrix

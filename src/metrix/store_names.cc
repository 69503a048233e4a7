// SPDX-License-Identifier: GPL-3.0-or-later
// Names and descriptors: how they are declared, completed, contested and forgotten. Source: metrix contract section 6.
#include <cppd/base/text.h>
#include <cppd/metrix/store.h>

#include <fmt/format.h>

#include <algorithm>

namespace cppd::metrix {
namespace {

const Schema kNoSchema;

std::optional<std::string> trimmed(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  return std::string{trim(*text)};
}

/// Does somebody still hold a handle that said otherwise, in a cycle that came to nothing?
bool overrules(const Descriptor& d, const InstrumentOptions& options) {
  if (d.uses == 0) return false;
  const auto other = [&](std::uint8_t field, bool has, const auto& said, const auto& now) {
    return !has && (d.said & field) != 0 && now && *now != said;
  };
  return other(kSaysUnit, d.has_unit, d.meta.unit, trimmed(options.unit)) ||
         other(kSaysDescription, d.has_description, d.meta.description, trimmed(options.description)) ||
         other(kSaysFamily, d.has_family, d.meta.chart_family, trimmed(options.chart_family)) ||
         other(kSaysPriority, d.has_priority, d.meta.chart_priority, options.chart_priority) ||
         other(kSaysFloat, d.has_float, d.meta.is_float, options.is_float);
}

std::uint8_t declared_fields(const Descriptor& d) {
  return static_cast<std::uint8_t>((d.has_description ? kSaysDescription : 0) | (d.has_family ? kSaysFamily : 0) |
                                   (d.has_priority ? kSaysPriority : 0) | (d.has_unit ? kSaysUnit : 0) |
                                   (d.has_float ? kSaysFloat : 0));
}

void undeclare(Descriptor& d, std::uint8_t fields) {
  if (fields & kSaysDescription) d.has_description = false;
  if (fields & kSaysFamily) d.has_family = false;
  if (fields & kSaysPriority) d.has_priority = false;
  if (fields & kSaysUnit) d.has_unit = false;
  if (fields & kSaysFloat) d.has_float = false;
}

bool has_authority(const Descriptor& have, const Store::Authority& wanted) {
  return have.source == wanted.kind && have.mode == wanted.mode && have.freshness == wanted.freshness &&
         have.window == wanted.window && (have.shape ? have.shape->schema : kNoSchema) == wanted.schema;
}

/// The field that is declared otherwise, if there is one.
const char* conflicting_field(const Descriptor& d, const InstrumentOptions& options) {
  const auto fits = [](bool has, const auto& field, const auto& now) { return !has || !now || *now == field; };
  if (!fits(d.has_description, d.meta.description, trimmed(options.description))) return "description";
  if (!fits(d.has_family, d.meta.chart_family, trimmed(options.chart_family))) return "chart family";
  if (!fits(d.has_priority, d.meta.chart_priority, options.chart_priority)) return "chart priority";
  if (!fits(d.has_unit, d.meta.unit, trimmed(options.unit))) return "unit";
  if (!fits(d.has_float, d.meta.is_float, options.is_float)) return "float";
  return nullptr;
}

Error conflict(const char* field, std::string_view name) {
  return invalid_input(fmt::format("metrix: metric {} mismatch for {}", field, name));
}

/// Sets a field that was not declared yet. True when it changes.
template <class T>
bool settle(const std::optional<T>& declared, T& field, bool& has) {
  if (!declared || has) return false;
  const bool changed = field != *declared;
  field = *declared;
  has = true;
  return changed;
}

}  // namespace

std::uint32_t Store::name_of(std::string_view text) {
  if (const auto found = name_index_.find(text); found != name_index_.end()) return *found;
  const auto index = take_place(names_, free_names_);
  names_[index].text = text;
  name_index_.insert(index);
  return index;
}

DescriptorId Store::blank_descriptor(std::string_view name, std::uint32_t name_index) {
  const auto id = take_place(descriptors_, free_descriptors_);
  auto& made = descriptors_[index_of(id)];
  made = std::make_unique<Descriptor>();
  made->name = name;
  made->name_index = name_index;
  return id;
}

Result<DescriptorId> Store::declare(std::string_view name, const Authority& authority,
                                    const InstrumentOptions& options) {
  const auto name_index = name_of(name);
  auto& known = names_[name_index];
  DescriptorId id{};
  bool found = false;
  for (const auto candidate : known.descriptors) {
    if (!has_authority(descriptor(candidate), authority)) continue;
    id = candidate;
    found = true;
  }
  if (known.registered) {
    std::string_view what;
    auto& established = *descriptors_[index_of(known.established)];
    const bool other = mismatches(established, authority, what);
    if (other && !cycle_open())
      return std::unexpected(invalid_input(fmt::format("metrix: {} mismatch for {}", what, name)));
    // An open histogram and one with bounds are two descriptors of one metric.
    if (!other && !(found && id == known.established)) {
      const char* field = conflicting_field(established, options);
      if (field == nullptr && found) field = conflicting_field(descriptor(id), options);
      if (field != nullptr) return std::unexpected(conflict(field, name));
      if (established.live_series > 0) (void)complete(established, known.established, options);
    }
  }
  if (!found) id = new_descriptor(name_index, authority);
  if (descriptor(id).uses == 0) unused_descriptors_.push_back(id);  // unless a series or a pin follows in this cycle
  if (!cycle_open() && !known.registered) {
    known.registered = true;
    known.established = id;
    if (known.live_series == 0 && !known.idle_listed) {
      known.idle_listed = true;
      known.idle_since = 0;
      idle_names_.push_back(name_index);
    }
  }
  if (auto done = complete(*descriptors_[index_of(id)], id, options); !done) return std::unexpected(done.error());
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
  const auto id = blank_descriptor(name.text, name_index);
  auto* made = descriptors_[index_of(id)].get();
  made->kind = made->source = authority.kind;
  made->mode = authority.mode;
  made->freshness = authority.freshness;
  made->window = authority.window;
  made->authority = id;
  name.descriptors.push_back(id);
  if (!authority.schema.open && ++name.authorities == 2) contested_names_.push_back(name_index);
  if (structured(authority.kind)) give_shape(id, authority.schema);
  if (authority.kind == Kind::histogram && !authority.schema.open)
    by_bounds_.try_emplace(bounds_key(*made, authority.schema.bounds), id);
  if (part_names_.contains(name.text)) expect_clashes(name.text);
  return id;
}

Result<> Store::complete(Descriptor& descriptor, DescriptorId id, const InstrumentOptions& options) {
  if (const char* field = conflicting_field(descriptor, options)) {
    return std::unexpected(conflict(field, descriptor.name));
  }
  if (overrules(descriptor, options)) ledger_->count(LossReason::sample_declaration_conflict, descriptor.name);
  const auto before = declared_fields(descriptor);
  auto& meta = descriptor.meta;
  bool changed = settle(trimmed(options.description), meta.description, descriptor.has_description);
  changed = settle(trimmed(options.chart_family), meta.chart_family, descriptor.has_family) || changed;
  changed = settle(options.chart_priority, meta.chart_priority, descriptor.has_priority) || changed;
  changed = settle(trimmed(options.unit), meta.unit, descriptor.has_unit) || changed;
  changed = settle(options.is_float, meta.is_float, descriptor.has_float) || changed;
  const auto added = static_cast<std::uint8_t>(declared_fields(descriptor) & ~before);
  descriptor.said |= added;
  const auto& name = names_[descriptor.name_index];
  const bool stands = !cycle_open() && name.registered && name.established == id;
  if (added != 0 && descriptor.live_series == 0 && !stands) provisional_.push_back({id, added});
  if (added != 0 && is_open(id)) forget_targets(id);
  if (changed && descriptor.shape) describe_parts(descriptor);
  if (changed) note_redescribed(id);
  return ok;
}

/// Readers who keep what they made of a descriptor hear that it has changed.
void Store::note_redescribed(DescriptorId id) {
  auto& list = descriptor(id).live_series > 0 ? redescribed_next_ : retired_next_;
  list.add(id);
}

/// What was declared in this cycle, or beside what is registered, and has no series at its end was never said.
void Store::forget_provisional() {
  for (const auto& said : provisional_) {
    auto* descriptor = descriptors_[index_of(said.descriptor)].get();
    if (descriptor != nullptr && descriptor->live_series == 0) undeclare(*descriptor, said.fields);
  }
  provisional_.clear();
}

/// Others may declare anew what the series of this descriptor were.
void Store::forget_declaration(DescriptorId id) {
  undeclare(*descriptors_[index_of(id)], kSaysDescription | kSaysFamily | kSaysPriority | kSaysUnit | kSaysFloat);
}

/// The first series of a descriptor makes true what was said of it, by a handle from before.
void Store::revive_declaration(Descriptor& d) {
  d.has_description = d.has_description || (d.said & kSaysDescription) != 0;
  d.has_family = d.has_family || (d.said & kSaysFamily) != 0;
  d.has_priority = d.has_priority || (d.said & kSaysPriority) != 0;
  d.has_unit = d.has_unit || (d.said & kSaysUnit) != 0;
  d.has_float = d.has_float || (d.said & kSaysFloat) != 0;
}

void Store::unpin(DescriptorId id) {
  auto& descriptor = *descriptors_[index_of(id)];
  if (--descriptor.pins == 0 && is_open(id)) drop_open_heads(id);
  unuse(id);
}

void Store::unuse(DescriptorId id) {
  auto& descriptor = *descriptors_[index_of(id)];
  if (--descriptor.uses == 0 && descriptor.authority == id) unused_descriptors_.push_back(id);
}

/// Frees the descriptors that nobody uses any more, but for those of the names that are registered.
void Store::retire_unused() {
  bool contested = false;
  for (const auto id : unused_descriptors_) {
    const auto* descriptor = descriptors_[index_of(id)].get();
    if (descriptor == nullptr || descriptor->uses > 0) continue;
    const auto& name = names_[descriptor->name_index];
    if (name.registered && name.established == id) continue;  // until the name is swept
    contested = contested || name.authorities > 1;
    free_descriptor(id);
  }
  unused_descriptors_.clear();
  if (contested) std::erase_if(contested_names_, [&](std::uint32_t name) { return names_[name].authorities < 2; });
}

/// The authority of the name no longer stands, and is freed with its last use.
void Store::unregister(Name& name) {
  name.registered = false;
  forget_declaration(name.established);  // is not inherited by what comes back later
  if (descriptor(name.established).uses == 0) unused_descriptors_.push_back(name.established);
}

void Store::free_descriptor(DescriptorId id) {
  const auto gone = std::move(descriptors_[index_of(id)]);
  auto& name = names_[gone->name_index];
  std::erase(name.descriptors, id);
  if (!(gone->shape && gone->shape->schema.open)) --name.authorities;
  retired_next_.add(id);
  free_descriptors_.push_back(id);
  if (gone->shape) {
    bear_part_names(*gone, false);
    if (const auto found = by_bounds_.find(bounds_key(*gone, gone->shape->schema.bounds));
        found != by_bounds_.end() && found->second == id)
      by_bounds_.erase(found);
    std::vector<DescriptorId> parts;
    for (const auto& part : gone->shape->parts) parts.push_back(part.descriptor);
    std::ranges::sort(parts);
    parts.erase(std::ranges::unique(parts).begin(), parts.end());
    for (const auto part : parts) {
      descriptors_[index_of(part)].reset();
      retired_next_.add(part);
      free_descriptors_.push_back(part);
    }
  }
  if (name.descriptors.empty() && !name.idle_listed) free_name(gone->name_index);
}

void Store::free_name(std::uint32_t index) {
  name_index_.erase(index);
  names_[index] = {};
  free_names_.push_back(index);
}

void Store::sweep_names() {
  const auto grace = options_.descriptor_grace_cycles.value_or(options_.expire_after_success_cycles);
  std::erase_if(idle_names_, [&](std::uint32_t index) {
    auto& name = names_[index];
    const bool idle = name.live_series == 0 && name.registered;
    if (idle) {
      if (name.idle_since == 0) name.idle_since = clock_;
      if (clock_ - name.idle_since < grace) return false;
      ++meta_.evicted_descriptors;
      name.registered = false;
      for (const auto id : name.descriptors) {
        forget_declaration(id);
        if (descriptor(id).uses == 0) unused_descriptors_.push_back(id);
      }
    }
    name.idle_listed = false;
    name.idle_since = 0;
    if (name.descriptors.empty()) free_name(index);
    return true;
  });
}

// Two metrics may flatten to one series: a histogram x and a counter x_count. The one that is there first stays.

/// Notes the names that the parts of a metric bear beside its own, or forgets them.
void Store::bear_part_names(const Descriptor& source, bool bear) {
  std::string_view last;
  for (const auto& part : source.shape->parts) {
    const std::string_view text = descriptor(part.descriptor).name;
    if (text == source.name || text == last) continue;
    last = text;
    if (bear) {
      auto& bearers = part_names_[std::string{text}];
      if (!bearers.all.empty() && descriptor(bearers.all.front()).name_index != source.name_index)
        bearers.several = true;
      bearers.all.push_back(source.authority);
      if (bearers.several || name_index_.contains(text)) expect_clashes(text);
    } else if (const auto found = part_names_.find(text); found != part_names_.end()) {
      std::erase(found->second.all, source.authority);
      if (found->second.all.empty()) part_names_.erase(found);
    }
  }
}

/// From now on births of series with this name are checked against the others that bear it.
void Store::expect_clashes(std::string_view text) {
  bool present = false;
  const auto expect = [&](DescriptorId id) {
    auto& descriptor = *descriptors_[index_of(id)];
    present = present || (!descriptor.may_clash && descriptor.live_series > 0);
    descriptor.may_clash = true;
  };
  const auto expect_parts = [&](DescriptorId id) {
    if (!descriptor(id).shape) return;
    for (const auto& part : descriptor(id).shape->parts) {
      if (descriptor(part.descriptor).name == text) expect(part.descriptor);
    }
  };
  if (const auto known = name_index_.find(text); known != name_index_.end()) {
    for (const auto id : names_[*known].descriptors) expect(id), expect_parts(id);
  }
  if (const auto known = part_names_.find(text); known != part_names_.end())
    std::ranges::for_each(known->second.all, expect_parts);
  if (!present) return;
  for (std::uint32_t index = 1; index < committed_.size(); ++index) {
    if (committed_[index].seen != 0 && descriptor(committed_[index].descriptor).name == text) {
      flat_series_.try_emplace(flat_key(index), index);
    }
  }
}

std::string Store::flat_key(std::uint32_t index) const {
  const auto& identity = identity_[index];
  const std::uint32_t words[] = {index_of(identity.labels), index_of(scopes_.scope_of(identity.claim))};
  auto key = descriptor(committed_[index].descriptor).name;
  key.append(reinterpret_cast<const char*>(words), sizeof words);
  return key;
}

/// Is there a series of another metric with this name and these labels? One of the same metric goes in this commit.
bool Store::clashes(std::uint32_t index) const {
  const auto& own = descriptor(committed_[index].descriptor);
  if (!own.may_clash) return false;
  const auto found = flat_series_.find(flat_key(index));
  return found != flat_series_.end() && descriptor(committed_[found->second].descriptor).name_index != own.name_index;
}

}  // namespace cppd::metrix

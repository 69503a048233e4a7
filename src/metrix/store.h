// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The collector store: what a job's collector writes in cycles and its chart engine reads. Instruments: instrument.h.
/// Read side: reader.h. Source: metrix contract sections 1, 2, 6; the departures are in the README of this module.
#pragma once

#include <cppd/base/ledger.h>
#include <cppd/base/result.h>
#include <cppd/metrix/bundle.h>
#include <cppd/metrix/column.h>
#include <cppd/metrix/descriptor.h>
#include <cppd/metrix/label_table.h>
#include <cppd/metrix/schema.h>
#include <cppd/metrix/scope_table.h>
#include <cppd/metrix/slot.h>
#include <cppd/metrix/types.h>
#include <cppd/metrix/untold.h>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <cmath>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::metrix {

/// Threads   confined to the shard of its job.
/// Cost      observing a known series is a store and a stamp; a commit costs the series that were touched. It looks at
/// a
///           block of others when the oldest of them may have reached its retention, and at all of them when a metric
///           changes its kind or the limit on series is exceeded.
class Store {
 public:
  explicit Store(StoreOptions options = {}, Ledger* ledger = nullptr);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  // Cycle.

  /// Opens a cycle. Throws InternalError when one is open.
  void begin();
  /// Makes everything staged visible, ages and removes series.
  void commit();
  /// Forgets everything staged.
  void abort();
  [[nodiscard]] bool cycle_open() const { return cycle_ != kClosed; }
  /// Series that the open cycle has staged.
  [[nodiscard]] std::size_t staged_count() const { return touched_count_; }

  // Registration. Most callers use the meters of instrument.h.

  struct Authority {
    Kind kind = Kind::gauge;
    Mode mode = Mode::snapshot;
    Freshness freshness = Freshness::cycle;
    Window window = Window::cumulative;
    Schema schema{};
    friend bool operator==(const Authority&, const Authority&) = default;
  };
  /// Finds or makes the descriptor of `name` and completes its declaration.
  ///
  /// Errors    invalid_input when a declared field would change while the metric lives.
  [[nodiscard]] Result<DescriptorId> declare(std::string_view name, const Authority& authority,
                                             const InstrumentOptions& options);
  /// The series of a descriptor with these labels (sorted by key, no duplicates), made when it is new.
  ///
  /// Cost      a hash per label; keep the reference for the next cycle.
  [[nodiscard]] SeriesRef series(DescriptorId descriptor, Labels labels, ClaimId claim = ClaimId::none);
  [[nodiscard]] SeriesRef series(DescriptorId descriptor, LabelSetId labels, ClaimId claim);
  /// A descriptor that is pinned outlives its series.
  void pin(DescriptorId id) {
    ++descriptors_[index_of(id)]->pins;
    use(id);
  }
  void unpin(DescriptorId id);

  /// What a writer says of a host scope; for series() in the same cycle. `host` has gone through normalized().
  [[nodiscard]] ClaimId claim(const HostScope& host) { return scopes_.claim(host); }
  /// The same series for a writer who says `host` of its scope.
  [[nodiscard]] SeriesRef as_claimed(SeriesRef ref, const HostScope& host);
  [[nodiscard]] ClaimId claim_of(SeriesRef ref) const { return identity_[ref.index].claim; }
  /// Tells claims apart that had the same id one after the other.
  [[nodiscard]] std::uint32_t serial_of(ClaimId id) const { return scopes_.serial_of(id); }

  /// A pinned slot keeps its identity while its series is absent; handles pin.
  void pin(SeriesRef ref) {
    if (alive(ref)) ++identity_[ref.index].pins;
  }
  /// A reference to nothing: everything that is written through it is refused and counted as `reason`.
  [[nodiscard]] static constexpr SeriesRef refusal(LossReason reason) {
    return {.index = 0, .generation = kRefusals + static_cast<std::uint32_t>(reason)};
  }
  [[nodiscard]] static constexpr std::optional<LossReason> refusal_of(SeriesRef ref) {
    if (ref.index != 0 || ref.generation - kRefusals >= kLossReasons) return std::nullopt;
    return static_cast<LossReason>(ref.generation - kRefusals);
  }
  /// Counts a write through such a reference.
  void count_refusal(SeriesRef ref);
  void unpin(SeriesRef ref);

  // Writing.

  /// Stages `value`. False when the write was refused: stale reference, no open cycle, not finite. Refusals are in the
  /// ledger.
  bool observe(SeriesRef ref, double value) {
    Hot& hot = hot_[ref.index];
    if (hot.generation != ref.generation || !std::isfinite(value)) [[unlikely]]
      return refuse(ref, value);
    if (hot.stamp != cycle_) {
      if (cycle_ == kClosed) [[unlikely]]
        return refuse(ref, value);
      hot.stamp = cycle_;
      touched_[touched_count_++] = ref.index;
    }
    hot.staged = value;
    return true;
  }
  /// Stages the sum of `delta` and what is staged, else committed, else 0.
  bool add(SeriesRef ref, double delta);
  /// Takes back what the open cycle has staged for `refs`, as if they had not been observed.
  ///
  /// Cost      one pass over everything that is staged: for all refs of a cycle together.
  void retract(std::span<const SeriesRef> refs);
  [[nodiscard]] bool alive(SeriesRef ref) const { return hot_[ref.index].generation == ref.generation; }

  // Writing structured series, part by part: structured.h validates the points. A point is all or nothing: nothing is
  // staged before one of the two functions that open it has said yes.

  /// The parts of a structured series. Null when `head` is none.
  [[nodiscard]] Bundle* bundle(SeriesRef head);
  /// Opens a point that replaces the series. False, and counted, outside a cycle.
  [[nodiscard]] bool open_point(const Bundle& bundle);
  /// Opens a point that changes the series: parts start from what is staged, else from what is committed, else from 0.
  [[nodiscard]] bool open_change(Bundle& bundle);
  /// Stages a part as it is, finite or not.
  void set_part(const Bundle& bundle, std::size_t part, double value) {
    const auto index = bundle.parts[part];
    Hot& hot = hot_[index];
    if (hot.stamp != cycle_) {
      hot.stamp = cycle_;
      touched_[touched_count_++] = index;
    }
    hot.staged = value;
  }
  void add_to_part(const Bundle& bundle, std::size_t part, double delta) { hot_[bundle.parts[part]].staged += delta; }
  /// The series with these bounds that an open histogram stands for. Null when its declaration is refused.
  [[nodiscard]] Bundle* settle_bounds(Bundle& opener, std::span<const double> bounds);
  void refuse_point(const Bundle& bundle, LossReason reason = LossReason::sample_invalid_point);

  // What RuntimeStore does with an immediate store (store_immediate.cc).

  /// Ends the open cycle as if it had not been.
  void cancel();
  /// False when the name of `ref` was meanwhile declared as something else.
  [[nodiscard]] bool established(SeriesRef ref) const;
  /// Calls `fn` with the slot of each present series; a structured one is its head.
  template <class Fn>
  void for_each_source(Fn fn) const {
    for (std::uint32_t index = 1; index < committed_.size(); ++index) {
      if (committed_[index].seen == 0 || !first_of_source(index)) continue;
      const auto head = head_of(index);
      fn(head != 0 ? head : index);
    }
  }
  /// Removes a present series, named by a slot of for_each_source(), and counts it under `reason`.
  void drop(std::uint32_t source, LossReason reason);
  /// Forgets names that have had no series for the grace; `clock` starts at 1 and has the unit of the grace.
  void sweep_names_at(std::uint64_t clock);
  /// Frees slots, descriptors and scopes that nobody wrote and nobody holds any more.
  void tidy();
  [[nodiscard]] bool present(std::uint32_t source) const;
  /// The slot of the series that is written through `ref`.
  [[nodiscard]] std::uint32_t source_of(SeriesRef ref) const { return primary_of(ref.index); }
  /// Works out the quantiles of the summaries that were written since the last call.
  void settle_quantiles();
  /// Makes changes() everything that was born, died and was redescribed since the last call.
  void take_changes();
  [[nodiscard]] const std::string& name_of(SeriesRef ref) const {
    return descriptor(identity_[ref.index].descriptor).name;
  }
  [[nodiscard]] std::size_t source_slots() const { return hot_.size(); }

  // Reading. Valid until the next commit or abort; Reader checks that.

  [[nodiscard]] const CollectMeta& meta() const { return meta_; }
  [[nodiscard]] std::uint64_t success_clock() const { return changes_.clock; }
  /// Expiry plus grace, in successful commits; the largest number when series never expire.
  [[nodiscard]] std::uint64_t descriptor_retention_window() const;
  [[nodiscard]] std::span<const Committed> committed() const { return committed_; }
  [[nodiscard]] const Descriptor& descriptor(DescriptorId id) const { return *descriptors_[index_of(id)]; }
  [[nodiscard]] const Descriptor& descriptor_of(SeriesId id) const {
    return *descriptors_[index_of(committed_[index_of(id)].descriptor)];
  }
  [[nodiscard]] LabelSetId label_set(SeriesId id) const { return identity_[index_of(id)].labels; }
  [[nodiscard]] ScopeId scope_of(SeriesId id) const { return scopes_.scope_of(identity_[index_of(id)].claim); }
  [[nodiscard]] const LabelTable& labels() const { return labels_; }
  [[nodiscard]] LabelTable& labels() { return labels_; }
  [[nodiscard]] const HostScope& host_scope(ScopeId id) const { return scopes_.host(id); }
  /// Scopes that have series, fresh or not: the default one first, then by key.
  [[nodiscard]] std::span<const ScopeId> host_scopes() const { return scopes_.ordered(); }
  /// Changes when host_scopes() or the metadata of one of them does.
  [[nodiscard]] std::uint64_t scopes_revision() const { return scopes_.revision(); }
  /// Does the scope have a series that visible() says yes to?
  [[nodiscard]] bool visible(ScopeId id) const { return scopes_.visible(id, meta_); }
  /// What a reader that is not raw sees: series of the last cycle if it was committed, and what stays until it expires.
  [[nodiscard]] bool visible(SeriesId id) const;
  [[nodiscard]] const Changes& changes() const { return changes_; }
  /// Series that are present, whatever their freshness. A structured one counts once.
  [[nodiscard]] std::size_t series_count() const { return live_series_ - live_parts_ + live_bundles_; }
  /// The same with every part of a structured series counted.
  [[nodiscard]] std::uint32_t part_count() const { return live_series_; }
  /// Series that have died so far, parts counted.
  [[nodiscard]] std::uint64_t deaths() const { return deaths_; }
  /// Metrics that the store knows of, with or without series.
  [[nodiscard]] std::size_t name_count() const { return names_.size() - free_names_.size(); }
  /// Descriptors that are in use or were; their ids are below this.
  [[nodiscard]] std::size_t descriptor_slots() const { return descriptors_.size(); }
  /// Everything that is present, by (scope key, name, packed labels), bytewise.
  ///
  /// Cost      none while no series was born or died since it was last asked for.
  [[nodiscard]] std::span<const SeriesId> ordered() const;
  /// The same for one scope.
  [[nodiscard]] std::span<const SeriesId> ordered(ScopeId scope) const;
  /// The scope with this key, if it has series.
  [[nodiscard]] std::optional<ScopeId> find_scope(std::string_view key) const;
  /// The series of a gauge or counter, or the head of a structured one. Empty when it is not present.
  [[nodiscard]] std::optional<SeriesRef> find(std::string_view name, Labels labels, ScopeId scope) const;
  /// The parts of a structured series that is present.
  [[nodiscard]] const Bundle* find_bundle(SeriesRef head) const;
  /// The descriptor of a structured metric that has series. Null when there is none.
  [[nodiscard]] const Descriptor* structured_metric(std::string_view name) const;
  /// Identity of a series in any cycle and process: scope key, name and labels, packed.
  ///
  /// Source    metrix contract 4.6; the hash is XXH64 of the key.
  [[nodiscard]] std::string series_key(SeriesId id) const;
  [[nodiscard]] std::uint64_t series_hash(SeriesId id) const;
  /// The contract's order: by name, then by packed labels, bytewise.
  [[nodiscard]] bool before(SeriesId a, SeriesId b) const;
  /// The order of series_key(), in which a limit cuts.
  [[nodiscard]] bool key_before(SeriesId a, SeriesId b) const;
  /// Changes with every commit and abort.
  [[nodiscard]] std::uint64_t epoch() const { return epoch_; }
  [[nodiscard]] Ledger& ledger() { return *ledger_; }
  [[nodiscard]] const StoreOptions& options() const { return options_; }
  /// Bytes of the arrays and texts.
  [[nodiscard]] std::size_t bytes() const;

 private:
  static constexpr std::uint32_t kClosed = 0xFFFF'FFFF;
  static constexpr std::uint32_t kRefusals = 0xFFFF'FF00;  // generations of slot 0 from here on are reasons
  static constexpr std::uint32_t kPart = 0x8000'0000;

  using Hot = StagedSlot;
  using Identity = SlotIdentity;
  using Name = NameRecord;
  struct IndexHash {
    using is_transparent = void;
    const Store* store;
    std::size_t operator()(const Identity& identity) const;
    std::size_t operator()(std::uint32_t index) const { return (*this)(store->identity_[index]); }
  };
  struct IndexEqual {
    using is_transparent = void;
    const Store* store;
    bool operator()(std::uint32_t a, std::uint32_t b) const { return a == b; }
    bool operator()(const Identity& a, std::uint32_t b) const { return store->same_series(a, store->identity_[b]); }
    bool operator()(std::uint32_t a, const Identity& b) const { return (*this)(b, a); }
  };

  struct NameHash {
    using is_transparent = void;
    const Store* store;
    std::size_t operator()(std::string_view text) const { return TextHash{}(text); }
    std::size_t operator()(std::uint32_t name) const { return (*this)(store->names_[name].text); }
  };
  struct NameEqual {
    using is_transparent = void;
    const Store* store;
    bool operator()(std::uint32_t a, std::uint32_t b) const { return a == b; }
    bool operator()(std::string_view a, std::uint32_t b) const { return a == store->names_[b].text; }
    bool operator()(std::uint32_t a, std::string_view b) const { return (*this)(b, a); }
  };

  void use(DescriptorId id) { ++descriptors_[index_of(id)]->uses; }
  void unuse(DescriptorId id);
  bool refuse(SeriesRef ref, double value);
  [[nodiscard]] std::uint32_t new_slot();
  void free_slot(std::uint32_t index);
  void drop_unused_fresh();
  void remove(std::uint32_t index);
  void note_birth(std::uint32_t index);
  void note_death(std::uint32_t index);
  [[nodiscard]] bool same_series(const Identity& a, const Identity& b) const {
    return a.descriptor == b.descriptor && a.labels == b.labels &&
           scopes_.scope_of(a.claim) == scopes_.scope_of(b.claim);
  }
  void take_identity(std::uint32_t index, const Identity& identity);

  // Names and descriptors (store_names.cc).
  [[nodiscard]] std::uint32_t name_of(std::string_view text);
  [[nodiscard]] DescriptorId blank_descriptor(std::string_view name, std::uint32_t name_index);
  [[nodiscard]] DescriptorId new_descriptor(std::uint32_t name_index, const Authority& authority);
  [[nodiscard]] bool mismatches(const Descriptor& have, const Authority& wanted, std::string_view& what) const;
  [[nodiscard]] Result<> complete(Descriptor& descriptor, DescriptorId id, const InstrumentOptions& options);
  void note_redescribed(DescriptorId id);
  void forget_provisional();
  void forget_declaration(DescriptorId id);
  static void revive_declaration(Descriptor& descriptor);
  void sweep_names();
  void unregister(Name& name);
  [[nodiscard]] bool is_open(DescriptorId id) const {
    const auto& shape = descriptor(id).shape;
    return shape && shape->schema.open;
  }
  void retire_unused();
  void free_descriptor(DescriptorId id);
  void free_name(std::uint32_t index);
  void bear_part_names(const Descriptor& source, bool bear);
  void expect_clashes(std::string_view text);
  [[nodiscard]] std::string flat_key(std::uint32_t index) const;
  [[nodiscard]] bool clashes(std::uint32_t index) const;

  // Series that writers with different claims share (store_aliases.cc).
  [[nodiscard]] SeriesRef under_claim(std::uint32_t index, ClaimId claim);
  void retag(std::uint32_t index, ClaimId claim);
  [[nodiscard]] SeriesRef make_alias(std::uint32_t index, ClaimId claim);
  void free_alias(std::uint32_t index);
  [[nodiscard]] std::uint32_t primary_of(std::uint32_t index) const;
  void refuse_disputed_claims();
  void settle_claims();
  void forward_aliases();

  // Structured series (store_structured.cc).
  void give_shape(DescriptorId id, const Schema& schema);
  void describe_parts(const Descriptor& source);
  [[nodiscard]] bool reserves(const Descriptor& descriptor, LabelSetId labels);
  void make_bundle(std::uint32_t head);
  void free_bundle(std::uint32_t head);
  [[nodiscard]] bool is_head(std::uint32_t index) const { return bundles_.contains(index); }
  [[nodiscard]] bool head_in_use(const Bundle& bundle) const;
  void drop_open_heads(DescriptorId open);
  [[nodiscard]] std::uint32_t head_of(std::uint32_t index) const {
    const auto pins = identity_[index].pins;
    return (pins & kPart) != 0 ? pins & ~kPart : 0;
  }
  [[nodiscard]] DescriptorId authority_of(std::uint32_t index) const {
    return descriptor(committed_[index].descriptor).authority;
  }
  [[nodiscard]] bool first_of_source(std::uint32_t index) const;
  [[nodiscard]] DescriptorId concrete_descriptor(const Descriptor& open, std::span<const double> bounds);
  void forget_targets(DescriptorId open);
  [[nodiscard]] static std::uint64_t bounds_key(const Descriptor& histogram, std::span<const double> bounds);
  [[nodiscard]] std::uint64_t seed_of(std::uint32_t head) const;
  void finish_estimates();

  // Immediate stores (store_immediate.cc).
  void note_unsettled(SeriesRef head);
  void open_sample(Bundle& bundle, Bundle& base);
  void fold_changes();
  void note_untold(std::uint32_t index, bool died);

  // Steps of a commit, in order (store_commit.cc).
  void resolve_conflicts();
  [[nodiscard]] bool judge_contender(const Name& name);
  void drop_losers();
  void publish_touched();
  [[nodiscard]] bool refuse_clash(std::uint32_t index);
  void supersede();
  void expire();
  [[nodiscard]] std::uint32_t expire_block(std::uint32_t block);
  void note_written_scopes();
  void enforce_cap();
  void register_born();
  void close_cycle(AttemptStatus status);

  StoreOptions options_;
  Ledger own_ledger_;
  Ledger* ledger_;
  LabelTable labels_;

  // By slot.
  Column<Hot> hot_;
  Column<Committed> committed_;
  Column<Identity> identity_;
  std::vector<std::uint32_t> free_slots_;
  boost::unordered_flat_set<std::uint32_t, IndexHash, IndexEqual> index_;

  boost::unordered_flat_map<std::uint32_t, std::unique_ptr<Bundle>> bundles_;  // by head

  std::vector<std::unique_ptr<Descriptor>> descriptors_;
  std::vector<DescriptorId> free_descriptors_;
  std::vector<DescriptorId> unused_descriptors_;
  std::vector<Name> names_;
  std::vector<std::uint32_t> free_names_;
  boost::unordered_flat_set<std::uint32_t, NameHash, NameEqual> name_index_;
  std::vector<std::uint32_t> idle_names_;
  std::vector<std::uint32_t> contested_names_;  // with more than one authority
  std::vector<Declared> provisional_;           // declared until the next commit or abort only
  // Names that parts bear beside that of their metric; and the present series that others may clash with.
  boost::unordered_flat_map<std::string, Bearers, TextHash, std::equal_to<>> part_names_;
  boost::unordered_flat_map<std::string, std::uint32_t> flat_series_;
  boost::unordered_flat_map<std::uint64_t, DescriptorId> by_bounds_;  // histograms by bounds_key()

  ScopeTable scopes_;
  // Slots through which a series is written under another claim than its own.
  boost::unordered_flat_map<std::uint32_t, std::uint32_t> alias_of_;
  boost::unordered_flat_map<std::uint64_t, std::uint32_t> alias_index_;  // by series and claim

  // This cycle. `touched_` always has room for every slot.
  std::uint32_t cycle_ = kClosed;
  Column<std::uint32_t> touched_;
  std::size_t touched_count_ = 0;
  std::vector<std::uint32_t> fresh_;  // slots made since the last commit or abort

  std::unique_ptr<Untold> untold_;  // of an immediate store, else null

  std::vector<Bundle*> estimating_;  // summaries whose quantiles this cycle changes
  std::vector<double> sorted_;

  // The last commit.
  std::vector<SeriesId> born_;
  std::vector<SeriesId> died_;
  std::vector<DescriptorId> redescribed_;
  DescriptorList redescribed_next_;
  std::vector<DescriptorId> retired_;
  DescriptorList retired_next_;
  std::vector<std::uint32_t> contenders_;  // contested names that this cycle observed
  bool superseding_ = false;
  Changes changes_;
  CollectMeta meta_;
  std::uint64_t attempts_ = 0;
  std::uint64_t clock_ = 0;
  std::uint64_t epoch_ = 0;
  // By block of slots: no present series of it was seen before this.
  static constexpr std::uint32_t kBlockBits = 8;
  static constexpr std::uint32_t kNothingSeen = 0xFFFF'FFFF;
  std::vector<std::uint32_t> block_oldest_;
  std::uint32_t live_series_ = 0;
  std::uint32_t live_parts_ = 0;
  std::uint32_t live_bundles_ = 0;
  std::uint64_t deaths_ = 0;

  // The order of series, made when somebody asks and kept from then on (store_order.cc).
  mutable std::vector<SeriesId> ordered_;
  mutable std::vector<std::uint32_t> unordered_;  // slots that were born or died since
  mutable bool order_kept_ = false;
  void note_unordered(std::uint32_t index);
  void make_order() const;
};

}  // namespace cppd::metrix

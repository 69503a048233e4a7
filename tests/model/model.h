// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// A slow, obvious model of the metric store: lists and copies, nothing shared with the store but the words of types.h.
/// Source: metrix contract sections 1 to 7 with the differences of docs/differences.md (D1, D8, D14, metrix 10.1 #8).
#pragma once

#include "ops.h"

#include <cppd/base/ledger.h>
#include <cppd/metrix/types.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cppd::model {

/// What came of an operation.
enum class Outcome : std::uint8_t {
  ignored,  ///< the slot holds nothing that offers it
  done,
  refused,
  unsaid,  ///< a write that returns nothing; what was refused is in the ledger
  thrown,  ///< a promise was broken: a cycle in a cycle, a commit without one
};

/// What two instruments of one name must agree on to be the same (6.1).
struct Authority {
  metrix::Kind kind = metrix::Kind::gauge;
  metrix::Mode mode = metrix::Mode::snapshot;
  metrix::Freshness freshness = metrix::Freshness::cycle;
  metrix::Window window = metrix::Window::cumulative;
  bool open = false;  ///< a snapshot histogram that takes the bounds of its points
  std::vector<double> bounds{};
  std::vector<double> quantiles{};
  std::uint32_t reservoir = 0;
  std::vector<std::string> states{};
  metrix::StateMode state_mode = metrix::StateMode::bitset;
  std::vector<metrix::MeasureField> fields{};
  bool counter_fields = false;
  friend bool operator==(const Authority&, const Authority&) = default;
};

/// One declared field. `firm` fields may not be said otherwise; the others were said by a handle whose cycle came to
/// nothing, or of series that are gone, and become firm with the next series.
template <class T>
struct Field {
  T value{};
  bool said = false;
  bool firm = false;
};

struct Descriptor {
  std::string name;
  Authority authority;
  Field<std::string> description, family, unit;
  Field<std::int64_t> priority;
  Field<bool> is_float;
  [[nodiscard]] metrix::MetricMeta meta() const {
    return {description.value, family.value, priority.value, unit.value, is_float.value};
  }
};
using DescriptorPtr = std::shared_ptr<Descriptor>;

/// The sample from which quantiles are estimated (2.7.5).
struct Sample {
  std::vector<double> kept;
  std::uint64_t seen = 0;
  std::uint64_t random = 1;
};

/// One plain number of a descriptor (7.6): a gauge is one, a structured series several, in the order of `values`.
struct Output {
  std::string name;
  std::string key;  ///< of its own label; empty: none
  std::string text;
  metrix::Kind kind;
  metrix::Role role;
  bool is_float;
};
[[nodiscard]] std::vector<Output> outputs_of(const Descriptor& descriptor);

struct Series {
  DescriptorPtr descriptor;
  std::string scope;
  Pairs labels;  ///< sorted by key
  std::vector<double> values;
  std::vector<double> before;
  std::uint64_t seen = 0, seen_clock = 0, before_seen = 0;
  Sample sample;
  std::uint64_t life = 0;  ///< number of its birth
};

struct Handle {
  DescriptorPtr descriptor;
  Pairs labels;
  metrix::HostScope scope;
};
struct Vector {
  DescriptorPtr descriptor;
  Pairs labels;
  metrix::HostScope scope;
  std::vector<std::string> keys;
  bool usable = true;
};
/// A reference that outlived its handle.
struct Dropped {
  Handle handle;
  bool alive = true;
  bool known = false;  ///< the model can tell whether it is alive
};

/// What one write left in the open cycle.
struct Staged {
  DescriptorPtr descriptor;
  Pairs labels;
  metrix::HostScope scope;
  std::vector<double> values;
  Sample sample;
};

/// A plain series as a flattening reader shows it.
struct Flat {
  std::string scope, name;
  Pairs labels;
  double value = 0;
  std::optional<double> delta;
  metrix::SeriesMeta meta;
  metrix::MetricMeta metric;
  bool visible = false;
  std::uint64_t life = 0;
};

class Model {
 public:
  explicit Model(const metrix::StoreOptions& options) : options_{options} {}

  Outcome apply(const Op& op);

  [[nodiscard]] bool open() const { return open_; }
  [[nodiscard]] const metrix::CollectMeta& meta() const { return meta_; }
  [[nodiscard]] std::uint64_t clock() const { return clock_; }
  [[nodiscard]] std::uint64_t retention_window() const;
  [[nodiscard]] const Ledger::Counts& losses() const { return losses_; }
  [[nodiscard]] const std::vector<Series>& series() const { return series_; }
  [[nodiscard]] bool visible(const Series& series) const;
  [[nodiscard]] std::size_t name_count() const { return names_.size(); }
  /// Every number, by (scope, name, packed labels).
  [[nodiscard]] std::vector<Flat> flat() const;
  [[nodiscard]] std::vector<metrix::HostScope> host_scopes(bool visible_only) const;
  [[nodiscard]] const std::array<std::optional<Dropped>, kSlots>& dropped() const { return dropped_; }

 private:
  struct Name {
    std::vector<DescriptorPtr> descriptors;
    DescriptorPtr registered;  ///< the entry of the registry, if any
    std::uint64_t idle_since = 0;
  };

  void lose(LossReason reason) { ++losses_[static_cast<std::size_t>(reason)]; }
  Outcome refuse(LossReason reason) {
    lose(reason);
    return Outcome::refused;
  }

  // Declaring (model_declare.cc).
  Outcome declare(const Op& op);
  Outcome child(const Op& op);
  Outcome derive(const Op& op);
  Outcome hold(int slot, Handle handle);
  [[nodiscard]] DescriptorPtr register_instrument(const Op& op);
  [[nodiscard]] bool say(const DescriptorPtr& descriptor, const metrix::InstrumentOptions& options, bool only_test);
  [[nodiscard]] bool held(const Descriptor& descriptor) const;
  [[nodiscard]] bool live(const Descriptor& descriptor) const;
  void drop(int slot);

  // Writing (model_write.cc).
  Outcome write(const Op& op, const Handle& handle);
  Outcome write_scalar(const Op& op, const Handle& handle);
  Outcome write_histogram(const Op& op, const Handle& handle);
  Outcome write_summary(const Op& op, const Handle& handle);
  Outcome write_states(const Op& op, const Handle& handle);
  Outcome write_measures(const Op& op, const Handle& handle);
  Outcome observe_ref(const Op& op);
  [[nodiscard]] Staged& stage(const Handle& handle);
  [[nodiscard]] Staged* staged(const Handle& handle);
  [[nodiscard]] Staged& accumulate(const Handle& handle);
  [[nodiscard]] const Series* find(const Descriptor& descriptor, const Pairs& labels, const std::string& scope) const;
  void retract(const Handle& handle);

  // The end of a cycle (model_commit.cc).
  void begin();
  void commit();
  void abort();
  void refuse_disputed_scopes();
  void resolve_names();
  void take_scopes();
  void publish();
  [[nodiscard]] bool clashes(const Staged& write) const;
  void supersede();
  void expire();
  void enforce_cap();
  void install();
  void sweep();
  void close();

  metrix::StoreOptions options_;
  metrix::CollectMeta meta_;
  Ledger::Counts losses_{};
  bool open_ = false;
  std::uint64_t attempts_ = 0;
  std::uint64_t clock_ = 0;
  std::uint64_t lives_ = 0;

  std::map<std::string, Name> names_;
  std::vector<Series> series_;
  std::map<std::string, metrix::HostScope> scopes_;  // what the last commits said of them
  std::array<std::optional<Handle>, kSlots> handles_;
  std::array<std::optional<Vector>, kVecSlots> vectors_;
  std::array<std::optional<Dropped>, kSlots> dropped_;

  std::vector<Staged> staged_;
  std::vector<DescriptorPtr> lingering_;  // of handles that were made or dropped since the last commit or abort
  std::vector<std::pair<DescriptorPtr, bool*>> provisional_;  // fields declared in the open cycle, by their `firm`
  std::map<std::string, DescriptorPtr> published_;            // names of which this commit wrote a series, and as what
};

/// An open histogram goes with any bounds (6.1.1).
[[nodiscard]] bool compatible(const Authority& a, const Authority& b);
/// What was declared may be declared otherwise from now on.
void soften(Descriptor& descriptor);
[[nodiscard]] std::string packed(const Pairs& labels);
/// Identity of a series (4.6).
[[nodiscard]] std::string key_of(const std::string& scope, const std::string& name, const Pairs& labels);
/// Bit for bit, but one NaN is like another.
[[nodiscard]] bool same(double a, double b);

}  // namespace cppd::model

// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The vocabulary of the metric store. The model: README.md in this module.
/// Source: metrix contract sections 1 to 4.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::metrix {

/// What a series is to its reader. Structured kinds are flattened into gauges and counters.
enum class Kind : std::uint8_t { unknown, gauge, counter, histogram, summary, stateset, measureset };
/// snapshot: each cycle states the whole truth. stateful: values accumulate in the store.
enum class Mode : std::uint8_t { snapshot, stateful };
/// cycle: visible only after a cycle that wrote it. committed: visible until it expires.
enum class Freshness : std::uint8_t { cycle, committed };
enum class Window : std::uint8_t { cumulative, cycle };
/// The part that a flattened series plays in its source.
enum class Role : std::uint8_t {
  none,
  histogram_bucket,
  histogram_count,
  histogram_sum,
  summary_count,
  summary_sum,
  summary_quantile,
  stateset_state,
  measureset_field,
};
/// How many states of a set are on: any number, or exactly one.
enum class StateMode : std::uint8_t { bitset, one };
enum class AttemptStatus : std::uint8_t { unknown, success, failed };

[[nodiscard]] std::string_view kind_name(Kind kind);
[[nodiscard]] std::string_view role_name(Role role);
[[nodiscard]] std::string_view status_name(AttemptStatus status);

/// Index of a series slot in the arrays of its store.
enum class SeriesId : std::uint32_t {};
/// One (name, authority) of a store: what all its series share.
enum class DescriptorId : std::uint32_t {};
/// A host scope of a store, known by its key.
enum class ScopeId : std::uint32_t { none = 0 };  ///< `none` is the default scope
/// What some writers say of a host scope: its key and metadata.
enum class ClaimId : std::uint32_t { none = 0 };  ///< `none` is that of the default scope
/// One interned (key, value) text; one interned set of them.
enum class LabelId : std::uint32_t {};
enum class LabelSetId : std::uint32_t { empty = 0 };

template <class Id>
[[nodiscard]] constexpr std::uint32_t index_of(Id id) {
  return static_cast<std::uint32_t>(id);
}

/// The number by which the cycle of an attempt stamps what it writes. It starts again after 2^32 attempts, which only a
/// store that commits every write lives to see. 0 means absent, the last number that no cycle is open, and 1 is never
/// used again, so that each number but the first has one before it.
[[nodiscard]] constexpr std::uint32_t cycle_number(std::uint64_t attempt) {
  constexpr std::uint64_t kNumbers = 0xFFFF'FFFF;
  return static_cast<std::uint32_t>(attempt < kNumbers ? attempt : attempt % (kNumbers - 2) + 2);
}

/// A slot, and the generation for which the holder took it. Slots are recycled when their series expires; a reference
/// of an older generation is stale.
struct SeriesRef {
  std::uint32_t index = 0;
  std::uint32_t generation = 0;
  friend bool operator==(const SeriesRef&, const SeriesRef&) = default;
};

/// One number of a measure set.
struct MeasureField {
  std::string name;
  bool is_float = false;
  friend bool operator==(const MeasureField&, const MeasureField&) = default;
};

inline constexpr std::uint32_t kReservoirDefault = 1024;

/// What an author may say of an instrument. A field that is set, even to its default, is declared: it may be completed
/// by others later, but not changed while the metric lives.
struct InstrumentOptions {
  std::optional<std::string> description{};  ///< chart title hint
  std::optional<std::string> chart_family{};
  std::optional<std::int64_t> chart_priority{};
  std::optional<std::string> unit{};
  std::optional<bool> is_float{};
  std::optional<Freshness> freshness{};
  std::optional<Window> window{};  ///< of stateful histograms and summaries

  // The schema of a structured kind; an empty list is one that was not given.
  std::vector<double> bounds{};     ///< of a histogram; without any it takes those of its points
  std::vector<double> quantiles{};  ///< of a summary
  std::optional<std::uint32_t> reservoir{};
  std::vector<std::string> states{};
  std::optional<StateMode> state_mode{};
  std::vector<MeasureField> fields{};  ///< of a measure set
};

/// The descriptive part of a descriptor, as the chart engine sees it.
struct MetricMeta {
  std::string description;
  std::string chart_family;
  std::int64_t chart_priority = 0;
  std::string unit;
  bool is_float = false;
  friend bool operator==(const MetricMeta&, const MetricMeta&) = default;
};

/// A host to which series belong. The key is its identity, everything else may change from cycle to cycle. The default
/// scope has an empty key.
struct HostScope {
  std::string key;
  std::string guid;
  std::string hostname;
  std::vector<std::pair<std::string, std::string>> labels;  ///< sorted by key
  friend bool operator==(const HostScope&, const HostScope&) = default;
};

struct StoreOptions {
  /// A series is removed at this many successful commits without a write; 0 means never.
  std::uint32_t expire_after_success_cycles = 10;
  /// Successful commits that a name survives its last series; unset means as many as for series.
  std::optional<std::uint32_t> descriptor_grace_cycles{};
  /// Bound on series of the store; 0 means none.
  std::uint32_t max_series = 0;
  /// Every write is a cycle of its own, and changes() collects until take_changes(). Set by RuntimeStore.
  bool immediate = false;
};

/// What a reader may know of one series beside its value.
struct SeriesMeta {
  std::uint64_t last_seen_success_seq = 0;
  Kind kind = Kind::unknown;
  Kind source = Kind::unknown;
  Role role = Role::none;
  friend bool operator==(const SeriesMeta&, const SeriesMeta&) = default;
};

struct CollectMeta {
  std::uint64_t last_attempt_seq = 0;
  AttemptStatus last_attempt_status = AttemptStatus::unknown;
  std::uint64_t last_success_seq = 0;
  std::uint64_t evicted_descriptors = 0;
  std::uint64_t dropped_names = 0;
};

}  // namespace cppd::metrix

// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Read side of the store for dumps, dashboards and tests. The chart engine reads the arrays of store.h directly.
/// Source: metrix contract section 7.
#pragma once

#include <cppd/metrix/store.h>
#include <cppd/metrix/structured.h>

#include <cstddef>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cppd::metrix {

struct ReadOptions {
  bool raw = false;      ///< also series that were not written by the last successful cycle
  bool flatten = false;  ///< structured series as their parts, and not as what they are
  std::string scope{};   ///< key of the host scope, exactly; empty is the default one
};

/// Points as they are read: copies, in the order of the declaration.
struct HistogramReading {
  double count = 0;
  double sum = 0;
  std::vector<HistogramBucket> buckets{};  ///< cumulative counts of the finite bounds
};
struct SummaryReading {
  double count = 0;
  double sum = 0;
  std::vector<SummaryQuantile> quantiles{};
};
struct StateSetReading {
  std::vector<std::pair<std::string, bool>> states{};
  [[nodiscard]] bool on(std::string_view state) const;
};
struct MeasureSetReading {
  std::vector<double> values{};
};

/// A cursor over what the last commit left visible in one host scope.
///
/// Shape     series come in order of (name, packed labels), bytewise; labels are sorted by key wherever they are given.
/// Cost      a plain series is found by hash, a part by halving; the order is made when it is first asked for and kept.
/// Threads   confined to the shard of its store.
/// Lifetime  until the next commit or abort of the store; used later, it throws InternalError.
class Reader {
 public:
  class Series;

  explicit Reader(const Store& store, const ReadOptions& options = {});

  [[nodiscard]] const CollectMeta& collect_meta() const;
  [[nodiscard]] bool flattened() const { return flatten_; }

  /// Every visible number: gauges and counters and, when flattened, the parts of structured series.
  [[nodiscard]] Series series() const;
  /// Those of one name.
  [[nodiscard]] Series family(std::string_view name) const;
  /// The visible number with this name and these labels.
  [[nodiscard]] std::optional<SeriesId> find(std::string_view name, Labels labels) const;

  [[nodiscard]] std::optional<double> value(std::string_view name, Labels labels) const;
  [[nodiscard]] double value(SeriesId id) const;
  /// Increase of a counter between its last two writes, when those were attempts in a row; a total that fell counts
  /// from zero, but for the sum of a histogram or summary, which may fall of itself. Empty for counts of one cycle
  /// only. It stays what it was while the counter is not written.
  [[nodiscard]] std::optional<double> delta(std::string_view name, Labels labels) const;
  [[nodiscard]] std::optional<double> delta(SeriesId id) const;
  [[nodiscard]] std::string_view name(SeriesId id) const;
  /// Replaces `into` by the labels of a series, in key order.
  void labels(SeriesId id, std::vector<Label>& into) const;
  [[nodiscard]] SeriesMeta meta(SeriesId id) const;
  [[nodiscard]] bool visible(SeriesId id) const;

  // Empty when the series is not there, of another kind, or the reader flattens.

  [[nodiscard]] std::optional<HistogramReading> histogram(std::string_view name, Labels labels) const;
  [[nodiscard]] std::optional<SummaryReading> summary(std::string_view name, Labels labels) const;
  [[nodiscard]] std::optional<StateSetReading> state_set(std::string_view name, Labels labels) const;
  [[nodiscard]] std::optional<MeasureSetReading> measure_set(std::string_view name, Labels labels) const;

  /// Of a visible series of any kind.
  [[nodiscard]] std::optional<SeriesMeta> series_meta(std::string_view name, Labels labels) const;
  /// Of a name that has series in the scope, visible or not. Null when it has none.
  ///
  /// Borrows   until the next commit or abort.
  [[nodiscard]] const MetricMeta* metric_meta(std::string_view name) const;

  /// Scopes that have any series, or any visible one: the default first, then by key. Whatever the scope of the reader.
  [[nodiscard]] std::vector<HostScope> host_scopes() const;
  [[nodiscard]] std::vector<HostScope> visible_host_scopes() const;

  [[nodiscard]] const Store& store() const { return store_; }

 private:
  void check() const;
  [[nodiscard]] bool shown(SeriesId id) const;
  [[nodiscard]] std::span<const SeriesId> all() const;
  [[nodiscard]] std::span<const SeriesId> named(std::string_view name) const;
  [[nodiscard]] std::optional<SeriesId> present(std::string_view name, Labels labels) const;
  [[nodiscard]] const Bundle* point(std::string_view name, Labels labels, Kind kind) const;
  [[nodiscard]] double part(const Bundle& bundle, std::size_t index) const {
    return store_.committed()[bundle.parts[index]].value;
  }

  const Store& store_;
  std::uint64_t epoch_;
  std::optional<ScopeId> scope_;
  bool raw_;
  bool flatten_;
};

/// What a reader shows of some series. Iterating may be broken off anywhere.
///
/// Borrows   the reader, which must outlive it.
class Reader::Series {
 public:
  class Iterator {
   public:
    using value_type = SeriesId;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    Iterator(const Reader& reader, std::span<const SeriesId> rest) : reader_{&reader}, rest_{rest} { skip_hidden(); }
    [[nodiscard]] SeriesId operator*() const { return rest_.front(); }
    Iterator& operator++() {
      rest_ = rest_.subspan(1);
      skip_hidden();
      return *this;
    }
    Iterator operator++(int) {
      auto before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.rest_.size() == b.rest_.size(); }
    friend bool operator==(const Iterator& a, std::default_sentinel_t) { return a.rest_.empty(); }

   private:
    void skip_hidden() {
      if (reader_) reader_->check();
      while (!rest_.empty() && !reader_->shown(rest_.front())) rest_ = rest_.subspan(1);
    }
    const Reader* reader_ = nullptr;
    std::span<const SeriesId> rest_;
  };

  Series(const Reader& reader, std::span<const SeriesId> all) : reader_{&reader}, all_{all} {}
  [[nodiscard]] Iterator begin() const { return {*reader_, all_}; }
  [[nodiscard]] static std::default_sentinel_t end() { return {}; }
  [[nodiscard]] bool empty() const { return begin() == end(); }
  [[nodiscard]] std::vector<SeriesId> list() const;

 private:
  const Reader* reader_;
  std::span<const SeriesId> all_;
};

}  // namespace cppd::metrix

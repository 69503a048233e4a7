// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What families were charted as, for as long as the store remembers them. Source: prometheus contract section 7, type
/// drift and caches.
#pragma once

#include <cppd/metrix/store.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace cppd::prometheus_collector {

inline constexpr std::uint64_t kNeverClock = std::numeric_limits<std::uint64_t>::max();

/// What one family was charted as. Clocks are success clocks of the store.
struct FamilyRecord {
  metrix::Kind kind = metrix::Kind::unknown;
  bool on_page = true;                     ///< a scalar family: the page at hand charts it
  std::uint64_t born = 0;                  ///< when it was admitted
  std::uint64_t written = 0;               ///< the last commit that may have written it; 0: none
  std::string title{};                     ///< the first one stays
  std::optional<metrix::Schema> schema{};  ///< of histograms and summaries: that of the first good point

  /// A point of the family is staged in the open cycle.
  void wrote(std::uint64_t now) {
    settle(now);
    staged_ = now;
  }
  /// Notes the commit, if there was one, after the point that was staged last.
  void settle(std::uint64_t now) {
    if (now > staged_) written = staged_ + 1;
  }

 private:
  std::uint64_t staged_ = kNeverClock;
};

/// Remembers kind, title and schema of every family. A family that comes as another kind is refused until the old one
/// has not been written for the retention of the store, and is then taken for what it is. The same holds for the bounds
/// of a histogram and the quantiles of a summary.
///
/// Threads   confined to the shard of its store.
/// Cost      used only for pages that have changed. Forgets a family when the store does.
class FamilyBook {
 public:
  explicit FamilyBook(const metrix::Store& store) : store_{store} {}

  /// Begins a page: what the one before charted was written if a cycle has been committed since.
  void turn_page();

  enum class Answer : std::uint8_t { known, fresh, drifted };
  /// Whether a family may be charted as `kind` now. A fresh one wants a title().
  [[nodiscard]] Answer admit(std::string_view name, metrix::Kind kind);
  /// Of a family that was admitted.
  ///
  /// Lifetime  until the next turn_page().
  [[nodiscard]] FamilyRecord& record(std::string_view name) { return families_.find(name)->second; }
  /// True when nothing of a family is left in the store: turn_page() would forget it.
  [[nodiscard]] bool outlived(FamilyRecord& record) const;

  /// True when a family that has drifted may be admitted now, although its page has not changed.
  [[nodiscard]] bool due() const { return store_.success_clock() >= readmit_at_; }

  [[nodiscard]] std::size_t size() const { return families_.size(); }

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  [[nodiscard]] std::uint64_t forget_at(const FamilyRecord& family) const;

  const metrix::Store& store_;
  std::unordered_map<std::string, FamilyRecord, TextHash, std::equal_to<>> families_;  // records stay where they are
  std::uint64_t readmit_at_ = kNeverClock;
};

}  // namespace cppd::prometheus_collector

// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What families were charted as, for as long as the store remembers them. Source: prometheus contract section 7, type
/// drift and caches.
#pragma once

#include <cppd/metrix/store.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>

namespace cppd::prometheus_collector {

/// Remembers the kind and the title of every family. A family that comes as another kind is refused until the old one
/// has not been written for the retention of the store, and is then taken for what it is.
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
  [[nodiscard]] std::string& title(std::string_view name) { return families_.find(name)->second.title; }

  /// True when a family that has drifted may be admitted now, although its page has not changed.
  [[nodiscard]] bool due() const { return store_.success_clock() >= readmit_at_; }

  [[nodiscard]] std::size_t size() const { return families_.size(); }

 private:
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();
  struct Family {
    metrix::Kind kind;
    bool on_page = true;        // charted by the page at hand
    std::uint64_t born = 0;     // success clock when it was admitted
    std::uint64_t written = 0;  // success clock of the last commit that may have written it; 0: none
    std::string title{};        // the first one stays
  };
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  [[nodiscard]] std::uint64_t forget_at(const Family& family) const;

  const metrix::Store& store_;
  boost::unordered_flat_map<std::string, Family, TextHash, std::equal_to<>> families_;
  std::uint64_t readmit_at_ = kNever;
};

}  // namespace cppd::prometheus_collector

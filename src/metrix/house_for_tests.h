// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// A store for tests, whose content is told as lines.
#pragma once

#include <cppd/metrix/instrument.h>
#include <cppd/metrix/reader.h>
#include <fmt/format.h>

#include <functional>
#include <string>
#include <vector>

namespace cppd::metrix {

using Lines = std::vector<std::string>;

/// Options whose lines read like S(e,g,m) of the contract's cases.
inline StoreOptions s(std::uint32_t expire, std::optional<std::uint32_t> grace = {}, std::uint32_t max_series = 0) {
  return {.expire_after_success_cycles = expire, .descriptor_grace_cycles = grace, .max_series = max_series};
}

inline HostScope host(const std::string& key, std::string hostname = "h") {
  return {.key = key, .guid = key + "-guid", .hostname = std::move(hostname)};
}

struct House {
  explicit House(StoreOptions options = {}) : store{options, &ledger} {}

  /// What a reader shows: `name{label=value} 1 +0.5`, the last part being the delta.
  [[nodiscard]] Lines told(const ReadOptions& options = {}) const {
    const Reader reader{store, options};
    Lines lines;
    std::vector<Label> labels;
    for (const auto id : reader.series()) {
      std::string line{reader.name(id)};
      reader.labels(id, labels);
      for (const auto& label : labels) line += fmt::format("{{{}={}}}", label.key, label.value);
      line += fmt::format(" {}", reader.value(id));
      if (const auto delta = reader.delta(id)) line += fmt::format(" +{}", *delta);
      lines.push_back(line);
    }
    return lines;
  }
  [[nodiscard]] Lines raw() const { return told({.raw = true}); }
  [[nodiscard]] Lines flat() const { return told({.flatten = true}); }
  [[nodiscard]] Lines in(std::string_view scope) const { return told({.scope = std::string{scope}}); }
  /// `key=hostname` of the scopes.
  [[nodiscard]] Lines hosts(bool visible = false) const {
    const Reader reader{store};
    Lines lines;
    for (const auto& host : visible ? reader.visible_host_scopes() : reader.host_scopes())
      lines.push_back(fmt::format("{}={}", host.key, host.hostname));
    return lines;
  }

  Lines cycle(const std::function<void()>& write = [] {}) {
    store.begin();
    write();
    store.commit();
    return told();
  }
  Lines aborted(const std::function<void()>& write = [] {}) {
    store.begin();
    write();
    store.abort();
    return told();
  }
  [[nodiscard]] std::uint64_t lost(LossReason reason) const { return ledger.counted(reason); }

  Ledger ledger;
  Store store;
  SnapshotMeter snapshot{store};
  StatefulMeter stateful{store};
};

/// One row of a table: what is done, and the lines that come of it.
struct Story {
  std::string_view name;
  std::function<Lines()> tell;
  Lines want;
  friend void PrintTo(const Story& story, std::ostream* out) { *out << story.name; }
};

inline Lines operator+(Lines all, const Lines& more) {
  all.insert(all.end(), more.begin(), more.end());
  return all;
}
inline std::string yes(bool is) { return is ? "yes" : "no"; }

}  // namespace cppd::metrix

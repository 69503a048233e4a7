// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What the tests of the runtime store share.
#pragma once

#include <cppd/metrix/reader.h>
#include <cppd/metrix/runtime_instrument.h>
#include <fmt/format.h>

#include <chrono>
#include <string>
#include <vector>

namespace cppd::metrix {

/// Series live for five seconds, and every look removes those that are older.
inline constexpr RuntimeStoreOptions kFive{
    .ttl = std::chrono::seconds{5}, .max_series = 0, .sweep_every = std::chrono::seconds{0}};

/// What a reader sees, as lines: `name{label=value} 1 +0.5`, the last part being the delta.
inline std::vector<std::string> lines_of(const Store& store, const ReadOptions& options = {.flatten = true}) {
  const Reader reader{store, options};
  std::vector<std::string> lines;
  std::vector<Label> labels;
  for (const auto id : reader.series()) {
    auto line = store.descriptor_of(id).name;
    reader.labels(id, labels);
    for (const auto& label : labels) line += fmt::format("{{{}={}}}", label.key, label.value);
    line += fmt::format(" {}", store.committed()[index_of(id)].value);
    if (const auto delta = reader.delta(id)) line += fmt::format(" +{}", *delta);
    lines.push_back(line);
  }
  return lines;
}

struct RuntimeHouse {
  explicit RuntimeHouse(RuntimeStoreOptions options = {}) : store{options, clock} {}

  void tell() {
    seen.push_back(store.read([](const Store& s) { return lines_of(s); }));
  }
  std::uint64_t lost(LossReason reason) const { return store.ledger().counted(reason); }
  CollectMeta meta() {
    return store.read([](const Store& s) { return s.meta(); });
  }

  ManualClock clock;
  RuntimeStore store;
  RuntimeMeter meter{store};
  std::vector<std::vector<std::string>> seen;
};

}  // namespace cppd::metrix

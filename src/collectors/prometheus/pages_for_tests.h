// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Pages written into a store, for tests of what is left visible.
#pragma once

#include "page_writer.h"

#include <cppd/metrix/reader.h>

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cppd::prometheus_collector::test {

/// A writer on a store of its own.
class Pages {
 public:
  explicit Pages(PageWriter::Options options = {}) : writer{store, std::move(options)} {}

  PageSummary begin_and_write(std::string_view page, std::uint64_t series_max = 0, std::size_t piece = 0) {
    store.begin();
    writer.begin(series_max);
    if (piece == 0) piece = std::max<std::size_t>(page.size(), 1);
    for (std::size_t at = 0; at < page.size(); at += piece) writer.feed(page.substr(at, piece));
    return writer.finish(ledger);
  }
  /// What the commit after `page` left visible: `name{key=value} number`.
  std::vector<std::string> write(std::string_view page, std::uint64_t series_max = 0) {
    begin_and_write(page, series_max);
    store.commit();
    std::vector<std::string> out;
    const metrix::Reader reader{store, {.flatten = true}};
    std::vector<Label> labels;
    for (const auto id : reader.series()) {
      std::string text = store.descriptor_of(id).name;
      store.labels().labels(store.label_set(id), labels);
      for (const auto& label : labels) text += fmt::format("{{{}={}}}", label.key, label.value);
      out.push_back(fmt::format("{} {}", text, store.committed()[metrix::index_of(id)].value));
    }
    return out;
  }
  [[nodiscard]] std::uint64_t lost(LossReason reason) const { return ledger.counted(reason); }

  Ledger ledger;
  metrix::Store store{{}, &ledger};
  PageWriter writer;
};

}  // namespace cppd::prometheus_collector::test

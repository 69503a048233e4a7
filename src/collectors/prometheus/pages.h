// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Pages that somebody has at hand, read as the collector reads those that it fetches.
#pragma once

#include <cppd/base/ledger.h>
#include <cppd/base/result.h>
#include <cppd/metrix/store.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cppd::prometheus_collector {

/// What a page came to.
struct PageReading {
  std::uint64_t samples = 0;            ///< lines with a sample
  std::uint64_t bad_lines = 0;          ///< lines that could not be read
  std::optional<Error> first_bad = {};  ///< with line and column
};

/// Reads one page after the other into a store, without limits on series. What is not charted is counted.
///
/// Threads   confined to the shard of its store.
/// Lifetime  must not outlive the store.
class PageReader {
 public:
  explicit PageReader(metrix::Store& store);
  ~PageReader();
  PageReader(const PageReader&) = delete;
  PageReader& operator=(const PageReader&) = delete;

  /// One page, between begin() and commit() or abort() of the store. `file` stands in the place of the error.
  [[nodiscard]] PageReading read(std::string_view page, const std::string& file, Ledger& ledger);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cppd::prometheus_collector

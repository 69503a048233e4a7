// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The collector: a page per cycle, written into the store.
#pragma once

#include "config.h"
#include "page_writer.h"
#include "source.h"

#include <cppd/collectorapi/collector.h>

#include <memory>
#include <optional>
#include <string>

namespace cppd::prometheus_collector {

/// Threads   confined to the shard of its job.
class PrometheusCollector final : public Collector {
 public:
  using Config = prometheus_collector::Config;
  explicit PrometheusCollector(Config config);
  ~PrometheusCollector() override;

  /// Errors    invalid_input for URL, TLS files, selectors and fallback patterns; each names its key.
  [[nodiscard]] Task<Result<>> init(const JobContext& job) override;
  /// Errors    those of collect(); no family has the expected prefix; not one sample can be charted.
  [[nodiscard]] Task<Result<>> check(Cycle& cycle) override;
  /// Errors    the page could not be fetched whole, or has no sample. Each names the URL.
  [[nodiscard]] Task<Result<>> collect(Cycle& cycle) override;
  [[nodiscard]] Task<> cleanup() override;
  [[nodiscard]] std::string chart_template() const override;

 private:
  [[nodiscard]] Task<Result<PageSummary>> scrape(Cycle& cycle, std::uint64_t series_max);
  void report(const Cycle& cycle, const PageSummary& page) const;
  [[nodiscard]] Error empty_page(const PageSummary& page) const;

  Config config_;
  std::string app_;
  std::unique_ptr<Source> source_;
  std::unique_ptr<PageWriter> writer_;
  std::uint64_t series_max_ = 0;  // set when the page of check() was over the limit
};

}  // namespace cppd::prometheus_collector

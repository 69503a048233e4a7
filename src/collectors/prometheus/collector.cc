// SPDX-License-Identifier: GPL-3.0-or-later
#include "collector.h"

#include <cppd/base/internal_error.h>
#include <cppd/base/text.h>
#include <cppd/base/yaml_write.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "prometheus.h"

namespace cppd::prometheus_collector {
namespace {

constexpr char kStockConfig[] = {
#embed "prometheus.conf"
};
constexpr std::int64_t kExpireAfterCycles = 10;  // of charts and dimensions, as of series

std::uint64_t limit_of(std::int64_t configured) { return configured > 0 ? static_cast<std::uint64_t>(configured) : 0; }

std::string describe_line(const prometheus::BadLine& bad) {
  return fmt::format("line {}:{}: {}", bad.line, bad.column, prometheus::describe(bad.reason));
}

class PageSink final : public web::BodySink {
 public:
  explicit PageSink(PageWriter& writer) : writer_{writer} {}
  Result<> chunk(std::string_view bytes) override {
    writer_.feed(bytes);
    return ok;
  }

 private:
  PageWriter& writer_;
};

/// A cycle of the store of which nothing stays.
class Trial {
 public:
  explicit Trial(metrix::Store& store) : store_{store} { store_.begin(); }
  ~Trial() { store_.abort(); }
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;

 private:
  metrix::Store& store_;
};

}  // namespace

PrometheusCollector::PrometheusCollector(Config config) : config_{std::move(config)} {}
PrometheusCollector::~PrometheusCollector() = default;

Task<Result<>> PrometheusCollector::init(const JobContext& job) {
  auto fallback = FallbackTypes::parse(config_.fallback_type.gauge, config_.fallback_type.counter);
  if (!fallback) co_return std::unexpected(std::move(fallback.error()));
  auto selector = matcher::SelectorList::parse(config_.selector.allow, config_.selector.deny);
  if (!selector) co_return std::unexpected(std::move(selector.error()).in("selector"));
  auto source = Source::create(job, config_.http);
  if (!source) co_return std::unexpected(std::move(source.error()));
  source_ = *std::move(source);
  writer_ = std::make_unique<PageWriter>(
      store(), PageWriter::Options{.selector = *std::move(selector),
                                   .fallback = *std::move(fallback),
                                   .family_series_max = limit_of(config_.max_time_series_per_metric)});
  app_ = blank(config_.app) ? job.job : std::string{trim(config_.app)};
  if (!config_.ignored_keys.empty())
    job.log.warning(fmt::format("not yet supported and ignored: {}", fmt::join(config_.ignored_keys, ", ")));
  co_return ok;
}

Task<Result<>> PrometheusCollector::check(Cycle& cycle) {
  const Trial trial{store()};
  const auto page = co_await scrape(cycle, limit_of(config_.max_time_series));
  if (!page) co_return std::unexpected(page.error());
  const auto refuse = [&](std::string what) {
    return std::unexpected(unavailable(std::move(what)).in(source_->url()));
  };
  if (!config_.expected_prefix.empty() && !writer_->has_family(config_.expected_prefix))
    co_return refuse(fmt::format("no metric has the expected prefix `{}`", config_.expected_prefix));
  if (store().staged_count() == 0) co_return refuse("no usable metrics");
  series_max_ = page->page_limit_reached ? limit_of(config_.max_time_series) : 0;
  co_return ok;
}

Task<Result<>> PrometheusCollector::collect(Cycle& cycle) {
  const auto page = co_await scrape(cycle, series_max_);
  if (!page) co_return std::unexpected(page.error());
  co_return ok;
}

Task<Result<PageSummary>> PrometheusCollector::scrape(Cycle& cycle, std::uint64_t series_max) {
  require(writer_ != nullptr, "a collector is made ready before it collects");
  writer_->begin(series_max);
  PageSink sink{*writer_};
  if (auto fetched = co_await source_->fetch(sink); !fetched) {
    writer_->begin(series_max);  // what has come of a page may be much: it goes now, not with the next page
    co_return std::unexpected(std::move(fetched.error()));
  }
  const auto page = writer_->finish(cycle.ledger());
  report(cycle, page);
  if (page.samples == 0) co_return std::unexpected(empty_page(page));
  co_return page;
}

Error PrometheusCollector::empty_page(const PageSummary& page) const {
  auto error = page.first_bad ? unavailable(describe_line(*page.first_bad)).in("no line could be read")
                              : unavailable("the page has no metrics");
  return std::move(error).in(source_->url());
}

void PrometheusCollector::report(const Cycle& cycle, const PageSummary& page) const {
  const auto rarely = [&](std::string_view key) { return cycle.log().limit(key, 1, std::chrono::hours{1}); };
  if (page.bad_lines > 0 && page.first_bad) {
    const auto log = rarely("prometheus:bad_lines");
    if (log.enabled(LogLevel::warning) && page.changed)
      log.warning(fmt::format("{}: {} lines were left out, the first: {}", source_->url(), page.bad_lines,
                              describe_line(*page.first_bad)));
  }
  if (!page.changed) return;
  if (page.capped > 0)
    rarely("prometheus:capped")
        .warning(fmt::format("{}: {} of {} series are over the limits and not charted", source_->url(), page.capped,
                             page.samples));
  if (page.refused > 0)
    cycle.log().debug(fmt::format("{}: the selector refused {} new series", source_->url(), page.refused));
}

Task<> PrometheusCollector::cleanup() {
  writer_.reset();
  source_.reset();
  co_return;
}

std::string PrometheusCollector::chart_template() const {
  yaml::Writer out;
  out.begin_mapping();
  out.text("version");
  out.text("v1");
  out.text("context_namespace");
  out.text(app_.empty() ? "prometheus" : "prometheus." + app_);
  out.text("engine");
  out.begin_mapping();
  out.text("autogen");
  out.begin_mapping();
  out.text("enabled");
  out.boolean(true);
  out.text("expire_after_success_cycles");
  out.integer(kExpireAfterCycles);
  out.end_mapping();
  out.end_mapping();
  out.text("groups");
  out.begin_sequence();
  out.begin_mapping();
  out.text("family");
  out.text("prometheus");
  out.end_mapping();
  out.end_sequence();
  out.end_mapping();
  return out.finish().value();
}

CollectorInfo prometheus_collector() {
  return describe_collector<PrometheusCollector>({.module = "prometheus",
                                                  .summary = "any exporter of the Prometheus text format",
                                                  .update_every = std::chrono::seconds{10},
                                                  .autodetection_retry = std::chrono::seconds{0},
                                                  .stock_config = {kStockConfig, sizeof kStockConfig}});
}

}  // namespace cppd::prometheus_collector

// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The whole way of a sample, for tests: a job of this collector from its configuration to the text on the wire, read
/// by the strict reader.
#pragma once

#include <cppd/chartemit/netdata_sink.h>
#include <cppd/chartengine/engine.h>
#include <cppd/charttpl/decode.h>
#include <cppd/collectorapi/collector_info.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "prometheus.h"
#include "protocol/reader.h"

namespace cppd::prometheus_collector::test {

/// Keeps what is logged.
class LogLines final : public LogSink {
 public:
  void write(LogLevel level, std::string_view message, const LogAttributes&) override {
    lines.push_back(std::string{log_level_name(level)} + " " + std::string{message});
  }
  std::vector<std::string> lines;
};

class Way {
 public:
  explicit Way(std::string_view job_yaml, std::string job = "t",
               std::vector<std::pair<std::string, std::string>> labels = {})
      : environment_{.type_id = "prometheus_" + job,
                     .update_every = 1,
                     .plugin = "cpp.d",
                     .module = "prometheus",
                     .job = job,
                     .labels = std::move(labels)} {
    job_.executor = context_.get_executor();
    job_.module = "prometheus";
    job_.job = std::move(job);
    job_.log = Logger{log, LogLevel::info};
    const auto document = yaml::Document::parse(job_yaml, "job.yaml");
    if (!document) throw std::runtime_error(document.error().text());
    auto made = prometheus_collector().make(*document, document->root());
    if (!made) {
      config_error = join_errors(made.error());
      return;
    }
    warnings = std::move(made->warnings);
    collector_ = std::move(made->collector);
    sink_.emplace(collector_->ledger());
  }
  ~Way() {
    if (collector_) run_void(collector_->cleanup());
  }
  Way(const Way&) = delete;
  Way& operator=(const Way&) = delete;

  void set_update_every(std::int64_t seconds) { environment_.update_every = seconds; }

  Result<> init() { return run(collector_->init(job_)); }
  /// check(), and on success the template.
  Result<> check() {
    Cycle cycle{job_, {}, {}, collector_->ledger()};
    if (auto done = run(collector_->check(cycle)); !done) return done;
    auto spec = charttpl::decode(collector_->chart_template(), "template");
    if (!spec) return std::unexpected(invalid_input(spec.error().text()));
    engine_ = std::make_unique<chartengine::Engine>(
        chartengine::EngineOptions{.type_id = environment_.type_id, .ledger = &collector_->ledger()});
    return engine_->load(*spec);
  }
  Result<> start() {
    if (!config_error.empty()) return std::unexpected(invalid_input(config_error));
    if (auto done = init(); !done) return done;
    return check();
  }

  /// One cycle; the text that it wrote, or why it failed.
  Result<std::string> cycle() {
    Cycle cycle{job_, {}, {}, collector_->ledger()};
    collector_->store().begin();
    if (auto done = run(collector_->collect(cycle)); !done) {
      collector_->store().abort();
      return std::unexpected(done.error());
    }
    collector_->store().commit();
    auto attempt = engine_->prepare(collector_->store());
    if (!attempt) return std::unexpected(attempt.error());
    return write([&] {
      if (auto sent = sink_->emit(*engine_, attempt->plan(), environment_, {.elapsed_us = elapsed_us_}); !sent)
        throw std::runtime_error(sent.error().text());
      elapsed_us_ = 1'000'000;
      if (auto done = attempt->commit(); !done) throw std::runtime_error(done.error().text());
    });
  }
  std::string retire() {
    return write([&] { sink_->retire(*engine_, environment_); });
  }

  [[nodiscard]] std::uint64_t lost(LossReason reason) { return collector_->ledger().counted(reason); }
  [[nodiscard]] const std::vector<std::string>& names(LossReason reason) {
    return collector_->ledger().details(reason);
  }
  [[nodiscard]] Collector& collector() { return *collector_; }
  /// The last value on the wire; empty for a gap and for what is not there.
  [[nodiscard]] std::optional<double> value(std::string_view chart, std::string_view dimension) const {
    const auto* found = reader.chart(environment_.type_id + "." + std::string{chart});
    const auto* d = found == nullptr ? nullptr : found->dimension(dimension);
    return d == nullptr ? std::nullopt : d->value;
  }

  std::shared_ptr<LogLines> log = std::make_shared<LogLines>();
  protocol::Reader reader;
  std::string config_error;
  std::vector<Error> warnings;

 private:
  template <class T>
  T run(Task<T> task) {
    std::optional<T> value;
    std::exception_ptr thrown;
    asio::co_spawn(context_, std::move(task), [&](std::exception_ptr error, T result) {
      thrown = error;
      if (!error) value = std::move(result);
    });
    context_.restart();
    while (!value && !thrown && context_.run_one() > 0) {
    }
    if (thrown) std::rethrow_exception(thrown);
    return *std::move(value);
  }
  void run_void(Task<> task) {
    asio::co_spawn(context_, std::move(task), [](std::exception_ptr) {});
    context_.restart();
    context_.run();
  }
  template <class Write>
  std::string write(Write body) {
    netdataapi::Frame frame{pool_};
    sink_->write_to(frame);
    if (auto selected = sink_->select_host({}, false); !selected) throw std::runtime_error(selected.error().text());
    body();
    auto text = frame.text();
    reader.feed(text);
    return std::string{text};
  }

  asio::io_context context_{1};
  chartemit::Environment environment_;
  JobContext job_;
  std::unique_ptr<Collector> collector_;
  std::unique_ptr<chartengine::Engine> engine_;
  netdataapi::FramePool pool_{256};
  std::optional<chartemit::NetdataSink> sink_;
  std::int64_t elapsed_us_ = 0;
};

}  // namespace cppd::prometheus_collector::test

// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// For tests: a job with a real store and engine that publishes to a board.
#pragma once

#include <cppd/chartemit/sink.h>
#include <cppd/chartengine/engine.h>
#include <cppd/charttpl/decode.h>
#include <cppd/metrix/instrument.h>
#include <cppd/output/console/board_sink.h>

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace cppd::output {

inline constexpr std::string_view kWebTemplate = R"(
version: v1
context_namespace: web
groups:
  - family: traffic
    metrics: [requests_total, bytes_total, queue, temperature]
    charts:
      - id: requests
        title: Requests handled
        context: requests
        units: requests/s
        priority: 100
        type: stacked
        dimensions:
          - {selector: 'requests_total{code="200"}', name: fine}
          - {selector: 'requests_total{code="500"}', name: broken}
      - id: traffic
        title: Bytes sent
        context: traffic
        units: KiB/s
        priority: 110
        type: area
        dimensions:
          - {selector: bytes_total, name: sent, options: {multiplier: -1, divisor: 1024}}
  - family: state
    metrics: [queue, temperature]
    charts:
      - id: queue
        title: Waiting requests
        context: queue
        units: requests
        priority: 200
        instances: {by_labels: [pool]}
        lifecycle: {expire_after_cycles: 2}
        dimensions:
          - {selector: queue, name: waiting}
          - {selector: queue, name: shadow, options: {hidden: true, multiplier: 2}}
      - id: temperature
        title: Temperature
        context: temperature
        units: Celsius
        priority: 210
        lifecycle: {dimensions: {expire_after_cycles: 2}}
        dimensions:
          - {selector: temperature, name_from_label: sensor, options: {float: true}}
)";

class TestJob {
 public:
  explicit TestJob(ChartBoard& board, std::string name = "web_local", std::string_view text = kWebTemplate)
      : environment{.type_id = name, .update_every = 1, .plugin = "cpp.d.plugin", .module = "web", .job = "local"},
        engine{{.type_id = name, .ledger = &ledger}},
        sink{board, ledger} {
    environment.labels = {{"zone", "eu"}};
    const auto spec = charttpl::decode(text);
    if (!spec) throw std::runtime_error{spec.error().text()};
    if (const auto loaded = engine.load(*spec); !loaded) throw std::runtime_error{loaded.error().text()};
  }

  /// One cycle: `observe` writes, then plan and publish.
  void cycle(const std::function<void()>& observe, std::int64_t elapsed_us = 1'000'000) {
    store.begin();
    observe();
    store.commit();
    publish(elapsed_us);
  }
  /// A cycle whose collection failed.
  void failed_cycle() {
    store.begin();
    store.abort();
    publish(1'000'000);
  }
  void publish(std::int64_t elapsed_us) {
    auto attempt = engine.prepare(store);
    if (!attempt) throw std::runtime_error{attempt.error().text()};
    const auto emitted = sink.emit(engine, attempt->plan(), environment, {.elapsed_us = first_ ? 0 : elapsed_us});
    const auto committed = attempt->commit();
    if (!emitted || !committed) throw std::runtime_error{"a plan was refused"};
    first_ = false;
  }
  void observe(std::string_view name, metrix::Kind kind, Labels labels, double value) {
    const auto ref = metrix::SnapshotMeter{store}.with_labels(labels).plain(name, kind, {});
    store.observe(ref, value);
  }
  void gauge(std::string_view name, Labels labels, double value) { observe(name, metrix::Kind::gauge, labels, value); }
  void counter(std::string_view name, Labels labels, double value) {
    observe(name, metrix::Kind::counter, labels, value);
  }
  void requests(double fine, double broken) {
    const Label ok_code[] = {{"code", "200"}};
    const Label bad_code[] = {{"code", "500"}};
    counter("requests_total", ok_code, fine);
    counter("requests_total", bad_code, broken);
  }
  void queue(std::string_view pool, double value) {
    const Label labels[] = {{"pool", pool}};
    gauge("queue", labels, value);
  }
  void temperature(std::string_view sensor, double value) {
    const Label labels[] = {{"sensor", sensor}};
    gauge("temperature", labels, value);
  }

  Ledger ledger;
  metrix::Store store{{}, &ledger};
  chartemit::Environment environment;
  chartengine::Engine engine;
  BoardSink sink;

 private:
  bool first_ = true;
};

}  // namespace cppd::output

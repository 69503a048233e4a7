// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// A store with its chart engine and wire, every series having a chart of its own, as autogen makes them.
#pragma once

#include <cppd/chartemit/netdata_sink.h>
#include <cppd/chartengine/engine.h>
#include <cppd/charttpl/decode.h>
#include <cppd/metrix/store.h>

#include <cstdlib>
#include <string>
#include <string_view>

namespace cppd::bench {

struct Job {
  static constexpr std::string_view kTemplate =
      "version: v1\ncontext_namespace: bench\n"
      "engine: {autogen: {enabled: true, expire_after_success_cycles: 100000}}\ngroups: [{family: bench}]\n";

  explicit Job(metrix::StoreOptions options = {}, std::string_view text = kTemplate) : store{options, &ledger} {
    auto whole = std::string{text};
    if (!whole.contains("groups:")) whole += "\ngroups: [{family: bench}]\n";
    const auto spec = charttpl::decode(whole);
    if (!spec || !engine.load(*spec)) std::abort();
    environment = {.type_id = "prometheus_bench", .plugin = "cpp.d", .module = "prometheus", .job = "bench"};
  }
  /// What follows a commit of the store: plan and text.
  void show() {
    auto attempt = engine.prepare(store);
    netdataapi::Frame frame{pool};
    sink.write_to(frame);
    (void)sink.emit(engine, attempt->plan(), environment, {.elapsed_us = 1000000});
    created = attempt->plan().created.size();
    updated = attempt->plan().updates.size();
    removed = attempt->plan().removed_charts.size();
    frame_bytes = frame.bytes();
    (void)attempt->commit();
  }

  Ledger ledger;
  metrix::Store store;
  chartengine::Engine engine{{.type_id = "prometheus_bench", .ledger = &ledger}};
  netdataapi::FramePool pool{16384};
  chartemit::NetdataSink sink{ledger};
  chartemit::Environment environment;
  std::size_t created = 0;
  std::size_t updated = 0;
  std::size_t removed = 0;
  std::size_t frame_bytes = 0;
};

}  // namespace cppd::bench

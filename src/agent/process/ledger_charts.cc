// SPDX-License-Identifier: GPL-3.0-or-later
#include "ledger_charts.h"

#include <cppd/base/internal_error.h>
#include <cppd/charttpl/decode.h>

namespace cppd::agent {
namespace {

constexpr char kTemplateBytes[] = {
#embed "ledger_charts.yaml"
};
constexpr std::string_view kTemplate{kTemplateBytes, sizeof kTemplateBytes};

}  // namespace

LedgerCharts::LedgerCharts(FrameWriter& writer, const std::string& plugin, bool host_lines)
    : writer_{writer},
      lost_{metrix::SnapshotMeter{store_}.vec("cppd_lost_total", {"job", "reason"}).counter()},
      engine_{chartengine::EngineOptions{.type_id = "netdata", .ledger = &ledger_}},
      sink_{ledger_, host_lines} {
  environment_ = {.type_id = "netdata", .plugin = plugin, .module = "cppd"};
  const auto spec = charttpl::decode(kTemplate, "ledger_charts.yaml");
  require(spec.has_value() && engine_.load(*spec).has_value(), "the embedded template of the ledger is good");
}

void LedgerCharts::publish(const std::vector<jobruntime::JobReport>& reports) {
  if (pending_->load() > 0) return;
  const auto now = system_clock().now();
  const auto elapsed =
      last_ ? std::chrono::duration_cast<std::chrono::microseconds>(now - *last_).count() : std::int64_t{0};
  store_.begin();
  for (const auto& report : reports) {
    for (std::size_t i = 0; i < kLossReasons; ++i) {
      if (report.ledger[i] == 0) continue;
      lost_(report.full_name, loss_reason_name(static_cast<LossReason>(i)))
          .observe_total(static_cast<double>(report.ledger[i]));
    }
  }
  store_.commit();
  auto attempt = engine_.prepare(store_);
  if (!attempt) return;
  netdataapi::Frame frame{writer_.pool()};
  sink_.write_to(frame);
  if (!sink_.emit(engine_, attempt->plan(), environment_, {.elapsed_us = elapsed})) return;
  if (writer_.submit(std::move(frame), pending_)) (void)attempt->commit();
  last_ = now;
}

}  // namespace cppd::agent

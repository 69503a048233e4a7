// SPDX-License-Identifier: GPL-3.0-or-later
#include "metadata.h"

#include <gtest/gtest.h>

namespace cppd::prometheus_collector {
namespace {

/// Recorded from the reference: case names-units-families of the collector vectors, where the engine adds `/s` to
/// counters. Rows marked (rule) follow the contract's wording instead; `trailing_` is difference K23.
struct Row {
  std::string_view metric, unit, family;
  std::int64_t priority = 70000;
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.metric; }
};
constexpr Row kRows[] = {
    {"go_goroutines", "goroutines", "go", 70010},
    {"process_cpu_seconds_total", "seconds", "process", 70010},
    {"process_open_fds", "fds", "process", 70010},
    {"node_memory_free_bytes", "bytes", "node_memory"},
    {"node_network_receive_bytes_total", "bytes", "node_network"},
    {"node_cpu0_hertz", "Hz", "node_cpu"},
    {"net1_2_3", "3", "net1_"},
    {"x9", "events", "x9"},
    {"app_time_total", "time", "app_time"},
    {"app_ratio", "events", "app_ratio"},
    {"app_hit_ratio_total", "hit", "app_hit"},
    {"ifInOctets", "bytes", "ifInOctets"},
    {"ifHCOutUcastPkts", "packets", "ifHCOutUcastPkts"},
    {"ifMtu", "octets", "ifMtu"},
    {"ifSpeed", "bits", "ifSpeed"},
    {"plain", "events", "plain"},
    {"a_b", "b", "a_b"},
    {"a_b_c_d_e", "e", "a_b"},
    {"ns:rule:rate5m", "events", "ns:rule:rate5m"},
    {"_lead", "lead", "_lead"},
    {"disk_io_time_seconds_total", "seconds", "disk_io"},
    {"app_requests_total_count", "requests", "app_requests"},
    {"app_req_bytes_per_second", "second", "app_req"},
    {"rx_bytes", "bytes", "rx_bytes"},
    {"a_count", "events", "a_count"},
    {"b_sum", "events", "b_sum"},
    {"node_load15", "load15", "node_load"},        // (rule)
    {"gopher_x", "x", "gopher_x"},                 // (rule)
    {"ifAdminStatus", "status", "ifAdminStatus"},  // (rule)
    {"trailing_", "events", "trailing_"},
    {"_total", "events", "_total"},  // (rule)
};
class Metadata : public testing::TestWithParam<Row> {};
TEST_P(Metadata, IsReadFromTheName) {
  EXPECT_EQ(metric_unit(GetParam().metric), GetParam().unit);
  EXPECT_EQ(chart_family(GetParam().metric), GetParam().family);
  EXPECT_EQ(chart_priority(GetParam().metric), GetParam().priority);
}
INSTANTIATE_TEST_SUITE_P(Table, Metadata, testing::ValuesIn(kRows), [](const auto& row) {
  std::string name{row.param.metric};
  std::ranges::replace(name, ':', '_');
  return name;
});

/// From case help-text of the collector vectors.
TEST(Title, IsHelpWithoutQuotesAndOneDot) {
  EXPECT_EQ(chart_title("It's a \"title\"."), "Its a \"title\"");
  EXPECT_EQ(chart_title("Ends with dots..."), "Ends with dots..");
  EXPECT_EQ(chart_title("Übergröße 測定"), "Übergröße 測定");
  EXPECT_EQ(chart_title(""), "");
}

TEST(InstrumentOptions, DeclareATitleOnlyWhenThereIsOne) {
  EXPECT_EQ(instrument_options("m", metrix::Kind::gauge, "'.").description, std::nullopt);
  const auto options = instrument_options("rx_bytes", metrix::Kind::counter, "Received.");
  EXPECT_EQ(options.description, "Received");
  EXPECT_EQ(options.unit, "bytes");
  EXPECT_EQ(options.is_float, true);
}

/// Prometheus contract section 7, row unit.
TEST(InstrumentOptions, GiveSummariesTheirUnitByTheSecond) {
  EXPECT_EQ(instrument_options("rx_bytes", metrix::Kind::summary, {}).unit, "bytes/s");
  EXPECT_EQ(instrument_options("rpc_seconds", metrix::Kind::summary, {}).unit, "seconds");
  EXPECT_EQ(instrument_options("rpc_time_sum", metrix::Kind::summary, {}).unit, "time");
  EXPECT_EQ(instrument_options("rx_bytes", metrix::Kind::histogram, {}).unit, "bytes");
}

}  // namespace
}  // namespace cppd::prometheus_collector

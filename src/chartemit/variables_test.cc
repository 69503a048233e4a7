// SPDX-License-Identifier: GPL-3.0-or-later
// Variables of charts on the wire (diff D9): a line beside the values of its chart, never a dimension.
#include <cppd/chartemit/netdata_sink.h>
#include <cppd/charttpl/decode.h>
#include <cppd/metrix/instrument.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace cppd::chartemit {
namespace {

constexpr std::string_view kTemplate = R"(
groups:
- family: F
  metrics: [used, limit]
  charts:
  - id: pool
    title: T
    context: pool
    units: u
    label_promotion: [zone]
    instances: {by_labels: [pool]}
    lifecycle: {expire_after_cycles: 2, dimensions: {expire_after_cycles: 1, max_dims: 1}}
    dimensions: [{selector: used, name: used}]
    variables: [{selector: limit, name: limit}]
)";

/// One cycle: what is written, and what of it is on the wire, from `begin` on.
struct Cycle {
  std::map<std::string, double> writes;  // by metric
  std::string values;
  std::uint64_t lost = 0;  // so far, as variable_without_chart
};
struct Row {
  const char* name;
  std::vector<Cycle> cycles;
};

const Row kRows[] = {
    {"behind_the_dimensions",
     {{{{"used", 1}, {"limit", 10}}, "BEGIN 'j.pool_a'\nSET 'used' = 1\nVARIABLE CHART 'limit' = 10\nEND\n\n"},
      {{{"used", 2}, {"limit", 12.5}}, "BEGIN 'j.pool_a'\nSET 'used' = 2\nVARIABLE CHART 'limit' = 12.5\nEND\n\n"}}},
    {"comes_later_and_goes",
     {{{{"used", 1}}, "BEGIN 'j.pool_a'\nSET 'used' = 1\nEND\n\n"},
      {{{"used", 2}, {"limit", 3}}, "BEGIN 'j.pool_a'\nSET 'used' = 2\nVARIABLE CHART 'limit' = 3\nEND\n\n"},
      {{{"used", 3}}, "BEGIN 'j.pool_a'\nSET 'used' = 3\nEND\n\n"}}},
    {"without_a_dimension_there_is_no_chart",
     {{{{"limit", 10}}, "", 1},
      {{{"limit", 10}}, "", 2},
      {{{"limit", 10}, {"used", 1}}, "BEGIN 'j.pool_a'\nSET 'used' = 1\nVARIABLE CHART 'limit' = 10\nEND\n\n", 2},
      {{{"limit", 10}},
       "CHART 'j.pool_a' '' 'T' 'u' 'F' 'pool' 'line' '70000' '1' '' '' ''\n"
       "DIMENSION 'used' 'used' 'absolute' '1' '1' 'obsolete'\n",
       3},
      {{{"limit", 10}}, "CHART 'j.pool_a' '' 'T' 'u' 'F' 'pool' 'line' '70000' '1' 'obsolete' '' ''\n", 4}}},
};

TEST(Variables, OnTheWire) {
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.name);
    const auto spec = charttpl::decode(kTemplate);
    ASSERT_TRUE(spec);
    Ledger ledger;
    metrix::Store store{{}, &ledger};
    chartengine::Engine engine{{.type_id = "j", .ledger = &ledger}};
    ASSERT_TRUE(engine.load(*spec));
    NetdataSink sink{ledger};
    const Environment environment{.type_id = "j"};
    netdataapi::FramePool pool{16};
    for (const auto& cycle : row.cycles) {
      store.begin();
      for (const auto& [metric, value] : cycle.writes) {
        const std::vector<Label> labels{{"pool", "a"}, {"zone", metric}};
        metrix::SnapshotMeter{store}.with_labels(labels).gauge(metric).observe(value);
      }
      store.commit();
      auto attempt = engine.prepare(store);
      ASSERT_TRUE(attempt);
      netdataapi::Frame frame{pool};
      sink.write_to(frame);
      ASSERT_TRUE(sink.emit(engine, attempt->plan(), environment, {}));
      ASSERT_TRUE(attempt->commit());
      const auto text = frame.text();
      if (text.contains("BEGIN"))
        EXPECT_EQ(text.substr(text.find("BEGIN")), cycle.values);
      else
        EXPECT_EQ(text.substr(std::min(text.size(), std::string_view{"HOST ''\n\n"}.size())), cycle.values);
      if (text.contains("CLABEL 'zone'"))
        EXPECT_TRUE(text.contains("CLABEL 'zone' 'used'")) << "a variable is no member";
      EXPECT_FALSE(text.contains("DIMENSION 'limit'"));
      EXPECT_EQ(ledger.counted(LossReason::variable_without_chart), cycle.lost);
    }
  }
}

}  // namespace
}  // namespace cppd::chartemit

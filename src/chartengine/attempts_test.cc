// SPDX-License-Identifier: GPL-3.0-or-later
// Sequences of commits and prepares that engine_test.cc does not have. Rows are named after charts contract 8.4.
#include <cppd/chartengine/engine.h>
#include <cppd/charttpl/decode.h>
#include <cppd/metrix/instrument.h>
#include <gtest/gtest.h>

namespace cppd::chartengine {
namespace {

constexpr std::string_view kTemplate =
    "groups: [{family: F, metrics: [m], charts: [{id: c, title: T, context: c, units: u, dimensions: [{selector: m, "
    "name: "
    "v}]}]}]";

/// What happens, one letter each: `g`, `k` a committed cycle that writes a gauge or a counter; `f` a failed one; `c`
/// prepare and commit; `a` prepare and abort.
struct Row {
  std::string_view name, steps;
  std::uint64_t violations;
  std::size_t updates;  ///< of the last plan
  std::string_view algorithm{"absolute"};
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

const Row kRows[] = {
    {"steady", "gcgcgc", 0, 1},
    {"N68_the_same_sequence_again", "gcc", 1, 0},
    {"N68_counted_once_until_it_recovers", "gaaa", 1, 1},
    {"N68_recovered_and_broken_again", "gaagaa", 2, 1},
    {"N62_failed_attempts_are_no_violation", "gcffcc", 0, 0},
    {"N64_the_retry_is_the_same_plan", "gcgac", 1, 1},
    {"N77_the_kind_of_now_decides", "gakc", 0, 1, "incremental"},
    {"N77_a_live_dimension_too", "gckc", 0, 1, "incremental"},
};

class Attempts : public testing::TestWithParam<Row> {};
TEST_P(Attempts, FollowTheSequence) {
  metrix::Store store;
  Engine engine{{.type_id = "job"}};
  ASSERT_TRUE(engine.load(*charttpl::decode(kTemplate)));
  std::size_t updates = 0;
  std::string_view algorithm;
  for (const char step : GetParam().steps) {
    const metrix::SnapshotMeter meter{store};
    if (step == 'c' || step == 'a') {
      auto attempt = engine.prepare(store);
      ASSERT_TRUE(attempt);
      updates = attempt->plan().updates.size();
      if (updates > 0)
        algorithm = algorithm_name(
            engine.attributes(engine.dimensions(attempt->plan().updates[0].chart)[0].attributes).algorithm);
      if (step == 'c') ASSERT_TRUE(attempt->commit());
      continue;
    }
    store.begin();
    if (step == 'g') meter.gauge("m").observe(1);
    if (step == 'k') meter.counter("m").observe_total(1);
    if (step == 'f')
      store.abort();
    else
      store.commit();
  }
  EXPECT_EQ(engine.stats().sequence_violations, GetParam().violations);
  EXPECT_EQ(updates, GetParam().updates);
  EXPECT_EQ(algorithm, GetParam().algorithm);
}
INSTANTIATE_TEST_SUITE_P(Table, Attempts, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace cppd::chartengine

// SPDX-License-Identifier: GPL-3.0-or-later
// What the runtime store refuses. Source: metrix contract 8.5, case 134.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "runtime_house_for_tests.h"

namespace cppd::metrix {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// What is refused: nothing changes, and the ledger says why.
struct Refusal {
  std::string_view name;
  std::function<void(RuntimeHouse&)> run;
  LossReason reason;
  std::uint64_t times;
  std::string_view error;  // of the meter; empty for none
  friend void PrintTo(const Refusal& row, std::ostream* out) { *out << row.name; }
};

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
using enum LossReason;

const Refusal kRefusals[] = {
    {"case_134_freshness_cycle", [](RuntimeHouse& h) { h.meter.gauge("x", {.freshness = Freshness::cycle}).set(1); },
     sample_declaration_conflict, 2, "neither cycle-fresh"},
    {"case_134_window_cycle", [](RuntimeHouse& h) { h.meter.summary("x", {.window = Window::cycle}).observe(1); },
     sample_declaration_conflict, 2, "counted by the cycle"},
    {"window_of_a_gauge", [](RuntimeHouse& h) { h.meter.gauge("x", {.window = Window::cumulative}).set(1); },
     sample_declaration_conflict, 2, "a window belongs"},
    {"histogram_without_bounds", [](RuntimeHouse& h) { h.meter.histogram("x").observe(1); },
     sample_declaration_conflict, 2, "needs bounds"},
    {"kind_mismatch", [](RuntimeHouse& h) { (void)h.meter.gauge("x"), h.meter.counter("x").add(1); },
     sample_declaration_conflict, 2, "metrix: instrument kind mismatch for x"},
    {"schema_mismatch",
     [](RuntimeHouse& h) {
       (void)h.meter.histogram("x", {.bounds = {1}});
       h.meter.histogram("x", {.bounds = {2}}).observe(1);
     },
     sample_declaration_conflict, 2, "metrix: histogram schema mismatch for x"},
    {"unit_mismatch",
     [](RuntimeHouse& h) {
       (void)h.meter.gauge("x", {.unit = "bytes"});
       h.meter.gauge("x", {.unit = "seconds"}).set(1);
     },
     sample_declaration_conflict, 2, "metrix: metric unit mismatch for x"},
    {"vec_mismatch", [](RuntimeHouse& h) { (void)h.meter.gauge("x"), h.meter.vec("x", {"id"}).counter()("a").add(1); },
     sample_declaration_conflict, 2, "instrument kind mismatch"},
    {"not_finite_gauge", [](RuntimeHouse& h) { h.meter.gauge("x").set(kNan); }, sample_not_finite, 1, ""},
    {"not_finite_histogram", [](RuntimeHouse& h) { h.meter.histogram("x", {.bounds = {1}}).observe(kNan); },
     sample_not_finite, 1, ""},
    {"negative_counter", [](RuntimeHouse& h) { h.meter.counter("x").add(-1); }, sample_negative_delta, 1, ""},
    {"negative_field",
     [](RuntimeHouse& h) { h.meter.measure_counter("x", {.fields = {{.name = "a"}}}).add_field("a", -1); },
     sample_negative_delta, 1, ""},
    {"unknown_state", [](RuntimeHouse& h) { h.meter.state_set("x", {.states = {"on"}}).enable({"off"}); },
     sample_invalid_point, 1, ""},
    {"label_twice",
     [](RuntimeHouse& h) {
       const Label label[] = {{"a", "1"}};
       h.meter.with_labels(label).gauge("x").with(label).set(1);
     },
     sample_invalid_labels, 2, ""},
    {"too_few_label_values",
     [](RuntimeHouse& h) {
       const auto vec = h.meter.vec("x", {"a", "b"}).gauge();
       const std::string_view one[] = {"1"};
       vec.at(one).set(1);
     },
     sample_invalid_labels, 2, ""},
};

class RuntimeStoreRefuses : public testing::TestWithParam<Refusal> {};
TEST_P(RuntimeStoreRefuses, AndCounts) {
  RuntimeHouse house;
  house.meter.gauge("before").set(1);
  GetParam().run(house);
  EXPECT_EQ(house.lost(GetParam().reason), GetParam().times) << house.store.ledger().summary();
  EXPECT_EQ(house.meter.error().has_value(), !GetParam().error.empty());
  if (const auto error = house.meter.error()) EXPECT_THAT(error->what, HasSubstr(GetParam().error));
  EXPECT_EQ(house.meta().last_success_seq, 1u) << "what is refused is no write";
  house.tell();
  EXPECT_THAT(house.seen, ElementsAre(ElementsAre("before 1")));
}
INSTANTIATE_TEST_SUITE_P(Table, RuntimeStoreRefuses, testing::ValuesIn(kRefusals),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace cppd::metrix

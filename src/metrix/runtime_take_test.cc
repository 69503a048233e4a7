// SPDX-License-Identifier: GPL-3.0-or-later
// What a take tells of the writes since the one before.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <optional>

#include "runtime_house_for_tests.h"

namespace cppd::metrix {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAreArray;
using testing::IsEmpty;

// What a reader that keeps state per series is told: `+id` born, `-` died.
struct Taker {
  explicit Taker(RuntimeHouse& house) : house{house} {}
  std::vector<std::string> take() {
    return house.store.take([&](const Store& store) {
      std::vector<std::string> out;
      EXPECT_EQ(store.changes().clock, ++clock);
      EXPECT_EQ(store.success_clock(), clock);
      for (const auto id : store.changes().died) {
        out.push_back("-" + known.at(id));
        known.erase(id);
      }
      for (const auto id : store.changes().born) {
        EXPECT_FALSE(known.contains(id)) << "a slot is told twice";
        known[id] = store.descriptor_of(id).name;
        out.push_back("+" + known[id]);
      }
      for (const auto id : store.changes().redescribed) out.push_back("~" + store.descriptor(id).name);
      EXPECT_EQ(known.size(), store.ordered().size());
      return out;
    });
  }
  RuntimeHouse& house;
  std::uint64_t clock = 0;
  std::map<SeriesId, std::string> known;
};

struct Told {
  std::string_view name;
  std::function<void(RuntimeHouse&, Taker&)> run;  // the last thing it does is not taken yet
  std::vector<std::string> want;
  friend void PrintTo(const Told& row, std::ostream* out) { *out << row.name; }
};

const Told kTold[] = {
    {"births_of_many_writes",
     [](RuntimeHouse& h, Taker&) {
       for (const auto* name : {"a", "b", "a", "c"}) h.meter.gauge(name).set(1);
     },
     {"+a", "+b", "+c"}},
    {"nothing_new",
     [](RuntimeHouse& h, Taker& t) {
       h.meter.gauge("a").set(1), t.take();
       h.meter.gauge("a").set(2);
     },
     {}},
    {"came_and_went",
     [](RuntimeHouse& h, Taker& t) {
       h.meter.gauge("keep").set(1), t.take();
       h.clock.advance(1s), h.meter.gauge("a").set(1);
       h.clock.advance(4s), h.meter.gauge("keep").set(1);
       h.clock.advance(4s), h.meter.gauge("keep").set(1);
     },
     {"-keep", "+keep"}},
    {"died",
     [](RuntimeHouse& h, Taker& t) {
       h.meter.gauge("a").set(1), t.take();
       h.clock.advance(6s);
     },
     {"-a"}},
    {"a_slot_of_two_series_is_told_as_both",
     [](RuntimeHouse& h, Taker& t) {
       h.meter.gauge("a").set(1), t.take();
       h.clock.advance(6s), h.meter.gauge("b").set(1), h.meter.gauge("c").set(1);
     },
     {"-a", "+b", "+c"}},
    {"a_kept_handle_comes_back_in_its_slot",
     [](RuntimeHouse& h, Taker& t) {
       static std::optional<RuntimeGauge> kept;
       kept = h.meter.gauge("a");
       kept->set(1), t.take();
       h.clock.advance(6s), kept->set(2);
       kept.reset();
     },
     {"-a", "+a"}},
    {"back_and_gone_again",
     [](RuntimeHouse& h, Taker& t) {
       h.meter.gauge("a").set(1), t.take();
       h.clock.advance(6s), h.meter.gauge("a").set(2);
       h.clock.advance(6s);
     },
     {"-a"}},
    {"a_unit_declared_later",
     [](RuntimeHouse& h, Taker& t) {
       h.meter.gauge("a").set(1), t.take();
       (void)h.meter.gauge("a", {.unit = "bytes"});
     },
     {"~a"}},
    {"parts_of_structured_series",
     [](RuntimeHouse& h, Taker& t) {
       h.meter.summary("s").observe(1), t.take();
       h.clock.advance(6s), h.meter.summary("r").observe(1);
     },
     {"+r_count", "+r_sum", "-s_count", "-s_sum"}},
};

class RuntimeStoreTake : public testing::TestWithParam<Told> {};
TEST_P(RuntimeStoreTake, TellsWhatChanged) {
  RuntimeHouse house{kFive};
  Taker taker{house};
  GetParam().run(house, taker);
  auto told = taker.take();
  std::ranges::sort(told);
  auto want = GetParam().want;
  std::ranges::sort(want);
  EXPECT_THAT(told, ElementsAreArray(want));
  EXPECT_THAT(taker.take(), IsEmpty());
}
INSTANTIATE_TEST_SUITE_P(Table, RuntimeStoreTake, testing::ValuesIn(kTold),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace cppd::metrix

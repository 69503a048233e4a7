// SPDX-License-Identifier: GPL-3.0-or-later
// From a captured tree to the wire: the template, the engine and the strict reader agree on what is shown.
#include <cppd/chartemit/netdata_sink.h>
#include <cppd/chartengine/engine.h>
#include <cppd/charttpl/decode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/use_future.hpp>
#include <map>
#include <set>

#include "linux.h"
#include "protocol/reader.h"

namespace cppd::linux_host {
namespace {

using testing::ElementsAre;

template <class T>
T run(Task<T> task) {
  asio::io_context loop;
  auto future = asio::co_spawn(loop, std::move(task), asio::use_future);
  loop.run();
  return future.get();
}

/// The whole way of a sample, by hand.
class Way {
 public:
  explicit Way(const std::string& tree)
      : collector_{{.root = std::string(CPPD_SOURCE_DIR) + "/src/collectors/linux/testdata/" + tree}} {
    auto spec = charttpl::decode(collector_.chart_template(), "charts.yaml");
    if (!spec) throw std::runtime_error(spec.error().text());
    if (auto loaded = engine_.load(*spec); !loaded) throw std::runtime_error(loaded.error().text());
    if (auto ready = run(collector_.init(job_)); !ready) throw std::runtime_error(ready.error().text());
  }

  void cycle(std::int64_t elapsed_us) {
    Cycle cycle{job_, {}, {}, collector_.ledger()};
    collector_.store().begin();
    ASSERT_TRUE(run(collector_.collect(cycle)));
    collector_.store().commit();
    auto attempt = engine_.prepare(collector_.store());
    ASSERT_TRUE(attempt) << attempt.error().text();
    netdataapi::Frame frame{pool_};
    sink_.write_to(frame);
    ASSERT_TRUE(sink_.select_host({}, false));
    const chartemit::Environment environment{
        .type_id = "linux", .update_every = 1, .plugin = "cpp.d", .module = "linux", .job = "linux", .labels = {}};
    ASSERT_TRUE(sink_.emit(engine_, attempt->plan(), environment, {.elapsed_us = elapsed_us}));
    reader.feed(frame.text());
    ASSERT_TRUE(attempt->commit());
  }

  [[nodiscard]] std::vector<const protocol::Chart*> charts(std::string_view context) const {
    std::vector<const protocol::Chart*> found;
    for (const auto* chart : reader.live_charts()) {
      if (chart->context == context) found.push_back(chart);
    }
    return found;
  }
  [[nodiscard]] std::string losses() { return collector_.ledger().summary(); }

  protocol::Reader reader;

 private:
  JobContext job_;
  LinuxCollector collector_;
  chartengine::Engine engine_{{.type_id = "linux", .ledger = &collector_.ledger()}};
  netdataapi::FramePool pool_{64};
  chartemit::NetdataSink sink_{collector_.ledger()};
};

/// One context as Netdata 1.37.1 shows it, read from its API; its own dimensions that we lack are left out.
struct Known {
  std::string_view context, units, type;
  std::int64_t priority;
  std::vector<std::string_view> dimensions;
  friend void PrintTo(const Known& row, std::ostream* out) { *out << row.context; }
};

const std::vector<Known> kKnown{
    {"system.load", "load", "line", 100, {"load1", "load5", "load15"}},
    {"system.cpu_some_pressure", "percentage", "line", 140, {"some 10", "some 60", "some 300"}},
    {"system.cpu_some_pressure_stall_time", "ms", "line", 145, {"time"}},
    {"system.io", "KiB/s", "area", 150, {"in", "out"}},
    {"system.io_some_pressure", "percentage", "line", 190, {"some 10", "some 60", "some 300"}},
    {"system.io_full_pressure", "percentage", "line", 200, {"full 10", "full 60", "full 300"}},
    {"system.io_full_pressure_stall_time", "ms", "line", 205, {"time"}},
    {"system.ram", "MiB", "stacked", 200, {"free", "used", "cached", "buffers"}},
    {"system.memory_some_pressure", "percentage", "line", 240, {"some 10", "some 60", "some 300"}},
    {"system.memory_full_pressure_stall_time", "ms", "line", 255, {"time"}},
    {"system.net", "kilobits/s", "area", 500, {"received", "sent"}},
    {"system.processes", "processes", "line", 600, {"running", "blocked"}},
    {"system.forks", "processes/s", "line", 700, {"started"}},
    {"system.active_processes", "processes", "line", 750, {"active"}},
    {"system.ctxt", "context switches/s", "line", 800, {"switches"}},
    {"system.intr", "interrupts/s", "line", 900, {"interrupts"}},
    {"system.uptime", "seconds", "line", 1000, {"uptime"}},
    {"mem.available", "MiB", "area", 1010, {"avail"}},
    {"disk.io", "KiB/s", "area", 2000, {"reads", "writes"}},
    {"disk.ops", "operations/s", "line", 2010, {"reads", "writes"}},
    {"disk.busy", "milliseconds", "area", 2030, {"busy"}},
    {"disk.util", "% of time working", "area", 2040, {"utilization"}},
    {"net.net", "kilobits/s", "area", 7000, {"received", "sent"}},
    {"net.packets", "packets/s", "line", 7001, {"received", "sent", "multicast"}},
};

class Contexts : public testing::TestWithParam<Known> {
 protected:
  static Way& small() {
    static Way way{"small"};
    static const bool once = (way.cycle(0), true);
    (void)once;
    return way;
  }
};

TEST_P(Contexts, AreThoseOfNetdata) {
  const auto& known = GetParam();
  const auto charts = small().charts(known.context);
  ASSERT_EQ(charts.size(), 1u);
  EXPECT_EQ(charts[0]->units, known.units);
  EXPECT_EQ(charts[0]->type, known.type);
  EXPECT_EQ(charts[0]->priority, known.priority);
  std::vector<std::string_view> dimensions;
  for (const auto& dimension : charts[0]->dimensions) dimensions.push_back(dimension.id);
  EXPECT_EQ(dimensions, known.dimensions);
}
INSTANTIATE_TEST_SUITE_P(Netdata, Contexts, testing::ValuesIn(kKnown), [](const auto& row) {
  std::string name{row.param.context};
  std::ranges::replace(name, '.', '_');
  return name;
});

TEST(Charts, CpuHasTheModesOfNetdataAndHidesIdle) {
  const auto spec = charttpl::decode(LinuxCollector{{}}.chart_template());
  ASSERT_TRUE(spec);
  const auto& chart = spec->groups.at(0).charts.at(0);
  EXPECT_EQ(chart.context, "system.cpu");
  EXPECT_EQ(chart.units, "percentage");
  EXPECT_EQ(chart.type, "stacked");
  std::vector<std::string> shown;
  std::vector<std::string> hidden;
  for (const auto& dimension : chart.dimensions) {
    (dimension.options && dimension.options->hidden ? hidden : shown).push_back(dimension.name);
  }
  EXPECT_THAT(shown, ElementsAre("guest_nice", "guest", "steal", "softirq", "irq", "user", "system", "nice", "iowait"));
  EXPECT_THAT(hidden, ElementsAre("idle"));
}

TEST(Charts, EverySeriesOfTheLargeTreeIsShownAndNothingIsLost) {
  Way way{"large"};
  way.cycle(0);
  way.cycle(1'000'000);
  way.reader.finish();
  EXPECT_EQ(way.reader.report(), "");
  EXPECT_EQ(way.losses(), "");
  EXPECT_EQ(way.charts("disk.io").size(), 221u);
  EXPECT_EQ(way.charts("disk.util").size(), 221u);
  EXPECT_EQ(way.charts("net.drops").size(), 154u);
  std::map<std::string, std::set<std::string>> of_id;
  for (const auto* chart : way.reader.live_charts()) of_id[chart->id].insert(chart->context);
  for (const auto& [id, contexts] : of_id) EXPECT_EQ(contexts.size(), 1u) << id;
}

TEST(Charts, DevicesAreInstancesWithTheirKindAsLabel) {
  Way way{"large"};
  way.cycle(0);
  const auto* disk = way.reader.chart("linux.disk_dm-3");
  ASSERT_NE(disk, nullptr);
  EXPECT_EQ(disk->labels.at("device").value, "dm-3");
  EXPECT_EQ(disk->labels.at("device_type").value, "virtual");
  EXPECT_EQ(disk->dimension("writes")->multiplier, -1);
  EXPECT_EQ(disk->dimension("writes")->divisor, 1024);
  EXPECT_EQ(disk->dimension("writes")->algorithm, "incremental");
  const auto* net = way.reader.chart("linux.net_eno2");
  ASSERT_NE(net, nullptr);
  EXPECT_EQ(net->labels.at("interface_type").value, "real");
  EXPECT_EQ(net->dimension("sent")->multiplier, -8);
}

TEST(Charts, ValuesOnTheWireAreThoseOfTheTree) {
  Way way{"large"};
  way.cycle(0);
  const auto* load = way.reader.chart("linux.load");
  ASSERT_NE(load, nullptr);
  EXPECT_EQ(load->dimension("load15")->text, "0.78");
  const auto* ram = way.reader.chart("linux.ram");
  ASSERT_NE(ram, nullptr);
  EXPECT_EQ(ram->dimension("free")->text, "102400000000");
  EXPECT_EQ(ram->dimension("free")->divisor, 1048576);
  const auto* pressure = way.reader.chart("linux.io_some_pressure");
  ASSERT_NE(pressure, nullptr);
  EXPECT_EQ(pressure->dimension("some 300")->text, "0.9999");
  EXPECT_EQ(pressure->dimension("some 300")->multiplier, 100);
}

}  // namespace
}  // namespace cppd::linux_host

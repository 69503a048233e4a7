// SPDX-License-Identifier: GPL-3.0-or-later
// Captured and generated trees against what testdata/expect.py reads from them, and damaged text.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "procfs.h"
#include "source.h"

namespace cppd::linux_host {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class Tree : public testing::TestWithParam<const char*> {
 protected:
  Tree() : root_{std::string(CPPD_SOURCE_DIR) + "/src/collectors/linux/testdata/" + GetParam()} {
    std::ifstream file{root_ + "/expected.json"};
    expected_ = json::parse(file);
  }
  std::string text(const std::string& path) {
    PolledFile file{root_ + "/proc/" + path};
    auto read = file.read();
    EXPECT_TRUE(read) << path;
    return read ? std::string(*read) : "";
  }
  static std::string_view kind_name(DeviceKind kind) {
    return kind == DeviceKind::absent ? "absent" : kind == DeviceKind::physical ? "physical" : "virtual";
  }
  std::string root_;
  json expected_;
};

TEST_P(Tree, Stat) {
  const auto stat = parse_stat(text("stat"));
  ASSERT_TRUE(stat) << stat.error().text();
  json ticks;
  for (std::size_t i = 0; i < kCpuModes; ++i)
    ticks[std::string(cpu_mode_name(static_cast<CpuMode>(i)))] = stat->ticks[i];
  const json got{{"ticks", ticks},
                 {"cpus", stat->cpu_count},
                 {"context_switches", stat->context_switches},
                 {"interrupts", stat->interrupts},
                 {"forks", stat->forks},
                 {"running", stat->running},
                 {"blocked", stat->blocked}};
  EXPECT_EQ(got, expected_["stat"]);
}

TEST_P(Tree, LoadAndUptime) {
  const auto load = parse_loadavg(text("loadavg"));
  ASSERT_TRUE(load) << load.error().text();
  EXPECT_EQ(json({load->load1, load->load5, load->load15}), expected_["load"]);
  EXPECT_EQ(json(load->active), expected_["active"]);
  const auto uptime = parse_uptime(text("uptime"));
  ASSERT_TRUE(uptime) << uptime.error().text();
  EXPECT_EQ(json(*uptime), expected_["uptime"]);
}

TEST_P(Tree, Memory) {
  const auto memory = parse_meminfo(text("meminfo"));
  ASSERT_TRUE(memory) << memory.error().text();
  json got{{"total", memory->total_bytes},
           {"free", memory->free_bytes},
           {"cached", memory->page_cache_bytes()},
           {"buffers", memory->buffers_bytes},
           {"used", memory->used_bytes()}};
  if (memory->available_bytes) got["available"] = *memory->available_bytes;
  EXPECT_EQ(got, expected_["memory"]);
}

TEST_P(Tree, Disks) {
  const auto body = text("diskstats");
  std::vector<DiskStat> disks;
  const auto parsed = parse_diskstats(body, disks);
  ASSERT_TRUE(parsed) << parsed.error().text();
  json got;
  for (const auto& disk : disks) {
    got[std::string(disk.name)] = {{"reads", disk.reads},
                                   {"read_sectors", disk.read_sectors},
                                   {"writes", disk.writes},
                                   {"written_sectors", disk.written_sectors},
                                   {"busy", disk.busy_milliseconds},
                                   {"kind", kind_name(device_kind(root_ + "/sys/block", disk.name))}};
  }
  EXPECT_EQ(got, expected_["disks"]);
}

TEST_P(Tree, Interfaces) {
  const auto body = text("net/dev");
  std::vector<InterfaceStat> interfaces;
  const auto parsed = parse_net_dev(body, interfaces);
  ASSERT_TRUE(parsed) << parsed.error().text();
  const auto numbers = [](const Traffic& t) { return json{t.bytes, t.packets, t.errors, t.drops}; };
  json got;
  for (const auto& interface : interfaces) {
    got[std::string(interface.name)] = {{"received", numbers(interface.received)},
                                        {"sent", numbers(interface.sent)},
                                        {"multicast", interface.multicast_packets},
                                        {"kind", kind_name(device_kind(root_ + "/sys/class/net", interface.name))}};
  }
  EXPECT_EQ(got, expected_["interfaces"]);
}

TEST_P(Tree, Pressure) {
  const auto numbers = [](const Stall& stall) {
    return json{stall.percent10, stall.percent60, stall.percent300, stall.total_microseconds};
  };
  json got;
  for (const auto& entry : std::filesystem::directory_iterator(root_ + "/proc/pressure")) {
    const auto resource = entry.path().filename().string();
    const auto pressure = parse_pressure(text("pressure/" + resource));
    ASSERT_TRUE(pressure) << pressure.error().text();
    got[resource]["some"] = numbers(pressure->some);
    if (pressure->full) got[resource]["full"] = numbers(*pressure->full);
  }
  EXPECT_EQ(got, expected_["pressure"]);
}

INSTANTIATE_TEST_SUITE_P(Trees, Tree, testing::Values("small", "large"),
                         [](const auto& row) { return std::string(row.param); });

/// `parse` of a damaged text ends in an error that says `want`.
struct Damage {
  std::string_view name, parser, text, want;
  friend void PrintTo(const Damage& row, std::ostream* out) { *out << row.name; }
};

class Damaged : public testing::TestWithParam<Damage> {
 protected:
  static std::string error_of(std::string_view parser, std::string_view text) {
    const auto what = [](const auto& result) { return result ? std::string("no error") : result.error().text(); };
    std::vector<DiskStat> disks;
    std::vector<InterfaceStat> interfaces;
    if (parser == "stat") return what(parse_stat(text));
    if (parser == "loadavg") return what(parse_loadavg(text));
    if (parser == "meminfo") return what(parse_meminfo(text));
    if (parser == "diskstats") return what(parse_diskstats(text, disks));
    if (parser == "net/dev") return what(parse_net_dev(text, interfaces));
    if (parser == "pressure") return what(parse_pressure(text));
    return what(parse_uptime(text));
  }
};
TEST_P(Damaged, IsAnErrorThatNamesTheLine) { EXPECT_EQ(error_of(GetParam().parser, GetParam().text), GetParam().want); }

const std::string_view kHeading = "Inter-|\n face |\n";
const std::string kShortInterface = std::string(kHeading) + "eth0: 1 2 3\n";
const std::string kNamelessInterface = std::string(kHeading) + "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n";

INSTANTIATE_TEST_SUITE_P(
    Table, Damaged,
    testing::Values(
        Damage{"stat_empty", "stat", "", "no line of all CPUs"},
        Damage{"stat_only_cores", "stat", "cpu0 1 2 3 4\n", "no line of all CPUs"},
        Damage{"stat_text", "stat", "cpu 1 2 x 4\n", "line 1: a CPU time is not a number"},
        Damage{"stat_old_kernel", "stat", "cpu 1 2 3 4\n", "no error"},
        Damage{"stat_counter", "stat", "cpu 1 2 3 4\nctxt -\n", "line 2: ctxt is not a number"},
        Damage{"stat_no_counter", "stat", "cpu 1 2 3 4\nprocesses\n", "line 2: processes is not a number"},
        Damage{"stat_overflow", "stat", "cpu 18446744073709551616\n", "line 1: a CPU time is not a number"},
        Damage{"load_empty", "loadavg", "", "empty"},
        Damage{"load_no_slash", "loadavg", "1 2 3 4 5\n", "line 1: not a load average"},
        Damage{"load_text", "loadavg", "1 two 3 1/2 5\n", "line 1: not a load average"},
        Damage{"load_short", "loadavg", "1 2\n", "line 1: not a load average"},
        Damage{"memory_empty", "meminfo", "", "no MemTotal or no MemFree"},
        Damage{"memory_unit", "meminfo", "MemTotal: 5 MB\n", "line 1: MemTotal is not in kB"},
        Damage{"memory_text", "meminfo", "MemTotal: 5 kB\nMemFree: x kB\n", "line 2: MemFree is not in kB"},
        Damage{"memory_good", "meminfo", "MemTotal: 5 kB\nMemFree: 1 kB\n", "no error"},
        Damage{"disk_short", "diskstats", " 8 0 sda 1 2 3\n", "line 1: not a line of disk statistics"},
        Damage{"disk_text", "diskstats", " 8 0 sda 1 2 x 4 5 6 7 8 9 10 11\n", "line 1: not a line of disk statistics"},
        Damage{"disk_old_kernel", "diskstats", " 8 0 sda 1 2 3 4 5 6 7 8 9 10 11\n\n", "no error"},
        Damage{"disks_none", "diskstats", "", "no error"}, Damage{"net_no_heading", "net/dev", "", "no heading"},
        Damage{"net_short", "net/dev", kShortInterface, "line 3: not a line of interface statistics"},
        Damage{"net_nameless", "net/dev", kNamelessInterface, "line 3: not a line of interface statistics"},
        Damage{"net_none", "net/dev", kHeading, "no error"}, Damage{"pressure_empty", "pressure", "", "no line 'some'"},
        Damage{"pressure_only_full", "pressure", "full avg10=1 avg60=1 avg300=1 total=1\n", "no line 'some'"},
        Damage{"pressure_text", "pressure", "some avg10=1 avg60=x avg300=1 total=1\n",
               "line 1: not a line of averages and a total"},
        Damage{"pressure_other_key", "pressure", "some avg10=1 avg60=1 avg900=1 total=1\n",
               "line 1: not a line of averages and a total"},
        Damage{"pressure_cut", "pressure", "some avg10=1 avg60=1\n", "line 1: not a line of averages and a total"},
        Damage{"uptime_empty", "uptime", "", "empty"},
        Damage{"uptime_text", "uptime", "long\n", "line 1: not an uptime"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(ParseStat, GuestTimeIsNotCountedTwiceAndNeverBelowZero) {
  const auto stat = parse_stat("cpu 10 20 30 40 50 60 70 80 4 25\n");
  ASSERT_TRUE(stat);
  EXPECT_THAT(stat->ticks, testing::ElementsAre(6, 0, 30, 40, 50, 60, 70, 80, 4, 25));
}

TEST(PolledFile, SeesTheFileAsItIsNow) {
  const auto path = std::filesystem::temp_directory_path() / ("polled_file." + std::to_string(::getpid()));
  PolledFile file{path.string()};
  const auto missing = file.read();
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::unavailable);
  EXPECT_THAT(missing.error().text(), HasSubstr(path.string()));
  std::ofstream{path} << "one";
  EXPECT_EQ(file.read().value_or("error"), "one");
  std::ofstream{path} << std::string(10000, 'x');
  EXPECT_EQ(file.read().value_or("error"), std::string(10000, 'x'));
  std::ofstream{path} << "short";
  EXPECT_EQ(file.read().value_or("error"), "short");
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace cppd::linux_host

// SPDX-License-Identifier: GPL-3.0-or-later
// The collector on captured trees: what reaches the store, cycle after cycle.
#include "linux.h"

#include <cppd/metrix/reader.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <atomic>
#include <boost/asio/use_future.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <new>
#include <nlohmann/json.hpp>
#include <set>

namespace {
std::atomic<std::size_t> allocations;  // of the whole test binary
}  // namespace
void* operator new(std::size_t bytes) {
  ++allocations;
  if (void* block = std::malloc(bytes)) return block;
  throw std::bad_alloc{};
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }

namespace cppd::linux_host {
namespace {

using metrix::Reader;
using nlohmann::json;
using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Optional;
namespace fs = std::filesystem;

struct Recorder final : LogSink {
  std::vector<std::string> lines;
  void write(LogLevel, std::string_view message, const LogAttributes&) override { lines.emplace_back(message); }
};

template <class T>
T run(Task<T> task) {
  asio::io_context loop;
  auto future = asio::co_spawn(loop, std::move(task), asio::use_future);
  loop.run();
  return future.get();
}

/// A copy of a tree that a test may change, and a collector on it.
class Host : public testing::Test {
 protected:
  Host() : root_{fs::temp_directory_path() / ("linux_test." + std::to_string(::getpid()))} {
    job_.log = Logger{recorder_, LogLevel::info};
  }
  ~Host() override { fs::remove_all(root_); }

  /// A collector on a tree of testdata as it lies there.
  void look_at(const std::string& tree, Config config = {}) {
    const auto source = fs::path{CPPD_SOURCE_DIR} / "src/collectors/linux/testdata" / tree;
    std::ifstream file{source / "expected.json"};
    expected_ = json::parse(file);
    start(source, std::move(config));
  }
  /// A collector on a copy of the small tree.
  void change_small() {
    fs::copy(fs::path{CPPD_SOURCE_DIR} / "src/collectors/linux/testdata/small", root_, fs::copy_options::recursive);
    start(root_, {});
  }
  void start(const fs::path& root, Config config) {
    config.root = root.string();
    collector_ = std::make_unique<LinuxCollector>(std::move(config));
    const auto done = run(collector_->init(job_));
    ASSERT_TRUE(done) << done.error().text();
  }
  Result<> collect() {
    Cycle cycle{job_, {}, {}, collector_->ledger()};
    collector_->store().begin();
    auto done = run(collector_->collect(cycle));
    if (done) {
      collector_->store().commit();
    } else {
      collector_->store().abort();
    }
    return done;
  }
  [[nodiscard]] std::optional<double> value(std::string_view name, std::initializer_list<Label> labels = {}) const {
    return Reader{collector_->store(), {}}.value(name, Labels{labels.begin(), labels.size()});
  }
  /// Values of the label `device` of all visible series of a metric.
  [[nodiscard]] std::vector<std::string> devices(std::string_view metric) const {
    const Reader reader{collector_->store(), {}};
    std::vector<std::string> found;
    std::vector<Label> labels;
    for (const auto id : reader.series()) {
      if (reader.store().descriptor_of(id).name != metric) continue;
      reader.labels(id, labels);
      found.emplace_back(labels.at(0).value);
    }
    return found;
  }
  /// Every visible series with a device, by "metric device type".
  [[nodiscard]] std::map<std::string, double> of_devices() const {
    const auto& store = collector_->store();
    const Reader reader{store, {}};
    std::map<std::string, double> found;
    std::vector<Label> labels;
    for (const auto id : reader.series()) {
      reader.labels(id, labels);
      if (labels.empty() || labels[0].key != "device") continue;
      const auto key = fmt::format("{} {} {}", store.descriptor_of(id).name, labels[0].value, labels.at(1).value);
      found[key] = store.committed()[metrix::index_of(id)].value;
    }
    return found;
  }
  void write(const std::string& path, const std::string& text) const { std::ofstream{root_ / path} << text; }
  [[nodiscard]] std::string read(const std::string& path) const {
    std::ifstream file{root_ / path};
    return {std::istreambuf_iterator<char>{file}, {}};
  }

  fs::path root_;
  json expected_;
  std::shared_ptr<Recorder> recorder_ = std::make_shared<Recorder>();
  JobContext job_;
  std::unique_ptr<LinuxCollector> collector_;
};

class Trees : public Host, public testing::WithParamInterface<const char*> {};
INSTANTIATE_TEST_SUITE_P(Both, Trees, testing::Values("small", "large"),
                         [](const auto& row) { return std::string(row.param); });

TEST_P(Trees, SystemMetricsAreThoseOfTheTree) {
  look_at(GetParam());
  ASSERT_TRUE(collect());
  const auto& stat = expected_["stat"];
  EXPECT_EQ(value("running_processes"), stat["running"].get<double>());
  EXPECT_EQ(value("blocked_processes"), stat["blocked"].get<double>());
  EXPECT_EQ(value("forks_total"), stat["forks"].get<double>());
  EXPECT_EQ(value("context_switches_total"), stat["context_switches"].get<double>());
  EXPECT_EQ(value("interrupts_total"), stat["interrupts"].get<double>());
  EXPECT_EQ(value("active_processes"), expected_["active"].get<double>());
  EXPECT_EQ(value("load_average_processes", {{"minutes", "5"}}), expected_["load"][1].get<double>());
  EXPECT_EQ(value("uptime_seconds"), std::floor(expected_["uptime"].get<double>()));
  for (const auto& [name, bytes] : expected_["memory"].items()) {
    if (name != "total") EXPECT_EQ(value("memory_" + name + "_bytes"), bytes.get<double>()) << name;
  }
  EXPECT_EQ(value("memory_available_bytes").has_value(), expected_["memory"].contains("available"));
  for (const auto& [resource, kinds] : expected_["pressure"].items()) {
    for (const auto& [tasks, numbers] : kinds.items()) {
      EXPECT_THAT(value("pressure_ratio", {{"resource", resource}, {"seconds", "60"}, {"tasks", tasks}}),
                  Optional(DoubleEq(numbers[1].get<double>() / 100)));
      EXPECT_THAT(value("pressure_stall_seconds_total", {{"resource", resource}, {"tasks", tasks}}),
                  Optional(DoubleEq(numbers[3].get<double>() / 1e6)));
    }
  }
}

TEST_P(Trees, DevicesAreThoseThatMovedSomething) {
  look_at(GetParam());
  ASSERT_TRUE(collect());
  std::map<std::string, double> wanted;
  std::size_t disks = 0;
  for (const auto& [name, disk] : expected_["disks"].items()) {
    const auto& kind = disk["kind"].get_ref<const std::string&>();
    if (kind == "absent" || name.starts_with("loop") || disk["reads"] == 0) continue;
    ++disks;
    const auto where = " " + name + " " + kind;
    wanted["disk_read_bytes_total" + where] = disk["read_sectors"].get<double>() * 512;
    wanted["disk_written_bytes_total" + where] = disk["written_sectors"].get<double>() * 512;
    wanted["disk_reads_total" + where] = disk["reads"].get<double>();
    wanted["disk_writes_total" + where] = disk["writes"].get<double>();
    wanted["disk_busy_seconds_total" + where] = disk["busy"].get<double>() / 1000;
  }
  EXPECT_EQ(disks, std::string_view{GetParam()} == "large" ? 200u + 1 + 20 : 1u);
  for (const auto& [name, interface] : expected_["interfaces"].items()) {
    if (name == "lo" || interface["received"][0] == 0) continue;
    const auto where = " " + name + (interface["kind"] == "physical" ? " real" : " virtual");
    const char* const words[] = {"bytes", "packets", "errors", "drops"};
    for (std::size_t i = 0; i < 4; ++i) {
      wanted[std::string("interface_receive_") + words[i] + "_total" + where] = interface["received"][i];
      wanted[std::string("interface_transmit_") + words[i] + "_total" + where] = interface["sent"][i];
    }
    wanted["interface_receive_multicast_packets_total" + where] = interface["multicast"];
  }
  EXPECT_EQ(of_devices(), wanted);
}

TEST_F(Host, CpuSharesAreOfTheTimeBetweenTwoCycles) {
  change_small();
  write("proc/stat", "cpu 100 0 100 1000 50 0 0 0 0 0\n");
  ASSERT_TRUE(collect());
  EXPECT_EQ(value("cpu_time_ratio", {{"mode", "user"}}), std::nullopt) << "one reading has no shares";
  write("proc/stat", "cpu 140 0 110 1140 60 0 0 0 20 0\n");
  ASSERT_TRUE(collect());
  EXPECT_THAT(value("cpu_time_ratio", {{"mode", "user"}}), Optional(DoubleEq(0.10)));
  EXPECT_THAT(value("cpu_time_ratio", {{"mode", "guest"}}), Optional(DoubleEq(0.10)));
  EXPECT_THAT(value("cpu_time_ratio", {{"mode", "system"}}), Optional(DoubleEq(0.05)));
  EXPECT_THAT(value("cpu_time_ratio", {{"mode", "idle"}}), Optional(DoubleEq(0.70)));
  EXPECT_THAT(value("cpu_time_ratio", {{"mode", "iowait"}}), Optional(DoubleEq(0.05)));
  write("proc/stat", "cpu 140 0 110 1240 10 0 0 0 20 0\n");
  ASSERT_TRUE(collect());
  EXPECT_EQ(value("cpu_time_ratio", {{"mode", "iowait"}}), 0) << "a time that fell is no time";
  EXPECT_EQ(value("cpu_time_ratio", {{"mode", "idle"}}), 1);
  ASSERT_TRUE(collect());
  EXPECT_EQ(value("cpu_time_ratio", {{"mode", "idle"}}), std::nullopt) << "no tick has passed";
}

std::string disk_line(std::string_view name, int reads, int sectors) {
  return "8 0 " + std::string(name) + " " + std::to_string(reads) + " 0 " + std::to_string(sectors) +
         " 0 0 0 0 0 0 7 0\n";
}

TEST_F(Host, DisksComeAndGoAndTheTotalNeverFalls) {
  change_small();
  for (const auto* name : {"sda", "sdb", "sdc"}) {
    fs::create_directories(root_ / "sys/block" / name / "device");
  }
  write("proc/diskstats", disk_line("sda", 5, 100) + disk_line("sda1", 5, 100) + disk_line("sdb", 0, 0));
  ASSERT_TRUE(collect());
  EXPECT_THAT(devices("disk_reads_total"), ElementsAre("sda")) << "sdb is idle, sda1 a partition";
  EXPECT_EQ(value("disks_read_bytes_total"), 0);

  write("proc/diskstats", disk_line("sdb", 1, 8) + disk_line("sda", 6, 110) + disk_line("sda1", 6, 110));
  ASSERT_TRUE(collect());
  EXPECT_THAT(devices("disk_reads_total"), ElementsAre("sda", "sdb"));
  EXPECT_EQ(value("disks_read_bytes_total"), 18 * 512);

  write("proc/diskstats", disk_line("sdc", 900, 9000) + disk_line("sdb", 2, 10));
  ASSERT_TRUE(collect());
  EXPECT_THAT(devices("disk_reads_total"), ElementsAre("sdb", "sdc"));
  EXPECT_EQ(value("disks_read_bytes_total"), 20 * 512) << "what a new disk moved before is not ours";

  write("proc/diskstats", "");
  ASSERT_TRUE(collect());
  EXPECT_THAT(devices("disk_reads_total"), ElementsAre());
  EXPECT_EQ(value("disks_read_bytes_total"), 20 * 512);
}

TEST_F(Host, PatternsChooseDevices) {
  look_at("large", {.disks = "sda sdb", .interfaces = "!eno1 eno*"});
  ASSERT_TRUE(collect());
  EXPECT_THAT(devices("disk_reads_total"), ElementsAre("sda", "sdb"));
  EXPECT_THAT(devices("interface_receive_bytes_total"), ElementsAre("eno2", "eno3", "eno4"));
}

TEST_F(Host, ABadFileCostsItsOwnMetricsAndIsLoggedOnce) {
  change_small();
  ASSERT_TRUE(collect());
  write("proc/meminfo", "MemTotal: many kB\n");
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(collect());
  EXPECT_EQ(value("memory_free_bytes"), std::nullopt);
  EXPECT_TRUE(value("uptime_seconds"));
  EXPECT_THAT(recorder_->lines, ElementsAre(HasSubstr("proc/meminfo: line 1: MemTotal is not in kB")));
}

TEST_F(Host, NoFileAtAllIsAnError) {
  change_small();
  fs::remove_all(root_ / "proc");
  LinuxCollector nothing{{.root = root_.string()}};
  ASSERT_TRUE(run(nothing.init(job_)));
  Cycle cycle{job_, {}, {}, nothing.ledger()};
  const auto checked = run(nothing.check(cycle));
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, Errc::unavailable);
  EXPECT_THAT(checked.error().text(), HasSubstr("proc/net/dev: cannot open: No such file or directory"));
}

TEST_F(Host, APatternThatIsNoneIsRefused) {
  LinuxCollector collector{{.disks = "sd[a"}};
  const auto done = run(collector.init(job_));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Errc::invalid_input);
  EXPECT_THAT(done.error().text(), HasSubstr("disks: "));
}

TEST_F(Host, TheHostPrefixIsTheRootUnlessOneIsConfigured) {
  job_.host_prefix = std::string(CPPD_SOURCE_DIR) + "/src/collectors/linux/testdata/large/";
  collector_ = std::make_unique<LinuxCollector>(Config{});
  ASSERT_TRUE(run(collector_->init(job_)));
  ASSERT_TRUE(collect());
  EXPECT_EQ(value("uptime_seconds"), 123456789);
}

TEST_F(Host, ThisMachinesMemoryAddsUp) {
  collector_ = std::make_unique<LinuxCollector>(Config{});
  ASSERT_TRUE(run(collector_->init(job_)));
  ASSERT_TRUE(collect());
  struct sysinfo info{};
  ASSERT_EQ(::sysinfo(&info), 0);
  double sum = 0;
  for (const auto* part : {"free", "used", "cached", "buffers"}) {
    sum += value(std::string("memory_") + part + "_bytes").value_or(0);
  }
  EXPECT_EQ(sum, static_cast<double>(info.totalram) * info.mem_unit);
}

TEST_F(Host, MetricNamesEndInABaseUnit) {
  change_small();
  ASSERT_TRUE(collect());
  write("proc/stat", "cpu 999999999999 1 1 1\n");
  ASSERT_TRUE(collect());
  std::set<std::string> names;
  const Reader reader{collector_->store(), {}};
  for (const auto id : reader.series()) {
    const auto& descriptor = reader.store().descriptor_of(id);
    names.insert(descriptor.name);
    EXPECT_EQ(descriptor.kind == metrix::Kind::counter, descriptor.name.ends_with("_total")) << descriptor.name;
  }
  for (const auto& name : names) {
    EXPECT_THAT(name, testing::MatchesRegex(".*_(total|bytes|seconds|ratio|processes)"));
  }
  EXPECT_EQ(collector_->ledger().summary(), "");
}

Task<std::size_t> allocations_of_a_steady_cycle(LinuxCollector& collector, const JobContext& job) {
  std::size_t counted = 0;
  for (int i = 0; i < 4; ++i) {
    Cycle cycle{job, {}, {}, collector.ledger()};
    collector.store().begin();
    const auto before = allocations.load();
    const auto done = co_await collector.collect(cycle);
    counted = allocations.load() - before;
    collector.store().commit();
    if (!done) co_return 1'000'000;
  }
  co_return counted;
}

TEST_F(Host, ASteadyCycleAllocatesNothing) {
  look_at("large");
  EXPECT_EQ(run(allocations_of_a_steady_cycle(*collector_, job_)), 0u);
}

}  // namespace
}  // namespace cppd::linux_host

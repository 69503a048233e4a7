// SPDX-License-Identifier: GPL-3.0-or-later
// What many hosts cost: in a steady cycle no allocation, for a birth the same whatever the number of hosts, and memory
// in proportion to series. Operator new is replaced in this binary, but under the sanitizers, which have their own.
#include <cppd/chartengine/host_engines.h>
#include <cppd/charttpl/decode.h>
#include <cppd/metrix/instrument.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <cstdlib>
#include <new>

#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
namespace {

std::size_t g_allocations = 0;  // the tests have one thread
std::size_t g_bytes = 0;

void* counted(std::size_t bytes) {
  ++g_allocations;
  void* at = std::malloc(bytes == 0 ? 1 : bytes);
  if (at == nullptr) throw std::bad_alloc{};
  g_bytes += ::malloc_usable_size(at);
  return at;
}
void given_back(void* at) {
  g_bytes -= ::malloc_usable_size(at);
  std::free(at);
}

}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes); }
void* operator new[](std::size_t bytes) { return counted(bytes); }
void operator delete(void* at) noexcept { given_back(at); }
void operator delete[](void* at) noexcept { given_back(at); }
void operator delete(void* at, std::size_t) noexcept { given_back(at); }
void operator delete[](void* at, std::size_t) noexcept { given_back(at); }

namespace cppd::chartengine {
namespace {

/// Series with a chart each, spread over hosts.
class Fleet {
 public:
  Fleet(std::size_t series, std::size_t hosts) {
    EXPECT_TRUE(engines_.load(*charttpl::decode("engine: {autogen: {enabled: true}}\ngroups: [{family: F}]\n")));
    for (std::size_t i = 0; i < series; ++i) add(i, i % hosts);
    for (std::size_t i = 0; i < 4; ++i) cycle();
  }
  void add(std::size_t number, std::size_t host) {
    const auto id = fmt::format("{:05}", number);
    const Label labels[] = {{"id", id}};
    const metrix::HostScope scope{.key = fmt::format("{:04}", host), .guid = "g", .hostname = "h"};
    const metrix::SnapshotMeter meter{store_};
    gauges_.push_back((host == 0 ? meter : meter.with_host_scope(scope)).with_labels(labels).gauge("m"));
  }
  void cycle() {
    store_.begin();
    for (const auto& gauge : gauges_) gauge.observe(++value_);
    store_.commit();
    updates_ = 0;
    for (auto* host : *engines_.synchronize(store_)) {
      auto attempt = host->engine->prepare(store_);
      updates_ += attempt->plan().updates.size();
      if (!attempt->commit()) ADD_FAILURE();
    }
    EXPECT_EQ(updates_, gauges_.size());
  }
  [[nodiscard]] const HostEngines& engines() const { return engines_; }

 private:
  metrix::Store store_;
  HostEngines engines_{{.type_id = "job"}};
  std::vector<metrix::Gauge> gauges_;
  std::size_t updates_ = 0;
  double value_ = 0;
};

struct Row {
  std::string_view name;
  std::size_t series, hosts;
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};
class FleetCost : public testing::TestWithParam<Row> {};

TEST_P(FleetCost, NothingInASteadyCycle) {
  Fleet fleet{GetParam().series, GetParam().hosts};
  ASSERT_EQ(fleet.engines().all().size(), GetParam().hosts);
  const auto before = g_allocations;
  fleet.cycle();
  EXPECT_EQ(g_allocations, before);
}

INSTANTIATE_TEST_SUITE_P(Table, FleetCost,
                         testing::Values(Row{"one", 4096, 1}, Row{"eight", 4096, 8}, Row{"many", 4096, 512}),
                         [](const auto& row) { return std::string{row.param.name}; });

std::size_t cost_of_a_birth(std::size_t hosts) {
  Fleet fleet{hosts * 8, hosts};
  fleet.add(99999, hosts - 1);
  const auto before = g_allocations;
  fleet.cycle();
  return g_allocations - before;
}

TEST(FleetBirth, CostsTheHostItConcerns) {
  const auto few = cost_of_a_birth(8);
  EXPECT_GT(few, 0u);
  EXPECT_LE(cost_of_a_birth(512), few + 8);  // arrays by slot may grow
}

std::size_t bytes_of(std::size_t series, std::size_t hosts) {
  const auto before = g_bytes;
  const Fleet fleet{series, hosts};
  return g_bytes - before;
}

/// 512 hosts with 8 series each against one host with as many: what a host costs by itself is bounded, and so is what
/// it adds to each series.
TEST(FleetMemory, FollowsSeriesAndHosts) {
  constexpr std::size_t kBytesPerHost = 8 * 1024;
  const auto one = bytes_of(4096, 1);
  const auto many = bytes_of(4096, 512);
  EXPECT_LE(many, one + one / 4 + 512 * kBytesPerHost);
  const auto twice = bytes_of(8192, 1024);  // quadratic would be four times as much
  EXPECT_LE(twice, many * 9 / 4);
}

}  // namespace
}  // namespace cppd::chartengine
#endif

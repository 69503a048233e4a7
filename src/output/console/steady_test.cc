// SPDX-License-Identifier: GPL-3.0-or-later
// What a cycle that changes nothing but numbers costs in allocations: none. Operator new is replaced in this binary,
// but under the sanitizers, which have their own.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "job_fixture.h"

#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
namespace {

std::atomic<std::uint64_t> g_allocations{0};

void* counted(std::size_t bytes) {
  g_allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* at = std::malloc(bytes == 0 ? 1 : bytes)) return at;
  throw std::bad_alloc{};
}

}  // namespace

void* operator new(std::size_t bytes) { return counted(bytes); }
void* operator new[](std::size_t bytes) { return counted(bytes); }
void operator delete(void* at) noexcept { std::free(at); }
void operator delete[](void* at) noexcept { std::free(at); }
void operator delete(void* at, std::size_t) noexcept { std::free(at); }
void operator delete[](void* at, std::size_t) noexcept { std::free(at); }

namespace cppd::output {
namespace {

/// Ten charts, two dimensions each; handles are kept as a collector keeps them.
TEST(Steady, PublishingAllocatesNothing) {
  ChartBoard board;
  TestJob job{board};
  std::vector<metrix::Gauge> queues;
  const auto vec = metrix::SnapshotMeter{job.store}.vec("queue", {"pool"}).gauge();
  for (int i = 0; i < 10; ++i) queues.push_back(vec(std::to_string(i)));
  const auto cycle = [&](double value) {
    job.store.begin();
    for (const auto& queue : queues) queue.observe(value);
    job.store.commit();
    job.publish(1'000'000);
  };
  BoardSnapshot snapshot;
  for (int i = 0; i < 5; ++i) cycle(i);
  board.snapshot(snapshot);
  board.snapshot(snapshot);
  const auto before = g_allocations.load();
  for (int i = 0; i < 200; ++i) cycle(i);
  const auto published = g_allocations.load();
  EXPECT_EQ(published - before, 0u);
  board.snapshot(snapshot);
  EXPECT_EQ(g_allocations.load() - published, 0u);
  ASSERT_EQ(snapshot.jobs.at(0).charts.size(), 10u);
  for (const auto& chart : snapshot.jobs[0].charts) EXPECT_EQ(chart.values, (std::vector<double>{199, 398}));
}

}  // namespace
}  // namespace cppd::output
#endif

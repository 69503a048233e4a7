// SPDX-License-Identifier: GPL-3.0-or-later
// The steady path allocates nothing. Counted by replacing operator new, which the sanitizers need for themselves.
#include <cppd/kit/prometheus/scrape_memory.h>

#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || __has_feature(address_sanitizer) || \
    __has_feature(thread_sanitizer)
#define CPPD_SANITIZED 1
#else
#define CPPD_SANITIZED 0
#endif

namespace {
std::size_t allocations = 0;  // the tests have one thread
}

#if !CPPD_SANITIZED
void* operator new(std::size_t bytes) {
  ++allocations;
  if (void* memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif

namespace cppd::prometheus {
namespace {

struct Ignore : ScrapeSink {
  void on_known(std::span<const KnownSample> samples) override { known += samples.size(); }
  std::uint64_t on_new(const NewSample&) override { return 1; }
  std::size_t known = 0;
};

TEST(ScrapeMemoryAllocations, AreNoneOnAKnownPage) {
  if (CPPD_SANITIZED) GTEST_SKIP() << "the sanitizers count for themselves";
  std::string page = "# HELP m Things.\n# TYPE m counter\n";
  for (int i = 0; i < 500; ++i) page += fmt::format("m{{a=\"{}\",b=\"\\\"x\\\"\"}} {}.0123456789012345e-7\n", i, i);
  page += "n NaN\no 1 1700000000000\nm.5\nbad\n";
  ScrapeMemory memory;
  Ignore sink;
  const auto scrape = [&] {
    memory.begin(sink);
    for (std::size_t at = 0; at < page.size(); at += 1000) memory.feed(std::string_view{page}.substr(at, 1000));
    memory.finish();
  };
  scrape();
  scrape();
  allocations = 0;
  sink.known = 0;
  scrape();
  const auto counted = allocations;
  EXPECT_EQ(sink.known, 503u);
  EXPECT_EQ(counted, 0u);
}

}  // namespace
}  // namespace cppd::prometheus

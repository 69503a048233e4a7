// SPDX-License-Identifier: GPL-3.0-or-later
// The steady path allocates nothing. Counted by replacing operator new, which the sanitizers need for themselves.
#include <cppd/kit/prometheus/scrape_memory.h>

#include <gtest/gtest.h>

#include "support/counting_new.h"

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
  const auto counted = allocations.load();
  EXPECT_EQ(sink.known, 503u);
  EXPECT_EQ(counted, 0u);
}

}  // namespace
}  // namespace cppd::prometheus

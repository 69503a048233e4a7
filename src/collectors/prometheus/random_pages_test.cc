// SPDX-License-Identifier: GPL-3.0-or-later
// Pages that change all the time, against a writer that sees only the last of them.
#include <fmt/ranges.h>
#include <gtest/gtest.h>

#include <random>

#include "pages_for_tests.h"

namespace cppd::prometheus_collector {
namespace {

using test::Pages;

/// Instances of one histogram, one summary and one counter that come and go, in an order that moves, with lines that
/// repeat, are missing or are no number.
std::string random_page(std::minstd_rand& random) {
  const auto once_in = [&](unsigned n) { return random() % n == 0; };
  std::vector<std::string> lines;
  for (const auto* i : {"a", "b", "c", "d"}) {
    if (once_in(4)) continue;
    auto count = random() % 50;
    const auto low = random() % 20;
    lines.push_back(fmt::format("h_bucket{{i=\"{}\",le=\"1\"}} {}", i, low));
    lines.push_back(fmt::format("h_bucket{{i=\"{}\",le=\"2\"}} {}", i, low + random() % 20));
    if (!once_in(5)) lines.push_back(fmt::format("h_count{{i=\"{}\"}} {}", i, count));
    if (!once_in(5)) lines.push_back(fmt::format("h_sum{{i=\"{}\"}} {}", i, once_in(5) ? "NaN" : "7"));
    if (once_in(5)) lines.push_back(fmt::format("h_count{{i=\"{}\",}} {}", i, ++count));
    for (const auto* quantile : {"0.5", "0.9"})
      lines.push_back(fmt::format("s{{i=\"{}\",quantile=\"{}\"}} {}", i, quantile, once_in(3) ? "NaN" : "1.5"));
    if (!once_in(5)) lines.push_back(fmt::format("s_sum{{i=\"{}\"}} {}", i, random() % 9));
    lines.push_back(fmt::format("s_count{{i=\"{}\"}} {}", i, count));
    lines.push_back(fmt::format("k_total{{i=\"{}\"}} {}", i, count));
  }
  if (once_in(2)) std::ranges::shuffle(lines, random);
  return fmt::format("# TYPE h histogram\n# TYPE s summary\n{}\n", fmt::join(lines, "\n"));
}

/// What a page leaves visible does not depend on the pages before it, as long as all have the same bounds.
TEST(RandomPages, LeaveWhatEachOfThemAloneSays) {
  std::minstd_rand random{1};
  Pages pages;
  const std::string whole =
      "# TYPE h histogram\nh_bucket{le=\"1\"} 0\nh_bucket{le=\"2\"} 0\nh_count 0\n# TYPE s summary\n"
      "s{quantile=\"0.5\"} 0\ns{quantile=\"0.9\"} 0\ns_count 0\ns_sum 0\n";
  pages.write(whole);
  std::size_t seen = 0;
  for (int i = 0; i < 300; ++i) {
    const auto page = random_page(random);
    Pages alone;
    const auto want = alone.write(page);
    ASSERT_EQ(pages.write(page), want) << i << "\n" << page;
    ASSERT_EQ(pages.write(page), want) << i << " again\n" << page;
    seen += want.size();
  }
  EXPECT_GT(seen, 5000u);
}

}  // namespace
}  // namespace cppd::prometheus_collector

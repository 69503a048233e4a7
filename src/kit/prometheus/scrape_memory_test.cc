// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/kit/prometheus/exposition.h>
#include <cppd/kit/prometheus/scrape_memory.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>

namespace cppd::prometheus {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string series_text(std::string_view name, Labels labels) {
  std::string out{name};
  for (const auto& label : labels) out += fmt::format(" {}=<{}>", label.key, label.value);
  return out;
}
std::string sample_text(std::string_view series, double value) {
  return std::isnan(value) ? fmt::format("{} nan", series) : fmt::format("{} {}", series, value);
}

/// Gives every new line the next number and writes down what it is told.
class Recorder : public ScrapeSink {
 public:
  void on_known(std::span<const KnownSample> samples) override {
    for (const auto& sample : samples) {
      got.push_back(sample_text(series.at(sample.user), sample.value));
      ++known;
    }
  }
  std::uint64_t on_new(const NewSample& sample) override {
    series[++last] = series_text(sample.name, sample.labels);
    types[series[last]] = sample.type;
    help[series[last]] = sample.help;
    got.push_back(sample_text(series[last], sample.value));
    return last;
  }
  void on_gone(std::uint64_t user) override { gone.push_back(series.at(user)); }

  std::map<std::uint64_t, std::string> series;
  std::map<std::string, FamilyType> types;
  std::map<std::string, std::string> help;
  std::vector<std::string> got, gone;
  std::uint64_t last = 0;
  int known = 0;
};

struct Scrape {
  std::vector<std::string> samples, gone;
  int known;
  bool changed;
};
Scrape scrape(ScrapeMemory& memory, Recorder& recorder, std::string_view body, std::size_t chunk = 0) {
  recorder.got.clear();
  recorder.gone.clear();
  recorder.known = 0;
  memory.begin(recorder);
  for (std::size_t at = 0; at < body.size(); at += chunk) {
    if (chunk == 0) chunk = body.size();
    memory.feed(body.substr(at, chunk));
  }
  memory.finish();
  return {recorder.got, recorder.gone, recorder.known, memory.changed()};
}

constexpr std::string_view kPage =
    "# HELP a_total Things.\n# TYPE a_total counter\na_total{x=\"1\"} 1\na_total{x=\"2\"} 2\n\nb 1.5\n# TYPE c "
    "gauge\nc NaN\n";

TEST(ScrapeMemory, KnowsAnUnchangedPageAgain) {
  ScrapeMemory memory;
  Recorder recorder;
  EXPECT_TRUE(scrape(memory, recorder, kPage).changed);
  const auto again = scrape(memory, recorder, kPage);
  EXPECT_FALSE(again.changed);
  EXPECT_EQ(again.known, 4);
  EXPECT_THAT(again.samples, ElementsAre("a_total x=<1> 1", "a_total x=<2> 2", "b 1.5", "c nan"));
  EXPECT_EQ(recorder.types["a_total x=<1>"], FamilyType::counter);
  EXPECT_EQ(recorder.help["a_total x=<1>"], "Things.");
}

TEST(ScrapeMemory, TellsNewMovedAndGoneLines) {
  ScrapeMemory memory;
  Recorder recorder;
  scrape(memory, recorder, "a 1\nb 2\nc 3\n");
  const auto changed = scrape(memory, recorder, "d 4\nc 3\na 1\n");
  EXPECT_TRUE(changed.changed);
  EXPECT_EQ(changed.known, 2);
  EXPECT_THAT(changed.samples, ElementsAre("d 4", "c 3", "a 1"));
  EXPECT_THAT(changed.gone, ElementsAre("b"));
  EXPECT_FALSE(scrape(memory, recorder, "d 4\nc 3\na 1\n").changed);
}

/// Ignores what is called as it says.
struct Selective : ScrapeSink {
  explicit Selective(std::string_view name) : refused{name} {}
  void on_known(std::span<const KnownSample>) override {}
  std::uint64_t on_new(const NewSample& sample) override { return sample.name == refused ? ScrapeMemory::kIgnored : 7; }
  std::string_view refused;
};

TEST(ScrapeMemory, ForgetsWhatItIgnoresWhenItExplainsThePage) {
  ScrapeMemory memory;
  Selective sink{"x_bucket"};
  memory.begin(sink);
  memory.feed("x_bucket{le=\"1\"} 1\nx_sum 3\ny 1\n");
  memory.finish();
  std::vector<std::string> told;
  memory.for_each_sample([&](const RememberedSample& sample) {
    EXPECT_EQ(sample.component, Component::scalar) << sample.name;  // no bucket is there to make x a histogram
    told.emplace_back(sample.name);
  });
  EXPECT_THAT(told, ElementsAre("x_sum", "y"));
}

TEST(ScrapeMemory, DoesNotTakeALongerNameForAKnownOne) {
  ScrapeMemory memory;
  Recorder recorder;
  scrape(memory, recorder, "m.5\n");
  EXPECT_THAT(scrape(memory, recorder, "m5 7\n").samples, ElementsAre("m5 7"));
}

TEST(ScrapeMemory, FindsTypesAboveALineBornLater) {
  ScrapeMemory memory;
  Recorder recorder;
  scrape(memory, recorder, "# TYPE h histogram\nh_bucket{le=\"2\"} 1\n");
  scrape(memory, recorder, "# TYPE h histogram\nh_bucket{le=\"2\"} 1\nh_bucket{le=\"4\"} 1\nh_sum 3\n");
  EXPECT_EQ(recorder.types["h_bucket le=<4.0>"], FamilyType::histogram);
  EXPECT_EQ(recorder.types["h_sum"], FamilyType::histogram);
}

TEST(ScrapeMemory, AChangedTypeIsAChange) {
  ScrapeMemory memory;
  Recorder recorder;
  scrape(memory, recorder, "# TYPE m gauge\nm 1\n");
  const auto changed = scrape(memory, recorder, "# TYPE m counter\nm 1\n");
  EXPECT_TRUE(changed.changed);
  EXPECT_EQ(changed.known, 1);
  std::vector<FamilyType> types;
  memory.for_each_sample([&](const RememberedSample& sample) { types.push_back(sample.type); });
  EXPECT_THAT(types, ElementsAre(FamilyType::counter));
}

TEST(ScrapeMemory, ForgetsAScrapeThatWasNotFinished) {
  ScrapeMemory memory;
  Recorder recorder;
  scrape(memory, recorder, "a 1\nb 2\n");
  memory.begin(recorder);
  memory.feed("x 1\na 1\nb");
  EXPECT_FALSE(scrape(memory, recorder, "a 1\nb 2\n").changed);
}

TEST(ScrapeMemory, IgnoredLinesAreNotTold) {
  struct Ignorer : Recorder {
    std::uint64_t on_new(const NewSample& sample) override {
      return sample.name == "b" ? ScrapeMemory::kIgnored : Recorder::on_new(sample);
    }
  } recorder;
  ScrapeMemory memory;
  scrape(memory, recorder, "a 1\nb 2\n");
  EXPECT_THAT(scrape(memory, recorder, "a 1\nb 2\n").samples, ElementsAre("a 1"));
  EXPECT_THAT(scrape(memory, recorder, "a 1\n").gone, IsEmpty());
}

TEST(ScrapeMemory, KeepsTheFirstBadLinesAndCountsAll) {
  ScrapeMemory memory;
  Recorder recorder;
  std::string body = "a 1\n";
  for (std::size_t i = 0; i < ScrapeMemory::kBadLinesKept + 5; ++i) body += "bad\n";
  for (int i = 0; i < 2; ++i) {
    scrape(memory, recorder, body);
    EXPECT_EQ(memory.bad_line_count(), ScrapeMemory::kBadLinesKept + 5);
    EXPECT_EQ(memory.bad_lines().size(), ScrapeMemory::kBadLinesKept);
    EXPECT_EQ(memory.bad_lines()[1], (BadLine{3, 4, ParseErrc::no_value}));
  }
}

TEST(ScrapeMemory, CostsWhatLinesDifferIn) {  // budget: 24 bytes per line
  std::string body;
  for (int i = 0; i < 10'000; ++i) {
    const auto key = fmt::format("app_requests_total{{instance=\"node-{}\",path=\"/api/{}\"}} ", i % 10, i);
    body += key + "1\n";
  }
  ScrapeMemory memory;
  Recorder recorder;
  scrape(memory, recorder, body, 16 << 10);
  EXPECT_LT(memory.memory_bytes(), 10'000 * 24 + (4 << 10));
}

/// Lines of every kind. Values and edits are drawn from `random`.
class RandomPage {
 public:
  explicit RandomPage(std::uint64_t seed) : random_{seed} {
    for (int i = 0; i < 30; ++i) heads_.push_back(head());
  }
  void edit() {
    for (auto edits = random_() % 4; edits > 0 && !heads_.empty(); --edits) {
      const auto at = heads_.begin() + static_cast<std::ptrdiff_t>(random_() % heads_.size());
      switch (random_() % 4) {
        case 0: heads_.insert(at, head()); break;
        case 1: heads_.erase(at); break;
        case 2: std::iter_swap(at, heads_.begin() + static_cast<std::ptrdiff_t>(random_() % heads_.size())); break;
        case 3: std::rotate(heads_.begin(), at, heads_.end()); break;
      }
    }
  }
  std::string text() {
    std::string out;
    for (const auto& head : heads_) out += head.ends_with('\n') ? head : head + value();
    if (random_() % 8 == 0 && !out.empty()) out.pop_back();
    return out;
  }
  std::size_t chunk() { return random_() % 3 == 0 ? 0 : 1 + random_() % 200; }

 private:
  std::string head() {
    const auto n = random_() % 12;
    switch (random_() % 14) {
      case 0: return fmt::format("# TYPE m{} histogram\n", n);
      case 1: return fmt::format("# TYPE m{} {}\n", n, n % 2 ? "gauge" : "summary");
      case 2: return fmt::format("# HELP m{} text {}\n", n, n);
      case 3: return "\n";
      case 4: return fmt::format("m{}_bucket{{le=\"{}\"}} ", n, n % 3);
      case 5: return fmt::format("m{}_sum ", n);
      case 6: return fmt::format("m{}{{a=\"x\ny{}\"}}", n, n);
      case 7: return fmt::format("m{}{{a=\"open\n", n);
      case 8: return fmt::format("m{}", n);
      case 9: return "bad line\n";
      case 10: return fmt::format("  {{\"q.{}\",quantile=\"0.5\",b=\"\\\"\\\\\"}} ", n);
      default: return fmt::format("m{}{{b=\"{}\",a=\"2\"}} ", n, n % 5);
    }
  }
  std::string value() {
    switch (random_() % 9) {
      case 0: return "NaN\n";
      case 1: return "1e999\n";
      case 2: return fmt::format("{} 1700000000000\n", random_() % 100);
      case 3: return fmt::format("{}.{}e-{}\n", random_() % 100, random_(), random_() % 20);
      case 4: return "-0.25 \n";
      case 5: return "12 # {a=\"b\"} 1\n";
      default: return fmt::format("{}\n", random_() % 1000);
    }
  }

  std::mt19937_64 random_;
  std::vector<std::string> heads_;
};

std::vector<std::string> bad_line_texts(std::span<const BadLine> lines) {
  std::vector<std::string> out;
  for (const auto& line : lines) out.push_back(fmt::format("{}:{}: {}", line.line, line.column, describe(line.reason)));
  return out;
}

class Property : public testing::TestWithParam<int> {};
TEST_P(Property, ScrapesEqualWholeParses) {
  for (int round = 0; round < 40; ++round) {
    RandomPage page{static_cast<std::uint64_t>(GetParam() * 1000 + round)};
    ScrapeMemory memory;
    Recorder recorder;
    for (int step = 0; step < 12; ++step) {
      if (step % 3 != 0) page.edit();
      const auto body = page.text();
      const auto got = scrape(memory, recorder, body, page.chunk());

      Exposition whole;
      parse(body, nullptr, whole);
      // A known line keeps the bounds it was born with; compare values and the names that never change.
      ASSERT_EQ(got.samples.size(), whole.series().size()) << body;
      for (std::size_t i = 0; i < got.samples.size(); ++i) {
        const auto& want = whole.series()[i];
        ASSERT_TRUE(got.samples[i].starts_with(want.name)) << got.samples[i] << "\n" << body;
        ASSERT_TRUE(got.samples[i].ends_with(sample_text("", want.value))) << got.samples[i] << "\n" << body;
      }
      ASSERT_EQ(bad_line_texts(memory.bad_lines()), bad_line_texts(whole.bad_lines())) << body;

      std::vector<std::string> walked(whole.series().size());
      std::size_t at = 0;
      memory.for_each_sample([&](const RememberedSample& sample) {
        walked.at(at++) = fmt::format("{} {} {}", series_text(sample.name, sample.labels),
                                      static_cast<int>(sample.component), static_cast<int>(sample.type));
      });
      ASSERT_EQ(at, walked.size()) << body;
      for (const auto& sample : whole.samples()) {
        const auto& series = whole.series()[sample.series];
        ASSERT_EQ(walked[sample.series], fmt::format("{} {} {}", series_text(series.name, whole.labels(series)),
                                                     static_cast<int>(sample.component), static_cast<int>(sample.type)))
            << body;
      }
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, Property, testing::Range(0, 20));

}  // namespace
}  // namespace cppd::prometheus

// SPDX-License-Identifier: GPL-3.0-or-later
// Exposition text: whole parses and scrapes of known pages, in pieces as curl delivers them.
#include <cppd/kit/prometheus/exposition.h>
#include <cppd/kit/prometheus/scrape_memory.h>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <string>

namespace {

using namespace cppd::prometheus;

constexpr std::size_t kPieceBytes = std::size_t{16} << 10;

std::string node_exporter_page() {
  std::ifstream file{CPPD_SOURCE_DIR "/tests/vectors/exposition/payloads/node_exporter.txt", std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// Families of a hundred series with three labels, three counters to two gauges; `step` moves every value.
std::string generated_page(std::size_t series, std::size_t step) {
  std::string out;
  for (std::size_t i = 0; i < series; ++i) {
    const auto family = i / 100, member = i % 100;
    const bool counter = family % 5 < 3;
    const auto name =
        counter ? fmt::format("app_requests_{:04}_total", family) : fmt::format("app_queue_{:04}_length", family);
    if (member == 0) {
      out += fmt::format("# HELP {0} A measured thing of family {1}.\n# TYPE {0} {2}\n", name, family,
                         counter ? "counter" : "gauge");
    }
    const auto value = counter ? fmt::format("{}", 1000 * i + 7 * step * (member + 1))
                               : fmt::format("{}.5", (31 * i + 17 * step) % 1009);
    out += fmt::format("{}{{instance=\"node-{}\",path=\"/api/v1/item/{:03}\",method=\"GET\"}} {}\n", name, member % 10,
                       member, value);
  }
  return out;
}

struct Total : ScrapeSink {
  void on_known(std::span<const KnownSample> samples) override {
    known += samples.size();
    for (const auto& sample : samples) sum += sample.value + static_cast<double>(sample.user);
  }
  std::uint64_t on_new(const NewSample&) override { return born++; }
  std::uint64_t born = 0;
  std::size_t known = 0;
  double sum = 0;
};

void scrape(ScrapeMemory& memory, Total& total, std::string_view body) {
  memory.begin(total);
  for (std::size_t at = 0; at < body.size(); at += kPieceBytes) memory.feed(body.substr(at, kPieceBytes));
  memory.finish();
}

void scrape_known(benchmark::State& state, const std::string& first, const std::string& second) {
  ScrapeMemory memory;
  Total total;
  scrape(memory, total, first);
  Exposition whole;
  parse(second, nullptr, whole);
  scrape(memory, total, second);
  if (memory.changed() || total.known != whole.series().size()) {
    state.SkipWithError("the second page is not known");
    return;
  }
  bool odd = true;
  for (auto _ : state) {
    scrape(memory, total, odd ? first : second);
    odd = !odd;
  }
  benchmark::DoNotOptimize(total.sum);
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * first.size()));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * whole.series().size()));
  state.counters["bytes_per_line"] =
      static_cast<double>(memory.memory_bytes()) / static_cast<double>(memory.line_count());
}

void scrape_known_node_exporter_page(benchmark::State& state) {
  const auto page = node_exporter_page();
  scrape_known(state, page, page);
}
BENCHMARK(scrape_known_node_exporter_page);

void scrape_known_generated_page(benchmark::State& state) {
  const auto series = static_cast<std::size_t>(state.range(0));
  scrape_known(state, generated_page(series, 1), generated_page(series, 2));
}
BENCHMARK(scrape_known_generated_page)->Arg(1'000)->Arg(100'000);

/// One series of the page comes and goes.
void scrape_page_with_one_new_line(benchmark::State& state) {
  const auto page = generated_page(10'000, 1);
  auto longer = page;
  longer.insert(longer.find('\n', longer.size() / 2) + 1, "one_more{a=\"b\"} 1\n");
  ScrapeMemory memory;
  Total total;
  scrape(memory, total, page);
  const auto known_before = total.known;
  scrape(memory, total, longer);
  if (!memory.changed() || total.known != known_before + 10'000) {
    state.SkipWithError("one line is not all that changed");
    return;
  }
  bool odd = true;
  for (auto _ : state) {
    scrape(memory, total, odd ? page : longer);
    odd = !odd;
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * page.size()));
}
BENCHMARK(scrape_page_with_one_new_line);

void parse_node_exporter_page(benchmark::State& state) {
  const auto page = node_exporter_page();
  Exposition whole;
  parse(page, nullptr, whole);
  if (whole.series().size() != 507) {
    state.SkipWithError("the page has 507 series");
    return;
  }
  for (auto _ : state) {
    parse(page, nullptr, whole);
    benchmark::DoNotOptimize(whole.samples().data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * page.size()));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * whole.series().size()));
}
BENCHMARK(parse_node_exporter_page);

}  // namespace

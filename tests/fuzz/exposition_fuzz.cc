// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a page: the whole parse, two scrapes in pieces whose size the first byte chooses, and the walk agree.
#include <cppd/kit/prometheus/exposition.h>
#include <cppd/kit/prometheus/families.h>
#include <cppd/kit/prometheus/scrape_memory.h>

#include <cstdint>
#include <cstdlib>

namespace {

using namespace cppd::prometheus;

struct Sum : ScrapeSink {
  void on_known(std::span<const KnownSample> samples) override {
    for (const auto& sample : samples) add(sample.value);
  }
  std::uint64_t on_new(const NewSample& sample) override {
    add(sample.value);
    return count;
  }
  void add(double value) {
    ++count;
    same = same && count <= want->series().size();
    if (same) same = value == want->series()[count - 1].value || value != value;
  }
  const Exposition* want = nullptr;
  std::size_t count = 0;
  bool same = true;
};

void require(bool holds) {
  if (!holds) std::abort();
}

void scrape_like(ScrapeMemory& memory, const Exposition& whole, std::string_view body, std::size_t piece) {
  Sum sink;
  sink.want = &whole;
  memory.begin(sink);
  for (std::size_t at = 0; at < body.size(); at += piece) memory.feed(body.substr(at, piece));
  memory.finish();
  require(sink.same && sink.count == whole.series().size());
  require(memory.bad_line_count() == whole.bad_lines().size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = std::size_t{1} + data[0];
  const std::string_view body{reinterpret_cast<const char*>(data) + 1, size - 1};
  // The second page is the first without a part of it, so that lines vanish, move and change.
  const auto cut = body.size() / 3;
  const auto other = std::string{body.substr(cut)} + std::string{body.substr(0, cut / 2)};

  Exposition whole, changed;
  parse(body, nullptr, whole);
  parse(other, nullptr, changed);
  (void)assemble(whole);
  (void)find_duplicates(whole);

  ScrapeMemory memory;
  scrape_like(memory, whole, body, piece);
  scrape_like(memory, whole, body, body.size() + 1);
  scrape_like(memory, changed, other, piece);
  std::size_t walked = 0;
  memory.for_each_sample([&](const RememberedSample& sample) {
    require(sample.name == changed.series()[walked].name);
    require(std::ranges::equal(sample.labels, changed.labels(changed.series()[walked])));
    ++walked;
  });
  require(walked == changed.series().size());
  return 0;
}

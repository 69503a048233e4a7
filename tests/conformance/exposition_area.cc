// SPDX-License-Identifier: GPL-3.0-or-later
// Area exposition: a page as raw series, classified samples and typed families. Every page is also scraped in pieces
// by ScrapeMemory, which has to give the same samples.
#include "conformance.h"
#include "json_text.h"

#include <cppd/kit/prometheus/exposition.h>
#include <cppd/kit/prometheus/families.h>
#include <cppd/kit/prometheus/scrape_memory.h>
#include <cppd/matcher/selector.h>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/sha.h>
#include <zlib.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>

namespace cppd::conformance {
namespace {

using nlohmann::json;
using namespace cppd::prometheus;

std::string hex(std::span<const std::uint8_t> bytes) { return fmt::format("{:02x}", fmt::join(bytes, "")); }

std::string sha256(std::string_view text) {
  Digest digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return hex(digest);
}

/// Long texts are shown by their digest.
json shown(std::string_view text) {
  constexpr std::size_t kShownBytesMax = 4096;
  if (text.size() > kShownBytesMax) return {{"sha256", sha256(text)}, {"length", text.size()}};
  return to_text(text);
}

std::string_view word(FamilyType type) {
  constexpr std::string_view kWords[] = {"unknown", "counter", "gauge", "histogram", "summary"};
  return kWords[static_cast<std::size_t>(type)];
}

std::string_view word(Component component) {
  constexpr std::string_view kWords[] = {"scalar",           "histogram_bucket", "histogram_sum", "histogram_count",
                                         "summary_quantile", "summary_sum",      "summary_count"};
  return kWords[static_cast<std::size_t>(component)];
}

json to_labels(Labels labels) {
  auto out = json::array();
  for (const auto& label : labels) out.push_back({shown(label.key), shown(label.value)});
  return out;
}

json to_series(const Exposition& page, const Series& series) {
  std::multimap<std::string_view, std::string_view> labels{{"__name__", series.name}};
  for (const auto& label : page.labels(series)) labels.emplace(label.key, label.value);
  auto out = json::array();
  for (const auto& [key, value] : labels) out.push_back({shown(key), shown(value)});
  return {out, to_number(series.value)};
}

/// The order of series carries no meaning: that of their text is canonical.
json sorted(const json& series) {
  std::multimap<std::pair<std::string, double>, json> in_order;
  for (const auto& one : series)
    in_order.emplace(std::pair{one[0].dump(), one[1].is_number() ? one[1].get<double>() : 0}, one);
  auto out = json::array();
  for (auto& [text, one] : in_order) out.push_back(one);
  return out;
}

json to_points(const Points& points) {
  auto out = json::array();
  for (const auto& [bound, value] : points) out.push_back({to_number(bound), to_number(value)});
  return out;
}

json to_metric(const Metric& metric) {
  json out{{"labels", to_labels(metric.labels)}};
  if (const auto* scalar = std::get_if<Scalar>(&metric.value)) {
    out[scalar->type == FamilyType::unknown ? "untyped" : std::string{word(scalar->type)}] = to_number(scalar->value);
  } else if (const auto* summary = std::get_if<Summary>(&metric.value)) {
    out["summary"] = {{"sum", to_number(summary->sum.value_or(0))},
                      {"count", to_number(summary->count.value_or(0))},
                      {"has_count_and_sum", summary->sum.has_value() && summary->count.has_value()},
                      {"quantiles", to_points(summary->quantiles)}};
  } else if (const auto* histogram = std::get_if<Histogram>(&metric.value)) {
    out["histogram"] = {{"sum", to_number(histogram->sum.value_or(0))},
                        {"count", to_number(histogram->count.value_or(0))},
                        {"buckets", to_points(histogram->buckets)}};
  }
  return out;
}

json to_families(const Exposition& page) {
  auto out = json::array();
  for (const auto& family : assemble(page)) {
    json one{{"name", shown(family.name)}, {"type", word(family.type)}, {"help", shown(family.help)}};
    one["metrics"] = json::array();
    for (const auto& metric : family.metrics) one["metrics"].push_back(to_metric(metric));
    out.push_back(std::move(one));
  }
  return out;
}

json to_help(const Exposition& page) {
  auto out = json::array();
  for (const auto& help : page.help()) out.push_back({shown(help.name), shown(help.text)});
  return out;
}

json to_samples(const Exposition& page) {
  auto out = json::array();
  for (const auto& sample : page.samples()) {
    const auto& series = page.series()[sample.series];
    out.push_back({{"name", shown(series.name)},
                   {"labels", to_labels(page.labels(series))},
                   {"value", to_number(series.value)},
                   {"component", word(sample.component)},
                   {"type", word(sample.type)}});
  }
  return out;
}

json to_json_page(const Exposition& page) {
  json out{{"series", json::array()}, {"samples", to_samples(page)}, {"help", to_help(page)}};
  for (const auto& series : page.series()) out["series"].push_back(to_series(page, series));
  out["series"] = sorted(out["series"]);
  const auto duplicates = find_duplicates(page);
  if (!duplicates.empty()) out["duplicates"] = json::array();
  for (const auto& pair : duplicates) out["duplicates"].push_back({pair.first, pair.later});
  out["families"] = to_families(page);
  if (!page.bad_lines().empty()) out["bad_lines"] = json::array();
  for (const auto& line : page.bad_lines()) out["bad_lines"].push_back(line.line);
  return out;
}

json to_counts(const Exposition& page) {
  std::map<std::string, int> components;
  for (const auto& sample : page.samples()) ++components[std::string{word(sample.component)}];
  return {{"series_count", page.series().size()},
          {"sample_count", page.samples().size()},
          {"duplicate_count", find_duplicates(page).size()},
          {"components", components}};
}

/// Collects values, in the order of the page.
struct Values : ScrapeSink {
  void on_known(std::span<const KnownSample> samples) override {
    for (const auto& sample : samples) values.push_back(sample.value);
  }
  std::uint64_t on_new(const NewSample& sample) override {
    values.push_back(sample.value);
    return 0;
  }
  std::vector<double> values;
};

/// Two scrapes in odd pieces give the values, and the walk the verdicts, of the whole parse. Empty when they do.
std::string scrape_differs(std::string_view body) {
  Exposition whole;
  parse(body, nullptr, whole);
  ScrapeMemory memory;
  for (const std::size_t piece : {std::size_t{7}, std::size_t{997}}) {
    if (piece < 100 && body.size() > 100'000) continue;
    Values sink;
    memory.begin(sink);
    for (std::size_t at = 0; at < body.size(); at += piece) memory.feed(body.substr(at, piece));
    memory.finish();
    const bool equal = std::ranges::equal(sink.values, whole.series(), [](double got, const Series& want) {
      return got == want.value || (got != got && want.value != want.value);
    });
    if (!equal || memory.bad_line_count() != whole.bad_lines().size())
      return fmt::format("the scrape in pieces of {} differs from the whole parse", piece);
  }
  std::vector<Sample> walked;
  memory.for_each_sample([&](const RememberedSample& sample) {
    walked.push_back({static_cast<std::uint32_t>(walked.size()), sample.component, sample.type});
  });
  std::vector<Sample> want{whole.samples().begin(), whole.samples().end()};
  std::ranges::sort(want, {}, &Sample::series);
  return walked == want ? std::string{} : "the walk over remembered lines differs from the whole parse";
}

std::string unzip(std::string_view packed) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) throw std::runtime_error("zlib");
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string out;
  int status = Z_OK;
  while (status == Z_OK) {
    const auto begin = out.size();
    out.resize(begin + (std::size_t{1} << 16));
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + begin);
    stream.avail_out = static_cast<uInt>(out.size() - begin);
    status = inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
  }
  inflateEnd(&stream);
  if (status != Z_STREAM_END) throw std::runtime_error("a gzip file is damaged");
  return out;
}

class ExpositionCases {
 public:
  explicit ExpositionCases(const std::vector<std::string>& dirs) : dirs_{dirs} {}

  Outcome check(const json& body) const { return run(body, body.at("expect")); }

  /// Diff D1: bad lines cost only themselves. The vectors hold what is left without them.
  Outcome check_without_bad_lines(const json& body) const {
    if (body.contains("expect_bad_lines_skipped")) return run(body, body["expect_bad_lines_skipped"]);
    if (body.at("op") == "exposition.scrapes") {
      auto expect = body.at("expect");
      for (auto& scrape : expect.at("scrapes")) {
        if (scrape.contains("error")) scrape = {{"families", json::array()}};
      }
      return run(body, expect);
    }
    return Outcome::fail("no expectation without bad lines");
  }

 private:
  Outcome run(const json& body, const json& expect) const {
    const auto& op = body.at("op").get_ref<const std::string&>();
    const auto& input = body.at("input");
    std::optional<matcher::SelectorList> selector;
    if (const auto texts = input.find("selector"); texts != input.end() && !texts->is_null()) {
      auto list = matcher::SelectorList::parse(texts_field(*texts, "allow"), texts_field(*texts, "deny"));
      if (!list) return expect.contains("selector_error") ? Outcome::pass() : Outcome::fail(list.error().text());
      selector = std::move(*list);
    }
    const auto* filter = selector ? &*selector : nullptr;
    if (op == "exposition.parse") return run_parse(input, filter, expect);
    if (op == "exposition.parse_file") return run_file(body, filter, expect);
    if (op == "exposition.scrapes") return run_scrapes(input, filter, expect);
    if (op == "exposition.identity") return run_identity(input, expect);
    if (op == "exposition.lookup") return run_lookup(input, expect);
    return Outcome::not_built();
  }

  static Outcome compare(const json& want, const json& got, std::string_view body) {
    if (auto why = difference(want, got); !why.empty()) return Outcome::fail(why);
    if (auto why = scrape_differs(body); !why.empty()) return Outcome::fail(why);
    return Outcome::pass();
  }

  static std::string payload_of(const json& input) {
    std::string out = input.value("prefix", "");
    const auto payload = text_field(input, "payload");
    for (auto left = input.value("repeat", std::int64_t{1}); left > 0; --left) out += payload;
    return out + input.value("suffix", "");
  }

  static Outcome run_parse(const json& input, const matcher::SelectorList* filter, const json& expect) {
    const auto body = payload_of(input);
    Exposition page;
    parse(body, filter, page);
    if (expect.contains("error")) {
      if (page.bad_lines().empty()) return Outcome::fail("no line is bad, want an error: " + expect.dump());
      return Outcome::fail("bad lines are left out");
    }
    if (input.value("summary_only", false)) {
      auto got = to_counts(page);
      got["help"] = to_help(page);
      got["families"] = to_families(page);
      return compare(expect, got, body);
    }
    auto want = expect;
    want["series"] = sorted(want.at("series"));
    return compare(want, to_json_page(page), body);
  }

  Outcome run_file(const json& body, const matcher::SelectorList* filter, const json& expect) const {
    const auto text = read(body.at("input").at("payload_file").get<std::string>());
    if (body["input"].at("payload_sha256") != sha256(text)) return Outcome::fail("the payload is damaged");
    Exposition page;
    parse(text, filter, page);
    auto got = to_counts(page);
    const auto families = to_families(page);
    got["family_count"] = families.size();
    if (auto why = difference(expect, got); !why.empty()) return Outcome::fail(why);
    const auto want = json::parse(read(body.at("expect_file").get<std::string>()));
    return compare({{"help", want.at("help")}, {"families", want.at("families")}},
                   {{"help", to_help(page)}, {"families", families}}, text);
  }

  /// Quirk Q20: of the values that the reference shows, the one of the family's type counts.
  static void drop_leftovers(json& families) {
    for (auto& family : families) {
      const auto type = family.at("type") == "unknown" ? std::string{"untyped"} : family["type"].get<std::string>();
      for (auto& metric : family.at("metrics")) {
        if (metric.size() > 2 && metric.contains(type))
          metric = {{"labels", metric.at("labels")}, {type, metric[type]}};
      }
    }
  }

  static Outcome run_scrapes(const json& input, const matcher::SelectorList* filter, const json& expect) {
    auto want = expect.at("scrapes");
    auto got = json::array();
    Exposition page;  // reused, as a job does
    std::vector<std::string> bodies;
    for (const auto& payload : input.at("payloads")) bodies.push_back(text_of(payload));
    for (const auto& body : bodies) {
      parse(body, filter, page);
      got.push_back({{"families", to_families(page)}});
    }
    for (auto& scrape : want) {
      if (scrape.contains("families")) drop_leftovers(scrape["families"]);
    }
    return compare(want, got, bodies.back());
  }

  static Outcome run_identity(const json& input, const json& expect) {
    const auto body = payload_of(input);
    Exposition page;
    parse(body, nullptr, page);
    auto samples = json::array();
    for (const auto& sample : page.samples()) {
      const auto& series = page.series()[sample.series];
      const auto labels = page.labels(series);
      samples.push_back({{"name", to_text(series.name)},
                         {"labels", to_labels(labels)},
                         {"component", word(sample.component)},
                         {"family", to_text(family_name(series.name, sample.component))},
                         {"raw_sha256", hex(raw_identity(series.name, labels))},
                         {"labels_sha256", hex(labels_identity(labels, sample.component))},
                         {"structural_label", structural_label(sample.component)}});
    }
    return compare(expect, {{"samples", samples}}, body);
  }

  static Outcome run_lookup(const json& input, const json& expect) {
    const auto body = payload_of(input);
    Exposition page;
    parse(body, nullptr, page);
    std::vector<std::uint32_t> found;
    for (const auto& name : texts_field(input, "names")) std::ranges::copy(page.find(name), std::back_inserter(found));
    auto series = json::array();
    for (const auto index : found) series.push_back(to_series(page, page.series()[index]));
    auto want = expect;
    want["found"] = sorted(want.at("found"));
    return compare(
        want, {{"found", sorted(series)}, {"max", to_number(page.max(found))}, {"len", std::to_string(found.size())}},
        body);
  }

  std::string read(const std::string& name) const {
    for (const auto& dir : dirs_) {
      std::ifstream file{std::filesystem::path{dir} / name, std::ios::binary};
      if (!file) continue;
      std::ostringstream text;
      text << file.rdbuf();
      return name.ends_with(".gz") ? unzip(text.str()) : text.str();
    }
    throw std::runtime_error(name + ": not found beside the cases");
  }

  const std::vector<std::string>& dirs_;
};

}  // namespace

AreaResult run_exposition(const std::vector<std::string>& dirs, const Options& options) {
  const ExpositionCases area{dirs};
  return run_cases(
      dirs, options, [&](const json& body) { return area.check(body); },
      [&](const json& body) { return area.check_without_bad_lines(body); });
}

}  // namespace cppd::conformance

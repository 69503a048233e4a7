// SPDX-License-Identifier: GPL-3.0-or-later
#include "metadata.h"

#include <cppd/base/text.h>

#include <algorithm>
#include <array>
#include <utility>

namespace cppd::prometheus_collector {
namespace {

constexpr std::int64_t kPriority = 70000;
constexpr std::int64_t kRuntimePriority = 70010;  // of the exporter itself: behind what it watches
constexpr std::string_view kNoUnit = "events";

/// `total` and its like say how a value is kept, not what it measures.
std::string_view without_bookkeeping(std::string_view name) {
  constexpr std::array<std::string_view, 4> kSuffixes = {"_total", "_sum", "_count", "_ratio"};
  for (bool cut = true; cut;) {
    cut = false;
    for (const auto suffix : kSuffixes) {
      if (!name.ends_with(suffix)) continue;
      name.remove_suffix(suffix.size());
      cut = true;
    }
  }
  return name;
}

/// `ifInOctets`: names in the manner of SNMP end in their unit, capitalised.
std::string camel_case_unit(std::string_view name) {
  constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"pkts", "packets"}, {"octets", "bytes"}, {"mtu", "octets"}, {"speed", "bits"}};
  const auto upper = std::find_if(name.rbegin(), name.rend(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (upper == name.rend()) return std::string{kNoUnit};
  auto word = ascii_lower(name.substr(static_cast<std::size_t>(name.rend() - upper) - 1));
  const auto* known =
      std::ranges::find(kWords, std::string_view{word}, &std::pair<std::string_view, std::string_view>::first);
  return known == std::end(kWords) ? word : std::string{known->second};
}

bool of_runtime(std::string_view name) { return name.starts_with("go_") || name.starts_with("process_"); }

}  // namespace

std::string chart_title(std::string_view help) {
  std::string title;
  std::ranges::copy_if(help, std::back_inserter(title), [](char c) { return c != '\''; });
  if (title.ends_with('.')) title.pop_back();
  return title;
}

std::string chart_family(std::string_view name) {
  if (of_runtime(name)) return std::string{name.substr(0, name.find('_'))};
  const auto first = name.find('_');
  const auto second = first == std::string_view::npos ? first : name.find('_', first + 1);
  auto family = name.substr(0, second);
  // A number at the end is an instance: load1 and load15 belong together. One character alone is no family.
  const auto kept = family.find_last_not_of("0123456789");
  if (kept != std::string_view::npos && kept > 0) family = family.substr(0, kept + 1);
  return std::string{family};
}

std::string metric_unit(std::string_view name) {
  name = without_bookkeeping(name);
  const auto last = name.rfind('_');
  if (last == std::string_view::npos) return camel_case_unit(name);
  const auto word = name.substr(last + 1);
  if (word.empty()) return std::string{kNoUnit};
  return word == "hertz" ? "Hz" : std::string{word};
}

std::int64_t chart_priority(std::string_view name) { return of_runtime(name) ? kRuntimePriority : kPriority; }

metrix::InstrumentOptions instrument_options(std::string_view name, metrix::Kind kind, std::string_view help) {
  metrix::InstrumentOptions options{.chart_family = chart_family(name),
                                    .chart_priority = chart_priority(name),
                                    .unit = metric_unit(name),
                                    .is_float = true};
  if (kind == metrix::Kind::summary && options.unit != "seconds" && options.unit != "time") *options.unit += "/s";
  if (auto title = chart_title(help); !blank(title)) options.description = std::move(title);
  return options;
}

}  // namespace cppd::prometheus_collector

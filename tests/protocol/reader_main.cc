// SPDX-License-Identifier: GPL-3.0-or-later
// The reader as a command: checks what arrives on stdin, names line and rule of what is wrong, exits 1 when anything
// is.
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <string_view>

#include <nlohmann/json.hpp>

#include "protocol/reader.h"

namespace {

using nlohmann::json;

constexpr std::string_view kUsage =
    "usage: protocol_reader [--hosts required|optional|forbidden] [--open] [--json] <OUTPUT\n"
    "  --hosts  whether HOST lines must, may or must not be there (required)\n"
    "  --open   the plugin was killed: the stream may end anywhere\n"
    "  --json   prints counters and live charts as JSON on stdout\n";

json dimension_json(const cppd::protocol::Dimension& dimension) {
  return {{"id", dimension.id},
          {"algorithm", dimension.algorithm},
          {"multiplier", dimension.multiplier},
          {"divisor", dimension.divisor},
          {"hidden", dimension.hidden},
          {"float", dimension.is_float},
          {"value", dimension.value ? json(*dimension.value) : json()},
          {"sets", dimension.sets}};
}

json chart_json(const cppd::protocol::Chart& chart) {
  json labels = json::object();
  for (const auto& [key, label] : chart.labels) labels[key] = label.value;
  json dimensions = json::array();
  for (const auto& dimension : chart.dimensions) dimensions.push_back(dimension_json(dimension));
  return {{"host", chart.host},         {"id", chart.id},           {"title", chart.title},
          {"units", chart.units},       {"family", chart.family},   {"context", chart.context},
          {"type", chart.type},         {"plugin", chart.plugin},   {"module", chart.module},
          {"priority", chart.priority}, {"labels", labels},         {"update_every", chart.update_every},
          {"updates", chart.updates},   {"dimensions", dimensions}, {"definitions", chart.definitions}};
}

json state_json(const cppd::protocol::Reader& reader) {
  const auto& counters = reader.counters();
  json charts = json::array();
  for (const auto* chart : reader.live_charts()) charts.push_back(chart_json(*chart));
  return {{"violations", reader.violation_count()},
          {"charts", charts},
          {"counters",
           {{"lines", counters.lines},
            {"keepalives", counters.keepalives},
            {"charts", counters.charts},
            {"charts_obsoleted", counters.charts_obsoleted},
            {"dimensions", counters.dimensions},
            {"dimensions_obsoleted", counters.dimensions_obsoleted},
            {"updates", counters.updates},
            {"sets", counters.sets},
            {"gaps", counters.gaps},
            {"configs", counters.configs},
            {"functions", counters.functions},
            {"results", counters.results}}}};
}

int usage() {
  std::fwrite(kUsage.data(), 1, kUsage.size(), stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  cppd::protocol::Options options;
  bool open = false;
  bool print_json = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const std::string_view value = i + 1 < argc ? argv[i + 1] : "";
    if (argument == "--open") {
      open = true;
    } else if (argument == "--json") {
      print_json = true;
    } else if (argument == "--hosts" && value == "required") {
      options.hosts = cppd::protocol::HostLines::required, ++i;
    } else if (argument == "--hosts" && value == "optional") {
      options.hosts = cppd::protocol::HostLines::optional, ++i;
    } else if (argument == "--hosts" && value == "forbidden") {
      options.hosts = cppd::protocol::HostLines::forbidden, ++i;
    } else {
      return usage();
    }
  }

  cppd::protocol::Reader reader{options};
  static std::array<char, 65536> buffer;
  for (;;) {
    const auto count = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      std::perror("protocol_reader: stdin");
      return 2;
    }
    if (count == 0) break;
    reader.feed({buffer.data(), static_cast<std::size_t>(count)});
  }
  if (!open) reader.finish();

  if (print_json) std::puts(state_json(reader).dump(-1, ' ', false, json::error_handler_t::replace).c_str());
  std::fputs(reader.report().c_str(), stderr);
  const auto& counters = reader.counters();
  std::fprintf(stderr, "%llu lines, %llu charts, %llu updates, %llu values, %llu violations\n",
               static_cast<unsigned long long>(counters.lines), static_cast<unsigned long long>(counters.charts),
               static_cast<unsigned long long>(counters.updates),
               static_cast<unsigned long long>(counters.sets - counters.gaps),
               static_cast<unsigned long long>(reader.violation_count()));
  return reader.violation_count() == 0 ? 0 : 1;
}

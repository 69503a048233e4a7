// SPDX-License-Identifier: GPL-3.0-or-later
// Any texts, separated by `|`, as the texts of a host and a chart: made safe once, they are safe, and the strict reader
// takes every line they stand in.
#include <cppd/chartemit/definition_writer.h>
#include <cppd/netdataapi/lines.h>
#include <cppd/netdataapi/sanitize.h>
#include <cppd/netdataapi/wire.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "protocol/reader.h"

namespace {

using namespace cppd::netdataapi;

enum Text : std::size_t { chart_id, dimension, title, units, family, label_key, label_value, host_label, texts };

std::array<std::string_view, texts> cut(std::string_view data) {
  std::array<std::string_view, texts> out;
  for (auto& text : out) {
    text = data.substr(0, data.find('|'));
    data.remove_prefix(std::min(text.size() + 1, data.size()));
  }
  return out;
}

void require(bool holds) {
  if (!holds) std::abort();
}

void check_clean(std::string_view text) {
  const auto value = clean_value(text);
  const auto id = clean_id(text);
  require(clean_value(value) == value && (!surely_clean_value(text) || value == text));
  require(clean_value(id) == id && id_bytes(text) == id.size() && (!surely_clean_id(text) || id == text));
}

void write_lines(Frame& frame, const std::array<std::string_view, texts>& text) {
  constexpr std::string_view kGuid = "4ea21e84-93b4-418b-b83e-79397610cd6e";
  write_host_define(frame, kGuid, "host");
  write_host_label(frame, "_hostname", "host");
  if (clean_id(text[host_label]) > "_hostname") write_host_label(frame, text[host_label], text[label_value]);
  write_host_define_end(frame);
  write_host(frame, kGuid);
  const cppd::chartemit::Environment environment{
      .type_id = "app_job", .plugin = std::string{text[units]}, .module = std::string{text[family]}, .job = ""};
  const cppd::chartengine::ChartMeta meta{.title = std::string{text[title]},
                                          .family = std::string{text[family]},
                                          .context = std::string{text[title]},
                                          .units = std::string{text[units]}};
  cppd::chartemit::DefinitionWriter definitions;
  definitions.describe(environment);
  definitions.begin(frame);
  definitions.chart(meta, clean_id(text[chart_id]), false);
  if (!clean_id(text[label_key]).empty()) {
    write_label(frame, text[label_key], text[label_value], LabelSource::automatic);
    write_label_commit(frame);
  }
  if (clean_id(text[dimension]).empty()) return;
  definitions.dimension({}, clean_id(text[dimension]), false);
  put_begin(frame, "app_job", clean_id(text[chart_id]), 0);
  put_set(frame, clean_id(text[dimension]), std::int64_t{1});
  put_end(frame);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = cut({reinterpret_cast<const char*>(data), size});
  for (const auto one : text) check_clean(one);
  if (clean_id(text[chart_id]).empty() || id_bytes(text[chart_id]) > kTypeIdBytesMax - 8) return 0;
  FramePool pool{64};
  Frame frame{pool};
  write_lines(frame, text);
  cppd::protocol::Reader reader;
  reader.feed(frame.text());
  reader.finish();
  if (reader.violation_count() != 0) {
    std::fputs(reader.report().c_str(), stderr);
    std::abort();
  }
  return 0;
}

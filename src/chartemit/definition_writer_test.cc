// SPDX-License-Identifier: GPL-3.0-or-later
// What is rendered once has the bytes of netdataapi, which the recorded lines hold.
#include <cppd/chartemit/definition_writer.h>
#include <cppd/netdataapi/lines.h>
#include <gtest/gtest.h>

#include <string>

namespace cppd::chartemit {
namespace {

using chartengine::Algorithm;
using chartengine::ChartMeta;
using chartengine::ChartType;
using netdataapi::Frame;

const Environment kEnvironment{.type_id = " app_j'ob ", .update_every = 0, .plugin = "go.d'", .module = "app"};
const ChartMeta kMeta{
    .title = "T's", .family = "F", .context = "ctx", .units = "u\n", .type = ChartType::area, .priority = 5};

template <class Write>
std::string text_of(Write write) {
  netdataapi::FramePool pool{4};
  Frame frame{pool};
  write(frame);
  return frame.text();
}

TEST(DefinitionWriter, ChartsAreThoseOfTheWire) {
  for (const bool obsolete : {false, true}) {
    const auto want = text_of([&](Frame& frame) {
      netdataapi::put_chart(frame, {.type_id = "app_job",
                                    .id = "c",
                                    .title = "Ts",
                                    .units = "u ",
                                    .family = "F",
                                    .context = "ctx",
                                    .chart_type = "area",
                                    .priority = 5,
                                    .update_every = 1,
                                    .options = obsolete ? "obsolete" : "",
                                    .plugin = "go.d",
                                    .module = "app"});
    });
    const auto have = text_of([&](Frame& frame) {
      DefinitionWriter writer;
      writer.describe(kEnvironment);
      writer.begin(frame);
      writer.chart(kMeta, "c", obsolete);
    });
    EXPECT_EQ(have, want);
  }
}

TEST(DefinitionWriter, DimensionsAreThoseOfTheWire) {
  struct Row {
    chartengine::DimensionAttributes attributes;
    bool obsolete;
    std::string_view algorithm;
    std::int64_t multiplier, divisor;
    std::string_view options;
  };
  const Row rows[] = {
      {{}, false, "absolute", 1, 1, ""},
      {{.multiplier = 0, .divisor = 1000, .algorithm = Algorithm::incremental}, false, "incremental", 1, 1000, ""},
      {{.multiplier = -8, .hidden = true}, false, "absolute", -8, 1, "hidden"},
      {{.hidden = true, .is_float = true}, true, "absolute", 1, 1, "hidden obsolete type=float"},
      {{}, true, "absolute", 1, 1, "obsolete"},
  };
  std::string want;
  for (const auto& row : rows) {
    want += text_of([&](Frame& frame) {
      netdataapi::put_dimension(frame, {.id = "v",
                                        .name = "v",
                                        .algorithm = row.algorithm,
                                        .multiplier = row.multiplier,
                                        .divisor = row.divisor,
                                        .options = row.options});
    });
  }
  const auto have = text_of([&](Frame& frame) {
    DefinitionWriter writer;
    writer.describe(kEnvironment);
    writer.begin(frame);
    for (const auto& row : rows) writer.dimension(row.attributes, "v", row.obsolete);
  });
  EXPECT_EQ(have, want);
}

TEST(DefinitionWriter, AnotherChartIsNotTheOneBefore) {
  auto other = kMeta;
  other.title = "Other";
  const auto text = text_of([&](Frame& frame) {
    DefinitionWriter writer;
    writer.describe(kEnvironment);
    writer.begin(frame);
    writer.chart(kMeta, "a", false);
    writer.chart(other, "b", false);
    writer.chart(kMeta, "c", false);
  });
  EXPECT_TRUE(text.contains("CHART 'app_job.a' '' 'Ts'")) << text;
  EXPECT_TRUE(text.contains("CHART 'app_job.b' '' 'Other'")) << text;
  EXPECT_TRUE(text.contains("CHART 'app_job.c' '' 'Ts'")) << text;
}

}  // namespace
}  // namespace cppd::chartemit

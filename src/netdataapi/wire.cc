// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/netdataapi/sanitize.h>
#include <cppd/netdataapi/wire.h>

#include <fmt/format.h>

#include <iterator>

namespace cppd::netdataapi {
namespace {

/// One line under way; definitions are rare enough to be built as a string.
class Line {
 public:
  explicit Line(std::string_view word) : text_{word} {}
  Line& id(std::string_view text) {
    return quoted([&] { append_id(text_, text); });
  }
  Line& value(std::string_view text) {
    return quoted([&] { append_value(text_, text); });
  }
  Line& number(std::int64_t number) {
    return quoted([&] { fmt::format_to(std::back_inserter(text_), "{}", number); });
  }
  Line& type_id(std::string_view type, std::string_view id) {
    return quoted([&] {
      append_id(text_, type);
      text_ += '.';
      append_id(text_, id);
    });
  }
  void end(Frame& frame, bool empty_line = false) {
    text_ += empty_line ? "\n\n" : "\n";
    frame.append(text_);
  }

 private:
  template <class Fill>
  Line& quoted(Fill fill) {
    text_ += " '";
    fill();
    text_ += '\'';
    return *this;
  }
  std::string text_;
};

std::int64_t or_one(std::int64_t number) { return number == 0 ? 1 : number; }

}  // namespace

void write_host(Frame& frame, std::string_view guid) { Line{"HOST"}.value(guid).end(frame, true); }

void write_host_define(Frame& frame, std::string_view guid, std::string_view hostname) {
  Line{"HOST_DEFINE"}.value(guid).value(hostname).end(frame);
}

void write_host_label(Frame& frame, std::string_view key, std::string_view value) {
  Line{"HOST_LABEL"}.id(key).value(value).end(frame);
}

void write_host_define_end(Frame& frame) { frame.append("HOST_DEFINE_END\n\n"); }

void write_chart(Frame& frame, const ChartLine& chart) {
  Line{"CHART"}
      .type_id(chart.type_id, chart.chart_id)
      .value("")
      .value(chart.title)
      .value(chart.units)
      .value(chart.family)
      .value(chart.context)
      .value(chart.type)
      .number(chart.priority)
      .number(chart.update_every <= 0 ? 1 : chart.update_every)
      .value(chart.obsolete ? "obsolete" : "")
      .value(chart.plugin)
      .value(chart.module)
      .end(frame);
}

void write_dimension(Frame& frame, const DimensionLine& dimension) {
  std::string options;
  const auto add = [&](bool set, std::string_view word) {
    if (!set) return;
    if (!options.empty()) options += ' ';
    options += word;
  };
  add(dimension.hidden, "hidden");
  add(dimension.obsolete, "obsolete");
  add(dimension.is_float, "type=float");
  Line{"DIMENSION"}
      .id(dimension.name)
      .id(dimension.name)
      .value(dimension.algorithm)
      .number(or_one(dimension.multiplier))
      .number(or_one(dimension.divisor))
      .value(options)
      .end(frame);
}

void write_label(Frame& frame, std::string_view key, std::string_view value, LabelSource source) {
  Line{"CLABEL"}.id(key).value(value).number(static_cast<std::int64_t>(source)).end(frame);
}

void write_label_commit(Frame& frame) { frame.append("CLABEL_COMMIT\n"); }

void write_disable(Frame& frame) { frame.append("DISABLE\n"); }

}  // namespace cppd::netdataapi

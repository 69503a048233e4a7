// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/text.h>
#include <cppd/netdataapi/lines.h>
#include <cppd/netdataapi/sanitize.h>
#include <cppd/netdataapi/wire.h>

#include <cmath>
#include <string>

namespace cppd::netdataapi {
namespace {

/// A text made safe; a copy only when it was not.
class Clean {
 public:
  std::string_view value(std::string_view text) {
    if (surely_clean_value(text)) return text;
    made_ = clean_value(text);
    return made_;
  }
  std::string_view id(std::string_view text) { return value(trim(text)); }

 private:
  std::string made_;
};

std::int64_t or_one(std::int64_t number) { return number == 0 ? 1 : number; }

}  // namespace

void write_host(Frame& frame, std::string_view guid) { put_host(frame, Clean{}.value(guid)); }

void write_host_define(Frame& frame, std::string_view guid, std::string_view hostname) {
  put_host_define(frame, Clean{}.value(guid), Clean{}.value(hostname));
}

void write_host_label(Frame& frame, std::string_view key, std::string_view value) {
  put_host_label(frame, Clean{}.id(key), Clean{}.value(value));
}

void write_host_define_end(Frame& frame) { put_host_define_end(frame); }

void write_chart(Frame& frame, const ChartLine& chart) {
  put_chart(frame, {.type_id = Clean{}.id(chart.type_id),
                    .id = Clean{}.id(chart.chart_id),
                    .title = Clean{}.value(chart.title),
                    .units = Clean{}.value(chart.units),
                    .family = Clean{}.value(chart.family),
                    .context = Clean{}.value(chart.context),
                    .chart_type = Clean{}.value(chart.type),
                    .priority = chart.priority,
                    .update_every = chart.update_every <= 0 ? 1 : chart.update_every,
                    .options = chart.obsolete ? "obsolete" : "",
                    .plugin = Clean{}.value(chart.plugin),
                    .module = Clean{}.value(chart.module)});
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
  Clean name;
  const auto id = name.id(dimension.name);
  put_dimension(frame, {.id = id,
                        .name = id,
                        .algorithm = Clean{}.value(dimension.algorithm),
                        .multiplier = or_one(dimension.multiplier),
                        .divisor = or_one(dimension.divisor),
                        .options = options});
}

void write_label(Frame& frame, std::string_view key, std::string_view value, LabelSource source) {
  put_label(frame, Clean{}.id(key), Clean{}.value(value), static_cast<std::int64_t>(source));
}

void write_label_commit(Frame& frame) { put_label_commit(frame); }

Result<> write_variable(Frame& frame, std::string_view id, double value) {
  Clean name;
  if (name.id(id).empty()) return std::unexpected(invalid_input("a variable without a name"));
  if (!std::isfinite(value)) return std::unexpected(invalid_input("the value of a variable is not finite"));
  put_variable(frame, name.id(id), value);
  return ok;
}

void write_disable(Frame& frame) { put_disable(frame); }

}  // namespace cppd::netdataapi

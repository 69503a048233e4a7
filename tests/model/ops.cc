// SPDX-License-Identifier: GPL-3.0-or-later
#include "ops.h"

#include <fmt/format.h>

namespace cppd::model {
namespace {

using namespace metrix;

std::string joined(const std::vector<std::string>& parts) {
  std::string all;
  for (const auto& part : parts) all += (all.empty() ? "" : ", ") + part;
  return all;
}

std::string list_of(const std::vector<std::string>& texts) {
  std::vector<std::string> parts;
  for (const auto& text : texts) parts.push_back(quoted(text));
  return joined(parts);
}

std::string list_of(const std::vector<double>& numbers) {
  std::vector<std::string> parts;
  for (const double number : numbers) parts.push_back(fmt::format("{}", number));
  return joined(parts);
}

std::string text_of(const InstrumentOptions& options) {
  std::vector<std::string> parts;
  const auto say = [&](std::string_view key, const std::string& value) {
    parts.push_back(fmt::format("{}={}", key, value));
  };
  if (options.description) say("description", quoted(*options.description));
  if (options.chart_family) say("family", quoted(*options.chart_family));
  if (options.chart_priority) say("priority", std::to_string(*options.chart_priority));
  if (options.unit) say("unit", quoted(*options.unit));
  if (options.is_float) say("float", *options.is_float ? "yes" : "no");
  if (options.freshness) say("freshness", *options.freshness == Freshness::cycle ? "cycle" : "committed");
  if (options.window) say("window", *options.window == Window::cycle ? "cycle" : "cumulative");
  if (!options.bounds.empty()) say("bounds", "[" + list_of(options.bounds) + "]");
  if (!options.quantiles.empty()) say("quantiles", "[" + list_of(options.quantiles) + "]");
  if (options.reservoir) say("reservoir", std::to_string(*options.reservoir));
  if (!options.states.empty()) say("states", "[" + list_of(options.states) + "]");
  if (options.state_mode) say("state_mode", *options.state_mode == StateMode::one ? "one" : "bitset");
  std::vector<std::string> fields;
  for (const auto& field : options.fields) fields.push_back(quoted(field.name) + (field.is_float ? ":float" : ""));
  if (!fields.empty()) say("fields", "[" + joined(fields) + "]");
  return joined(parts);
}

std::string text_of(const HostScope& scope) {
  return fmt::format("{} guid={} host={} {}", quoted(scope.key), quoted(scope.guid), quoted(scope.hostname),
                     model::text_of(scope.labels));
}

std::string meter_text(const Op& op) {
  auto text = fmt::format("{} {}{} {}", op.mode == Mode::snapshot ? "snapshot" : "stateful", kind_name(op.kind),
                          op.counter_fields ? " of counters" : "",
                          quoted(op.prefix.empty() ? op.name : op.prefix + "." + op.name));
  if (!op.labels.empty()) text += " " + model::text_of(op.labels);
  if (op.scoped) text += " scope " + text_of(op.scope);
  if (const auto options = text_of(op.options); !options.empty()) text += " " + options;
  return text;
}

}  // namespace

std::string_view op_name(Do what) {
#define CPPD_MODEL_OP(name) #name,
  static constexpr std::string_view kNames[] = {CPPD_MODEL_OPS(CPPD_MODEL_OP)};
#undef CPPD_MODEL_OP
  return kNames[static_cast<std::size_t>(what)];
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const unsigned char byte : text) {
    if (byte >= 0x20 && byte < 0x7F)
      out += static_cast<char>(byte);
    else
      out += fmt::format("\\x{:02x}", byte);
  }
  return out + '"';
}

std::string text_of(const Pairs& labels) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : labels) parts.push_back(fmt::format("{}={}", quoted(key), quoted(value)));
  return "{" + joined(parts) + "}";
}

std::string text_of(const StoreOptions& options) {
  return fmt::format("store expire={} grace={} max_series={}", options.expire_after_success_cycles,
                     options.descriptor_grace_cycles ? std::to_string(*options.descriptor_grace_cycles) : "as expire",
                     options.max_series);
}

std::string text_of(const Op& op) {
  const auto name = op_name(op.what);
  switch (op.what) {
    case Do::begin:
    case Do::commit:
    case Do::abort: return std::string{name};
    case Do::declare: return fmt::format("h{} = {}", op.slot, meter_text(op));
    case Do::declare_vec: return fmt::format("v{} = {} by [{}]", op.slot, meter_text(op), list_of(op.texts));
    case Do::child: return fmt::format("h{} = v{}({})", op.slot, op.from, list_of(op.texts));
    case Do::derive: return fmt::format("h{} = h{} with {}", op.slot, op.from, text_of(op.labels));
    case Do::copy: return fmt::format("h{} = h{}", op.slot, op.from);
    case Do::drop: return fmt::format("drop h{}", op.slot);
    case Do::drop_vec: return fmt::format("drop v{}", op.slot);
    default: break;
  }
  auto arguments = list_of(op.texts);
  if (!op.texts.empty() && !op.numbers.empty()) arguments += "; ";
  return fmt::format("h{}.{}({}{})", op.slot, name, arguments, list_of(op.numbers));
}

}  // namespace cppd::model

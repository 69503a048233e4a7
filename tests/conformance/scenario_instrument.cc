// SPDX-License-Identifier: GPL-3.0-or-later
#include "scenario_instrument.h"

#include <algorithm>
#include <limits>

namespace cppd::conformance {
namespace {

using metrix::Kind;
using nlohmann::json;
using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs pairs(const json& list) {
  Pairs out;
  for (const auto& item : list) out.emplace_back(item.at(0).get<std::string>(), item.at(1).get<std::string>());
  return out;
}

void borrow(const Pairs& labels, std::vector<Label>& into) {
  for (const auto& [key, value] : labels) into.push_back({key, value});
}

std::vector<double> numbers(const json& list) {
  std::vector<double> out;
  for (const auto& item : list) out.push_back(number_of(item));
  return out;
}

double number_in(const json& write, const char* key) { return write.contains(key) ? number_of(write[key]) : 0; }

metrix::InstrumentKind kind_of(const std::string& word) {
  if (word == "measureset_gauge") return Kind::measureset;
  if (word == "measureset_counter") return {Kind::measureset, true};
  for (const auto kind : {Kind::counter, Kind::histogram, Kind::summary, Kind::stateset}) {
    if (metrix::kind_name(kind) == word) return kind;
  }
  return Kind::gauge;
}

metrix::InstrumentOptions options_of(const json& from) {
  metrix::InstrumentOptions options;
  if (from.contains("description")) options.description = from["description"].get<std::string>();
  if (from.contains("chart_family")) options.chart_family = from["chart_family"].get<std::string>();
  if (from.contains("unit")) options.unit = from["unit"].get<std::string>();
  if (from.contains("chart_priority")) options.chart_priority = from["chart_priority"].get<std::int64_t>();
  if (from.contains("float")) options.is_float = from["float"].get<bool>();
  if (from.contains("freshness"))
    options.freshness = from["freshness"] == "cycle" ? metrix::Freshness::cycle : metrix::Freshness::committed;
  if (from.contains("window"))
    options.window = from["window"] == "cycle" ? metrix::Window::cycle : metrix::Window::cumulative;
  options.bounds = numbers(from.value("bounds", json::array()));
  options.quantiles = numbers(from.value("quantiles", json::array()));
  if (from.contains("reservoir")) {
    options.reservoir = static_cast<std::uint32_t>(std::max<std::int64_t>(0, from["reservoir"].get<std::int64_t>()));
  }
  options.states = from.value("states", std::vector<std::string>{});
  if (from.contains("state_mode"))
    options.state_mode = from["state_mode"] == "enum" ? metrix::StateMode::one : metrix::StateMode::bitset;
  for (const auto& field : from.value("fields", json::array())) {
    options.fields.push_back({field.at("name").get<std::string>(), field.value("float", false)});
  }
  return options;
}

}  // namespace

metrix::HostScope host_scope_of(const json& from) {
  metrix::HostScope host{.key = from.value("key", std::string{}),
                         .guid = from.value("guid", std::string{}),
                         .hostname = from.value("hostname", std::string{})};
  for (const auto& [key, value] : from.value("labels", json::object()).items()) {
    host.labels.emplace_back(key, value.get<std::string>());
  }
  return host;
}

double number_of(const json& value) {
  if (value.is_number()) return value.get<double>();
  const auto text = value.get<std::string>();
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  return text == "-Inf" ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
}

ScenarioInstrument::ScenarioInstrument(metrix::Store& store, const json& spec)
    : store_{store},
      spec_{spec},
      kind_{kind_of(spec.at("kind").get<std::string>())},
      stateful_{spec.at("mode") == "stateful"},
      vec_{spec.contains("vec") || spec.value("is_vec", false)} {}

bool ScenarioInstrument::declared_at_start() const { return spec_.value("declare", std::string{"start"}) == "start"; }

std::string ScenarioInstrument::error() const {
  return meter_ && meter_->error() ? meter_->error()->text() : "refused";
}

bool ScenarioInstrument::declare() {
  const auto options = options_of(spec_.value("options", json::object()));
  const auto label_texts = pairs(spec_.value("labels", json::array()));
  std::vector<Label> labels;
  borrow(label_texts, labels);
  const auto name = spec_.at("name").get<std::string>();
  const auto make = [&](auto meter) {
    meter = meter.prefixed(spec_.value("prefix", std::string{}));
    if (spec_.contains("scope")) meter = meter.with_host_scope(host_scope_of(spec_["scope"]));
    meter = meter.with_labels(labels);
    meter_ = std::make_unique<metrix::Meter>(meter);
    if (vec_) {
      children_ =
          meter.vec_core(name, kind_, spec_.value("vec", std::vector<std::string>{}), options).value_or(nullptr);
      return children_ != nullptr;
    }
    const auto ref = meter.plain(name, kind_, options);
    plain_ = ref.index == 0 ? metrix::Instrument{} : metrix::Instrument{store_, ref};
    return ref.index != 0 || !meter.error();
  };
  declared_ = stateful_ ? make(metrix::StatefulMeter{store_}) : make(metrix::SnapshotMeter{store_});
  return declared_;
}

template <class Handle>
Handle ScenarioInstrument::handle_for(const json& write) {
  Handle handle;
  if (vec_) {
    const auto texts = write.value("vec", std::vector<std::string>{});
    const std::vector<std::string_view> values{texts.begin(), texts.end()};
    const auto ref = children_->child(values);
    if (ref.index != 0) handle = Handle{store_, ref};
  } else if (!plain_.refused()) {
    handle = Handle{store_, plain_.ref()};
  }
  std::vector<Pairs> sets;
  if (write.contains("labels")) sets.push_back(pairs(write["labels"]));
  for (const auto& set : write.value("label_sets", json::array())) sets.push_back(pairs(set));
  std::vector<Label> all;
  for (const auto& set : sets) borrow(set, all);
  return all.empty() ? handle : handle.with(all);
}

bool ScenarioInstrument::write(const json& write) {
  const auto when = spec_.value("declare", std::string{"start"});
  if ((when == "each" || (when == "first" && !declared_)) && !declare()) return false;
  const auto op = write.at("op").get<std::string>();
  if (op == "declare") return true;
  switch (kind_.kind) {
    case Kind::histogram: return write_histogram(write);
    case Kind::summary: return write_summary(write);
    case Kind::stateset: return write_states(write, op);
    case Kind::measureset: return write_measures(write, op);
    default: return write_number(write, op);
  }
}

bool ScenarioInstrument::write_number(const json& write, const std::string& op) {
  const auto handle = handle_for<metrix::Gauge>(write);
  if (handle.refused()) return false;
  const double value = number_in(write, "v");
  return op == "add" ? store_.add(handle.ref(), value) : store_.observe(handle.ref(), value);
}

bool ScenarioInstrument::write_histogram(const json& write) {
  if (stateful_) return handle_for<metrix::StatefulHistogram>(write).observe(number_in(write, "v"));
  std::vector<metrix::HistogramBucket> buckets;
  for (const auto& bucket : write.value("buckets", json::array())) {
    buckets.push_back({number_of(bucket.at(0)), number_of(bucket.at(1))});
  }
  return handle_for<metrix::Histogram>(write).observe_point(
      {.count = number_in(write, "count"), .sum = number_in(write, "sum"), .buckets = buckets});
}

bool ScenarioInstrument::write_summary(const json& write) {
  if (stateful_) return handle_for<metrix::StatefulSummary>(write).observe(number_in(write, "v"));
  std::vector<metrix::SummaryQuantile> quantiles;
  for (const auto& quantile : write.value("quantiles", json::array())) {
    quantiles.push_back({number_of(quantile.at(0)), number_of(quantile.at(1))});
  }
  return handle_for<metrix::Summary>(write).observe_point(
      {.count = number_in(write, "count"), .sum = number_in(write, "sum"), .quantiles = quantiles});
}

bool ScenarioInstrument::write_states(const json& write, const std::string& op) {
  const auto handle = handle_for<metrix::StateSet>(write);
  if (op == "enable") {
    const auto texts = write.value("actives", std::vector<std::string>{});
    const std::vector<std::string_view> actives{texts.begin(), texts.end()};
    return handle.enable(actives);
  }
  const auto& given = write.value("states", json::object());
  std::vector<std::string> names;
  for (const auto& [name, on] : given.items()) names.push_back(name);
  std::vector<metrix::StateValue> states;
  for (const auto& name : names) states.push_back({name, given.at(name).get<bool>()});
  return handle.observe(states);
}

bool ScenarioInstrument::write_measures(const json& write, const std::string& op) {
  const auto handle = handle_for<metrix::StatefulMeasureGauge>(write);  // it does what the others do, and more
  const auto values = numbers(write.value("values", json::array()));
  const auto given = write.value("fields", json::object());
  std::vector<std::string> names;
  for (const auto& [name, value] : given.items()) names.push_back(name);
  std::vector<metrix::FieldValue> fields;
  for (const auto& name : names) fields.push_back({name, number_of(given.at(name))});
  const auto field = write.value("field", std::string{});
  if (op == "add_point") return handle.add_point(values);
  if (op == "add_fields") return handle.add_fields(fields);
  if (op == "add_field") return handle.add_field(field, number_in(write, "v"));
  if (op == "set_field") return handle.set_field(field, number_in(write, "v"));
  return op.ends_with("_fields") ? handle.set_fields(fields) : handle.set_point(values);
}

}  // namespace cppd::conformance

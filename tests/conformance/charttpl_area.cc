// SPDX-License-Identifier: GPL-3.0-or-later
// Area charttpl: a template is accepted with every field after defaults, or refused with its class and places.
#include "charttpl_area.h"
#include "conformance.h"

#include <cppd/charttpl/decode.h>
#include <cppd/charttpl/marshal.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

namespace cppd::charttpl {

// Found by nlohmann::json by the namespace of what it converts. Objects have every field; absent ones are null.

using nlohmann::json;

template <class T>
static json or_null(const std::optional<T>& value) {
  return value ? json(*value) : json(nullptr);
}

/// Absent and empty lists read the same in the vectors.
static json list_of(const std::optional<std::vector<std::string>>& value) {
  return value ? json(*value) : json::array();
}

static void to_json(json& out, const SelectorSpec& in) { out = {{"allow", in.allow}, {"deny", in.deny}}; }
static void to_json(json& out, const AutogenRuleSpec& in) { out = {{"scope", in.scope}, {"selector", in.selector}}; }
static void to_json(json& out, const AutogenSpec& in) {
  out = {{"enabled", in.enabled},
         {"rules", in.rules},
         {"max_type_id_len", in.max_type_id_len},
         {"expire_after_success_cycles", in.expire_after_success_cycles}};
}
static void to_json(json& out, const EngineSpec& in) {
  out = {{"selector", or_null(in.selector)}, {"autogen", or_null(in.autogen)}};
}
static void to_json(json& out, const InstancesSpec& in) {
  out = {{"by_labels", list_of(in.by_labels)}, {"optional_by_labels", list_of(in.optional_by_labels)}};
}
static void to_json(json& out, const ChartDefaultsSpec& in) {
  out = {{"label_promotion", or_null(in.label_promotion)}, {"instances", or_null(in.instances)}};
}
static void to_json(json& out, const DimensionLifecycleSpec& in) {
  out = {{"max_dims", in.max_dims}, {"expire_after_cycles", in.expire_after_cycles}};
}
static void to_json(json& out, const LifecycleSpec& in) {
  out = {{"max_instances", in.max_instances},
         {"expire_after_cycles", in.expire_after_cycles},
         {"dimensions", or_null(in.dimensions)}};
}
static void to_json(json& out, const DimensionOptionsSpec& in) {
  out = {{"multiplier", in.multiplier}, {"divisor", in.divisor}, {"hidden", in.hidden}, {"float", in.is_float}};
}
static void to_json(json& out, const DimensionSpec& in) {
  out = {{"selector", in.selector},
         {"name", in.name},
         {"name_from_label", in.name_from_label},
         {"options", or_null(in.options)}};
}
static void to_json(json& out, const ChartSpec& in) {
  out = {{"id", in.id},
         {"title", in.title},
         {"family", in.family},
         {"context", in.context},
         {"units", in.units},
         {"algorithm", in.algorithm},
         {"aggregation", in.aggregation},
         {"type", in.type},
         {"priority", in.priority},
         {"label_promotion", or_null(in.label_promotion)},
         {"instances", or_null(in.instances)},
         {"lifecycle", or_null(in.lifecycle)},
         {"dimensions", in.dimensions}};
}
static void to_json(json& out, const GroupSpec& in) {
  out = {{"family", in.family},   {"context_namespace", in.context_namespace},
         {"metrics", in.metrics}, {"chart_defaults", or_null(in.chart_defaults)},
         {"charts", in.charts},   {"groups", in.groups}};
}
static void to_json(json& out, const Spec& in) {
  out = {{"version", in.version},
         {"context_namespace", in.context_namespace},
         {"engine", or_null(in.engine)},
         {"groups", in.groups}};
}

}  // namespace cppd::charttpl

namespace cppd::conformance {
namespace {

using nlohmann::json;

/// Not in the vectors: does our text come back as the same spec?
std::string round_trip_fault(const charttpl::Spec& spec) {
  const auto text = charttpl::marshal(spec);
  if (!text) return "marshal refuses it: " + text.error().text();
  const auto again = charttpl::decode(*text);
  if (!again) return "what marshal wrote is refused: " + again.error().text();
  return json(*again) == json(spec) ? "" : "what marshal wrote reads as another spec";
}

Outcome check_accepted(const json& body, const charttpl::Spec& spec) {
  if (auto fault = difference(body.at("spec"), json(spec)); !fault.empty()) return Outcome::fail("spec " + fault);
  if (auto fault = round_trip_fault(spec); !fault.empty()) return Outcome::fail(std::move(fault));
  if (!load_hook() || !body.contains("load")) return Outcome::pass();
  const auto loaded = load_hook()(spec);
  if (loaded.has_value() == body["load"].at("ok").get<bool>()) return Outcome::pass();
  return Outcome::fail(loaded ? "it loads, the reference refuses: " + body["load"].at("error").get<std::string>()
                              : "it does not load: " + loaded.error().text());
}

/// The reasons of unknown and doubled keys have to name the key, as the reference's do.
std::string key_not_named(const json& body, const std::string& text) {
  for (const auto& error : body.at("errors")) {
    const auto reason = error.at("reason").get<std::string>();
    const bool about_key = reason.starts_with("field ") && (reason.find(" not found in ") != std::string::npos ||
                                                            reason.find(" already set in ") != std::string::npos);
    if (!about_key) continue;
    const auto key = reason.substr(6, reason.find(' ', 6) - 6);
    if (text.find(key) == std::string::npos) return key;
  }
  return {};
}

Outcome check_refused(const json& body, const charttpl::Rejection& rejection) {
  const bool decode = rejection.stage == charttpl::Stage::decode;
  if (body.at("result") != (decode ? "decode" : "semantic")) return Outcome::fail("refused: " + rejection.text());
  if (decode) {
    const auto key = body.contains("errors") ? key_not_named(body, rejection.text()) : std::string{};
    return key.empty() ? Outcome::pass() : Outcome::fail(fmt::format("does not name {}: {}", key, rejection.text()));
  }
  std::vector<std::string> want;
  for (const auto& error : body.at("errors")) want.push_back(error.at("path"));
  std::vector<std::string> got;
  for (const auto& error : rejection.errors) got.push_back(error.context.at(error.context.size() - 2));
  if (want == got) return Outcome::pass();
  return Outcome::fail(fmt::format("want {}, got {}", fmt::join(want, " "), fmt::join(got, " ")));
}

Outcome check(const json& body) {
  const auto spec = charttpl::decode(body.at("yaml").get<std::string>(), "case.yaml");
  if (!spec) return check_refused(body, spec.error());
  if (body.at("result") != "accepted") return Outcome::fail("accepted, not " + body.at("result").get<std::string>());
  return check_accepted(body, *spec);
}

/// Where loading crashed the reference any answer is better, as long as there is one; the rest has to be equal.
Outcome lenient(const json& body) {
  const auto load = body.value("load", json::object());
  if (load.value("error", "") != "panic") return Outcome::fail("differs from the reference: " + check(body).why);
  auto without_load = body;
  without_load.erase("load");
  if (const auto spec = charttpl::decode(body.at("yaml").get<std::string>()); spec && load_hook()) {
    static_cast<void>(load_hook()(*spec));
  }
  return check(without_load);
}

}  // namespace

LoadHook& load_hook() {
  static LoadHook hook;
  return hook;
}

AreaResult run_charttpl(const std::vector<std::string>& dirs, const Options& options) {
  return run_cases(dirs, options, check, lenient);
}

}  // namespace cppd::conformance

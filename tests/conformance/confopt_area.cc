// SPDX-License-Identifier: GPL-3.0-or-later
// Area confopt: durations and automatic booleans as text, YAML and JSON.
#include "conformance.h"

#include <cppd/base/config_json.h>
#include <cppd/base/yaml_decode.h>
#include <cppd/base/yaml_write.h>

#include <fmt/format.h>

#include <stdexcept>

namespace cppd::conformance {
namespace {

using nlohmann::json;
using std::chrono::nanoseconds;

std::string decode_base64(std::string_view text) {
  const auto document = yaml::Document::parse(fmt::format("!!binary '{}'", text));
  if (!document) throw std::runtime_error("the case holds bad base64");
  return std::string{document->root().text()};
}

/// A text of `input`, which may stand there as `<key>_b64`.
std::string input_text(const json& input, const std::string& key) {
  if (input.contains(key)) return input.at(key);
  return decode_base64(input.at(key + "_b64").get<std::string>());
}

/// A document with the one key `v`.
template <class T>
struct Holder {
  T v;
};
template <class T>
void decode_yaml(yaml::Decoder& decoder, const yaml::Node& node, const yaml::Path& path, Holder<T>& into) {
  decoder.mapping(node, path, "document", {{"v", into.v}});
}

json expectation(const Duration& value) { return {{"ns", value.value.count()}}; }
json expectation(const LongDuration& value) { return {{"ns", value.value.count()}}; }
json expectation(const AutoBool& value) { return {{"value", value.text()}}; }

template <class T>
json read_yaml(const std::string& text, T start) {
  Holder<T> holder{start};
  const auto findings = yaml::read(
      text, "case.yaml", holder, {.unknown_keys = yaml::Severity::ignored, .duplicate_keys = yaml::Severity::ignored});
  return findings.errors.empty() ? expectation(holder.v) : json{{"error", join_errors(findings.errors)}};
}

template <class T>
json read_json(const std::string& text, T start) {
  const auto document = json::parse(text, nullptr, false);
  if (document.is_discarded()) return {{"error", "not JSON"}};
  if (!document.contains("v")) return expectation(start);
  const auto decoded = decode_json(document["v"], start);
  return decoded ? expectation(start) : json{{"error", decoded.error().text()}};
}

/// Calls `run` with what a field of the case's type holds before it is decoded.
template <class Run>
json with_start(const std::string& type, Run run) {
  constexpr nanoseconds kHeld{12345};
  if (type == "duration") return run(Duration{kHeld});
  if (type == "long_duration") return run(LongDuration{kHeld});
  if (type == "autobool") return run(AutoBool{true});
  throw std::runtime_error("the case names a type that is not known: " + type);
}

/// The line of YAML output for a key `v`.
template <class Write>
std::string yaml_line(Write write) {
  yaml::Writer writer;
  writer.begin_mapping();
  writer.text("v");
  write(writer);
  writer.end_mapping();
  auto text = writer.finish();
  if (!text) throw std::runtime_error(text.error().text());
  if (text->ends_with('\n')) text->pop_back();
  return *text;
}

json encode(const json& input) {
  const nanoseconds value{input.at("ns").get<std::int64_t>()};
  if (input.at("type") == "duration") {
    const Duration duration{value};
    return {{"json", duration.json_text()},
            {"yaml", yaml_line([&](yaml::Writer& writer) { writer.plain(duration.yaml_text()); })},
            {"text", duration.text()}};
  }
  const LongDuration duration{value};
  const auto text = duration.text();
  const auto reparsed = parse_duration(text);
  return {{"json", encode_json(duration).dump()},
          {"yaml", yaml_line([&](yaml::Writer& writer) { writer.text(text); })},
          {"text", text},
          {"reparsed_ns", reparsed ? json(reparsed->count()) : json(nullptr)}};
}

json autobool_operations(const json& input) {
  const auto value = AutoBool::of_stored(input.at("stored").get<std::string>());
  const bool by_default = input.at("default");
  const auto optional = value.optional_bool();
  return {{"string", value.text()},
          {"is_auto", value.is_auto()},
          {"is_enabled", value.is_enabled()},
          {"is_disabled", value.is_disabled()},
          {"optional_bool", optional ? json(*optional) : json(nullptr)},
          {"resolved", value.resolve(by_default)},
          {"with_default", value.with_default(by_default).text()},
          {"json", encode_json(value).dump()},
          {"yaml", yaml_line([&](yaml::Writer& writer) { writer.text(value.text()); })}};
}

json run_operation(const json& body) {
  const auto operation = body.at("op").get<std::string>();
  const auto& input = body.at("input");
  if (operation == "duration.parse") {
    const auto parsed = parse_duration(input_text(input, "text"));
    return parsed ? json{{"ns", parsed->count()}} : json{{"error", parsed.error().text()}};
  }
  if (operation == "confopt.yaml") {
    return with_start(input.at("type"), [&](auto start) { return read_yaml(input_text(input, "yaml"), start); });
  }
  if (operation == "confopt.json") {
    return with_start(input.at("type"), [&](auto start) { return read_json(input_text(input, "json"), start); });
  }
  if (operation == "confopt.encode") return encode(input);
  if (operation == "autobool.ops") return autobool_operations(input);
  return nullptr;
}

/// The words of an error are the reference's own; that there is one counts.
Outcome check(const json& body) {
  const auto got = run_operation(body);
  if (got.is_null()) return Outcome::not_built();
  const auto& want = body.at("expect");
  if (want.contains("error") && got.contains("error")) return Outcome::pass();
  auto fault = difference(want, got);
  return fault.empty() ? Outcome::pass() : Outcome::fail(std::move(fault));
}

/// What the helpers contract, section 29, recommends for the weak spots of this area.
Outcome lenient(const json& body) {
  const auto quirk = body.value("quirk", "");
  const auto got = run_operation(body);
  const bool better = (quirk == "Q01" || quirk == "Q02")
                          ? got.contains("error")
                          : (quirk == "Q03" && got.at("reparsed_ns") == body.at("input").at("ns")) ||
                                (quirk == "Q04" && got.at("value") == "auto");
  return better ? Outcome::pass() : Outcome::fail(fmt::format("neither the reference's nor better: {}", got.dump()));
}

}  // namespace

AreaResult run_confopt(const std::vector<std::string>& dirs, const Options& options) {
  return run_cases(dirs, options, check, lenient);
}

}  // namespace cppd::conformance

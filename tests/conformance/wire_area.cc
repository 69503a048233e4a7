// SPDX-License-Identifier: GPL-3.0-or-later
// Area wire: lines that are written, and what arrives on standard input.
#include "wire_area.h"

#include "json_text.h"

#include <cppd/agent/confgroup/job_name.h>
#include <cppd/netdataapi/answer.h>
#include <cppd/netdataapi/field.h>
#include <cppd/netdataapi/ingress.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <stdexcept>

namespace cppd::conformance {
namespace {

using nlohmann::json;
using namespace cppd::netdataapi;

constexpr std::size_t kPayloadShownMax = 2048;  // longer payloads are compared by their size

json to_json(const Call& call) {
  json out{{"uid", to_text(call.uid)},        {"timeout_ns", std::chrono::nanoseconds{call.timeout}.count()},
           {"method", to_text(call.method)},  {"args", json::array()},
           {"access", to_text(call.access)},  {"source", to_text(call.source)},
           {"has_payload", call.has_payload}, {"content_type", to_text(call.content_type)}};
  for (const auto& arg : call.args) out["args"].push_back(to_text(arg));
  if (call.has_payload && call.payload.size() > kPayloadShownMax) out["payload_bytes"] = call.payload.size();
  if (call.has_payload && call.payload.size() <= kPayloadShownMax) out["payload"] = to_text(call.payload);
  return {{"call", std::move(out)}};
}

std::string input_of(const json& input) {
  if (!input.contains("chunks")) return text_field(input, "input");
  std::string out;
  for (const auto& chunk : input["chunks"]) {
    const auto text = text_field(chunk, "text");
    for (std::size_t left = chunk.value("repeat", std::size_t{1}); left > 0; --left) out += text;
  }
  return out;
}

struct Ingested {
  json events = json::array();  ///< of the kinds that the reference has
  std::size_t refused = 0;      ///< calls and lines that were not served
};

Ingested ingest(const json& input) {
  Ingested out;
  Ingress ingress{[&](const InputEvent& event) {
    if (const auto* call = std::get_if<Call>(&event)) out.events.push_back(to_json(*call));
    if (const auto* cancel = std::get_if<Cancel>(&event)) out.events.push_back({{"cancel", to_text(cancel->uid)}});
    if (std::holds_alternative<Quit>(event)) out.events.push_back({{"quit", true}});
    if (std::holds_alternative<SkippedLine>(event)) ++out.refused;
    if (const auto* reject = std::get_if<Reject>(&event)) {
      ++out.refused;
      out.events.push_back({{"reject", {{"uid", to_text(reject->uid)}, {"status", reject->status}}}});
    }
  }};
  const auto bytes = input_of(input);
  const auto read_bytes = input.value("read_size", std::size_t{65536});
  for (std::size_t at = 0; at < bytes.size(); at += read_bytes)
    ingress.feed(std::string_view{bytes}.substr(at, read_bytes));
  ingress.finish();
  return out;
}

/// Error texts are the reference's own: they are compared as "refused" or null.
json without_error_texts(json expect) {
  const auto forget = [](json& error) {
    if (error.is_string()) error = "refused";
  };
  for (auto& [key, value] : expect.items()) {
    if (key.ends_with("error")) forget(value);
    if (key != "errors") continue;
    for (auto& error : value) forget(error);
  }
  return expect;
}

json error_of(const Result<>& result) { return result ? json(nullptr) : json(result.error().what); }

json valid_field(const json& input) {
  const auto text = text_field(input, "text");
  return {{"bare", valid_bare_field(text)}, {"single_quoted", valid_quoted_field(text)}};
}

json payload_of(const json& input) {
  return {{"payload", json_payload(input.at("code").get<int>(), text_field(input, "message"))}};
}

json config_args(const json& input) {
  const auto args = texts_field(input, "args");
  const auto command = config_command(args);
  return {{"id", to_text(command.id)},
          {"command", to_text(command.command)},
          {"job_name", to_text(command.job_name)},
          {"has_payload", !text_field(input, "payload").empty()},
          {"args_error", error_of(need_arguments(args, input.at("required").get<std::size_t>()))}};
}

json job_name(const json& input) {
  const auto name = text_field(input, "name");
  return {{"strict_error", error_of(agent::check_job_name(name))},
          {"dots_allowed_error", error_of(agent::check_job_name(name, agent::Dots::allowed))},
          {"normalized", to_text(agent::clean_command_name(name))}};
}

json run(const json& body) {
  using Run = json (*)(const json&);
  static const std::map<std::string, Run, std::less<>> kOperations{
      {"wire.emit", emit},
      {"wire.valid_field", valid_field},
      {"functions.ingress",
       [](const json& input) { return json{{"events", ingest(input).events}, {"fatal", nullptr}}; }},
      {"functions.json_payload", payload_of},
      {"dyncfg.args", config_args},
      {"dyncfg.job_name", job_name},
  };
  const auto operation = kOperations.find(body.at("op").get<std::string>());
  if (operation == kOperations.end()) throw std::runtime_error("unknown operation " + body.at("op").dump());
  return operation->second(body.at("input"));
}

Outcome check(const json& body) {
  const auto why = difference(without_error_texts(body.at("expect")), without_error_texts(run(body)));
  return why.empty() ? Outcome::pass() : Outcome::fail(why);
}

/// Where the end of the reference's process is marked: its events come first here, and what ended it is refused.
Outcome lenient(const json& body) {
  const auto& expect = body.at("expect");
  if (body.at("op") != "functions.ingress" || expect.at("fatal").is_null()) return check(body);
  const auto got = ingest(body.at("input"));
  const auto& want = expect.at("events");
  for (std::size_t i = 0; i < want.size(); ++i) {
    const auto why = difference(want[i], i < got.events.size() ? got.events[i] : json(nullptr));
    if (!why.empty()) return Outcome::fail("event " + std::to_string(i) + ": " + why);
  }
  return got.refused > 0 ? Outcome::pass() : Outcome::fail("nothing was refused");
}

}  // namespace

AreaResult run_wire(const std::vector<std::string>& dirs, const Options& options) {
  return run_cases(dirs, options, check, lenient);
}

}  // namespace cppd::conformance

// SPDX-License-Identifier: GPL-3.0-or-later
#include "conformance.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <fstream>
#include <optional>
#include <stdexcept>

namespace cppd::conformance {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

std::vector<fs::path> case_files(const std::vector<std::string>& dirs) {
  std::vector<fs::path> files;
  for (const auto& dir : dirs) {
    if (!fs::exists(dir)) throw std::runtime_error(fmt::format("{}: no such file or folder", dir));
    if (!fs::is_directory(dir)) {
      files.emplace_back(dir);
      continue;
    }
    const auto first = static_cast<std::ptrdiff_t>(files.size());
    for (const auto& entry : fs::recursive_directory_iterator(dir)) {
      if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
    }
    std::sort(files.begin() + first, files.end());
  }
  return files;
}

bool marked(const json& body) {
  const auto set = [&](const char* key) { return body.contains(key) && !body[key].is_null(); };
  return set("difference") || set("quirk");
}

std::optional<json> with_our_expectations(const json& body, const Options& options) {
  std::ifstream file{options.ours / (body.at("name").get<std::string>() + ".json")};
  if (!file) return std::nullopt;
  auto ours = body;
  const auto expectations = json::parse(file);
  for (const auto& [key, value] : expectations.items()) ours[key] = value;
  return ours;
}

Outcome guarded(const Check& check, const json& body) {
  try {
    return check(body);
  } catch (const std::exception& thrown) {
    return Outcome::fail(fmt::format("threw: {}", thrown.what()));
  }
}

struct Judged {
  Outcome outcome;
  std::string_view letter;
};

Judged judge(const json& body, const Options& options, const Check& check, const Check& lenient) {
  auto outcome = guarded(check, body);
  if (!marked(body)) return {std::move(outcome), ""};
  if (outcome.verdict != Outcome::Verdict::failed) return {std::move(outcome), " a"};
  if (const auto ours = with_our_expectations(body, options)) return {guarded(check, *ours), " b"};
  if (!lenient) return {std::move(outcome), ""};
  return {guarded(lenient, body), " c"};
}

/// One JSON text on one line, cut for a message.
std::string shown(const json& value) {
  constexpr std::size_t kShownBytesMax = 160;
  auto text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  if (text.size() > kShownBytesMax) text = text.substr(0, kShownBytesMax) + "...";
  return text;
}

void run_case(const json& body, const Options& options, const Check& check, const Check& lenient, AreaResult& result) {
  const auto name = body.at("name").get<std::string>();
  if (name.find(options.only) == std::string::npos) return;
  const auto [outcome, letter] = judge(body, options, check, lenient);
  switch (outcome.verdict) {
    case Outcome::Verdict::passed:
      ++result.passed;
      if (!options.quiet) fmt::print("PASS {}{}\n", name, letter);
      return;
    case Outcome::Verdict::failed:
      ++result.failed;
      fmt::print("FAIL {}: {}\n", name, outcome.why);
      return;
    case Outcome::Verdict::unbuilt:
      ++result.unbuilt;
      if (!options.quiet) fmt::print("TODO {}\n", name);
      return;
  }
}

}  // namespace

AreaResult run_cases(const std::vector<std::string>& dirs, const Options& options, const Check& check,
                     const Check& lenient) {
  AreaResult result;
  for (const auto& path : case_files(dirs)) {
    std::ifstream file{path};
    std::string line;
    for (std::size_t number = 1; std::getline(file, line); ++number) {
      if (line.empty()) continue;
      const auto body = json::parse(line, nullptr, false);
      if (body.is_discarded() || !body.is_object() || !body.contains("name")) {
        throw std::runtime_error(fmt::format("{}:{}: not a case", path.string(), number));
      }
      run_case(body, options, check, lenient, result);
    }
  }
  return result;
}

AreaResult run_unbuilt(const std::vector<std::string>& dirs, const Options& options) {
  return run_cases(dirs, options, [](const json&) { return Outcome::not_built(); });
}

std::string difference(const json& want, const json& got) {
  if (want == got) return {};
  for (const auto& step : json::diff(want, got)) {
    const auto path = step.at("path").get<std::string>();
    const json::json_pointer pointer{path};
    const auto at = [&](const json& document) { return document.contains(pointer) ? shown(document[pointer]) : "-"; };
    if (step.at("op") == "add") return fmt::format("at {}: got {} as well", path, shown(step.at("value")));
    return fmt::format("at {}: want {}, got {}", path.empty() ? "/" : path, at(want), at(got));
  }
  return "differs";
}

}  // namespace cppd::conformance

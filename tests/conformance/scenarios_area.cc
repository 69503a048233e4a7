// SPDX-License-Identifier: GPL-3.0-or-later
// Whole jobs: from writes into a store to text on the wire. Format: tests/vectors/scenarios/README.md.
#include "conformance.h"
#include "scenario.h"

#include <fmt/format.h>

namespace cppd::conformance {
namespace {

using nlohmann::json;

Outcome strict(const json& body) {
  Scenario scenario{body};
  const bool loaded = scenario.load();
  if (loaded != body.at("load").at("ok").get<bool>()) {
    return Outcome::fail(fmt::format("load: {}", loaded ? "accepted" : scenario.load_error()));
  }
  if (!loaded) return Outcome::pass();
  std::size_t number = 0;
  for (const auto& cycle : body.at("cycles")) {
    ++number;
    const auto got = scenario.run(cycle);
    if (const auto why = difference(cycle.at("expect"), got); !why.empty()) {
      return Outcome::fail(fmt::format("cycle {}: {}", number, why));
    }
  }
  const auto why = difference(body.value("cleanup", json::array()), scenario.clean_up());
  return why.empty() ? Outcome::pass() : Outcome::fail("cleanup: " + why);
}

/// The rule (c): no crash, text that the protocol's reader accepts, equal up to the first cycle that differs, and the
/// ledger explains the difference.
Outcome lenient(const json& body) {
  Scenario scenario{body};
  if (!scenario.load()) return Outcome::pass();
  bool differs = false;
  std::string text;
  for (const auto& cycle : body.at("cycles")) {
    const auto got = scenario.run(cycle);
    differs = differs || !difference(cycle.at("expect"), got).empty();
    for (const auto& line : got.at("lines")) text += line.get<std::string>() + "\n";
  }
  for (const auto& line : scenario.clean_up()) text += line.get<std::string>() + "\n";
  if (const auto refused = protocol_violations(text); !refused.empty()) return Outcome::fail("protocol: " + refused);
  const auto difference_id = body.at("difference").get<std::string>();
  if (differs && !scenario.explains(difference_id)) {
    return Outcome::fail(fmt::format("differs ({}), and the ledger holds no reason for it: {}", difference_id,
                                     scenario.ledger_summary()));
  }
  return Outcome::pass();
}

}  // namespace

AreaResult run_scenarios(const std::vector<std::string>& dirs, const Options& options) {
  return run_cases(dirs, options, strict, lenient);
}

}  // namespace cppd::conformance

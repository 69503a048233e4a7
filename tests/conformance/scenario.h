// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// One scenario, driven through the store and the publisher of a job.
#pragma once

#include <cppd/base/ledger.h>
#include <cppd/jobruntime/publisher.h>
#include <cppd/metrix/store.h>
#include <cppd/netdataapi/frame.h>
#include <nlohmann/json.hpp>

#include <map>
#include <memory>
#include <string>

#include "scenario_instrument.h"

namespace cppd::conformance {

/// What the strict reader of the protocol says of `text`; empty when it accepts it.
[[nodiscard]] std::string protocol_violations(const std::string& text);

class ScenarioOutput;

class Scenario {
 public:
  explicit Scenario(const nlohmann::json& body);
  ~Scenario();

  [[nodiscard]] bool load();
  [[nodiscard]] const std::string& load_error() const { return load_error_; }
  /// Runs one cycle; what came out, in the shape of `expect`.
  [[nodiscard]] nlohmann::json run(const nlohmann::json& cycle);
  [[nodiscard]] nlohmann::json clean_up();
  /// Is there a count under a reason that docs/differences.md ties to this difference?
  [[nodiscard]] bool explains(const std::string& difference) const;
  [[nodiscard]] std::string ledger_summary() const { return ledger_.summary(); }

 private:
  void publish(const nlohmann::json& cycle, nlohmann::json& got);
  void set_node(const nlohmann::json& node);
  [[nodiscard]] nlohmann::json dump() const;
  void dump_scope(const std::string& key, nlohmann::json& series) const;

  const nlohmann::json& body_;
  Ledger ledger_;
  std::unique_ptr<metrix::Store> store_;
  netdataapi::FramePool pool_{4096};
  std::unique_ptr<ScenarioOutput> output_;  // outlives the publisher
  std::unique_ptr<jobruntime::Publisher> publisher_;
  std::map<std::string, std::unique_ptr<ScenarioInstrument>> instruments_;
  std::string load_error_;
  bool first_ = true;
};

}  // namespace cppd::conformance

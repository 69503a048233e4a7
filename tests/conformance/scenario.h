// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// One scenario, driven through store, engine and emitter.
#pragma once

#include <cppd/base/ledger.h>
#include <cppd/chartemit/netdata_sink.h>
#include <cppd/chartengine/engine.h>
#include <nlohmann/json.hpp>

#include <map>
#include <memory>
#include <string>

#include "scenario_instrument.h"

namespace cppd::conformance {

/// What the strict reader of the protocol says of `text`; empty when it accepts it.
[[nodiscard]] std::string protocol_violations(const std::string& text);

class Scenario {
 public:
  explicit Scenario(const nlohmann::json& body);
  ~Scenario();

  /// False for instruments and features that are not yet built.
  [[nodiscard]] static bool built(const nlohmann::json& body);

  [[nodiscard]] bool load();
  [[nodiscard]] const std::string& load_error() const { return load_error_; }
  /// Runs one cycle; what came out, in the shape of `expect`.
  [[nodiscard]] nlohmann::json run(const nlohmann::json& cycle);
  [[nodiscard]] nlohmann::json clean_up();
  /// Is there a count under a reason that docs/differences.md ties to this difference?
  [[nodiscard]] bool explains(const std::string& difference) const;
  [[nodiscard]] std::string ledger_summary() const { return ledger_.summary(); }

 private:
  [[nodiscard]] nlohmann::json emit(const nlohmann::json& cycle, nlohmann::json expect);
  [[nodiscard]] nlohmann::json dump() const;
  void dump_scope(const std::string& key, nlohmann::json& series) const;

  const nlohmann::json& body_;
  Ledger ledger_;
  std::unique_ptr<metrix::Store> store_;
  std::unique_ptr<chartengine::Engine> engine_;
  netdataapi::FramePool pool_{4096};
  chartemit::NetdataSink sink_{ledger_};
  chartemit::Environment environment_;
  std::map<std::string, std::unique_ptr<ScenarioInstrument>> instruments_;
  std::string load_error_;
  bool first_ = true;
};

}  // namespace cppd::conformance

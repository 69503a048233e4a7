// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// One instrument of a scenario: declared and written as the case says. Format: tests/vectors/scenarios/README.md.
#pragma once

#include <cppd/metrix/instrument.h>
#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cppd::conformance {

/// A number of a case: JSON, or "NaN", "+Inf", "-Inf".
[[nodiscard]] double number_of(const nlohmann::json& value);

/// A host scope or a virtual node of a case.
[[nodiscard]] metrix::HostScope host_scope_of(const nlohmann::json& from);

class ScenarioInstrument {
 public:
  ScenarioInstrument(metrix::Store& store, const nlohmann::json& spec);

  /// False when the declaration was refused; error() says why.
  [[nodiscard]] bool declare();
  /// False when the write was refused; the reference ends its collection there, we go on (diff D1).
  [[nodiscard]] bool write(const nlohmann::json& write);
  [[nodiscard]] bool declared_at_start() const;
  [[nodiscard]] std::string error() const;

 private:
  template <class Handle>
  [[nodiscard]] Handle handle_for(const nlohmann::json& write);
  [[nodiscard]] bool write_number(const nlohmann::json& write, const std::string& op);
  [[nodiscard]] bool write_histogram(const nlohmann::json& write);
  [[nodiscard]] bool write_summary(const nlohmann::json& write);
  [[nodiscard]] bool write_states(const nlohmann::json& write, const std::string& op);
  [[nodiscard]] bool write_measures(const nlohmann::json& write, const std::string& op);

  metrix::Store& store_;
  const nlohmann::json& spec_;
  metrix::InstrumentKind kind_;
  bool stateful_;
  bool vec_;
  bool declared_ = false;
  metrix::Instrument plain_;
  std::unique_ptr<metrix::VecCore> children_;
  std::unique_ptr<metrix::Meter> meter_;
};

}  // namespace cppd::conformance

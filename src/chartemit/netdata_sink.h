// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// A plan as text of the plugin protocol. Source: charts contract 5.3 (order), 5.4 (host).
#pragma once

#include <cppd/chartemit/definition_writer.h>
#include <cppd/chartemit/sink.h>
#include <cppd/metrix/types.h>
#include <cppd/netdataapi/frame.h>

#include <optional>
#include <string>
#include <vector>

namespace cppd::chartemit {

/// Writes plans of one engine into frames.
///
/// Cost      in a steady cycle memory copies of texts that were rendered when the chart was born, and the numbers.
/// Threads   confined to the shard of its job.
class NetdataSink final : public PlanSink {
 public:
  /// Without `host_lines` the reader is too old for them, and everything belongs to the daemon's own host (diff D13).
  explicit NetdataSink(Ledger& ledger, bool host_lines = true) : ledger_{&ledger}, host_lines_{host_lines} {}

  /// Where the next plan is written.
  void write_to(netdataapi::Frame& frame) { frame_ = &frame; }
  /// The host that the next plan belongs to; empty for the daemon's own. `define` writes its definition before that
  /// plan, if it has anything to tell.
  ///
  /// Errors    what E10 and R5 refuse: a GUID that is no UUID or is changed by sanitising, a blank hostname; any host
  /// but
  ///           the daemon's own when the daemon is too old. Nothing has changed then, and the ledger counts it.
  [[nodiscard]] Result<> select_host(const metrix::HostScope& host, bool define);

  /// Errors    a type id of which nothing is left on the wire.
  [[nodiscard]] Result<> emit(const chartengine::Engine& engine, const chartengine::Plan& plan,
                              const Environment& environment, const Moment& moment) override;
  /// On the host of the last plan, without its definition.
  void retire(const chartengine::Engine& engine, const Environment& environment) override;

 private:
  void host();
  [[nodiscard]] Result<> check_host(const metrix::HostScope& host, bool define) const;
  [[nodiscard]] std::string definition_of(const metrix::HostScope& host) const;
  void chart(const chartengine::Engine& engine, std::uint32_t chart, bool obsolete);
  void dimension(const chartengine::Engine& engine, std::uint32_t name, std::uint32_t attributes, bool obsolete);
  void labels(const chartengine::Engine& engine, const chartengine::Plan& plan,
              const chartengine::Plan::Labelled& labelled);
  void definitions(const chartengine::Engine& engine, const chartengine::Plan& plan);
  void updates(const chartengine::Engine& engine, const chartengine::Plan& plan, const Moment& moment);
  void removals(const chartengine::Engine& engine, const chartengine::Plan& plan);
  static char* variable(char* at, std::string_view name, double number);
  static char* float_value(char* at, double number);
  char* integer_value(char* at, double number);

  Ledger* ledger_;
  bool host_lines_;
  netdataapi::Frame* frame_ = nullptr;
  const Environment* environment_ = nullptr;
  DefinitionWriter definition_writer_;
  std::string guid_;        // of the host that the last plan went to
  std::string next_guid_;   // of the host that was selected
  std::string definition_;  // lines to write before the next plan
  std::string begin_;       // BEGIN 'type.
};

}  // namespace cppd::chartemit

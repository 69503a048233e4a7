// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The engines of one store: one for each host scope. Source: metrix contract 5 and 7.7; charts contract 5.5.
#pragma once

#include <cppd/chartengine/engine.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::chartengine {

/// A host scope and its engine.
struct HostEngine {
  metrix::HostScope host;      ///< as the store described it last; also when the store has forgotten it
  std::uint64_t revision = 0;  ///< changes with `host`
  /// A small number for arrays of whoever keeps more about a host; taken again after it was in departed().
  std::uint32_t slot = 0;
  std::uint64_t serial = 0;  ///< tells apart the hosts that had one slot one after the other; never 0
  std::unique_ptr<Engine> engine;

 private:
  friend class HostEngines;
  metrix::ScopeId scope = metrix::ScopeId::none;  // while `present`
  bool present = false;                           // the store has series of it
  bool visible = false;                           // and some of them are there to be seen
  bool at_work = false;
};

/// Keeps an engine for each host scope that is at work: one that has a series which a reader sees, and from then on
/// until a cycle in which it had none and no chart was left.
///
/// Threads   confined to the shard of its job.
/// Cost      births and deaths are looked at once, whatever the number of scopes; memory follows series and charts. A
///           steady cycle does not allocate, compare texts or look anything up: it is a few instructions per scope.
class HostEngines {
 public:
  explicit HostEngines(EngineOptions options);
  ~HostEngines();
  HostEngines(const HostEngines&) = delete;
  HostEngines& operator=(const HostEngines&) = delete;

  /// Compiles and takes over a template for all hosts. Every chart is forgotten: declare them obsolete before.
  ///
  /// Errors    those of Program::compile; then nothing has changed.
  [[nodiscard]] Result<> load(const charttpl::Spec& spec, const charttpl::EngineSpec& policy = {});

  /// Routes what the last commit of `store` changed. The hosts at work, the default scope first, then by key; each is
  /// ready for Engine::prepare(). To be called after a successful commit, when all attempts are finished.
  ///
  /// Errors    no template is loaded.
  /// Borrows   until the next call.
  [[nodiscard]] Result<std::span<HostEngine* const>> synchronize(const metrix::Store& store);
  /// Slots of the hosts that the last synchronize() found to be at work no more. It may have given them to others.
  [[nodiscard]] std::span<const std::uint32_t> departed() const { return departed_; }

  /// Every host that has an engine, in the same order.
  [[nodiscard]] std::span<HostEngine* const> all() const { return order_; }
  /// Materialized charts of all hosts.
  [[nodiscard]] std::uint64_t charts() const;
  [[nodiscard]] std::size_t bytes() const;

 private:
  void rest();
  void refresh(const metrix::Store& store);
  void sweep();
  void forget_unused();
  [[nodiscard]] HostEngine& host_of(const std::string& key);
  void start_over(const metrix::Store& store);
  void follow(const metrix::Store& store);
  void own(const metrix::Store& store, std::uint32_t series);
  void route(const metrix::Store& store, std::vector<std::uint32_t>& series);
  [[nodiscard]] Engine& engine_of(std::uint32_t series) {
    return *hosts_[owners_.empty() ? 0 : owners_[series]]->engine;
  }

  EngineOptions options_;
  std::unique_ptr<Ledger> own_ledger_;
  std::shared_ptr<RouteTable> table_;
  std::vector<std::unique_ptr<HostEngine>> hosts_;  // by slot; 0 is the default scope, which stays
  std::vector<std::uint32_t> free_slots_;
  boost::unordered_flat_map<std::string, std::uint32_t> by_key_;
  std::vector<HostEngine*> order_;
  std::vector<HostEngine*> at_work_;
  std::vector<std::uint32_t> departed_;
  std::vector<std::uint32_t> slot_of_scope_;
  std::vector<std::uint32_t> owners_;  // by series slot; empty while there is only the default scope

  const metrix::Store* store_ = nullptr;
  std::uint64_t clock_ = 0;
  std::uint64_t scopes_revision_ = 0;
  bool synchronized_ = false;
  std::uint64_t serial_ = 0;
  bool departures_ = false;  // hosts may be gone for good
};

}  // namespace cppd::chartengine

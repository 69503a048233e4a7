// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The host scopes of a store, and what its writers say of them. Source: metrix contract section 5.
#pragma once

#include <cppd/base/result.h>
#include <cppd/metrix/types.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::metrix {

/// A host scope with its texts trimmed and its labels sorted.
///
/// Errors    invalid_input for what metrix contract 5.1 to 5.3 forbid.
[[nodiscard]] Result<HostScope> normalized(const HostScope& host);

/// Hash of texts that also takes views of them.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const;
};

/// A scope is known by its key; a claim is a scope with the metadata that some writers give it. The claim that is
/// written first in a cycle decides for that cycle, and the metadata of the scope follow it with the commit.
///
/// Threads   confined to the shard of its store.
class ScopeTable {
 public:
  ScopeTable();

  /// Finds or makes the claim of a normalized host. One that nobody retains is forgotten with drop_unused().
  [[nodiscard]] ClaimId claim(const HostScope& host);
  void retain(ClaimId id) { ++claims_[index_of(id)].uses; }
  void release(ClaimId id);
  void drop_unused();

  [[nodiscard]] ScopeId scope_of(ClaimId id) const { return claims_[index_of(id)].scope; }
  /// Tells claims apart that had one id one after the other.
  [[nodiscard]] std::uint32_t serial_of(ClaimId id) const { return claims_[index_of(id)].serial; }
  [[nodiscard]] const HostScope& host(ScopeId id) const { return scopes_[index_of(id)].host; }
  [[nodiscard]] std::optional<ScopeId> find(std::string_view key) const;
  [[nodiscard]] bool has_series(ScopeId id) const { return scopes_[index_of(id)].live_series > 0; }
  /// Some claim of the scope; all of them name the same series.
  [[nodiscard]] ClaimId any_claim(ScopeId id) const { return scopes_[index_of(id)].claims.front(); }
  /// Is there a scope beside the default one?
  [[nodiscard]] bool scoped() const { return scopes_.size() > 1; }

  /// Might writers disagree about a scope, or say something new of it?
  [[nodiscard]] bool unsettled() const { return !unsettled_.empty(); }
  /// May a series be written under this claim in this cycle? The first claim of a scope may, others may not.
  [[nodiscard]] bool admit(ClaimId id, std::uint32_t cycle);
  /// Something that was written under the admitted claim is going to be committed.
  void confirm(ScopeId id, std::uint32_t cycle) { scopes_[index_of(id)].confirmed_cycle = cycle; }
  /// Scopes take the metadata of the claims that `cycle` admitted and confirmed.
  void settle(std::uint32_t cycle);

  void note_birth(ScopeId id, Freshness freshness);
  void note_death(ScopeId id, Freshness freshness);
  void note_written(ScopeId id, std::uint32_t attempt) { scopes_[index_of(id)].written = attempt; }
  [[nodiscard]] bool visible(ScopeId id, const CollectMeta& meta) const;

  /// Scopes with series: the default one first, then by key. Right after order() until the next birth or death.
  [[nodiscard]] std::span<const ScopeId> ordered() const { return ordered_; }
  void order();
  /// Changes with what ordered() says and with the metadata of any scope.
  [[nodiscard]] std::uint64_t revision() const { return revision_; }
  [[nodiscard]] std::size_t bytes() const;

 private:
  struct Scope {
    HostScope host{};
    std::vector<ClaimId> claims{};
    std::uint32_t live_series = 0;
    std::uint32_t live_committed = 0;  // those that stay visible until they expire
    std::uint32_t written = 0;         // attempt of the last commit that wrote a series
    std::uint32_t admitted_cycle = 0;
    std::uint32_t confirmed_cycle = 0;
    ClaimId admitted{};
    bool unsettled = false;
  };
  struct Claim {
    HostScope host{};
    ScopeId scope{};
    std::uint32_t uses = 0;
    std::uint32_t serial = 0;
  };
  void judge(ScopeId id);
  void drop(ClaimId id);

  std::vector<Scope> scopes_;
  std::vector<ScopeId> free_scopes_;
  boost::unordered_flat_map<std::string, ScopeId, TextHash, std::equal_to<>> index_;
  std::vector<Claim> claims_;
  std::vector<ClaimId> free_claims_;
  std::vector<ClaimId> unused_;
  std::vector<ScopeId> unsettled_;
  std::vector<ScopeId> ordered_;
  std::uint64_t revision_ = 0;
  std::uint32_t serial_ = 0;
  bool changed_ = false;
};

}  // namespace cppd::metrix

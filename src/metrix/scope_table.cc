// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/internal_error.h>
#include <cppd/base/text.h>
#include <cppd/metrix/scope_table.h>
#include <cppd/metrix/slot.h>

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>

namespace cppd::metrix {

Result<HostScope> normalized(const HostScope& host) {
  HostScope clean{.key = std::string{trim(host.key)},
                  .guid = std::string{trim(host.guid)},
                  .hostname = std::string{trim(host.hostname)}};
  for (const auto& [key, value] : host.labels) clean.labels.emplace_back(trim(key), trim(value));
  std::ranges::sort(clean.labels);
  if (clean.key.empty()) {
    if (!clean.guid.empty() || !clean.hostname.empty() || !clean.labels.empty())
      return std::unexpected(invalid_input("metrix: the default host scope carries no guid, hostname or labels"));
    return clean;
  }
  if (clean.guid.empty() || clean.hostname.empty())
    return std::unexpected(invalid_input(fmt::format("metrix: host scope {} needs a guid and a hostname", clean.key)));
  if (!valid_utf8(clean.key) || clean.key.find("\xEF\xBF\xBD") != std::string::npos)
    return std::unexpected(invalid_input("metrix: host scope key is not valid text"));
  for (std::size_t i = 0; i < clean.labels.size(); ++i) {
    if (clean.labels[i].first.empty())
      return std::unexpected(invalid_input(fmt::format("metrix: a label key of host scope {} is empty", clean.key)));
    if (i > 0 && clean.labels[i].first == clean.labels[i - 1].first) {
      return std::unexpected(invalid_input(
          fmt::format("metrix: label {} of host scope {} is given twice", clean.labels[i].first, clean.key)));
    }
  }
  return clean;
}

std::size_t TextHash::operator()(std::string_view text) const { return XXH3_64bits(text.data(), text.size()); }

ScopeTable::ScopeTable() : scopes_(1), claims_(1) {
  scopes_[0].claims.push_back(ClaimId::none);  // the default scope lives as long as the table, and nobody disputes it
  claims_[0].uses = 1;
}

std::optional<ScopeId> ScopeTable::find(std::string_view key) const {
  if (key.empty()) return ScopeId::none;
  const auto found = index_.find(key);
  return found == index_.end() ? std::nullopt : std::optional{found->second};
}

ClaimId ScopeTable::claim(const HostScope& host) {
  if (host.key.empty()) return ClaimId::none;
  auto known = find(host.key);
  if (!known) {
    known = take_place(scopes_, free_scopes_);
    scopes_[index_of(*known)] = {.host = host};
    index_.emplace(host.key, *known);
  }
  auto& scope = scopes_[index_of(*known)];
  for (const auto id : scope.claims) {
    if (claims_[index_of(id)].host == host) return id;
  }
  const auto id = take_place(claims_, free_claims_);
  claims_[index_of(id)] = {.host = host, .scope = *known, .serial = ++serial_};
  scope.claims.push_back(id);
  unused_.push_back(id);
  judge(*known);
  return id;
}

void ScopeTable::release(ClaimId id) {
  auto& claim = claims_[index_of(id)];
  require(claim.uses > 0, "a claim is released once per use");
  if (--claim.uses == 0) unused_.push_back(id);
}

void ScopeTable::drop_unused() {
  for (const auto id : unused_) {
    if (claims_[index_of(id)].uses == 0 && claims_[index_of(id)].scope != ScopeId::none) drop(id);
  }
  unused_.clear();
}

void ScopeTable::drop(ClaimId id) {
  const auto scope_id = claims_[index_of(id)].scope;
  auto& scope = scopes_[index_of(scope_id)];
  std::erase(scope.claims, id);
  claims_[index_of(id)] = {.serial = claims_[index_of(id)].serial};
  free_claims_.push_back(id);
  if (!scope.claims.empty()) return judge(scope_id);
  std::erase(unsettled_, scope_id);
  index_.erase(scope.host.key);
  scope = {};
  free_scopes_.push_back(scope_id);
}

/// Notes whether the writers of a scope are of one mind, and of the mind of its last commit.
void ScopeTable::judge(ScopeId id) {
  auto& scope = scopes_[index_of(id)];
  const bool unsettled = scope.claims.size() > 1 || claims_[index_of(scope.claims.front())].host != scope.host;
  if (unsettled == scope.unsettled) return;
  scope.unsettled = unsettled;
  if (unsettled)
    unsettled_.push_back(id);
  else
    std::erase(unsettled_, id);
}

bool ScopeTable::admit(ClaimId id, std::uint32_t cycle) {
  auto& scope = scopes_[index_of(claims_[index_of(id)].scope)];
  if (!scope.unsettled) return true;
  if (scope.admitted_cycle != cycle) {
    scope.admitted_cycle = cycle;
    scope.admitted = id;
  }
  return scope.admitted == id;
}

void ScopeTable::settle(std::uint32_t cycle) {
  const auto open = unsettled_;
  for (const auto id : open) {
    auto& scope = scopes_[index_of(id)];
    if (scope.admitted_cycle != cycle || scope.confirmed_cycle != cycle) continue;
    const auto& said = claims_[index_of(scope.admitted)].host;
    if (scope.host != said) {
      scope.host = said;
      changed_ = true;
    }
    judge(id);
  }
}

void ScopeTable::note_birth(ScopeId id, Freshness freshness) {
  auto& scope = scopes_[index_of(id)];
  changed_ = changed_ || scope.live_series == 0;
  ++scope.live_series;
  if (freshness == Freshness::committed) ++scope.live_committed;
}

void ScopeTable::note_death(ScopeId id, Freshness freshness) {
  auto& scope = scopes_[index_of(id)];
  --scope.live_series;
  changed_ = changed_ || scope.live_series == 0;
  if (freshness == Freshness::committed) --scope.live_committed;
}

bool ScopeTable::visible(ScopeId id, const CollectMeta& meta) const {
  const auto& scope = scopes_[index_of(id)];
  if (scope.live_series == 0) return false;
  return scope.live_committed > 0 ||
         (meta.last_attempt_status == AttemptStatus::success && scope.written == meta.last_success_seq);
}

void ScopeTable::order() {
  if (!changed_) return;
  changed_ = false;
  ++revision_;
  ordered_.clear();
  for (std::size_t i = 0; i < scopes_.size(); ++i) {
    if (scopes_[i].live_series > 0) ordered_.push_back(static_cast<ScopeId>(i));
  }
  std::ranges::sort(ordered_, {}, [&](ScopeId id) -> const std::string& { return host(id).key; });
}

std::size_t ScopeTable::bytes() const {
  return scopes_.capacity() * sizeof(Scope) + claims_.capacity() * sizeof(Claim) + index_.bucket_count() * 48;
}

}  // namespace cppd::metrix

// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/ledger.h>

#include <fmt/format.h>

#include <algorithm>

namespace cppd {
namespace {

struct Reason {
  std::string_view name;
  std::string_view help;
};

constexpr Reason kReasons[] = {
#define CPPD_REASON(name, help) {#name, help},
    CPPD_LOSS_REASONS(CPPD_REASON)
#undef CPPD_REASON
};

}  // namespace

std::string_view loss_reason_name(LossReason reason) { return kReasons[static_cast<std::size_t>(reason)].name; }
std::string_view loss_reason_help(LossReason reason) { return kReasons[static_cast<std::size_t>(reason)].help; }

void Ledger::count(LossReason reason, std::string_view name, std::uint64_t times) {
  count(reason, times);
  auto& names = details_[static_cast<std::size_t>(reason)];
  if (names.size() >= kDetailsMax || std::ranges::find(names, name) != names.end()) return;
  names.emplace_back(name);
}

std::string Ledger::summary() const {
  std::string out;
  for (std::size_t i = 0; i < kLossReasons; ++i) {
    if (counts_[i] == 0) continue;
    if (!out.empty()) out += ' ';
    out += fmt::format("{}={}", kReasons[i].name, counts_[i]);
  }
  return out;
}

}  // namespace cppd

// SPDX-License-Identifier: GPL-3.0-or-later
#include "verdict.h"

#include <cppd/base/text.h>

#include <fmt/format.h>

#include <algorithm>

namespace cppd::prometheus_collector {
namespace {

using metrix::Kind;
using prometheus::FamilyType;

Result<std::vector<matcher::Glob>> parse_globs(std::string_view key, std::span<const std::string> patterns) {
  std::vector<matcher::Glob> globs;
  for (std::size_t i = 0; i < patterns.size(); ++i) {
    const auto& pattern = patterns[i];
    const auto refuse = [&](Error error) {
      return std::unexpected(std::move(error).in(fmt::format("fallback_type.{}[{}]", key, i)));
    };
    if (blank(pattern)) return refuse(invalid_input("is empty"));
    if (trim(pattern).size() != pattern.size())
      return refuse(invalid_input(fmt::format("`{}` has white space around it", pattern)));
    auto glob = matcher::Glob::parse(pattern);
    if (!glob) return refuse(std::move(glob.error()).in(fmt::format("`{}`", pattern)));
    globs.push_back(*std::move(glob));
  }
  return globs;
}

bool any_matches(const std::vector<matcher::Glob>& globs, std::string_view name) {
  return std::ranges::any_of(globs, [&](const auto& glob) { return glob.matches(name); });
}

}  // namespace

Result<FallbackTypes> FallbackTypes::parse(std::span<const std::string> gauge, std::span<const std::string> counter) {
  FallbackTypes types;
  auto gauges = parse_globs("gauge", gauge);
  if (!gauges) return std::unexpected(std::move(gauges.error()));
  auto counters = parse_globs("counter", counter);
  if (!counters) return std::unexpected(std::move(counters.error()));
  types.gauge_ = *std::move(gauges);
  types.counter_ = *std::move(counters);
  return types;
}

std::optional<Kind> FallbackTypes::find(std::string_view name) const {
  if (any_matches(gauge_, name)) return Kind::gauge;
  if (any_matches(counter_, name)) return Kind::counter;
  return std::nullopt;
}

Verdict judge(std::string_view name, FamilyType type, const FallbackTypes& fallback) {
  switch (type) {
    case FamilyType::gauge:
      if (name.ends_with("_info")) return {.loss = LossReason::series_info};
      return {.kind = Kind::gauge};
    case FamilyType::counter: return {.kind = Kind::counter};
    case FamilyType::histogram: return {.kind = Kind::histogram};
    case FamilyType::summary: return {.kind = Kind::summary};
    case FamilyType::unknown: break;
  }
  if (const auto kind = fallback.find(name)) return {.kind = *kind};
  if (name.ends_with("_total")) return {.kind = Kind::counter};
  return {.loss = LossReason::series_untyped};
}

}  // namespace cppd::prometheus_collector

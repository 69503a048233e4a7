// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/netdataapi/daemon.h>

#include <charconv>
#include <optional>
#include <utility>

namespace cppd::netdataapi {
namespace {

std::optional<std::pair<int, int>> major_minor(std::string_view version) {
  if (version.starts_with('v')) version.remove_prefix(1);
  std::pair<int, int> out;
  const char* end = version.data() + version.size();
  const auto major = std::from_chars(version.data(), end, out.first);
  if (major.ec != std::errc{} || major.ptr == end || *major.ptr != '.') return std::nullopt;
  if (std::from_chars(major.ptr + 1, end, out.second).ec != std::errc{}) return std::nullopt;
  return out;
}

}  // namespace

DaemonFeatures daemon_features(std::string_view version) {
  const auto known = major_minor(version);
  if (!known) return {};
  const bool current = *known >= std::pair{1, 45};
  return {.config_lines = current, .short_calls = !current, .host_lines = *known >= std::pair{1, 39}};
}

}  // namespace cppd::netdataapi

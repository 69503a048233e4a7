// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What the daemon on the other side understands, by its version. Source: design diff D13.
#pragma once

#include <string_view>

namespace cppd::netdataapi {

struct DaemonFeatures {
  bool config_lines = true;  ///< since 1.45; an older daemon disables the plugin at the first one
  bool short_calls = false;  ///< before 1.45 calls come without access and source
  bool host_lines = true;    ///< since 1.39; an older daemon drops the plugin at the first one
};

/// Reads NETDATA_VERSION: `v1.37.1`, `1.45.0-23-nightly`. No or an unreadable version means a current daemon.
[[nodiscard]] DaemonFeatures daemon_features(std::string_view version);

}  // namespace cppd::netdataapi

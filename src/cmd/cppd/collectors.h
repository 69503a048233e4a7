// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The collectors of this tree, one line each.
#pragma once

#include <cppd/collectorapi/collector_info.h>

#include <vector>

namespace cppd {

[[nodiscard]] std::vector<CollectorInfo> all_collectors();

}  // namespace cppd

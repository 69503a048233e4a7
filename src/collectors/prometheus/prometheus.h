// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Charts what any Prometheus exporter prints, without a template written for it.
#pragma once

#include <cppd/collectorapi/collector_info.h>

namespace cppd::prometheus_collector {

[[nodiscard]] CollectorInfo prometheus_collector();

}  // namespace cppd::prometheus_collector

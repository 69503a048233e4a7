// SPDX-License-Identifier: GPL-3.0-or-later
#include "collectors.h"

#include <cppd/collectors/linux/linux.h>
#include <cppd/collectors/prometheus/prometheus.h>

namespace cppd {

std::vector<CollectorInfo> all_collectors() {
  return {
      linux_host::linux_collector(),
      prometheus_collector::prometheus_collector(),
  };
}

}  // namespace cppd

// SPDX-License-Identifier: GPL-3.0-or-later
#include "conformance.h"

namespace cppd::conformance {

const std::vector<Area>& areas() {
  static const std::vector<Area> all{
      {"charttpl", run_charttpl}, {"confopt", run_confopt}, {"exposition", run_exposition}, {"helpers", run_unbuilt},
      {"iprange", run_unbuilt},   {"logs", run_unbuilt},    {"matcher", run_matcher},       {"scenarios", run_scenarios},
      {"web", run_unbuilt},       {"wire", run_wire},
  };
  return all;
}

}  // namespace cppd::conformance

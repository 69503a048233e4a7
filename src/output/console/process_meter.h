// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What this process costs the machine.
#pragma once

#include <cppd/base/clock.h>

#include <chrono>
#include <cstdint>

namespace cppd::output {

struct ProcessUsage {
  double cpu_percent = 0;  ///< of one core, since the measurement before
  std::uint64_t rss_bytes = 0;
};

/// Threads   confined.
class ProcessMeter {
 public:
  explicit ProcessMeter(const Clock& clock = system_clock());
  /// A value of the CPU is kept until some time has passed, so that frequent callers do not read noise.
  [[nodiscard]] ProcessUsage measure();

 private:
  const Clock& clock_;
  SteadyTime since_;
  std::chrono::microseconds cpu_{};
  ProcessUsage last_;
};

}  // namespace cppd::output

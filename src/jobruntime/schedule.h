// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// When a job is due (diff D15): jobs of one interval are spread over it, by a hash of their names, so that load is
/// even and repeats from start to start.
#pragma once

#include <cppd/base/clock.h>

#include <chrono>
#include <cstdint>
#include <string_view>

namespace cppd::jobruntime {

/// Threads   immutable.
class Schedule {
 public:
  /// Every-second jobs stay at the whole second, spread over at most this much.
  static constexpr std::chrono::milliseconds kSpreadEverySecond{100};
  static constexpr std::chrono::milliseconds kSpread{200};

  Schedule(std::string_view full_name, std::chrono::seconds update_every);

  /// The first due time after `now`.
  [[nodiscard]] WallTime next(WallTime now) const;
  /// How many due times lie in (after, until].
  [[nodiscard]] std::uint64_t due_between(WallTime after, WallTime until) const;
  [[nodiscard]] std::chrono::nanoseconds phase() const { return phase_; }

 private:
  std::chrono::nanoseconds interval_;
  std::chrono::nanoseconds phase_;  // within the interval
};

/// Extra wait after `failures` failed cycles in a row: grows every five, at most ten minutes. Source: agent contract
/// C-17.
[[nodiscard]] std::chrono::seconds penalty(std::uint64_t failures, std::chrono::seconds update_every);

}  // namespace cppd::jobruntime

// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Time, injected. Nothing above base reads a clock of its own, so that tests run in virtual time.
#pragma once

#include <chrono>

namespace cppd {

using SteadyTime = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::system_clock::time_point;

/// Threads   implementations are safe from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  /// Never goes back; for intervals and deadlines.
  [[nodiscard]] virtual SteadyTime now() const = 0;
  /// Time of day; may jump.
  [[nodiscard]] virtual WallTime wall() const = 0;
};

/// The machine's clocks.
[[nodiscard]] const Clock& system_clock();

/// A clock that moves only when told to.
///
/// Threads   confined.
class ManualClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime now() const override { return steady_; }
  [[nodiscard]] WallTime wall() const override { return wall_; }
  void advance(std::chrono::nanoseconds by) {
    steady_ += std::chrono::duration_cast<SteadyTime::duration>(by);
    wall_ += std::chrono::duration_cast<WallTime::duration>(by);
  }

 private:
  SteadyTime steady_{std::chrono::hours{1}};
  WallTime wall_{std::chrono::seconds{1'700'000'000}};
};

}  // namespace cppd

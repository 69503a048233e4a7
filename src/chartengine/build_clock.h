// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// How long the phases of a build took. Private to the engine.
#pragma once

#include <cppd/chartengine/engine.h>

#include <chrono>

namespace cppd::chartengine {

/// Looks at no clock unless somebody wants to know.
class Engine::BuildClock {
 public:
  explicit BuildClock(bool wanted) : wanted_{wanted} {
    if (wanted) started_ = since_ = std::chrono::steady_clock::now();
  }
  /// What passed since the last phase ended was this one.
  void end(BuildPhase phase) {
    if (!wanted_) return;
    const auto now = std::chrono::steady_clock::now();
    phases_[static_cast<std::size_t>(phase)] += std::chrono::duration<double>(now - since_).count();
    since_ = now;
  }
  [[nodiscard]] double total() const {
    return wanted_ ? std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count() : 0;
  }
  [[nodiscard]] const std::array<double, kBuildPhases>& phases() const { return phases_; }

 private:
  bool wanted_;
  std::chrono::steady_clock::time_point started_{}, since_{};
  std::array<double, kBuildPhases> phases_{};
};

}  // namespace cppd::chartengine

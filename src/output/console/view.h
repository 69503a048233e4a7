// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What shows the board to somebody.
#pragma once

#include <cppd/base/result.h>

namespace cppd::output {

/// Threads   confined to the thread that ticks it.
class View {
 public:
  virtual ~View() = default;
  /// One step: keys are read, what is new is shown. Never blocks; to be called some ten times a second, and once more
  /// after the last cycle.
  ///
  /// Shape     false: the person asked to quit.
  /// Errors    nobody can see the output any more (the reader of a pipe is gone).
  [[nodiscard]] virtual Result<bool> tick() = 0;
};

}  // namespace cppd::output

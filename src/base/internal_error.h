// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// A promise broken between our own functions. It stays on in release builds; the boundary of the job catches it,
/// aborts the cycle and fails that job alone.
#pragma once

#include <stdexcept>

namespace cppd {

class InternalError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// Throws InternalError when `condition` does not hold.
inline void require(bool condition, const char* promise) {
  if (!condition) [[unlikely]]
    throw InternalError(promise);
}

}  // namespace cppd

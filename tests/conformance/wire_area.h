// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Parts of the area wire.
#pragma once

#include "conformance.h"

namespace cppd::conformance {

/// What `wire.emit` writes: `bytes`, and per call null or the text of the error.
[[nodiscard]] nlohmann::json emit(const nlohmann::json& input);

}  // namespace cppd::conformance

// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What the area charttpl borrows from floors above it.
#pragma once

#include <cppd/base/result.h>
#include <cppd/charttpl/spec.h>

#include <functional>

namespace cppd::conformance {

/// Compiles a valid spec as the engine does when it loads one. While it is not set, the `load` part of the cases is not
/// looked at. main.cc sets it before the area runs.
using LoadHook = std::function<Result<>(const charttpl::Spec&)>;
[[nodiscard]] LoadHook& load_hook();

}  // namespace cppd::conformance

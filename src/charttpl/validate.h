// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The rules V1 to V34 of the charts contract, 1.5, and those for variables, which are ours.
#pragma once

#include <cppd/base/result.h>
#include <cppd/charttpl/spec.h>

#include <string>
#include <vector>

namespace cppd::charttpl {

/// Every broken rule, in the order of the contract: version, groups, engine, then groups depth first. Empty when valid.
/// The context of an error is its field path, `groups[0].charts[2].title`. Defaults are not applied.
///
/// Threads   any; the spec is only read.
[[nodiscard]] std::vector<Error> validate(const Spec& spec);

}  // namespace cppd::charttpl

// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// A spec as YAML. Source: charts contract M1 to M4.
#pragma once

#include <cppd/charttpl/decode.h>

#include <expected>
#include <string>

namespace cppd::charttpl {

/// The text of a valid spec; it decodes to an equal one when the defaults were applied before. Fields at their zero
/// value are left out, an explicitly empty label_promotion is written; an empty list of instance labels comes back as
/// absent.
///
/// Errors    a spec that is not valid, `version` set included: defaults are not applied here.
[[nodiscard]] std::expected<std::string, Rejection> marshal(const Spec& spec);

}  // namespace cppd::charttpl

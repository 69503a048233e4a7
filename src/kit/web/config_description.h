// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The HTTP keys as a part of a described configuration: `c.embed(&Config::http)`.
#pragma once

#include <cppd/collectorapi/config.h>
#include <cppd/kit/web/config.h>

namespace cppd::web {

/// Adds every member of ClientConfig under its own name, flat at the level of the job. Defaults are those that the
/// embedding Config gives its member.
void describe(ConfigDescription<ClientConfig>& config);

}  // namespace cppd::web

// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The choices that this program makes for the heap of the C library, all of them.
#pragma once

namespace cppd::agent {

/// Called once, before there are other threads.
void set_up_heap();

/// Gives free pages of all arenas back to the system.
///
/// Cost      a walk over what is free, with each arena locked in turn: for the seconds after a burst, not for cycles.
void trim_heap();

}  // namespace cppd::agent

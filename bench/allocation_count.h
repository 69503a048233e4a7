// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Counts allocations of the whole program: malloc and its relatives are replaced in the binary that links allocation_count.cc.
#pragma once

#include <cstddef>
#include <cstdint>

namespace cppd::bench {

/// Calls so far of malloc, calloc, realloc and the aligned forms, operator new among them.
[[nodiscard]] std::uint64_t allocations();
/// Bytes in use, as the allocator counts them.
[[nodiscard]] std::size_t allocated_bytes();

}  // namespace cppd::bench

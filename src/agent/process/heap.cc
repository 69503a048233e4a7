// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/agent/process/heap.h>

#include <malloc.h>

namespace cppd::agent {

void set_up_heap() {
  // Left alone, the library raises both bounds to the size of the largest block that was ever freed. The lists that a
  // page with new lines needs would then come from the heap, and leave holes among what stays. Steady cycles do not
  // allocate, so the system calls that a fixed bound costs are those of bursts.
  constexpr int kOwnMappingBytes = 128 << 10;
  (void)::mallopt(M_MMAP_THRESHOLD, kOwnMappingBytes);
  (void)::mallopt(M_TRIM_THRESHOLD, kOwnMappingBytes);
}

void trim_heap() { (void)::malloc_trim(0); }

}  // namespace cppd::agent

// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Counts what a test binary allocates, by replacing operator new. To be included by one source of the binary.
/// The sanitizers need operator new for themselves: there CPPD_SANITIZED is 1 and nothing is counted.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || __has_feature(address_sanitizer) || \
    __has_feature(thread_sanitizer)
#define CPPD_SANITIZED 1
#else
#define CPPD_SANITIZED 0
#endif

namespace {
std::atomic<std::size_t> allocations = 0;  // NOLINT(misc-definitions-in-headers): one source includes this
}

#if !CPPD_SANITIZED
// NOLINTBEGIN(misc-definitions-in-headers,clang-analyzer-cplusplus.NewDelete)
void* operator new(std::size_t bytes) {
  ++allocations;
  if (void* memory = std::malloc(bytes)) return memory;
  throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
// NOLINTEND(misc-definitions-in-headers,clang-analyzer-cplusplus.NewDelete)
#endif

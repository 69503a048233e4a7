// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes are a template or are refused with a place; what is accepted survives being written and read again.
#include <cppd/charttpl/decode.h>
#include <cppd/charttpl/marshal.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  using namespace cppd::charttpl;
  const auto spec = decode({reinterpret_cast<const char*>(bytes), count}, "fuzz.yaml");
  if (!spec) {
    if (spec.error().errors.empty()) __builtin_trap();
    for (const auto& error : spec.error().errors) {
      if (!error.location || error.location->line == 0 || error.location->column == 0) __builtin_trap();
    }
    return 0;
  }
  const auto text = marshal(*spec);
  if (!text) __builtin_trap();
  const auto again = decode(*text);
  if (!again || again->version != spec->version || again->engine != spec->engine ||
      again->context_namespace != spec->context_namespace || again->groups.size() != spec->groups.size()) {
    __builtin_trap();
  }
  // Empty lists of instance labels come back as absent (M1), as they do in a copy.
  for (std::size_t i = 0; i < spec->groups.size(); ++i) {
    const auto copy = clone(spec->groups[i]);
    if (copy != again->groups[i] || clone(copy) != copy) __builtin_trap();
  }
  const auto rewritten = marshal(*again);
  if (!rewritten || *rewritten != *text) __builtin_trap();
  return 0;
}

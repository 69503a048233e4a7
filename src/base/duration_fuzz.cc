// SPDX-License-Identifier: GPL-3.0-or-later
// Any text is a duration or is refused; what is accepted can be written and reads back as the same value.
#include <cppd/base/duration.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t count) {
  const auto value = cppd::parse_duration_setting({reinterpret_cast<const char*>(bytes), count});
  if (value && cppd::parse_duration(cppd::LongDuration{*value}.text()) != *value) __builtin_trap();
  return 0;
}

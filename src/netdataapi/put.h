// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Pieces of which the lines are made. Private to this module.
#pragma once

#include <cppd/netdataapi/frame.h>
#include <cppd/netdataapi/number.h>

#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace cppd::netdataapi {

inline void put_texts(Frame& frame, std::initializer_list<std::string_view> texts) {
  for (const auto text : texts) frame.append(text);
}

inline void put_integer(Frame& frame, std::int64_t number) {
  char* at = frame.reserve(kNumberBytesMax);
  if (at != nullptr) frame.advance(write_integer(at, number));
}

}  // namespace cppd::netdataapi

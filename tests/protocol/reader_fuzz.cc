// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes: no crash, and the same findings whether they arrive in one piece or byte by byte.
#include <cstdlib>

#include "protocol/reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  cppd::protocol::Reader whole;
  whole.feed(text);
  whole.finish();
  cppd::protocol::Reader pieces;
  for (std::size_t i = 0; i < size; ++i) pieces.feed(text.substr(i, 1));
  pieces.finish();
  if (whole.report() != pieces.report()) std::abort();
  if (whole.live_charts().size() != pieces.live_charts().size()) std::abort();
  return 0;
}

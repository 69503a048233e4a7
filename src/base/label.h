// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// One label, borrowed. Floors hand label sets to one another as spans of these, sorted by key (byte order).
#pragma once

#include <span>
#include <string_view>

namespace cppd {

struct Label {
  std::string_view key;
  std::string_view value;

  friend bool operator==(const Label&, const Label&) = default;
};

using Labels = std::span<const Label>;

}  // namespace cppd

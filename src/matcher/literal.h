// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// A text and where it has to stand: what most globs and regular expressions come down to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cppd::matcher {

enum class Place : std::uint8_t { anywhere, front, back, whole };

struct Literal {
  std::string text;
  Place place = Place::whole;

  [[nodiscard]] bool matches(std::string_view in) const {
    switch (place) {
      case Place::anywhere: return in.find(text) != std::string_view::npos;
      case Place::front: return in.starts_with(text);
      case Place::back: return in.ends_with(text);
      case Place::whole: return in == text;
    }
    return false;
  }
};

}  // namespace cppd::matcher

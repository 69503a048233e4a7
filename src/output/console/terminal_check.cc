// SPDX-License-Identifier: GPL-3.0-or-later
#include "terminal_check.h"

#include <cstdint>

#define NCURSES_NOMACROS 1
// clang-format off: the second needs the first
#include <ncursesw/curses.h>
#include <ncursesw/term.h>
// clang-format on

namespace cppd::output {

bool terminal_moves_cursor(const char* type, int fd) {
  int status = 0;
  if (setupterm(type, fd, &status) != OK) return false;
  // Source: terminfo(5). No such capability: a null pointer, or -1 when it is not one of text.
  const char* text = tigetstr("cup");
  const bool moves = text != nullptr && reinterpret_cast<std::intptr_t>(text) != -1;
  del_curterm(cur_term);
  return moves;
}

}  // namespace cppd::output

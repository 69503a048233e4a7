// SPDX-License-Identifier: GPL-3.0-or-later
// What keys do to the table.
#include <cppd/base/text.h>
#include <cppd/output/console/table_render.h>

#include <algorithm>

namespace cppd::output {
namespace {

constexpr std::size_t kFilterBytesMax = 200;

void drop_last_character(std::string& text) {
  while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0) == 0x80) text.pop_back();
  if (!text.empty()) text.pop_back();
}

/// Scrolls; false for keys that do not.
bool scroll(Key::Kind kind, const RenderedTable& last, ViewState& state) {
  const auto page = std::max<std::size_t>(1, last.rows_visible);
  const auto end = last.rows_total > last.rows_visible ? last.rows_total - last.rows_visible : 0;
  const auto at = std::min(last.offset, end);
  switch (kind) {
    case Key::Kind::up: state.offset = at - std::min<std::size_t>(at, 1); return true;
    case Key::Kind::down: state.offset = std::min(at + 1, end); return true;
    case Key::Kind::page_up: state.offset = at - std::min(at, page); return true;
    case Key::Kind::page_down: state.offset = std::min(at + page, end); return true;
    case Key::Kind::home: state.offset = 0; return true;
    case Key::Kind::end: state.offset = end; return true;
    default: return false;
  }
}

void edit_filter(const Key& key, ViewState& state) {
  switch (key.kind) {
    case Key::Kind::enter: state.editing = false; return;
    case Key::Kind::escape:
      state.editing = false;
      state.filter.clear();
      break;
    case Key::Kind::backspace: drop_last_character(state.filter); break;
    case Key::Kind::character:
      if (key.character >= ' ' && state.filter.size() < kFilterBytesMax) append_utf8(state.filter, key.character);
      break;
    default: return;
  }
  state.offset = 0;
}

}  // namespace

bool apply(const Key& key, const RenderedTable& last, ViewState& state) {
  if (scroll(key.kind, last, state)) return true;
  if (state.editing) {
    edit_filter(key, state);
    return true;
  }
  if (key.kind == Key::Kind::escape) {
    state.help = false;
    state.filter.clear();
    state.offset = 0;
  }
  if (key.kind != Key::Kind::character) return true;
  switch (key.character) {
    case 'q': return false;
    case '/': state.editing = true; break;
    case ' ':
    case 'p': state.paused = !state.paused; break;
    case '?': state.help = !state.help; break;
    default: break;
  }
  return true;
}

}  // namespace cppd::output

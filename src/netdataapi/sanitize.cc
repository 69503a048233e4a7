// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/text.h>
#include <cppd/netdataapi/field.h>
#include <cppd/netdataapi/sanitize.h>

namespace cppd::netdataapi {

namespace {

constexpr std::string_view kDeleted{"'\0", 2};

}  // namespace

bool surely_clean_value(std::string_view text) {
  if (text.ends_with('\\')) return false;
  unsigned changed = 0;
  for (const char c : text)
    changed |= unsigned{c == '\''} | unsigned{c == '\0'} | unsigned{c == '\n'} | unsigned{c == '\r'};
  return changed == 0;
}

bool surely_clean_id(std::string_view text) {
  const auto visible = [](char c) { return c > ' ' && c < 0x7F; };
  return !text.empty() && visible(text.front()) && visible(text.back()) && surely_clean_value(text);
}

void append_value(std::string& out, std::string_view text) {
  const auto before = out.size();
  for (const char c : text) {
    if (kDeleted.contains(c)) continue;
    out += c == '\n' || c == '\r' ? ' ' : c;
  }
  // The receiver reads a backslash as an escape of the next character: an odd run of them at the end would escape the
  // quote. Looked at last, because what stood behind them may have been deleted.
  if (trailing_backslashes(std::string_view{out}.substr(before)) % 2 == 1) out.pop_back();
}

void append_id(std::string& out, std::string_view text) { append_value(out, trim(text)); }

std::string clean_value(std::string_view text) {
  std::string out;
  append_value(out, text);
  return out;
}

std::string clean_id(std::string_view text) { return clean_value(trim(text)); }

std::string received(std::string_view wire) {
  std::string out;
  for (std::size_t i = 0; i < wire.size(); ++i) {
    if (wire[i] == '\\' && i + 1 < wire.size()) ++i;
    out += wire[i];
  }
  return out;
}

std::size_t id_bytes(std::string_view text) {
  text = trim(text);
  std::size_t bytes = 0;
  std::size_t backslashes = 0;
  for (const char c : text) {
    if (kDeleted.contains(c)) continue;
    ++bytes;
    backslashes = c == '\\' ? backslashes + 1 : 0;
  }
  return bytes - backslashes % 2;
}

}  // namespace cppd::netdataapi

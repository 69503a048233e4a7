// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/text.h>
#include <cppd/output/console/terminal_text.h>

#include <langinfo.h>
#include <locale.h>

#include <algorithm>

namespace cppd::output {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Unicode 15, blocks that East Asian Width calls wide, emoji included.
constexpr Range kWide[] = {{0x1100, 0x115F},   {0x231A, 0x231B},   {0x23E9, 0x23EC},  {0x2E80, 0x303E},
                           {0x3041, 0xA4CF},   {0xA960, 0xA97C},   {0xAC00, 0xD7A3},  {0xF900, 0xFAFF},
                           {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},  {0x1F300, 0x1F64F},
                           {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
// Marks that sit on the character before.
constexpr Range kCombining[] = {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A},
                                {0x064B, 0x065F}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x20D0, 0x20FF},
                                {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}};
// Controls of both sets, invisible characters, marks and overrides of the direction of writing.
constexpr Range kUnprintable[] = {{0x00, 0x1F},     {0x7F, 0x9F},     {0xAD, 0xAD},       {0x61C, 0x61C},
                                  {0x200B, 0x200F}, {0x2028, 0x202E}, {0x2060, 0x206F},   {0xD800, 0xF8FF},
                                  {0xFEFF, 0xFEFF}, {0xFFF0, 0xFFFB}, {0xE0000, 0x10FFFF}};

template <std::size_t N>
bool in(const Range (&ranges)[N], char32_t code) {
  return std::ranges::any_of(ranges, [&](const Range& range) { return code >= range.first && code <= range.last; });
}

std::size_t width_of(char32_t code) {
  if (code < 0x300) return 1;
  if (in(kCombining, code)) return 0;
  return in(kWide, code) ? 2 : 1;
}

}  // namespace

Charset locale_charset() {
  const auto locale = newlocale(LC_CTYPE_MASK, "", nullptr);
  if (locale == nullptr) return Charset::ascii;
  const bool utf8 = std::string_view{nl_langinfo_l(CODESET, locale)} == "UTF-8";
  freelocale(locale);
  return utf8 ? Charset::utf8 : Charset::ascii;
}

std::string printable(std::string_view text, Charset charset) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto point = decode_utf8(text);
    if (point.code == '\t' || point.code == '\n' || point.code == '\r')
      out += ' ';
    else if (in(kUnprintable, point.code) || (charset == Charset::ascii && point.code > 0x7E))
      out += '?';
    else
      append_utf8(out, point.code);
    text.remove_prefix(point.bytes);
  }
  return out;
}

std::size_t columns(std::string_view text) {
  std::size_t total = 0;
  while (!text.empty()) {
    const auto point = decode_utf8(text);
    total += width_of(point.code);
    text.remove_prefix(point.bytes);
  }
  return total;
}

std::string clip(std::string_view text, std::size_t width, Charset charset) {
  if (columns(text) <= width) return std::string{text};
  if (width == 0) return {};
  std::string out;
  std::size_t used = 0;
  while (!text.empty()) {
    const auto point = decode_utf8(text);
    const auto wide = width_of(point.code);
    if (used + wide > width - 1) break;
    out += text.substr(0, point.bytes);
    used += wide;
    text.remove_prefix(point.bytes);
  }
  out += charset == Charset::utf8 ? "…" : "~";
  return out;
}

std::string fit(std::string_view text, std::size_t width, Charset charset) {
  auto out = clip(text, width, charset);
  out.append(width - std::min(width, columns(out)), ' ');
  return out;
}

std::string fit_right(std::string_view text, std::size_t width, Charset charset) {
  const auto cut = clip(text, width, charset);
  return std::string(width - std::min(width, columns(cut)), ' ') + cut;
}

std::string one_word(std::string_view text) {
  if (text.empty()) return "_";
  auto out = printable(text, Charset::utf8);
  std::string word;
  for (std::string_view rest = out; !rest.empty();) {
    const auto point = decode_utf8(rest);
    const auto letter = rest.substr(0, point.bytes);
    if (letter == "=" || trim(letter).empty())
      word += '_';
    else
      word += letter;
    rest.remove_prefix(point.bytes);
  }
  return word;
}

}  // namespace cppd::output

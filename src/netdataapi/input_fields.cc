// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/text.h>
#include <cppd/netdataapi/field.h>

#include "input_fields.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace cppd::netdataapi {
namespace {

constexpr std::size_t kFieldsMax = 7;  // of a call; one more is kept, to know that there were too many

/// Reads one number of an escape; false when a digit is missing or wrong.
bool read_digits(std::string_view& rest, std::size_t count, int base, std::uint32_t& number) {
  if (rest.size() < count) return false;
  const char* const last = rest.data() + count;
  const auto [end, error] = std::from_chars(rest.begin(), last, number, base);
  if (error != std::errc{} || end != last) return false;
  rest.remove_prefix(count);
  return true;
}

bool append_code_point(std::string& out, std::uint32_t code) {
  if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return false;
  append_utf8(out, code);
  return true;
}

bool append_byte(std::string& out, std::uint32_t byte) {
  if (byte > 0xFF) return false;
  out += static_cast<char>(byte);
  return true;
}

/// What stands behind a backslash.
bool read_escape(std::string_view& rest, std::string& out) {
  if (rest.empty()) return false;
  const char kind = rest[0];
  std::uint32_t number = 0;
  if (kind >= '0' && kind <= '7') return read_digits(rest, 3, 8, number) && append_byte(out, number);
  rest.remove_prefix(1);
  switch (kind) {
    case 'a': return append_byte(out, '\a');
    case 'b': return append_byte(out, '\b');
    case 'f': return append_byte(out, '\f');
    case 'n': return append_byte(out, '\n');
    case 'r': return append_byte(out, '\r');
    case 't': return append_byte(out, '\t');
    case 'v': return append_byte(out, '\v');
    case '\\': return append_byte(out, '\\');
    case '"': return append_byte(out, '"');
    case 'x': return read_digits(rest, 2, 16, number) && append_byte(out, number);
    case 'u': return read_digits(rest, 4, 16, number) && append_code_point(out, number);
    case 'U': return read_digits(rest, 8, 16, number) && append_code_point(out, number);
    default: return false;
  }
}

/// A field behind its opening quote, up to the closing one.
bool read_quoted(std::string_view& rest, std::string& out) {
  for (;;) {
    const auto plain = rest.substr(0, rest.find_first_of("\"\\"));
    out += to_valid_utf8(plain);
    rest.remove_prefix(plain.size());
    if (rest.empty()) return false;
    const bool closing = rest[0] == '"';
    rest.remove_prefix(1);
    if (closing) return rest.empty() || rest[0] == ' ';
    if (!read_escape(rest, out)) return false;
  }
}

/// A decimal number of seconds that is not negative; 0 and what is above the longest timeout mean the longest.
std::optional<std::chrono::seconds> read_timeout(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc{} || end != text.data() + text.size() || seconds < 0) return std::nullopt;
  if (seconds == 0 || seconds > kCallTimeoutMax.count()) return kCallTimeoutMax;
  return std::chrono::seconds{seconds};
}

bool good_count(std::size_t fields, bool has_payload, bool short_calls) {
  if (has_payload) return fields == kFieldsMax;
  return fields == kFieldsMax || fields == kFieldsMax - 1 || (short_calls && fields == 4);
}

}  // namespace

std::optional<std::vector<std::string>> split_fields(std::string_view line) {
  std::vector<std::string> out;
  for (;;) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    if (line.empty() || out.size() > kFieldsMax) return out;
    if (line[0] == '"') {
      line.remove_prefix(1);
      if (!read_quoted(line, out.emplace_back())) return std::nullopt;
    } else {
      out.emplace_back(line.substr(0, line.find(' ')));
      line.remove_prefix(out.back().size());
    }
  }
}

std::string_view first_word(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  return line.substr(0, line.find(' '));
}

std::optional<Call> parse_call(std::string_view line, bool short_calls) {
  const auto word = first_word(line);
  const bool has_payload = word == kFunctionPayload;
  if (!has_payload && word != kFunction) return std::nullopt;
  auto fields = split_fields(line);
  if (!fields || !good_count(fields->size(), has_payload, short_calls)) return std::nullopt;
  const auto timeout = read_timeout((*fields)[2]);
  const auto text = words((*fields)[3]);
  if (!timeout || text.empty()) return std::nullopt;
  Call call{.uid = std::move((*fields)[1]),
            .timeout = *timeout,
            .method = std::string{text[0]},
            .args = {text.begin() + 1, text.end()},
            .has_payload = has_payload};
  if (fields->size() > 4) call.access = std::move((*fields)[4]);
  if (fields->size() > 5) call.source = std::move((*fields)[5]);
  if (fields->size() > 6) call.content_type = std::move((*fields)[6]);
  return call;
}

std::string rescue_uid(std::string_view line) {
  const auto found = words(line);
  if (found.size() < 2 || (found[0] != kFunction && found[0] != kFunctionPayload)) return {};
  if (valid_uid(found[1])) return std::string{found[1]};
  const auto fields = split_fields(line);
  return fields && fields->size() > 1 && valid_uid((*fields)[1]) ? (*fields)[1] : std::string{};
}

}  // namespace cppd::netdataapi

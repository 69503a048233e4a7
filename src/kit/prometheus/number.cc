// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/text.h>
#include <cppd/kit/prometheus/number.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace cppd::prometheus {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool digit(char c) { return c >= '0' && c <= '9'; }

/// Whether a number that from_chars calls out of range is too large rather than too small: the power of its first
/// digit that is not zero decides.
bool too_large(std::string_view text, char exponent_letter) {
  const auto letter = text.find_first_of(exponent_letter == 'e' ? "eE" : "pP");
  std::int64_t power = 0;
  if (letter != std::string_view::npos) {
    auto written = text.substr(letter + 1);
    if (written.starts_with('+')) written.remove_prefix(1);
    const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), power);
    if (error == std::errc::result_out_of_range) return !written.starts_with('-');
  }
  const auto mantissa = text.substr(0, letter);
  const auto point = std::min(mantissa.find('.'), mantissa.size());
  const auto first = mantissa.find_first_not_of("0.");
  if (first == std::string_view::npos) return false;
  const auto places = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
  return places * (exponent_letter == 'e' ? 1 : 4) + power > 0;
}

/// Removes underscores that stand between digits; false when one stands elsewhere.
bool remove_underscores(std::string_view text, std::string& into) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      into += text[i];
    } else if (i == 0 || i + 1 == text.size() || !digit(text[i - 1]) || !digit(text[i + 1])) {
      return false;
    }
  }
  return true;
}

std::expected<double, NumberError> read_unsigned(std::string_view text, std::chars_format format) {
  const bool decimal = format == std::chars_format::general;
  if (text.empty() || !(digit(text[0]) || text[0] == '.' || !decimal)) return std::unexpected(NumberError::syntax);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, format);
  if (error == std::errc::invalid_argument || end != text.data() + text.size())
    return std::unexpected(NumberError::syntax);
  if (error == std::errc::result_out_of_range) {
    if (too_large(text, decimal ? 'e' : 'p')) return std::unexpected(NumberError::out_of_range);
    return 0;
  }
  return value;
}

}  // namespace

std::expected<double, NumberError> parse_go_float(std::string_view text) {
  const bool negative = text.starts_with('-');
  const bool has_sign = negative || text.starts_with('+');
  const auto magnitude_text = text.substr(has_sign ? 1 : 0);
  std::string plain;
  if (magnitude_text.contains('_')) {
    if (!remove_underscores(magnitude_text, plain)) return std::unexpected(NumberError::syntax);
  }
  auto rest = plain.empty() ? magnitude_text : std::string_view{plain};
  if (rest.size() <= 8 && !rest.empty() && !digit(rest[0]) && rest[0] != '.') {
    const auto word = ascii_lower(rest);
    if (word == "nan" && !has_sign) return std::numeric_limits<double>::quiet_NaN();
    if (word == "inf" || word == "infinity") return negative ? -kInfinity : kInfinity;
  }

  auto format = std::chars_format::general;
  if (rest.starts_with("0x") || rest.starts_with("0X")) {
    if (rest.find_first_of("pP") == std::string_view::npos) return std::unexpected(NumberError::syntax);
    rest.remove_prefix(2);
    format = std::chars_format::hex;
  }
  const auto magnitude = read_unsigned(rest, format);
  if (!magnitude) return magnitude;
  return negative ? -*magnitude : *magnitude;
}

std::expected<double, NumberError> parse_value(std::string_view text) {
  if (text.find_first_of("_pPxX") != std::string_view::npos) return std::unexpected(NumberError::syntax);
  return parse_go_float(text);
}

std::string format_bound(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Inf" : "+Inf";
  // The shortest digits that read back, in the layout of their power of ten.
  std::array<char, 32> buffer;
  const auto scientific = std::to_chars(buffer.begin(), buffer.end(), value, std::chars_format::scientific);
  std::string text{buffer.data(), scientific.ptr};
  int power = 0;
  const auto letter = text.find('e');
  std::from_chars(text.data() + letter + (text[letter + 1] == '+' ? 2 : 1), text.data() + text.size(), power);
  if (power < -4 || power >= 6) return text;
  const auto fixed = std::to_chars(buffer.begin(), buffer.end(), value, std::chars_format::fixed);
  text.assign(buffer.data(), fixed.ptr);
  return text.contains('.') ? text : text + ".0";
}

}  // namespace cppd::prometheus

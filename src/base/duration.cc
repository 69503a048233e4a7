// SPDX-License-Identifier: GPL-3.0-or-later
// Reading durations; writing them: duration_text.cc.
#include <cppd/base/duration.h>

#include <cppd/base/text.h>
#include <cppd/base/yaml_decode.h>

#include "yaml_scalar.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace cppd {
namespace {

using std::chrono::nanoseconds;

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;
constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());

struct Unit {
  std::string_view word;
  std::int64_t ns;
};

// Each word begins with the unit that the reference would see in it.
constexpr Unit kUnits[] = {
    {"ns", 1},
    {"nsec", 1},
    {"nsecs", 1},
    {"us", 1'000},
    {"usec", 1'000},
    {"usecs", 1'000},
    {"\u00B5s", 1'000},
    {"\u03BCs", 1'000},
    {"ms", 1'000'000},
    {"msec", 1'000'000},
    {"msecs", 1'000'000},
    {"s", kSecond},
    {"sec", kSecond},
    {"secs", kSecond},
    {"second", kSecond},
    {"seconds", kSecond},
    {"m", 60 * kSecond},
    {"min", 60 * kSecond},
    {"mins", 60 * kSecond},
    {"minute", 60 * kSecond},
    {"minutes", 60 * kSecond},
    {"h", 3600 * kSecond},
    {"hr", 3600 * kSecond},
    {"hrs", 3600 * kSecond},
    {"hour", 3600 * kSecond},
    {"hours", 3600 * kSecond},
    {"d", kDay},
    {"day", kDay},
    {"days", kDay},
    {"w", 7 * kDay},
    {"wk", 7 * kDay},
    {"wks", 7 * kDay},
    {"week", 7 * kDay},
    {"weeks", 7 * kDay},
    {"mo", 30 * kDay},
    {"mos", 30 * kDay},
    {"month", 30 * kDay},
    {"months", 30 * kDay},
    {"M", 30 * kDay},
    {"Month", 30 * kDay},
    {"Months", 30 * kDay},
    {"y", 365 * kDay},
    {"yr", 365 * kDay},
    {"yrs", 365 * kDay},
    {"year", 365 * kDay},
    {"years", 365 * kDay},
};

bool digit(char c) { return c >= '0' && c <= '9'; }
bool letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}
/// Between pairs, and between a number and its unit.
bool separates(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r'; }

std::optional<std::uint64_t> whole_part(std::string_view digits) {
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (fault != std::errc{}) return std::nullopt;
  return value;
}

/// Days and longer: the reference multiplies in double precision, and so its last digits are kept.
std::optional<std::uint64_t> long_pair(const std::string& number, std::int64_t unit) {
  const auto factor = yaml::parse_floating(number);
  if (!factor) return std::nullopt;
  const double ns = std::trunc(*factor * static_cast<double>(unit));
  if (!(ns < static_cast<double>(kMax))) return std::nullopt;
  return static_cast<std::uint64_t>(ns);
}

/// Shorter units: whole part and fraction apart, the fraction cut to whole nanoseconds.
std::optional<std::uint64_t> short_pair(std::string_view number, std::int64_t unit) {
  const auto point = number.find('.');
  const auto whole = whole_part(number.substr(0, point));
  if (!whole || *whole > kMax / static_cast<std::uint64_t>(unit)) return std::nullopt;
  std::uint64_t total = *whole * static_cast<std::uint64_t>(unit);
  if (point == std::string_view::npos) return total;
  constexpr std::size_t kFractionDigitsMax = 18;
  const auto fraction = number.substr(point + 1, kFractionDigitsMax);
  const double scale = std::pow(10.0, static_cast<double>(fraction.size()));
  total += static_cast<std::uint64_t>(static_cast<double>(whole_part(fraction).value_or(0)) *
                                      (static_cast<double>(unit) / scale));
  return total <= kMax ? std::optional{total} : std::nullopt;
}

class DurationParser {
 public:
  explicit DurationParser(std::string_view text) : text_(text), rest_(text) {}

  Result<nanoseconds> run() {
    skip([](char c) { return c == ' '; });
    if (rest_.empty()) return fail("it is empty");
    const bool negative = rest_.front() == '-';
    if (negative || rest_.front() == '+') rest_.remove_prefix(1);
    skip(separates);
    std::uint64_t total = 0;
    if (rest_.empty()) return fail("it has no number");
    while (!rest_.empty()) {
      const auto ns = pair();
      if (!ns) return std::unexpected(ns.error());
      if (*ns > kMax + (negative ? 1 : 0) - total) return fail("it is out of range");
      total += *ns;
      skip(separates);
    }
    return nanoseconds{static_cast<std::int64_t>(negative ? ~total + 1 : total)};
  }

 private:
  template <class Is>
  void skip(Is is) {
    while (!rest_.empty() && is(rest_.front())) rest_.remove_prefix(1);
  }
  [[nodiscard]] std::unexpected<Error> fail(std::string_view why) const {
    return std::unexpected(invalid_input(fmt::format("\"{}\" is not a duration: {}", to_valid_utf8(text_), why)));
  }

  /// Digits; spaces between them do not count.
  std::string digits() {
    std::string out;
    for (; !rest_.empty() && (digit(rest_.front()) || rest_.front() == ' '); rest_.remove_prefix(1)) {
      if (rest_.front() != ' ') out += rest_.front();
    }
    return out;
  }

  Result<std::uint64_t> pair() {
    auto number = digits();
    if (number.empty()) return fail(fmt::format("a number is expected at \"{}\"", to_valid_utf8(rest_)));
    if (rest_.starts_with('.')) {
      rest_.remove_prefix(1);
      const auto fraction = digits();
      if (fraction.empty()) return fail("digits are expected after the point");
      number += "." + fraction;
    }
    skip(separates);
    std::size_t length = 0;
    while (length < rest_.size() && letter(rest_[length])) ++length;
    const auto word = rest_.substr(0, length);
    if (word.empty()) return fail(fmt::format("a unit is expected after {}", number));
    rest_.remove_prefix(length);
    for (const auto& unit : kUnits) {
      if (unit.word != word) continue;
      const auto ns = unit.ns >= kDay ? long_pair(number, unit.ns) : short_pair(number, unit.ns);
      if (!ns) return fail("it is out of range");
      return *ns;
    }
    return fail(fmt::format("there is no unit \"{}\"", to_valid_utf8(word)));
  }

  std::string_view text_;
  std::string_view rest_;
};

/// A decimal number, not one of the words for infinity and NaN.
std::optional<double> plain_number(std::string_view text) {
  if (!yaml::underscores_between_digits(text)) return std::nullopt;
  const auto value = yaml::parse_floating(text);
  if (!value || !std::isfinite(*value)) return std::nullopt;
  return value;
}

template <class T>
void decode_setting(yaml::Decoder& decoder, const yaml::Node& node, const yaml::Path& path, T& into) {
  const auto text = node.as_text();
  if (!text) return decoder.fail_kind(node, path, "a duration");
  const auto value = node.is_null() ? Result<nanoseconds>{nanoseconds{0}} : parse_duration_setting(*text);
  if (!value) return decoder.fail(node, path, value.error().what);
  into.value = *value;
}

}  // namespace

Result<nanoseconds> parse_duration(std::string_view text) { return DurationParser{text}.run(); }

Result<nanoseconds> duration_of_seconds(double seconds) {
  const double ns = std::trunc(seconds * static_cast<double>(kSecond));
  if (!(std::abs(ns) < 9223372036854775808.0)) return std::unexpected(invalid_input("the duration is out of range"));
  return nanoseconds{static_cast<std::int64_t>(ns)};
}

Result<nanoseconds> parse_duration_setting(std::string_view text) {
  auto parsed = parse_duration(text);
  if (parsed) return parsed;
  std::int64_t whole = 0;
  const auto digits = text.starts_with('+') ? text.substr(1) : text;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), whole);
  if (fault == std::errc{} && end == digits.data() + digits.size() && !text.starts_with("+-")) {
    std::int64_t ns = 0;
    if (__builtin_mul_overflow(whole, kSecond, &ns))
      return std::unexpected(invalid_input("the duration is out of range"));
    return nanoseconds{ns};
  }
  if (const auto seconds = plain_number(text)) return duration_of_seconds(*seconds);
  return parsed;
}

void decode_yaml(yaml::Decoder& decoder, const yaml::Node& node, const yaml::Path& path, Duration& into) {
  decode_setting(decoder, node, path, into);
}

void decode_yaml(yaml::Decoder& decoder, const yaml::Node& node, const yaml::Path& path, LongDuration& into) {
  decode_setting(decoder, node, path, into);
}

}  // namespace cppd

// SPDX-License-Identifier: GPL-3.0-or-later
// Writing durations.
#include <cppd/base/duration.h>

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace cppd {
namespace {

using std::chrono::nanoseconds;

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kDay = 86'400 * kSecond;

std::uint64_t magnitude(nanoseconds value) {
  const auto bits = static_cast<std::uint64_t>(value.count());
  return value.count() < 0 ? ~bits + 1 : bits;
}

/// `count` of units that are `unit` long, with as many decimals as it takes.
std::string decimal(std::uint64_t count, std::uint64_t unit) {
  auto out = fmt::format("{}", count / unit);
  if (auto rest = count % unit; rest != 0) {
    out += '.';
    for (; rest != 0; rest %= unit) {
      rest *= 10;
      out += static_cast<char>('0' + rest / unit);
    }
  }
  return out;
}

/// Whole seconds and the rest apart, as the reference computes them.
double seconds_of(nanoseconds value) {
  constexpr auto kPerSecond = static_cast<std::int64_t>(kSecond);
  return static_cast<double>(value.count() / kPerSecond) + static_cast<double>(value.count() % kPerSecond) / 1e9;
}

/// The shortest digits of a number that is not zero, and its decimal exponent: 12.5 is {"125", 1}.
struct Digits {
  std::string digits;
  int exponent;
};
Digits shortest(double value) {
  std::array<char, 32> buffer;
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific).ptr;
  const std::string_view text{buffer.data(), end};
  const auto mark = text.find('e');
  int exponent = 0;
  std::from_chars(text.data() + mark + (text[mark + 1] == '+' ? 2 : 1), end, exponent);
  std::string digits{text.substr(0, 1)};
  if (mark > 2) digits += text.substr(2, mark - 2);
  return {std::move(digits), exponent};
}

std::string laid_out_plain(const Digits& in) {
  const auto count = static_cast<int>(in.digits.size());
  if (in.exponent < 0) return "0." + std::string(static_cast<std::size_t>(-in.exponent - 1), '0') + in.digits;
  if (in.exponent >= count - 1) return in.digits + std::string(static_cast<std::size_t>(in.exponent + 1 - count), '0');
  const auto whole = static_cast<std::size_t>(in.exponent + 1);
  return in.digits.substr(0, whole) + "." + in.digits.substr(whole);
}

/// `exponent_from` and `exponent_below`: the exponents at which the form with an exponent begins.
std::string number_text(double value, int exponent_from, int exponent_below, std::string_view exponent_form) {
  if (value == 0) return "0";
  const auto sign = value < 0 ? "-" : "";
  const auto digits = shortest(value < 0 ? -value : value);
  if (digits.exponent >= exponent_below && digits.exponent < exponent_from) return sign + laid_out_plain(digits);
  auto out = sign + digits.digits.substr(0, 1);
  if (digits.digits.size() > 1) out += "." + digits.digits.substr(1);
  return out + fmt::format(fmt::runtime(exponent_form), digits.exponent);
}

}  // namespace

std::string duration_text(nanoseconds value) {
  if (value.count() == 0) return "0s";
  const auto ns = magnitude(value);
  std::string out = value.count() < 0 ? "-" : "";
  if (ns < 1'000) return out + fmt::format("{}ns", ns);
  if (ns < 1'000'000) return out + decimal(ns, 1'000) + "\u00B5s";
  if (ns < kSecond) return out + decimal(ns, 1'000'000) + "ms";
  const auto minutes = ns / (60 * kSecond);
  if (minutes >= 60) out += fmt::format("{}h", minutes / 60);
  if (minutes > 0) out += fmt::format("{}m", minutes % 60);
  return out + decimal(ns % (60 * kSecond), kSecond) + "s";
}

std::string Duration::json_text() const { return number_text(seconds_of(value), 21, -6, "e{:+}"); }

std::string Duration::yaml_text() const { return number_text(seconds_of(value), 6, -4, "e{:+03}"); }

std::string LongDuration::text() const {
  struct Unit {
    std::uint64_t ns;
    std::string_view name;
  };
  static constexpr Unit kUnits[] = {{365 * kDay, "y"},     {30 * kDay, "mo"},   {7 * kDay, "w"}, {kDay, "d"},
                                    {3600 * kSecond, "h"}, {60 * kSecond, "m"}, {kSecond, "s"}};
  const auto ns = magnitude(value);
  if (ns == 0) return "0s";
  const auto* sign = value.count() < 0 ? "-" : "";
  for (const auto& unit : kUnits) {
    if (ns % unit.ns == 0) return fmt::format("{}{}{}", sign, ns / unit.ns, unit.name);
  }
  // Seconds that three digits tell exactly are written as seconds, as the reference does: 90.5s, not 1m30.5s.
  const bool three_digits =
      ns < 10 * kSecond ? ns % (kSecond / 100) == 0 : ns < 100 * kSecond && ns % (kSecond / 10) == 0;
  if (ns >= kSecond && three_digits) return sign + decimal(ns, kSecond) + "s";
  return duration_text(value);
}

}  // namespace cppd

// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/output/console/humanize.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>

namespace cppd::output {
namespace {

struct Step {
  double factor;
  std::string_view symbol;
};

constexpr double kKi = 1024;
constexpr double kMinute = 60;
constexpr double kHour = 60 * kMinute;
constexpr double kDay = 24 * kHour;

constexpr Step kBytes[] = {{1, "B"},
                           {kKi, "KiB"},
                           {kKi * kKi, "MiB"},
                           {kKi * kKi * kKi, "GiB"},
                           {kKi * kKi * kKi * kKi, "TiB"},
                           {kKi * kKi * kKi * kKi * kKi, "PiB"}};
constexpr Step kDecimalBytes[] = {{1, "B"}, {1e3, "kB"}, {1e6, "MB"}, {1e9, "GB"}, {1e12, "TB"}, {1e15, "PB"}};
constexpr Step kBits[] = {{1, "bit"}, {1e3, "kbit"}, {1e6, "Mbit"}, {1e9, "Gbit"}, {1e12, "Tbit"}};
constexpr Step kHertz[] = {{1, "Hz"}, {1e3, "kHz"}, {1e6, "MHz"}, {1e9, "GHz"}};
constexpr Step kTime[] = {{1e-9, "ns"},     {1e-6, "us"}, {1e-3, "ms"}, {1, "s"},
                          {kMinute, "min"}, {kHour, "h"}, {kDay, "d"}};
constexpr Step kCounts[] = {{1, ""}, {1e3, "k"}, {1e6, "M"}, {1e9, "G"}, {1e12, "T"}, {1e15, "P"}};

/// A unit that charts are written in: how many of the base of its scale it is.
struct Known {
  std::string_view unit;
  std::span<const Step> scale;
  double factor;
};

constexpr Known kKnown[] = {
    {"B", kBytes, 1},
    {"byte", kBytes, 1},
    {"bytes", kBytes, 1},
    {"KiB", kBytes, kKi},
    {"MiB", kBytes, kKi* kKi},
    {"GiB", kBytes, kKi* kKi* kKi},
    {"TiB", kBytes, kKi* kKi* kKi* kKi},
    {"kB", kDecimalBytes, 1e3},
    {"KB", kDecimalBytes, 1e3},
    {"MB", kDecimalBytes, 1e6},
    {"GB", kDecimalBytes, 1e9},
    {"TB", kDecimalBytes, 1e12},
    {"kilobytes", kDecimalBytes, 1e3},
    {"megabytes", kDecimalBytes, 1e6},
    {"gigabytes", kDecimalBytes, 1e9},
    {"bit", kBits, 1},
    {"bits", kBits, 1},
    {"kilobits", kBits, 1e3},
    {"megabits", kBits, 1e6},
    {"gigabits", kBits, 1e9},
    {"Hz", kHertz, 1},
    {"kHz", kHertz, 1e3},
    {"KHz", kHertz, 1e3},
    {"MHz", kHertz, 1e6},
    {"GHz", kHertz, 1e9},
    {"ns", kTime, 1e-9},
    {"nanoseconds", kTime, 1e-9},
    {"us", kTime, 1e-6},
    {"\u00b5s", kTime, 1e-6},
    {"microseconds", kTime, 1e-6},
    {"ms", kTime, 1e-3},
    {"milliseconds", kTime, 1e-3},
    {"s", kTime, 1},
    {"sec", kTime, 1},
    {"second", kTime, 1},
    {"seconds", kTime, 1},
    {"minutes", kTime, kMinute},
    {"hours", kTime, kHour},
    {"days", kTime, kDay},
};

std::string digits(double value) {
  const auto size = std::abs(value);
  const bool whole = std::abs(value - std::round(value)) <= size * 1e-12;  // conversions round in the last places
  if (size < 9999.5 && whole) return fmt::format("{:.0f}", value == 0 ? 0.0 : value);
  if (size >= 1e7 || size < 0.00095) return fmt::format("{:.2e}", value);
  // A digit more than the size needs is lost when rounding carries: 9.9996 is "10.00".
  if (size >= 999.95) return fmt::format("{:.0f}", value);
  if (size >= 99.995) return fmt::format("{:.1f}", value);
  if (size >= 9.9995) return fmt::format("{:.2f}", value);
  return fmt::format("{:.3f}", value);
}

/// The largest step of which `value` has at least one; a larger unit of time only when it has two.
const Step& fitting(std::span<const Step> scale, double value) {
  const auto size = std::abs(value);
  const Step* best = scale.data();
  if (size == 0) {
    const auto base = std::ranges::find(scale, 1.0, &Step::factor);
    return base == scale.end() ? *best : *base;
  }
  for (const auto& step : scale) {
    const bool long_time = scale.data() == kTime && step.factor >= kMinute;
    if (size >= step.factor * (long_time ? 2 : 0.99995)) best = &step;
  }
  return *best;
}

}  // namespace

HumanValue humanize(double value, std::string_view units) {
  if (std::isnan(value)) return {"-", ""};
  if (units == "percentage" || units == "percent" || units == "%") return {digits(value), "%"};
  const auto slash = units.find('/');
  const auto measured = units.substr(0, slash);
  const auto per = slash == std::string_view::npos ? std::string_view{} : units.substr(slash);
  const auto known = std::ranges::find(kKnown, measured, &Known::unit);
  if (known != std::end(kKnown)) {
    const auto base = value * known->factor;
    const auto& step = fitting(known->scale, base);
    return {digits(base / step.factor), fmt::format("{}{}", step.symbol, per)};
  }
  if (std::abs(value) < 9999.5) return {digits(value), std::string{units}};
  const auto& step = fitting(kCounts, value);
  return {digits(value / step.factor) + std::string{step.symbol}, std::string{units}};
}

std::string plain_number(double value) {
  if (std::isnan(value)) return "-";
  const auto size = std::abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-6)) return fmt::format("{:.6g}", value);
  if (value == std::round(value)) return fmt::format("{:.0f}", value == 0 ? 0.0 : value);
  const int before = size < 1 ? 0 : static_cast<int>(std::floor(std::log10(size))) + 1;
  int decimals = std::max(1, 6 - before);
  for (double small = size; small < 0.1; small *= 10) ++decimals;
  auto text = fmt::format("{:.{}f}", value, decimals);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string counted(std::uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

}  // namespace cppd::output

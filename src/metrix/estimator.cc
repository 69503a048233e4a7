// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/metrix/estimator.h>

#include <cmath>
#include <limits>

namespace cppd::metrix {

void Reservoir::restart(std::uint64_t seed) {
  samples_.clear();
  added_ = 0;
  random_ = seed;
}

void Reservoir::add(double value, std::uint32_t capacity) {
  ++added_;
  if (samples_.size() < capacity) {
    samples_.push_back(value);
    return;
  }
  random_ ^= random_ << 13;
  random_ ^= random_ >> 7;
  random_ ^= random_ << 17;
  const auto place = random_ % added_;
  if (place < capacity) samples_[place] = value;
}

std::uint64_t reservoir_seed(std::string_view series_key) {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (const unsigned char byte : series_key) hash = (hash ^ byte) * 0x100000001b3;
  return hash == 0 ? 1 : hash;
}

double quantile_of(std::span<const double> sorted, double q) {
  if (sorted.empty()) return std::numeric_limits<double>::quiet_NaN();
  if (q <= 0) return sorted.front();
  if (q >= 1) return sorted.back();
  const double position = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(position));
  const double part = position - std::floor(position);
  if (below + 1 >= sorted.size()) return sorted.back();
  return sorted[below] * (1 - part) + sorted[below + 1] * part;
}

}  // namespace cppd::metrix

// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Estimates the quantiles of a stateful summary from a sample of bounded size. Source: metrix contract 2.7.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace cppd::metrix {

/// A uniform sample of everything that was added.
///
/// Shape     the same numbers in the same order under the same seed leave the same sample.
class Reservoir {
 public:
  void restart(std::uint64_t seed);
  void add(double value, std::uint32_t capacity);
  [[nodiscard]] std::span<const double> samples() const { return samples_; }
  [[nodiscard]] std::size_t bytes() const { return samples_.capacity() * sizeof(double); }

 private:
  std::vector<double> samples_;
  std::uint64_t added_ = 0;
  std::uint64_t random_ = 1;
};

/// What the last commit left of a summary, and what the open cycle makes of it.
struct Estimator {
  std::uint64_t seed = 1;
  Reservoir committed;
  Reservoir staged;        ///< of an immediate store: the only one
  bool unsettled = false;  ///< of an immediate store: has samples that its quantiles do not show yet
  [[nodiscard]] std::size_t sample_bytes() const { return committed.bytes() + staged.bytes(); }
};

/// Starting number of the reservoir of a series, from its key.
[[nodiscard]] std::uint64_t reservoir_seed(std::string_view series_key);

/// Quantile `q` of `sorted` by linear interpolation; NaN when it is empty.
[[nodiscard]] double quantile_of(std::span<const double> sorted, double q);

}  // namespace cppd::metrix

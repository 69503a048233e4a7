// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// One series of a structured metric.
#pragma once

#include <cppd/metrix/estimator.h>
#include <cppd/metrix/schema.h>

#include <memory>
#include <vector>

namespace cppd::metrix {

/// The slots of the parts of one structured series. The head is a slot that is never observed: it carries the labels,
/// the scope and the pins, and is what references name. The parts are plain series that live and die together.
///
/// Lifetime  until its head is freed; a handle that pins the head may keep a pointer.
struct Bundle {
  SeriesRef head;
  std::shared_ptr<const Shape> shape;
  std::vector<std::uint32_t> parts;  ///< slots, in the order of the shape; none while the bounds are open
  std::uint32_t present = 0;         ///< parts that are in the last commit
  bool cumulative = true;            ///< a cycle goes on from the committed values
  std::unique_ptr<Estimator> estimator;

  // An open histogram forwards to the bundle that has the bounds of its last point, which knows it by its head.
  SeriesRef target{};
  Bundle* target_bundle = nullptr;
  std::uint32_t opener = 0;
};

}  // namespace cppd::metrix

// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What is known of devices from cycle to cycle.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace cppd::linux_host {

/// Keeps an entry per device in the order in which the kernel lists them. Each cycle: start(), next() for each name,
/// finish().
///
/// Cost      an unchanged list costs one comparison of names per device.
template <class Entry>  // has a member `name`
class DeviceList {
 public:
  void start() { cursor_ = 0; }

  /// The entry of `name`, by `make()` when it is new. Its reference dies with the next call.
  template <class Make>
  Entry& next(std::string_view name, Make make) {
    const auto here = entries_.begin() + static_cast<std::ptrdiff_t>(cursor_++);
    const auto found = std::find_if(here, entries_.end(), [&](const Entry& entry) { return entry.name == name; });
    if (found == entries_.end()) return *entries_.insert(here, make());
    std::rotate(here, found, found + 1);
    return *here;
  }

  /// Forgets the devices that were not named since start().
  void finish() { entries_.erase(entries_.begin() + static_cast<std::ptrdiff_t>(cursor_), entries_.end()); }

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  std::vector<Entry> entries_;
  std::size_t cursor_ = 0;
};

}  // namespace cppd::linux_host

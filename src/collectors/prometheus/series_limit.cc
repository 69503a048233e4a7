// SPDX-License-Identifier: GPL-3.0-or-later
#include "series_limit.h"

namespace cppd::prometheus_collector {

void pack_labels(Labels labels, std::string_view without, std::string& into) {
  into.clear();
  for (const auto& label : labels) {
    if (!without.empty() && label.key == without) continue;
    into += label.key;
    into += '\xFF';
    into += label.value;
    into += '\xFF';
  }
}

void FirstSeries::add(std::string_view packed, std::size_t most) {
  if (kept_.contains(packed)) return;
  if (kept_.size() >= most && (kept_.empty() || packed > *kept_.rbegin())) {
    cut_ = true;
    return;
  }
  kept_.emplace(packed);
  shrink(most);
}

void FirstSeries::shrink(std::size_t most) {
  while (kept_.size() > most) {
    kept_.erase(std::prev(kept_.end()));
    cut_ = true;
  }
}

}  // namespace cppd::prometheus_collector

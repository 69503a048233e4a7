// SPDX-License-Identifier: GPL-3.0-or-later
#include "family_book.h"

#include <algorithm>

namespace cppd::prometheus_collector {

/// The success clock at which nothing is left of a family in the store.
std::uint64_t FamilyBook::forget_at(const FamilyRecord& family) const {
  if (family.written == 0) return 0;  // no commit has seen it
  const auto window = store_.descriptor_retention_window();
  return window > kNeverClock - family.written ? kNeverClock : family.written + window;
}

bool FamilyBook::outlived(FamilyRecord& record) const {
  record.settle(store_.success_clock());
  return store_.success_clock() >= forget_at(record);
}

void FamilyBook::turn_page() {
  const auto now = store_.success_clock();
  readmit_at_ = kNeverClock;
  for (auto& [name, family] : families_) {
    family.settle(now);
    if (family.on_page && now > family.born) family.written = now;
    family.on_page = false;
  }
  std::erase_if(families_, [&](const auto& entry) { return now >= forget_at(entry.second); });
}

FamilyBook::Answer FamilyBook::admit(std::string_view name, metrix::Kind kind) {
  const auto found = families_.find(name);
  if (found == families_.end()) {
    auto& family = families_[std::string{name}];
    family.kind = kind;
    family.on_page = !metrix::structured(kind);
    family.born = store_.success_clock();
    return Answer::fresh;
  }
  if (found->second.kind != kind) {
    readmit_at_ = std::min(readmit_at_, forget_at(found->second));
    return Answer::drifted;
  }
  found->second.on_page = !metrix::structured(kind);
  return Answer::known;
}

}  // namespace cppd::prometheus_collector

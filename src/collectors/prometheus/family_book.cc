// SPDX-License-Identifier: GPL-3.0-or-later
#include "family_book.h"

#include <algorithm>

namespace cppd::prometheus_collector {

/// The success clock at which nothing is left of a family in the store.
std::uint64_t FamilyBook::forget_at(const Family& family) const {
  if (family.written == 0) return 0;  // no commit has seen it
  const auto window = store_.descriptor_retention_window();
  return window > kNever - family.written ? kNever : family.written + window;
}

void FamilyBook::turn_page() {
  const auto now = store_.success_clock();
  readmit_at_ = kNever;
  boost::unordered::erase_if(families_, [&](auto& entry) {
    auto& family = entry.second;
    if (family.on_page && now > family.born) family.written = now;
    family.on_page = false;
    return now >= forget_at(family);
  });
}

FamilyBook::Answer FamilyBook::admit(std::string_view name, metrix::Kind kind) {
  const auto found = families_.find(name);
  if (found == families_.end()) {
    families_.try_emplace(std::string{name}, Family{.kind = kind, .born = store_.success_clock()});
    return Answer::fresh;
  }
  if (found->second.kind != kind) {
    readmit_at_ = std::min(readmit_at_, forget_at(found->second));
    return Answer::drifted;
  }
  found->second.on_page = true;
  return Answer::known;
}

}  // namespace cppd::prometheus_collector

// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/chartengine/names.h>
#include <cppd/netdataapi/sanitize.h>

#include <xxhash.h>

namespace cppd::chartengine {

std::size_t NameTable::Hash::operator()(std::string_view text) const { return XXH3_64bits(text.data(), text.size()); }

std::uint32_t NameTable::acquire(std::string_view text) {
  text = text.substr(0, TextArena::kTextBytesMax);
  if (const auto found = index_.find(text); found != index_.end()) {
    ++entries_[*found].uses;
    return *found;
  }
  std::uint32_t name;
  if (free_.empty()) {
    name = static_cast<std::uint32_t>(entries_.size());
    entries_.emplace_back();
  } else {
    name = free_.back();
    free_.pop_back();
  }
  entries_[name] = {.text = texts_->add(text), .uses = 1, .wire = name};
  index_.insert(name);
  if (netdataapi::surely_clean_id(text)) return name;
  const auto wire = netdataapi::clean_id(text);
  if (wire == text && !wire.empty()) return name;
  const auto wire_name = wire.empty() ? kNothing : acquire(wire);
  entries_[name].wire = wire_name;
  return name;
}

void NameTable::release(std::uint32_t name) {
  auto& entry = entries_[name];
  if (--entry.uses > 0) return;
  index_.erase(name);
  texts_->remove(entry.text);
  const auto wire = entry.wire;
  entry = {};
  free_.push_back(name);
  if (wire != kNothing && wire != name) release(wire);
}

}  // namespace cppd::chartengine

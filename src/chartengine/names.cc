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
  entries_[name] = {.text = texts_->add(text), .uses = 1, .wire = name, .read_as = name};
  index_.insert(name);
  const auto wire = netdataapi::surely_clean_id(text) ? std::string{text} : netdataapi::clean_id(text);
  if (wire.empty()) {
    entries_[name].wire = kNothing;
  } else if (wire != text) {
    const auto other = acquire(wire);
    entries_[name].wire = other;
    entries_[name].read_as = entries_[other].read_as;
  } else if (text.contains('\\')) {
    const auto other = acquire(netdataapi::received(text));
    entries_[name].read_as = other;
  }
  return name;
}

void NameTable::release(std::uint32_t name) {
  const auto entry = entries_[name];
  if (--entries_[name].uses > 0) return;
  index_.erase(name);
  texts_->remove(entry.text);
  entries_[name] = {};
  free_.push_back(name);
  if (entry.wire != name && entry.wire != kNothing)
    release(entry.wire);  // which has what both are read as
  else if (entry.read_as != name)
    release(entry.read_as);
}

}  // namespace cppd::chartengine

// SPDX-License-Identifier: GPL-3.0-or-later
#include "scrape_change.h"

#include <algorithm>

namespace cppd::prometheus {
namespace {

constexpr std::size_t kLookAhead = 8;  // lines that are compared before the index is asked
constexpr std::uint32_t kNone = ~std::uint32_t{0};

}  // namespace

ScrapeMemory::Change::Change(const Lines& old_lines, std::size_t same) : old{old_lines}, taken(old_lines.lines.size()) {
  page.lines.assign(old.lines.begin(), old.lines.begin() + static_cast<std::ptrdiff_t>(same));
  page.keys = old.keys.substr(0, same < old.lines.size() ? old.lines[same].key_begin : old.keys.size());
  std::fill_n(taken.begin(), same, true);
}

bool ScrapeMemory::Change::find(std::string_view key, std::size_t near, std::size_t& index) {
  const auto ahead_end = std::min(near + kLookAhead, old.lines.size());
  for (index = near; index < ahead_end; ++index) {
    if (!taken[index] && old.key(index) == key) return true;
  }
  if (!indexed_) build_index();
  const auto found = first_.find(std::hash<std::string_view>{}(key));
  if (found == first_.end()) return false;
  for (auto at = found->second; at != kNone; at = following_[at]) {
    if (taken[at] || old.key(at) != key) continue;
    index = at;
    return true;
  }
  return false;
}

void ScrapeMemory::Change::build_index() {
  indexed_ = true;
  following_.assign(old.lines.size(), kNone);
  first_.reserve(old.lines.size());
  for (std::size_t i = old.lines.size(); i-- > 0;) {
    if (taken[i]) continue;
    const auto line = static_cast<std::uint32_t>(i);
    const auto [place, added] = first_.try_emplace(std::hash<std::string_view>{}(old.key(i)), line);
    if (added) continue;
    following_[i] = place->second;
    place->second = line;
  }
}

void ScrapeMemory::Change::learn_page_so_far(EntryReader& reader) {
  learned = true;
  reader.set_last_type(FamilyType::unknown);
  for (std::size_t i = 0; i < page.lines.size(); ++i) {
    if (page.lines[i].kind == LineKind::declare) learn(reader.read(page.key(i), true));
  }
}

void ScrapeMemory::Change::learn(const Entry& entry) {
  auto place = declared_.find(entry.name);
  if (place == declared_.end()) place = declared_.try_emplace(std::string{entry.name}).first;
  if (entry.kind == Entry::Kind::type)
    place->second.type = entry.type;
  else
    place->second.help = entry.text;
}

const ScrapeMemory::Change::Declared& ScrapeMemory::Change::declared_for(std::string_view name) const {
  static const Declared kNothing;
  const auto own = declared_.find(name);
  if (own != declared_.end() && own->second.type != FamilyType::unknown) return own->second;
  for (const std::string_view suffix : {"_bucket", "_sum", "_count"}) {
    if (!name.ends_with(suffix)) continue;
    const auto family = declared_.find(name.substr(0, name.size() - suffix.size()));
    if (family == declared_.end()) break;
    const auto type = family->second.type;
    if (type == FamilyType::histogram || (type == FamilyType::summary && suffix != "_bucket")) return family->second;
  }
  return own == declared_.end() ? kNothing : own->second;
}

}  // namespace cppd::prometheus

// SPDX-License-Identifier: GPL-3.0-or-later
#include "scrape_change.h"

#include <algorithm>

namespace cppd::prometheus {
namespace {

constexpr std::size_t kLookAhead = 8;  // lines that are compared before the index is asked
constexpr std::uint32_t kNone = ~std::uint32_t{0};

}  // namespace

ScrapeMemory::Change::Change(const Lines& old_lines, std::size_t same) : old{old_lines}, taken(old_lines.size()) {
  const auto end = static_cast<std::ptrdiff_t>(same);
  page.users.assign(old.users.begin(), old.users.begin() + end);
  page.lines.assign(old.lines.begin(), old.lines.begin() + end);
  page.keys.push_front_of(old.keys, same);
  std::fill_n(taken.begin(), same, true);
  old.keys.rewind(cursor_);
}

bool ScrapeMemory::Change::find(std::string_view key, std::size_t near, std::size_t& index) {
  const auto is_free = [&](std::size_t at) {
    if (taken[at]) return false;
    old.keys.seek(cursor_, at);
    return cursor_.text() == key;
  };
  const auto ahead_end = std::min(near + kLookAhead, old.size());
  for (index = near; index < ahead_end; ++index) {
    if (is_free(index)) return true;
  }
  if (!indexed_) build_index();
  const auto found = first_.find(std::hash<std::string_view>{}(key));
  if (found == first_.end()) return false;
  for (auto at = found->second; at != kNone; at = following_[at]) {
    if (!is_free(at)) continue;
    index = at;
    return true;
  }
  return false;
}

/// Lines with one hash are chained in the order of the page.
void ScrapeMemory::Change::build_index() {
  indexed_ = true;
  following_.assign(old.size(), kNone);
  first_.reserve(old.size());
  boost::unordered_flat_map<std::size_t, std::uint32_t> last;  // of the chains with more than one
  old.keys.rewind(cursor_);
  for (std::size_t i = 0; i < old.size(); ++i, old.keys.advance(cursor_)) {
    if (taken[i]) continue;
    const auto line = static_cast<std::uint32_t>(i);
    const auto hash = std::hash<std::string_view>{}(cursor_.text());
    const auto [place, added] = first_.try_emplace(hash, line);
    if (added) continue;
    const auto [end, second] = last.try_emplace(hash, line);
    following_[second ? place->second : end->second] = line;
    end->second = line;
  }
}

void ScrapeMemory::Change::learn_page_so_far(EntryReader& reader) {
  learned = true;
  reader.set_last_type(FamilyType::unknown);
  KeyPack::Cursor cursor;
  page.keys.rewind(cursor);
  for (std::size_t i = 0; i < page.size(); ++i, page.keys.advance(cursor)) {
    if (page.lines[i].kind == LineKind::declare) learn(reader.read(cursor.text(), true));
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

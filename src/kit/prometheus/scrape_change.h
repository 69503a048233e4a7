// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What ScrapeMemory needs while it reads a page whose lines are not those of the page before.
#pragma once

#include <cppd/kit/prometheus/scrape_memory.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace cppd::prometheus {

/// Threads   confined.
/// Borrows   the lines of the old page.
struct ScrapeMemory::Change {
  /// The page so far is the first `same` lines of the old one.
  Change(const Lines& old_lines, std::size_t same);

  /// The first line with these bytes that is not taken yet.
  [[nodiscard]] bool find(std::string_view key, std::size_t near, std::size_t& index);

  /// Notes what the HELP and TYPE lines of the page so far have said, and follows the others from then on.
  void learn_page_so_far(EntryReader& reader);
  void learn(const Entry& entry);
  /// The type and help that hold for a series called `name`.
  struct Declared {
    FamilyType type = FamilyType::unknown;
    std::string help;
  };
  [[nodiscard]] const Declared& declared_for(std::string_view name) const;

  const Lines& old;
  Lines page;               // the page so far
  std::vector<bool> taken;  // lines of the old page that are on this one
  bool learned = false;

 private:
  void build_index();

  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  boost::unordered_flat_map<std::string, Declared, TextHash, std::equal_to<>> declared_;
  KeyPack::Cursor cursor_;  // over the old page
  bool indexed_ = false;
  boost::unordered_flat_map<std::size_t, std::uint32_t> first_;  // hash of a key to the first old line that has it
  std::vector<std::uint32_t> following_;                         // the next old line with the same hash
};

}  // namespace cppd::prometheus

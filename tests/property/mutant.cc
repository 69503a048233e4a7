// SPDX-License-Identifier: GPL-3.0-or-later
#include "mutant.h"

#include <algorithm>
#include <vector>

namespace cppd::property {
namespace {

using Lines = std::vector<std::string>;

Lines split(const std::string& text) {
  Lines lines;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

std::string joined(const Lines& lines) {
  std::string text;
  for (const auto& line : lines) text += line + '\n';
  return text;
}

bool obsolete_chart(const std::string& line) {
  return line.starts_with("CHART ") && line.find(" 'obsolete' ") != std::string::npos;
}

template <class Is>
std::vector<std::size_t> where(const Lines& lines, Is is) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (is(lines[i])) out.push_back(i);
  }
  return out;
}

/// The end of the block that begins at `from`: the next line that begins one.
std::size_t block_end(const Lines& lines, std::size_t from) {
  for (auto i = from + 1; i < lines.size(); ++i) {
    if (lines[i].starts_with("CHART ") || lines[i].starts_with("BEGIN ")) return i;
  }
  return lines.size();
}

void swap_blocks(Lines& lines, std::size_t a, std::size_t b) {
  const auto at = [&](std::size_t i) { return lines.begin() + static_cast<std::ptrdiff_t>(i); };
  std::rotate(at(a), at(b), at(block_end(lines, b)));
}

void erase(Lines& lines, std::size_t from, std::size_t to) {
  lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(from), lines.begin() + static_cast<std::ptrdiff_t>(to));
}

void insert(Lines& lines, std::size_t at, const std::string& line) {
  lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(at), line);
}

}  // namespace

std::string_view mutant_name(Mutant mutant) {
  constexpr std::string_view kNames[] = {"none",
                                         "set_twice",
                                         "set_lost",
                                         "chart_lost",
                                         "creates_swapped",
                                         "updates_swapped",
                                         "dimension_lost",
                                         "label_lost",
                                         "neighbours_value",
                                         "obsolete_skipped",
                                         "obsolete_twice",
                                         "commit_without_label",
                                         "capped_chart_begun",
                                         "update_lost",
                                         "gap_filled",
                                         "stale_microseconds",
                                         "ledger_dropped"};
  return kNames[static_cast<std::size_t>(mutant)];
}

bool spoil(std::string& frame, Mutant mutant, std::uint64_t seed) {
  auto lines = split(frame);
  const auto starts = [&](std::string_view with) {
    return where(lines, [with](const std::string& line) { return line.starts_with(with); });
  };
  const auto choose = [&](const std::vector<std::size_t>& places) { return places[seed % places.size()]; };
  const auto sets = starts("SET ");
  const auto begins = starts("BEGIN ");
  const auto dimensions = starts("DIMENSION ");
  const auto labels = starts("CLABEL ");
  const auto obsolete = where(lines, obsolete_chart);
  const auto creates =
      where(lines, [](const std::string& line) { return line.starts_with("CHART ") && !obsolete_chart(line); });
  const auto done = [&] {
    auto text = joined(lines);
    const bool changed = text != frame;
    frame = std::move(text);
    return changed;
  };
  switch (mutant) {
    case Mutant::set_twice:
      if (sets.empty()) return false;
      insert(lines, choose(sets), lines[choose(sets)]);
      return done();
    case Mutant::set_lost:
      if (sets.empty()) return false;
      erase(lines, choose(sets), choose(sets) + 1);
      return done();
    case Mutant::chart_lost:
      if (creates.empty()) return false;
      erase(lines, choose(creates), block_end(lines, choose(creates)));
      return done();
    case Mutant::creates_swapped:
    case Mutant::updates_swapped: {
      auto blocks = mutant == Mutant::creates_swapped ? creates : begins;
      // Definitions that are only sent again may come in any order.
      std::erase_if(blocks,
                    [&](auto at) { return lines[at].starts_with("CHART ") && !lines[at + 1].starts_with("CLABEL "); });
      if (blocks.size() < 2) return false;
      const auto i = seed % (blocks.size() - 1);
      swap_blocks(lines, blocks[i], blocks[i + 1]);
      return done();
    }
    case Mutant::dimension_lost:
      if (dimensions.empty()) return false;
      erase(lines, choose(dimensions), choose(dimensions) + 1);
      return done();
    case Mutant::label_lost:
      if (labels.empty()) return false;
      erase(lines, choose(labels), choose(labels) + 1);
      return done();
    case Mutant::neighbours_value:
    case Mutant::gap_filled:
      for (std::size_t i = 0; i + 1 < sets.size(); ++i) {
        auto& here = lines[sets[i]];
        const auto& next = lines[sets[i + 1]];
        const auto mine = here.rfind("' = ") + 4;
        const auto theirs = next.substr(next.rfind("' = ") + 4);
        if (theirs.empty() || here.substr(mine) == theirs) continue;
        if (here.size() == mine ? mutant != Mutant::gap_filled : mutant == Mutant::gap_filled) continue;
        here = here.substr(0, mine) + theirs;
        return done();
      }
      return false;
    case Mutant::obsolete_skipped:
      if (obsolete.empty()) return false;
      erase(lines, choose(obsolete), choose(obsolete) + 1);
      return done();
    case Mutant::obsolete_twice:
      if (obsolete.empty()) return false;
      insert(lines, choose(obsolete), lines[choose(obsolete)]);
      return done();
    case Mutant::commit_without_label:
      if (dimensions.empty()) return false;
      insert(lines, choose(dimensions), "CLABEL_COMMIT");
      return done();
    case Mutant::capped_chart_begun:
      if (begins.empty()) return false;
      insert(lines, begins.front(), "");
      insert(lines, begins.front(), "END");
      insert(lines, begins.front(), "BEGIN 'app_job.capped'");
      return done();
    case Mutant::update_lost:
      if (begins.empty()) return false;
      erase(lines, choose(begins), block_end(lines, choose(begins)));
      return done();
    case Mutant::stale_microseconds:
      if (begins.empty() || lines[choose(begins)].ends_with('\'')) return false;
      lines[choose(begins)] += "0";
      return done();
    default: return false;
  }
}

}  // namespace cppd::property

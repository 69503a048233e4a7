// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Names of dimensions, each stored once however many charts use it.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::chartengine {

/// Threads   confined.
class NameTable {
 public:
  /// One more use of `text`.
  [[nodiscard]] std::uint32_t acquire(std::string_view text) {
    if (const auto found = index_.find(text); found != index_.end()) {
      ++entries_[found->second].uses;
      return found->second;
    }
    std::uint32_t id;
    if (free_.empty()) {
      id = static_cast<std::uint32_t>(entries_.size());
      entries_.emplace_back();
    } else {
      id = free_.back();
      free_.pop_back();
    }
    entries_[id] = {std::make_unique<std::string>(text), 1};
    index_.emplace(*entries_[id].text, id);
    return id;
  }
  void release(std::uint32_t id) {
    if (--entries_[id].uses > 0) return;
    index_.erase(*entries_[id].text);
    entries_[id].text.reset();
    free_.push_back(id);
  }
  [[nodiscard]] std::string_view text(std::uint32_t id) const { return *entries_[id].text; }
  [[nodiscard]] std::uint32_t uses(std::uint32_t id) const { return entries_[id].uses; }
  [[nodiscard]] std::size_t slots() const { return entries_.size(); }

 private:
  struct Entry {
    std::unique_ptr<std::string> text;
    std::uint32_t uses = 0;
  };
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> free_;
  boost::unordered_flat_map<std::string_view, std::uint32_t> index_;
};

}  // namespace cppd::chartengine

// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What the store knows of names, and of what all series of a metric share. Source: metrix contract section 6.
#pragma once

#include <cppd/metrix/schema.h>
#include <cppd/metrix/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace cppd::metrix {

/// Bits of Descriptor::said.
enum SaidField : std::uint8_t {
  kSaysDescription = 1,
  kSaysFamily = 2,
  kSaysPriority = 4,
  kSaysUnit = 8,
  kSaysFloat = 16
};

/// What all series of one name and one authority share. A name has one of these but for the rare case that its kind
/// changes. A structured metric has one more for each name that its parts bear.
struct Descriptor {
  std::string name;
  std::uint32_t name_index = 0;
  Kind kind = Kind::unknown;
  Kind source = Kind::unknown;
  Role role = Role::none;
  Mode mode = Mode::snapshot;
  Freshness freshness = Freshness::cycle;
  Window window = Window::cumulative;
  MetricMeta meta;
  /// Which fields of `meta` somebody declared.
  bool has_description = false, has_family = false, has_priority = false, has_unit = false, has_float = false;
  std::uint8_t said = 0;  ///< which of them somebody ever did, whether or not it still holds (store_names.cc)
  std::uint32_t live_series = 0;
  DescriptorId authority{};              ///< of a part: the descriptor of its metric; else this one
  std::shared_ptr<const Shape> shape{};  ///< of a structured metric
  std::uint32_t uses = 0;                ///< slots and pins; a descriptor without any is freed
  std::uint32_t pins = 0;                ///< of vectors and the like, who may ask for any series of it again
  std::uint32_t observed = 0;            ///< cycle in which a contested authority was last observed
  std::uint32_t lost = 0;                ///< cycle in which it was last refused
  bool may_clash = false;                ///< a series of another metric may flatten to the same name and labels
};

/// Ids of descriptors, each once, in the order in which they came.
class DescriptorList {
 public:
  void add(DescriptorId id) {
    if (listed_.size() <= index_of(id)) listed_.resize(index_of(id) + 1);
    if (listed_[index_of(id)]) return;
    listed_[index_of(id)] = true;
    ids_.push_back(id);
  }
  void clear() {
    for (const auto id : ids_) listed_[index_of(id)] = false;
    ids_.clear();
  }
  [[nodiscard]] const std::vector<DescriptorId>& ids() const { return ids_; }

 private:
  std::vector<DescriptorId> ids_;
  std::vector<bool> listed_;  // by descriptor
};

/// What a store knows of one name.
struct NameRecord {
  std::string text;
  std::vector<DescriptorId> descriptors;
  std::uint32_t live_series = 0;
  std::uint64_t idle_since = 0;  // clock of the first commit without series; 0 while it has some
  /// The authority that is registered: of the last commit or, before any, of the first declaration.
  DescriptorId established{};
  std::uint32_t authorities = 0;  // descriptors that series can have: not the open ones
  std::uint32_t observed = 0;     // cycle in which the name was last observed while it was contested
  std::uint32_t observed_authorities = 0;
  bool registered = false;
  bool idle_listed = false;
};

/// The metrics whose parts bear a name.
struct Bearers {
  std::vector<DescriptorId> all;
  bool several = false;  // were ever of different names
};

/// Fields that a declaration added, for as long as the cycle is open in which it did.
struct Declared {
  DescriptorId descriptor;
  std::uint8_t fields;
};

}  // namespace cppd::metrix

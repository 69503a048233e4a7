// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What the handles of all instruments share.
#pragma once

#include <cppd/metrix/store.h>

#include <utility>

namespace cppd::metrix {

/// A handle of one series. It pins the identity: a series that expired comes back at the next observation. A handle
/// whose declaration was refused counts each use under the reason of that; a refused derivation is counted when it is
/// made, and its handle does nothing.
///
/// Threads   confined to the shard of the store.
/// Lifetime  must not outlive the store.
class Instrument {
 public:
  Instrument() = default;
  Instrument(Store& store, SeriesRef ref) : store_{&store}, ref_{ref} {
    if (!refused()) store_->pin(ref_);
  }
  Instrument(const Instrument& other) : store_{other.store_}, ref_{other.ref_} {
    if (!refused()) store_->pin(ref_);
  }
  Instrument(Instrument&& other) noexcept : store_{std::exchange(other.store_, nullptr)}, ref_{other.ref_} {}
  Instrument& operator=(Instrument other) noexcept {
    std::swap(store_, other.store_);
    std::swap(ref_, other.ref_);
    return *this;
  }
  ~Instrument() {
    if (!refused()) store_->unpin(ref_);
  }

  [[nodiscard]] bool refused() const { return store_ == nullptr || ref_.index == 0; }
  [[nodiscard]] SeriesRef ref() const { return ref_; }

 protected:
  /// The same instrument with further labels. Refused when a key is empty or there twice.
  [[nodiscard]] SeriesRef with_labels(Labels labels) const;
  template <class Handle>
  [[nodiscard]] Handle derive(Labels labels) const {
    if (!store_) return {};
    if (refused()) return Handle{*store_, ref_};
    const auto ref = with_labels(labels);
    return ref.index == 0 ? Handle{} : Handle{*store_, ref};
  }

  Store* store_ = nullptr;
  SeriesRef ref_;
};

/// Keeps a descriptor while series of it come and go.
///
/// Threads   confined to the shard of the store.
/// Lifetime  must not outlive the store.
class DescriptorPin {
 public:
  DescriptorPin() = default;
  DescriptorPin(Store& store, DescriptorId id) : store_{&store}, id_{id} { store_->pin(id_); }
  DescriptorPin(const DescriptorPin& other) : store_{other.store_}, id_{other.id_} {
    if (store_) store_->pin(id_);
  }
  DescriptorPin(DescriptorPin&& other) noexcept : store_{std::exchange(other.store_, nullptr)}, id_{other.id_} {}
  DescriptorPin& operator=(DescriptorPin other) noexcept {
    std::swap(store_, other.store_);
    std::swap(id_, other.id_);
    return *this;
  }
  ~DescriptorPin() {
    if (store_) store_->unpin(id_);
  }
  [[nodiscard]] DescriptorId id() const { return id_; }

 private:
  Store* store_ = nullptr;
  DescriptorId id_{};
};

}  // namespace cppd::metrix

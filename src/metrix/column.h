// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// An array of a store by slot.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <type_traits>

namespace cppd::metrix {

/// One piece of memory that grows in small steps: what is large is moved by the page table and not copied, so that old
/// and new never exist side by side, and little of it is spare.
///
/// Cost      at most a quarter of the room is spare, of more than kLarge elements an eighth.
/// Threads   confined.
/// Lifetime  references end with the next growth.
template <class T>
class Column {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  Column() = default;
  Column(const Column&) = delete;
  Column& operator=(const Column&) = delete;
  ~Column() { std::free(items_); }

  [[nodiscard]] T& operator[](std::size_t index) { return items_[index]; }
  [[nodiscard]] const T& operator[](std::size_t index) const { return items_[index]; }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Elements that there is room for.
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  [[nodiscard]] std::size_t bytes() const { return capacity_ * sizeof(T); }
  [[nodiscard]] T* begin() { return items_; }
  [[nodiscard]] T* end() { return items_ + size_; }
  [[nodiscard]] const T* begin() const { return items_; }
  [[nodiscard]] const T* end() const { return items_ + size_; }

  T& push_back(const T& item) {
    const T copy = item;  // it may be one of these
    if (size_ == capacity_) reserve(capacity_ + std::max(kFirst, capacity_ / (capacity_ < kLarge ? 4 : 8)));
    return *new (items_ + size_++) T{copy};
  }
  /// Room for exactly so many elements, when there is less.
  void reserve(std::size_t capacity) {
    if (capacity <= capacity_) return;
    void* const moved = std::realloc(static_cast<void*>(items_), capacity * sizeof(T));
    if (moved == nullptr) throw std::bad_alloc{};
    items_ = static_cast<T*>(moved);
    capacity_ = capacity;
  }
  /// Adds empty elements until there are `size`.
  void extend(std::size_t size) {
    reserve(size);
    while (size_ < size) new (items_ + size_++) T{};
  }

 private:
  static constexpr std::size_t kFirst = 8;
  static constexpr std::size_t kLarge = 4096;

  T* items_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace cppd::metrix

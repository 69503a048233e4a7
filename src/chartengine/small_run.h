// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// A list that nearly always has one element, of which there are very many.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace cppd::chartengine {

/// Holds one element in itself, more of them in a block of their own. Half the size of the vectors at hand: a length
/// and a room of four bytes each, and no pointer while one element is enough.
///
/// Threads   confined.
template <class T>
class SmallRun {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  SmallRun() = default;
  SmallRun(SmallRun&& other) noexcept { take(other); }
  SmallRun& operator=(SmallRun&& other) noexcept {
    if (this == &other) return *this;
    free();
    take(other);
    return *this;
  }
  ~SmallRun() { free(); }

  [[nodiscard]] T* begin() { return room_ > 1 ? many_ : &one_; }
  [[nodiscard]] const T* begin() const { return room_ > 1 ? many_ : &one_; }
  [[nodiscard]] T* end() { return begin() + size_; }
  [[nodiscard]] const T* end() const { return begin() + size_; }
  [[nodiscard]] const T* data() const { return begin(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t room() const { return room_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] T& operator[](std::size_t index) { return begin()[index]; }
  [[nodiscard]] const T& operator[](std::size_t index) const { return begin()[index]; }
  [[nodiscard]] T& front() { return *begin(); }
  [[nodiscard]] const T& front() const { return *begin(); }

  void push_back(const T& element) {
    const T copy = element;  // it may be one of ours
    if (size_ == room_) grow(room_ * 2);
    begin()[size_++] = copy;
  }
  /// Drops all behind the first `size` elements. Room that is left unused is given back.
  void shrink_to(std::size_t size) {
    size_ = static_cast<std::uint32_t>(std::min<std::size_t>(size_, size));
    if (room_ > 1 && size_ <= room_ / 4) grow(std::max<std::uint32_t>(size_, 1));
  }
  void clear() { shrink_to(0); }

 private:
  void grow(std::uint32_t room) {
    if (room > 1) {
      auto* block = new T[room];
      std::copy_n(begin(), size_, block);
      free();
      many_ = block;
    } else {
      const T kept = front();
      free();
      one_ = kept;
    }
    room_ = room;
  }
  void free() {
    if (room_ > 1) delete[] many_;
  }
  void take(SmallRun& other) {
    size_ = other.size_, room_ = other.room_;
    if (room_ > 1)
      many_ = other.many_;
    else
      one_ = other.one_;
    other.size_ = 0, other.room_ = 1;
  }

  std::uint32_t size_ = 0;
  std::uint32_t room_ = 1;
  union {
    T one_{};
    T* many_;
  };
};

}  // namespace cppd::chartengine

// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Text on its way to the reader: a chain of pieces from a bounded pool, written as one.
#pragma once

#include <cppd/base/mutex.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::netdataapi {

inline constexpr std::size_t kPieceBytes = 64 * 1024;

struct Piece {
  std::size_t used = 0;
  std::array<char, kPieceBytes> text;
};

/// Where frames get their pieces. Pieces that were not needed for a while are given back to the system.
///
/// Threads   safe from any thread; the lock is taken once per piece.
class FramePool {
 public:
  explicit FramePool(std::size_t pieces_max) : pieces_max_{pieces_max} {}

  /// nullptr when the pool is exhausted.
  [[nodiscard]] std::unique_ptr<Piece> take() CPPD_EXCLUDES(mutex_);
  void give(std::unique_ptr<Piece> piece) CPPD_EXCLUDES(mutex_);
  /// Frees what was idle since the last call. Called every few seconds.
  void trim() CPPD_EXCLUDES(mutex_);
  /// Pieces that frames hold now.
  [[nodiscard]] std::size_t in_use() const CPPD_EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  std::size_t pieces_max_;
  std::size_t in_use_ CPPD_GUARDED_BY(mutex_) = 0;
  std::size_t least_idle_ CPPD_GUARDED_BY(mutex_) = 0;
  std::vector<std::unique_ptr<Piece>> idle_ CPPD_GUARDED_BY(mutex_);
};

/// Text of one job cycle.
///
/// Threads   confined; handed over whole.
/// Lifetime  gives its pieces back to the pool, which must outlive it.
class Frame {
 public:
  explicit Frame(FramePool& pool) : pool_{&pool} {}
  Frame(Frame&& other) noexcept = default;
  Frame& operator=(Frame&& other) noexcept;
  ~Frame() { clear(); }

  void append(std::string_view text) {
    if (text.size() <= room_) [[likely]] {
      std::memcpy(at_, text.data(), text.size());
      at_ += text.size();
      room_ -= text.size();
      return;
    }
    append_slowly(text);
  }
  /// At least `bytes` (no more than a piece) of room in one run; what is written there is kept by advance().
  ///
  /// Empty     nullptr when the pool is exhausted.
  [[nodiscard]] char* reserve(std::size_t bytes) {
    if (bytes > room_ && !next_piece()) [[unlikely]]
      return nullptr;
    return at_;
  }
  void advance(char* end) {
    room_ -= static_cast<std::size_t>(end - at_);
    at_ = end;
  }

  /// The pool was exhausted: the frame is not whole and must not be sent.
  [[nodiscard]] bool broken() const { return broken_; }
  [[nodiscard]] bool empty() const { return bytes() == 0; }
  [[nodiscard]] std::size_t bytes() const;
  [[nodiscard]] std::size_t piece_count() const { return pieces_.size(); }
  [[nodiscard]] std::string_view piece(std::size_t index) const;
  [[nodiscard]] std::string text() const;
  void clear();

 private:
  void append_slowly(std::string_view text);
  [[nodiscard]] bool next_piece();

  FramePool* pool_;
  std::vector<std::unique_ptr<Piece>> pieces_;
  char* at_ = nullptr;
  std::size_t room_ = 0;
  bool broken_ = false;
};

}  // namespace cppd::netdataapi

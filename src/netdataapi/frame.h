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

namespace cppd::netdataapi {

inline constexpr std::size_t kPieceBytes = 64 * 1024;

struct Piece {
  std::size_t used = 0;
  std::unique_ptr<Piece> next;
  std::array<char, kPieceBytes> text;
};

/// Where frames get their pieces. Pieces that were not needed for a while are given back to the system.
///
/// Threads   safe from any thread; the lock is taken once per piece.
class FramePool {
 public:
  explicit FramePool(std::size_t pieces_max) : pieces_max_{pieces_max} {}
  ~FramePool();
  FramePool(const FramePool&) = delete;
  FramePool& operator=(const FramePool&) = delete;

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
  std::unique_ptr<Piece> idle_ CPPD_GUARDED_BY(mutex_);
  std::size_t idle_count_ CPPD_GUARDED_BY(mutex_) = 0;
};

/// Text of one job cycle.
///
/// Threads   confined; handed over whole.
/// Lifetime  gives its pieces back to the pool, which must outlive it.
class Frame {
 public:
  explicit Frame(FramePool& pool) : pool_{&pool} {}
  Frame(Frame&& other) noexcept : pool_{other.pool_} { *this = std::move(other); }
  Frame& operator=(Frame&& other) noexcept;
  ~Frame() { clear(); }

  void append(std::string_view text) {
    if (text.size() < room_ && !text.empty()) [[likely]] {  // an empty text may have no address
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
  /// Bytes that still go into the last piece; fewer than these are appended without another one.
  [[nodiscard]] std::size_t room() const { return room_; }
  [[nodiscard]] std::size_t bytes() const;
  /// The pieces in order: `for (const auto* piece = frame.first(); piece; piece = piece->next.get())
  /// frame.text_of(*piece)`.
  [[nodiscard]] const Piece* first() const { return first_.get(); }
  [[nodiscard]] std::string_view text_of(const Piece& piece) const {
    return {piece.text.data(), &piece == last_ ? static_cast<std::size_t>(at_ - piece.text.data()) : piece.used};
  }
  [[nodiscard]] std::string text() const;
  void clear();

 private:
  void append_slowly(std::string_view text);
  [[nodiscard]] bool next_piece();

  FramePool* pool_;
  std::unique_ptr<Piece> first_;
  Piece* last_ = nullptr;
  char* at_ = nullptr;
  std::size_t room_ = 0;
  bool broken_ = false;
};

}  // namespace cppd::netdataapi

// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/netdataapi/frame.h>

#include <algorithm>
#include <utility>

namespace cppd::netdataapi {

std::unique_ptr<Piece> FramePool::take() {
  {
    const MutexLock lock{mutex_};
    if (in_use_ == pieces_max_) return nullptr;
    ++in_use_;
    if (idle_) {
      auto piece = std::move(idle_);
      idle_ = std::move(piece->next);
      least_idle_ = std::min(least_idle_, --idle_count_);
      return piece;
    }
  }
  return std::unique_ptr<Piece>{new Piece};
}

void FramePool::give(std::unique_ptr<Piece> piece) {
  piece->used = 0;
  const MutexLock lock{mutex_};
  --in_use_;
  ++idle_count_;
  piece->next = std::move(idle_);
  idle_ = std::move(piece);
}

void FramePool::trim() {
  std::unique_ptr<Piece> unneeded;
  {
    const MutexLock lock{mutex_};
    for (; least_idle_ > 0; --least_idle_, --idle_count_) {
      auto piece = std::move(idle_);
      idle_ = std::move(piece->next);
      piece->next = std::move(unneeded);
      unneeded = std::move(piece);
    }
    least_idle_ = idle_count_;
  }
  while (unneeded) unneeded = std::move(unneeded->next);  // not by recursion: the chain may be long
}

FramePool::~FramePool() {
  const MutexLock lock{mutex_};
  while (idle_) idle_ = std::move(idle_->next);
}

std::size_t FramePool::in_use() const {
  const MutexLock lock{mutex_};
  return in_use_;
}

Frame& Frame::operator=(Frame&& other) noexcept {
  if (this == &other) return *this;
  clear();
  pool_ = other.pool_;
  first_ = std::move(other.first_);
  last_ = std::exchange(other.last_, nullptr);
  at_ = std::exchange(other.at_, nullptr);
  room_ = std::exchange(other.room_, 0);
  broken_ = std::exchange(other.broken_, false);
  return *this;
}

bool Frame::next_piece() {
  if (broken_) return false;
  if (last_ != nullptr) last_->used = kPieceBytes - room_;
  auto piece = pool_->take();
  if (!piece) {
    broken_ = true;
    room_ = 0;
    return false;
  }
  at_ = piece->text.data();
  room_ = kPieceBytes;
  auto& place = last_ != nullptr ? last_->next : first_;
  last_ = piece.get();
  place = std::move(piece);
  return true;
}

void Frame::append_slowly(std::string_view text) {
  while (!text.empty()) {
    if (room_ == 0 && !next_piece()) return;
    const auto bytes = std::min(room_, text.size());
    std::memcpy(at_, text.data(), bytes);
    at_ += bytes;
    room_ -= bytes;
    text.remove_prefix(bytes);
  }
}

std::size_t Frame::bytes() const {
  std::size_t total = 0;
  for (const auto* piece = first(); piece != nullptr; piece = piece->next.get()) total += text_of(*piece).size();
  return total;
}

std::string Frame::text() const {
  std::string out;
  for (const auto* piece = first(); piece != nullptr; piece = piece->next.get()) out += text_of(*piece);
  return out;
}

void Frame::clear() {
  while (first_) {
    auto piece = std::move(first_);
    first_ = std::move(piece->next);
    pool_->give(std::move(piece));
  }
  last_ = nullptr;
  at_ = nullptr;
  room_ = 0;
  broken_ = false;
}

}  // namespace cppd::netdataapi

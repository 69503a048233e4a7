// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/netdataapi/frame.h>

#include <algorithm>

namespace cppd::netdataapi {

std::unique_ptr<Piece> FramePool::take() {
  {
    const MutexLock lock{mutex_};
    if (in_use_ == pieces_max_) return nullptr;
    ++in_use_;
    if (!idle_.empty()) {
      auto piece = std::move(idle_.back());
      idle_.pop_back();
      least_idle_ = std::min(least_idle_, idle_.size());
      return piece;
    }
  }
  return std::unique_ptr<Piece>{new Piece};
}

void FramePool::give(std::unique_ptr<Piece> piece) {
  piece->used = 0;
  const MutexLock lock{mutex_};
  --in_use_;
  idle_.push_back(std::move(piece));
}

void FramePool::trim() {
  std::vector<std::unique_ptr<Piece>> unneeded;
  const MutexLock lock{mutex_};
  for (; least_idle_ > 0; --least_idle_) {
    unneeded.push_back(std::move(idle_.back()));
    idle_.pop_back();
  }
  least_idle_ = idle_.size();
}

std::size_t FramePool::in_use() const {
  const MutexLock lock{mutex_};
  return in_use_;
}

Frame& Frame::operator=(Frame&& other) noexcept {
  if (this == &other) return *this;
  clear();
  pool_ = other.pool_;
  pieces_ = std::move(other.pieces_);
  other.pieces_.clear();
  at_ = std::exchange(other.at_, nullptr);
  room_ = std::exchange(other.room_, 0);
  broken_ = std::exchange(other.broken_, false);
  return *this;
}

bool Frame::next_piece() {
  if (broken_) return false;
  if (!pieces_.empty()) pieces_.back()->used = kPieceBytes - room_;
  auto piece = pool_->take();
  if (!piece) {
    broken_ = true;
    room_ = 0;
    return false;
  }
  at_ = piece->text.data();
  room_ = kPieceBytes;
  pieces_.push_back(std::move(piece));
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
  for (std::size_t i = 0; i < pieces_.size(); ++i) total += piece(i).size();
  return total;
}

std::string_view Frame::piece(std::size_t index) const {
  const auto& piece = *pieces_[index];
  const bool last = index + 1 == pieces_.size();
  return {piece.text.data(), last ? static_cast<std::size_t>(at_ - piece.text.data()) : piece.used};
}

std::string Frame::text() const {
  std::string out;
  for (std::size_t i = 0; i < pieces_.size(); ++i) out += piece(i);
  return out;
}

void Frame::clear() {
  for (auto& piece : pieces_) pool_->give(std::move(piece));
  pieces_.clear();
  at_ = nullptr;
  room_ = 0;
  broken_ = false;
}

}  // namespace cppd::netdataapi

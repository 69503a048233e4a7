// SPDX-License-Identifier: GPL-3.0-or-later
#include "inflate.h"

#include <fmt/format.h>

#include <new>
#include <utility>

namespace cppd::web {
namespace {

constexpr int kGzipOnly = 16 + MAX_WBITS;

}  // namespace

Inflater::Inflater() {
  if (inflateInit2(&stream_, kGzipOnly) != Z_OK) throw std::bad_alloc();
}

Inflater::~Inflater() { inflateEnd(&stream_); }

void Inflater::reset() {
  inflateReset(&stream_);
  stream_.next_in = nullptr;
  stream_.avail_in = 0;
  started_ = false;
  member_done_ = false;
}

void Inflater::offer(std::string_view bytes) {
  // zlib's interface predates const; it does not write to its input.
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream_.avail_in = static_cast<uInt>(bytes.size());
}

Result<std::string_view> Inflater::step() {
  stream_.next_out = reinterpret_cast<Bytef*>(piece_.data());
  stream_.avail_out = static_cast<uInt>(piece_.size());
  if (stream_.avail_in == 0 && member_done_) return std::string_view{};
  if (member_done_) {
    inflateReset(&stream_);
    member_done_ = false;
  }
  started_ = started_ || stream_.avail_in != 0;
  const int result = inflate(&stream_, Z_NO_FLUSH);
  // Z_BUF_ERROR: nothing to do at the moment, more input is needed.
  if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
    return std::unexpected(
        unavailable(fmt::format("gzip body is damaged: {}", stream_.msg == nullptr ? "no details" : stream_.msg)));
  member_done_ = result == Z_STREAM_END;
  return std::string_view{piece_.data(), piece_.size() - stream_.avail_out};
}

std::unique_ptr<Inflater> InflaterPool::take() {
  if (idle_.empty()) return std::make_unique<Inflater>();
  auto inflater = std::move(idle_.back());
  idle_.pop_back();
  inflater->reset();
  return inflater;
}

void InflaterPool::give_back(std::unique_ptr<Inflater> inflater) {
  if (inflater && idle_.size() < kIdleMax) idle_.push_back(std::move(inflater));
}

}  // namespace cppd::web

// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Gzip bodies, inflated in pieces. Private to this module.
#pragma once

#include <cppd/base/result.h>
#include <zlib.h>

#include <array>
#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace cppd::web {

/// Inflates one gzip body of one or more members.
///
/// Cost      memory is allocated once; reset() makes it ready for the next body.
/// Threads   confined.
class Inflater {
 public:
  Inflater();
  ~Inflater();
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  void reset();

  /// Passes what `bytes` inflate to on to `take(std::string_view) -> Result<>`, piece by piece.
  ///
  /// Errors    unavailable for damaged data, and those of `take`.
  template <class Take>
  [[nodiscard]] Result<> feed(std::string_view bytes, Take&& take) {
    offer(bytes);
    for (;;) {
      const auto piece = step();
      if (!piece) return std::unexpected(piece.error());
      if (!piece->empty()) {
        if (auto taken = take(*piece); !taken) return taken;
      }
      if (idle()) return ok;
    }
  }

  /// Whether the body may end here: nothing came, or the last member is complete.
  [[nodiscard]] bool complete() const { return !started_ || member_done_; }

 private:
  void offer(std::string_view bytes);
  Result<std::string_view> step();
  [[nodiscard]] bool idle() const { return stream_.avail_in == 0 && stream_.avail_out != 0; }

  z_stream stream_{};
  bool started_ = false;
  bool member_done_ = false;
  std::array<char, std::size_t{32} << 10> piece_;
};

/// Keeps a few inflaters for the transfers of one shard, so that clients hold none while they are idle.
///
/// Threads   confined to its shard.
class InflaterPool {
 public:
  static constexpr std::size_t kIdleMax = 2;

  [[nodiscard]] std::unique_ptr<Inflater> take();
  void give_back(std::unique_ptr<Inflater> inflater);

 private:
  std::vector<std::unique_ptr<Inflater>> idle_;
};

}  // namespace cppd::web

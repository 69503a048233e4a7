// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Cycles as text on a pipe or in a file. The texts: line_view.h, json_view.h.
#pragma once

#include <cppd/base/mutex.h>
#include <cppd/output/console/chart_board.h>
#include <cppd/output/console/view.h>

#include <cstddef>
#include <string>

namespace cppd::output {

/// Writes every cycle of every job. Jobs leave their text in a bounded buffer, tick() writes what the descriptor takes
/// without blocking. When nobody reads, whole cycles are refused, so that what is written stays whole lines.
///
/// Threads   tick() on one thread; jobs publish from theirs.
class StreamView : public View, private BoardWatcher {
 public:
  /// With this much waiting no further cycle is taken; one cycle more than it may be held.
  static constexpr std::size_t kPendingBytesMax = std::size_t{4} << 20;

  /// Appends what is new in `job` to `out`.
  using Format = void (*)(const BoardJob& job, std::string& out);

  /// Borrows   `fd`, and the board.
  StreamView(ChartBoard& board, int fd, Format format, std::size_t pending_bytes_max = kPendingBytesMax);
  ~StreamView() override;
  StreamView(const StreamView&) = delete;
  StreamView& operator=(const StreamView&) = delete;

  [[nodiscard]] Result<bool> tick() override;

 private:
  bool published(const BoardJob& job) override;
  [[nodiscard]] Result<> write_some();

  ChartBoard& board_;
  const int fd_;
  const Format format_;
  const std::size_t pending_bytes_max_;
  std::size_t written_ = 0;  // of writing_
  std::string writing_;
  Mutex mutex_;
  std::string pending_ CPPD_GUARDED_BY(mutex_);
};

/// `2026-11-23T18:00:00Z`
void append_time(std::string& out, WallTime at);

}  // namespace cppd::output

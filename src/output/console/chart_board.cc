// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/output/console/chart_board.h>

#include <algorithm>

namespace cppd::output {

ChartBoard::ChartBoard(std::size_t history_points, const Clock& clock)
    : history_points_{std::min(history_points, kHistoryPointsMax)}, clock_{clock} {}

void ChartBoard::snapshot(BoardSnapshot& into) const {
  const MutexLock lock{mutex_};
  into.jobs.resize(jobs_.size());
  for (std::size_t i = 0; i < jobs_.size(); ++i) into.jobs[i] = *jobs_[i];
}

void ChartBoard::watch(BoardWatcher& watcher) {
  const MutexLock lock{mutex_};
  watchers_.push_back(&watcher);
}

void ChartBoard::unwatch(BoardWatcher& watcher) {
  const MutexLock lock{mutex_};
  std::erase(watchers_, &watcher);
}

BoardJob& ChartBoard::add_job(std::string name) {
  auto job = std::make_unique<BoardJob>();
  job->history_points = history_points_;
  job->name = std::move(name);
  const auto at = std::ranges::upper_bound(jobs_, job->name, {}, [](const auto& have) { return have->name; });
  return **jobs_.insert(at, std::move(job));
}

void ChartBoard::remove_job(const BoardJob& job) {
  std::erase_if(jobs_, [&](const auto& have) { return have.get() == &job; });
}

bool ChartBoard::notify(const BoardJob& job) {
  bool taken = true;
  for (auto* watcher : watchers_) taken = watcher->published(job) && taken;
  return taken;
}

}  // namespace cppd::output

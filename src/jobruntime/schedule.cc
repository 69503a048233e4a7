// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/jobruntime/schedule.h>

#include <xxhash.h>

#include <algorithm>

namespace cppd::jobruntime {

Schedule::Schedule(std::string_view full_name, std::chrono::seconds update_every)
    : interval_{std::max(update_every, std::chrono::seconds{1})} {
  const auto hash = XXH64(full_name.data(), full_name.size(), 0);
  const auto seconds = static_cast<std::uint64_t>(std::max<std::int64_t>(update_every.count(), 1));
  const std::chrono::nanoseconds spread = seconds == 1 ? kSpreadEverySecond : kSpread;
  const auto offset = (hash >> 32) % static_cast<std::uint64_t>(spread.count());
  phase_ = std::chrono::seconds{static_cast<std::int64_t>(hash % seconds)} + std::chrono::nanoseconds{offset};
}

WallTime Schedule::next(WallTime now) const {
  const auto since = std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()) - phase_;
  auto rounds = since / interval_;
  if (since.count() < 0 && since % interval_ != std::chrono::nanoseconds{0}) --rounds;
  return WallTime{std::chrono::duration_cast<WallTime::duration>((rounds + 1) * interval_ + phase_)};
}

std::uint64_t Schedule::due_between(WallTime after, WallTime until) const {
  const auto first = next(after);
  if (first > until) return 0;
  return 1 + static_cast<std::uint64_t>((until - first) / std::chrono::duration_cast<WallTime::duration>(interval_));
}

std::chrono::seconds penalty(std::uint64_t failures, std::chrono::seconds update_every) {
  constexpr std::int64_t kPenaltyMax = 600;
  const auto steps = static_cast<std::int64_t>(std::min<std::uint64_t>(failures / 5, 1000));
  return std::chrono::seconds{std::min(kPenaltyMax, steps * 5 * update_every.count() / 2)};
}

}  // namespace cppd::jobruntime

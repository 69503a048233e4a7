// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The store of the program's own metrics. Instruments: runtime_instrument.h. Source: metrix contract section 8; the
/// departures are in the README of this module.
#pragma once

#include <cppd/base/clock.h>
#include <cppd/base/mutex.h>
#include <cppd/metrix/store.h>

#include <chrono>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

namespace cppd::metrix {

struct RuntimeStoreOptions {
  /// A series that was not written for so long is gone; 0 means never.
  std::chrono::nanoseconds ttl = std::chrono::minutes{30};
  /// Bound on series; above it the one whose last write is the oldest goes. 0 means none.
  std::uint32_t max_series = 0;
  /// A look at all series for their age takes place at most this often.
  std::chrono::nanoseconds sweep_every = std::chrono::seconds{10};
};

/// A store that anybody may write at any time: each write is visible at once, and has a sequence number of its own.
/// Never written by the cycle of a job, which has a store to itself.
///
/// Threads   safe from any thread; one mutex.
/// Cost      a write is the lock, a look at the clock and a store per part, whatever the number of series; nothing is
///           allocated once the series is there. Quantiles are worked out when somebody reads.
class RuntimeStore {
 public:
  explicit RuntimeStore(RuntimeStoreOptions options = {}, const Clock& clock = system_clock());
  RuntimeStore(const RuntimeStore&) = delete;
  RuntimeStore& operator=(const RuntimeStore&) = delete;

  /// What `fn` makes of the store. Writers wait meanwhile.
  ///
  /// Lifetime  the store and what it lends end with the call; within it nobody may write, nor make, copy or
  ///           drop a handle of this store: it would wait for ever.
  template <class Fn>
  auto read(Fn&& fn) CPPD_EXCLUDES(mutex_) {
    static_assert(!std::is_reference_v<std::invoke_result_t<Fn, const Store&>>, "what leaves the store is a copy");
    const MutexLock lock{mutex_};
    get_ready();
    return std::forward<Fn>(fn)(std::as_const(store_));
  }

  /// The same, for the one reader that keeps state per series: Store::changes() is everything since the last
  /// take(), and the success clock counts takes. A chart engine prepares in here and nowhere else.
  template <class Fn>
  auto take(Fn&& fn) CPPD_EXCLUDES(mutex_) {
    static_assert(!std::is_reference_v<std::invoke_result_t<Fn, const Store&>>, "what leaves the store is a copy");
    const MutexLock lock{mutex_};
    get_ready();
    store_.take_changes();
    return std::forward<Fn>(fn)(std::as_const(store_));
  }

  /// A copy of what was lost so far.
  [[nodiscard]] Ledger ledger() const CPPD_EXCLUDES(mutex_);

 private:
  template <class Self, class Handle>
  friend class RuntimeHandle;
  template <class Handle, std::size_t N>
  friend class RuntimeVec;
  template <std::size_t N>
  friend class RuntimeVecMaker;
  friend class RuntimeMeter;

  /// One write to the series of a handle, which pins it. False when it was refused; then nothing has happened.
  template <class Act>
  bool write(SeriesRef ref, Act act) CPPD_EXCLUDES(mutex_) {
    const auto now = clock_.now();
    const MutexLock lock{mutex_};
    const auto source = store_.source_of(ref);
    const bool fresh = now - written_[source] >= ttl_;
    if (fresh && !make_way(ref, source, now)) [[unlikely]]
      return false;
    store_.begin();
    try {
      act();
    } catch (...) {
      store_.cancel();
      throw;
    }
    if (store_.staged_count() == 0) [[unlikely]] {
      store_.cancel();
      return false;
    }
    store_.commit();
    written_[source] = now;
    if (fresh && !settle_birth(source)) [[unlikely]]
      return false;
    if (now >= sweep_at_) [[unlikely]]
      sweep(now);
    return true;
  }
  /// What `fn` makes of the store that it changes: declarations, handles.
  template <class Fn>
  auto change(Fn fn) CPPD_EXCLUDES(mutex_) {
    const MutexLock lock{mutex_};
    auto made = fn(store_);
    settle_slots();
    return made;
  }
  /// Destroys what is left of a handle or a vec.
  template <class Held>
  void release(Held& held) CPPD_EXCLUDES(mutex_) {
    const MutexLock lock{mutex_};
    held = Held{};
    settle_slots();
  }
  void refuse(LossReason reason) CPPD_EXCLUDES(mutex_);

  /// Readies a series that is absent or too old for a first write. False, and counted, when it may not have one.
  bool make_way(SeriesRef ref, std::uint32_t source, SteadyTime now) CPPD_REQUIRES(mutex_);
  /// After a first write. False when the series was refused after all: another metric has its name and labels.
  bool settle_birth(std::uint32_t source) CPPD_REQUIRES(mutex_);
  void settle_slots() CPPD_REQUIRES(mutex_);
  void get_ready() CPPD_REQUIRES(mutex_);
  void drop(std::uint32_t source, LossReason reason) CPPD_REQUIRES(mutex_);
  void enforce_cap(std::uint32_t newest) CPPD_REQUIRES(mutex_);
  void sweep(SteadyTime now) CPPD_REQUIRES(mutex_);

  const Clock& clock_;
  const std::chrono::nanoseconds ttl_;
  const std::chrono::nanoseconds sweep_every_;
  const std::uint32_t max_series_;
  const SteadyTime start_;

  mutable Mutex mutex_;
  Ledger ledger_ CPPD_GUARDED_BY(mutex_);
  Store store_ CPPD_GUARDED_BY(mutex_);
  std::vector<SteadyTime> written_ CPPD_GUARDED_BY(mutex_);  // by slot: the last write of a present series
  SteadyTime sweep_at_ CPPD_GUARDED_BY(mutex_);              // nothing is too old before
};

}  // namespace cppd::metrix

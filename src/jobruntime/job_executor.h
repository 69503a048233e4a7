// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The executor of one job: everything that a job awaits completes through it, so that its shard knows who is running, and so
/// that a job that was disowned never runs again.
#pragma once

#include <boost/asio/execution.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/require.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace cppd::jobruntime {

/// One per job. The supervisor looks at it from outside.
///
/// Threads   safe from any thread.
class JobGate {
 public:
  explicit JobGate(std::string name) : name_{std::move(name)} {}
  [[nodiscard]] const std::string& name() const { return name_; }
  /// From now on nothing of the job runs but what runs already; what that does is discarded.
  void disown() { disowned_.store(true, std::memory_order_release); }
  [[nodiscard]] bool disowned() const { return disowned_.load(std::memory_order_acquire); }

 private:
  std::string name_;
  std::atomic<bool> disowned_{false};
};

/// Who runs on a shard now, and since when.
struct Occupancy {
  std::atomic<JobGate*> job{nullptr};
  std::atomic<std::int64_t> since_ns{0};
};

/// Marks a shard as occupied by a job while a handler runs.
///
/// A runner that was replaced while its handler ran leaves no mark: the shard is no longer its own.
class OccupancyScope {
 public:
  OccupancyScope(Occupancy& occupancy, JobGate& gate) : occupancy_{occupancy}, before_{occupancy.job.load()}, gate_{gate} {
    occupancy_.since_ns.store(std::chrono::steady_clock::now().time_since_epoch().count(), std::memory_order_relaxed);
    occupancy_.job.store(&gate, std::memory_order_release);
  }
  ~OccupancyScope() {
    if (!gate_.disowned()) occupancy_.job.store(before_, std::memory_order_release);
  }
  OccupancyScope(const OccupancyScope&) = delete;
  OccupancyScope& operator=(const OccupancyScope&) = delete;

 private:
  Occupancy& occupancy_;
  JobGate* before_;
  JobGate& gate_;
};

/// An Asio executor around that of the shard.
template <class Inner>
class JobExecutor {
 public:
  JobExecutor(Inner inner, std::shared_ptr<JobGate> gate, std::shared_ptr<Occupancy> occupancy)
      : inner_{std::move(inner)}, gate_{std::move(gate)}, occupancy_{std::move(occupancy)} {}

  template <class Property>
    requires boost::asio::can_query<const Inner&, Property>::value
  [[nodiscard]] decltype(auto) query(const Property& property) const {
    return boost::asio::query(inner_, property);
  }
  template <class Property>
    requires boost::asio::can_require<const Inner&, Property>::value
  [[nodiscard]] auto require(const Property& property) const {
    return rewrapped(boost::asio::require(inner_, property));
  }
  template <class Property>
    requires boost::asio::can_prefer<const Inner&, Property>::value
  [[nodiscard]] auto prefer(const Property& property) const {
    return rewrapped(boost::asio::prefer(inner_, property));
  }
  template <class Function>
  void execute(Function&& function) const {
    inner_.execute([gate = gate_, occupancy = occupancy_, function = std::forward<Function>(function)]() mutable {
      if (gate->disowned()) return;  // the handler is destroyed, and the coroutine in it with it
      const OccupancyScope scope{*occupancy, *gate};
      std::move(function)();
    });
  }
  friend bool operator==(const JobExecutor& a, const JobExecutor& b) noexcept {
    return a.inner_ == b.inner_ && a.gate_ == b.gate_;
  }

 private:
  template <class Other>
  [[nodiscard]] JobExecutor<Other> rewrapped(Other inner) const {
    return {std::move(inner), gate_, occupancy_};
  }
  Inner inner_;
  std::shared_ptr<JobGate> gate_;
  std::shared_ptr<Occupancy> occupancy_;
};

}  // namespace cppd::jobruntime

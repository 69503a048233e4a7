// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// A shard: one event loop with exactly one runner. Jobs live on a shard for life. A runner that is stuck in one
/// handler is disowned, and a new one takes the loop over.
#pragma once

#include <cppd/base/clock.h>
#include <cppd/base/logger.h>
#include <cppd/base/mutex.h>
#include <cppd/jobruntime/job_executor.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace cppd::jobruntime {

/// Threads   context() and executors are safe from any thread; start, supervise and stop belong to the control plane.
class Shard {
 public:
  /// One handler may run this long before its job counts as stuck.
  static constexpr std::chrono::seconds kHandlerMax{2};

  explicit Shard(Logger log);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  [[nodiscard]] boost::asio::io_context& context() { return *context_; }
  [[nodiscard]] boost::asio::any_io_executor executor_for(std::shared_ptr<JobGate> gate);

  void start();
  /// Disowns the job that has held the runner for longer than kHandlerMax and gives the loop to a new runner.
  ///
  /// Empty     the name of no job when nobody is stuck.
  [[nodiscard]] std::string supervise(SteadyTime now);
  /// Ends the loop and waits for its runner, not for disowned ones.
  void stop();
  [[nodiscard]] std::size_t disowned_runners() const { return disowned_; }

 private:
  /// What a runner thread needs to outlive its shard.
  struct Seat {
    std::shared_ptr<boost::asio::io_context> context;
    std::atomic<bool> current{true};
  };
  static void run(const std::shared_ptr<Seat>& seat);
  void seat_runner();

  Logger log_;
  std::shared_ptr<boost::asio::io_context> context_;
  std::shared_ptr<Occupancy> occupancy_ = std::make_shared<Occupancy>();
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::shared_ptr<Seat> seat_;
  std::thread runner_;
  std::vector<std::shared_ptr<JobGate>> gates_;  // kept, so that the occupant is never gone while it is looked at
  Mutex gates_mutex_;
  std::size_t disowned_ = 0;
};

}  // namespace cppd::jobruntime

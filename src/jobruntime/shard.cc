// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/jobruntime/shard.h>

#include <fmt/format.h>
#include <pthread.h>

namespace cppd::jobruntime {

Shard::Shard(Logger log)
    : log_{std::move(log)}, context_{std::make_shared<boost::asio::io_context>()}, work_{context_->get_executor()} {}

Shard::~Shard() { stop(); }

boost::asio::any_io_executor Shard::executor_for(std::shared_ptr<JobGate> gate) {
  {
    const MutexLock lock{gates_mutex_};
    std::erase_if(gates_, [](const auto& known) { return known.use_count() == 1; });
    gates_.push_back(gate);
  }
  return JobExecutor{context_->get_executor(), std::move(gate), occupancy_};
}

void Shard::run(const std::shared_ptr<Seat>& seat) {
  ::pthread_setname_np(::pthread_self(), "cppd-shard");
  while (seat->current.load(std::memory_order_acquire)) {
    try {
      if (seat->context->run_one() == 0) return;  // stopped
    } catch (...) {
      // Jobs catch what their collectors throw; what arrives here came out of a detached handler that nobody waits for.
    }
  }
}

void Shard::seat_runner() {
  seat_ = std::make_shared<Seat>();
  seat_->context = context_;
  runner_ = std::thread{[seat = seat_] { run(seat); }};
}

void Shard::start() { seat_runner(); }

std::string Shard::supervise(SteadyTime now) {
  auto* job = occupancy_->job.load(std::memory_order_acquire);
  if (job == nullptr) return {};
  const std::chrono::nanoseconds since{occupancy_->since_ns.load(std::memory_order_relaxed)};
  if (now.time_since_epoch() - since < kHandlerMax) return {};
  // The mark may have changed hands between the two loads; a fresh one is younger than the bound.
  if (occupancy_->job.load(std::memory_order_acquire) != job) return {};
  const auto name = job->name();
  job->disown();
  occupancy_->job.store(nullptr, std::memory_order_release);
  seat_->current.store(false, std::memory_order_release);
  runner_.detach();
  ++disowned_;
  seat_runner();
  log_.error(fmt::format("job {} has blocked its runner for more than {} s; it is disowned, the others go on", name,
                         kHandlerMax.count()));
  return name;
}

void Shard::stop() {
  if (!runner_.joinable()) return;
  context_->stop();
  if (occupancy_->job.load() == nullptr) {
    runner_.join();
    return;
  }
  // The runner may be inside a handler that never returns: give it the time that a handler has.
  const auto until = std::chrono::steady_clock::now() + kHandlerMax;
  while (occupancy_->job.load() != nullptr && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
  if (occupancy_->job.load() == nullptr)
    runner_.join();
  else
    runner_.detach(), ++disowned_;
}

}  // namespace cppd::jobruntime

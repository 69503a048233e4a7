// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/charttpl/decode.h>
#include <cppd/jobruntime/job.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace cppd::jobruntime {
namespace {

Error from_exception(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const boost::system::system_error& error) {
    if (error.code() == asio::error::operation_aborted) return stopped();
    return unavailable(fmt::format("panic {}", error.what()));
  } catch (const std::exception& error) {
    return invalid_input(fmt::format("panic {}", error.what()));
  } catch (...) {
    return invalid_input("panic of an unknown kind");
  }
}

}  // namespace

std::string_view job_state_name(JobState state) {
  constexpr std::string_view kNames[] = {"starting", "running", "failed", "stuck", "stopped"};
  return kNames[static_cast<std::size_t>(state)];
}

Job::Job(JobSettings settings, Make make, Shard& shard, Output& output, Logger log, News news, const Clock& clock)
    : settings_{std::move(settings)},
      make_{std::move(make)},
      gate_{std::make_shared<JobGate>(settings_.full_name)},
      executor_{shard.executor_for(gate_)},
      output_{output},
      log_{log.own_scope().with("collector", settings_.module).with("job", settings_.name)},
      news_{std::move(news)},
      clock_{clock},
      schedule_{settings_.full_name, settings_.update_every},
      deadline_{executor_},
      tick_{executor_} {
  context_ = {.executor = executor_,
              .clock = &clock_,
              .log = log_,
              .plugin = settings_.plugin,
              .version = settings_.version,
              .module = settings_.module,
              .job = settings_.name,
              .update_every = settings_.update_every,
              .host_prefix = settings_.host_prefix,
              .vnode = settings_.vnode};
}

void Job::start() {
  auto self = shared_from_this();
  asio::co_spawn(executor_, live(self), asio::bind_cancellation_slot(cancel_.slot(), [self](std::exception_ptr thrown) {
                   if (thrown) self->news_({.state = JobState::failed, .error = from_exception(thrown)});
                 }));
}

void Job::stop(bool obsolete) {
  asio::post(executor_, [self = shared_from_this(), obsolete] {
    self->stopping_ = true;
    self->obsolete_ = obsolete;
    self->cancel_.emit(asio::cancellation_type::terminal);
  });
}

void Job::set_vnode(metrix::HostScope vnode) {
  asio::post(executor_,
             [self = shared_from_this(), vnode = std::move(vnode)]() mutable { self->next_vnode_ = std::move(vnode); });
}

void Job::report(std::function<void(JobReport)> done) {
  asio::post(executor_, [self = shared_from_this(), done = std::move(done)] {
    JobReport report{.full_name = self->settings_.full_name,
                     .state = self->state_,
                     .cycles = self->cycles_,
                     .failures_in_a_row = self->failures_};
    if (self->collector_) {
      report.ledger = self->collector_->ledger().counts();
      report.series = self->collector_->store().series_count();
    }
    if (self->publisher_) report.charts = self->publisher_->engines().charts();
    done(report);
  });
}

void Job::explain(std::function<void(chartengine::Explanation)> done) {
  asio::post(executor_, [self = shared_from_this(), done = std::move(done)] {
    chartengine::Explanation explanation;
    if (self->collector_ && self->publisher_)
      explanation = chartengine::explain(self->collector_->store(), self->publisher_->engines(),
                                         self->collector_->ledger(), self->settings_.full_name);
    done(std::move(explanation));
  });
}

bool Job::supervise(SteadyTime now) {
  const auto limit = must_end_by_ns_.load(std::memory_order_acquire);
  if (limit == 0 || now.time_since_epoch().count() < limit || gate_->disowned()) return false;
  gate_->disown();
  log_.error("the job ignored its deadline; it is disowned, the others go on");
  return true;
}

/// Everything awaited until disarm_deadline() is cancelled at the limit; a job that goes on after that is stuck.
void Job::arm_deadline(std::chrono::nanoseconds limit) {
  timed_out_ = false;
  const auto at = clock_.now() + limit;
  must_end_by_ns_.store((at + settings_.limits.grace).time_since_epoch().count(), std::memory_order_release);
  deadline_.expires_at(at);
  deadline_.async_wait([self = weak_from_this()](boost::system::error_code failed) {
    if (failed) return;
    if (const auto job = self.lock()) {
      job->timed_out_ = true;
      job->cancel_.emit(asio::cancellation_type::terminal);
    }
  });
}

void Job::disarm_deadline() {
  deadline_.cancel();
  must_end_by_ns_.store(0, std::memory_order_release);
}

/// Runs a step of the collector behind its deadline; what it throws becomes its error.
Task<Result<>> Job::guarded(Task<Result<>> step, std::chrono::nanoseconds limit) {
  arm_deadline(limit);
  Result<> done = ok;
  std::exception_ptr thrown;
  try {
    done = co_await std::move(step);
  } catch (...) {
    thrown = std::current_exception();
  }
  disarm_deadline();
  if (gate_->disowned()) throw boost::system::system_error{asio::error::operation_aborted};
  if (timed_out_) {
    collector_->ledger().count(LossReason::cycle_timeout);
    done = std::unexpected(unavailable(
        fmt::format("took longer than {} s", std::chrono::duration_cast<std::chrono::seconds>(limit).count())));
  } else if (thrown) {
    done = std::unexpected(from_exception(thrown));
  }
  // A cancellation has done its work; what comes next starts afresh, unless the job is to stop.
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  co_return done;
}

Task<> Job::live(std::shared_ptr<Job> self) {
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  co_await asio::this_coro::throw_if_cancelled(false);
  auto& job = *self;
  const bool mute = job.settings_.quiet_start && !job.log_.enabled(LogLevel::debug);
  job.log_.mute(mute);
  auto up = co_await job.bring_up();
  job.log_.mute(false);
  if (up && !job.stopping_) {
    job.state_ = JobState::running;
    job.news_({.state = JobState::running});
    co_await job.tick_until_stopped();
  }
  co_await job.wind_down();
  if (job.gate_->disowned()) co_return;
  // What the collector holds belongs to this shard, so it goes here and not where the last reference is dropped.
  job.publisher_.reset();
  job.job_output_.reset();
  job.collector_.reset();
  if (up || job.stopping_) {
    job.state_ = JobState::stopped;
    job.news_({.state = JobState::stopped});
  } else {
    job.state_ = JobState::failed;
    const bool may_retry = up.error().code != Errc::invalid_input || up.error().retryable;
    job.news_({.state = JobState::failed, .error = up.error(), .may_retry = may_retry});
  }
}

Task<Result<>> Job::bring_up() {
  auto made = make_();
  if (!made) co_return std::unexpected(made.error().front());
  for (const auto& warning : made->warnings) log_.warning(warning.text());
  collector_ = std::move(made->collector);
  auto done = co_await guarded(collector_->init(context_), settings_.limits.start);
  if (!done) {
    const bool retryable = done.error().retryable;
    auto error = std::move(done.error()).in("init failed");
    if (!retryable) error.code = Errc::invalid_input;  // an init that failed is not retried unless it says so
    if (!stopping_) log_.error(error.text());
    co_return std::unexpected(std::move(error));
  }
  Cycle probe{context_, clock_.now(), clock_.now() + settings_.limits.start, collector_->ledger()};
  done = co_await guarded(collector_->check(probe), settings_.limits.start);
  if (!done) {
    auto error = std::move(done.error()).in("check failed");
    if (error.code == Errc::invalid_input && error.what.starts_with("panic "))
      error.retryable = false;
    else
      error.retryable = true;
    if (!stopping_) log_.error(error.text());
    co_return std::unexpected(std::move(error));
  }
  done = load_charts();
  if (!done)
    log_.error(done.error().text());
  else
    log_.info(fmt::format("check success; collecting every {} s", settings_.update_every.count()));
  co_return done;
}

Result<> Job::load_charts() {
  const auto spec = charttpl::decode(collector_->chart_template(), settings_.module + " charts.yaml");
  if (!spec) return std::unexpected(invalid_input(spec.error().text()).in("chart template"));
  publisher_.emplace(PublisherOptions{.environment = {.type_id = settings_.full_name,
                                                      .update_every = settings_.update_every.count(),
                                                      .plugin = settings_.plugin,
                                                      .module = settings_.module,
                                                      .job = settings_.name,
                                                      .labels = settings_.labels},
                                      .ledger = &collector_->ledger(),
                                      .log = log_});
  if (auto loaded = publisher_->load(*spec); !loaded)
    return std::unexpected(std::move(loaded.error()).in("chart template"));
  publisher_->set_node(settings_.vnode);
  job_output_ = output_.open(collector_->ledger());
  return ok;
}

/// False when the wait was cut short by a stop.
Task<bool> Job::wait_until(WallTime due) {
  tick_.expires_after(std::chrono::duration_cast<std::chrono::nanoseconds>(due - clock_.wall()));
  (void)co_await tick_.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return !stopping_;
}

Task<> Job::tick_until_stopped() {
  auto due = schedule_.next(clock_.wall());
  while (!stopping_) {
    if (!co_await wait_until(due)) break;
    if (!job_output_->ready()) {
      collector_->ledger().count(LossReason::cycle_backpressure);
    } else {
      co_await cycle();
      ++cycles_;
    }
    note_losses();
    log_.reset_once();
    const auto now = clock_.wall();
    const auto missed = schedule_.due_between(due, now);
    if (missed > 0) {
      collector_->ledger().count(LossReason::cycle_overrun, missed);
      skipped_ += missed;
      log_.limit("overrun", 1, std::chrono::minutes{1})
          .warning(fmt::format("collection took longer than its interval: {} cycles skipped so far", skipped_));
    }
    due = schedule_.next(now);
    if (failures_ > 0)
      due = schedule_.next(due + penalty(failures_, settings_.update_every) - std::chrono::nanoseconds{1});
  }
}

Task<> Job::cycle() {
  const auto began = clock_.now();
  const auto elapsed = last_delivered_
                           ? std::chrono::duration_cast<std::chrono::microseconds>(began - *last_delivered_).count()
                           : std::int64_t{0};
  const auto limit = std::max<std::chrono::nanoseconds>(settings_.limits.collect, 3 * settings_.update_every);
  auto& store = collector_->store();
  if (next_vnode_) {
    context_.vnode = *std::move(next_vnode_);
    next_vnode_.reset();
    if (collector_->vnode() == nullptr) publisher_->set_node(context_.vnode);
  }
  Cycle round{context_, began, began + limit, collector_->ledger()};
  store.begin();
  auto done = co_await guarded(collector_->collect(round), limit);
  if (stopping_) {
    store.abort();
    co_return;
  }
  if (done) {
    store.commit();
    done = publish(elapsed);
  } else {
    store.abort();
    collector_->ledger().count(LossReason::cycle_failed);
  }
  if (done) {
    if (failures_ > 0) log_.info(fmt::format("collection recovered after {} failed cycles", failures_));
    failures_ = 0;
    last_delivered_ = began;
    co_return;
  }
  ++failures_;
  log_.limit("failed:" + done.error().what.substr(0, 80), 1, std::chrono::hours{1}).warning(done.error().text());
}

Result<> Job::publish(std::int64_t elapsed_us) {
  const auto* own = collector_->vnode();
  publisher_->set_node(own != nullptr ? *own : context_.vnode, false);
  auto published = publisher_->publish(collector_->store(), *job_output_, {.elapsed_us = elapsed_us});
  if (published.succeeded()) return ok;
  return std::unexpected(std::move(published.failure->error));
}

/// Losses are logged once per change of their kind, not once per cycle.
void Job::note_losses() {
  const auto& counts = collector_->ledger().counts();
  for (std::size_t i = 0; i < kLossReasons; ++i) {
    if (counts[i] == 0 || logged_[i] != 0) continue;
    logged_[i] = counts[i];
    const auto reason = static_cast<LossReason>(i);
    std::string examples;
    for (const auto& name : collector_->ledger().details(reason)) examples += (examples.empty() ? " (" : ", ") + name;
    if (!examples.empty()) examples += ')';
    log_.info(fmt::format("not charted: {}: {}{}", loss_reason_name(reason), loss_reason_help(reason), examples));
  }
}

Task<> Job::wind_down() {
  if (collector_) {
    co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
    try {
      must_end_by_ns_.store((clock_.now() + settings_.limits.collect).time_since_epoch().count(),
                            std::memory_order_release);
      co_await collector_->cleanup();
      must_end_by_ns_.store(0, std::memory_order_release);
    } catch (const std::exception& thrown) {
      must_end_by_ns_.store(0, std::memory_order_release);
      log_.error(fmt::format("cleanup: panic {}", thrown.what()));
    }
  }
  if (gate_->disowned()) co_return;
  if (obsolete_ && publisher_) publisher_->retire();
}

}  // namespace cppd::jobruntime

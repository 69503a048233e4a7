// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The job manager: which jobs run, on which shard, and what becomes of those that fail. Source: agent
/// contract 2.3, 4.4, 10.
#pragma once

#include <cppd/agent/confgroup/job_config.h>
#include <cppd/base/logger.h>
#include <cppd/jobruntime/job.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace cppd::agent {

struct ManagerOptions {
  std::string plugin;
  std::string version;
  std::string host_prefix;
  std::size_t shards = 1;
};

/// Threads   confined to the control loop; jobs answer by posting to it.
class JobManager {
 public:
  static constexpr std::chrono::milliseconds kSupervision{250};
  /// A job that was disowned is made anew after this, so often.
  static constexpr std::chrono::seconds kStuckPause{60};
  static constexpr int kStuckMax = 5;

  JobManager(boost::asio::io_context& control, ManagerOptions options, const std::vector<CollectorInfo>& collectors,
             jobruntime::Output& output, Logger log);
  ~JobManager();
  JobManager(const JobManager&) = delete;
  JobManager& operator=(const JobManager&) = delete;

  /// Makes what runs equal to `desired`: an unchanged job keeps running, a changed one is replaced after its charts
  /// were declared obsolete, one that is gone is stopped.
  void apply(std::vector<JobConfig> desired);
  /// Stops everything; `done` is called when all jobs have ended, or after `limit` with those that did not.
  void stop_all(bool obsolete, std::chrono::milliseconds limit, std::function<void(std::vector<std::string>)> done);

  /// What all jobs say of themselves; `done` gets as many as answered within a second.
  void report(std::function<void(std::vector<jobruntime::JobReport>)> done);

  /// Why each series of a job is where it is; `done` is called on the control loop, or never when the job does not
  /// answer. False: there is no such job.
  [[nodiscard]] bool explain(const std::string& full_name, std::function<void(chartengine::Explanation)> done);

  struct Status {
    std::string full_name;
    jobruntime::JobState state;
    std::string error;
  };
  [[nodiscard]] std::vector<Status> status() const;
  /// How often a job has come to run, in all.
  [[nodiscard]] std::uint64_t starts() const { return starts_; }
  /// Called after every change of a job's state.
  void on_change(std::function<void(const Status&)> listener) { listener_ = std::move(listener); }

 private:
  struct Entry {
    JobConfig config;
    std::shared_ptr<jobruntime::Job> job;
    jobruntime::JobState state = jobruntime::JobState::starting;
    std::string error;
    std::optional<JobConfig> successor;  // starts when this one has ended
    std::unique_ptr<boost::asio::steady_timer> retry;
    std::uint64_t number = 0;  // of the job object; news of earlier ones do not count
    int stuck = 0;
    bool leaving = false;
  };

  void start(const std::string& name);
  void heard(const std::string& name, std::uint64_t number, const jobruntime::JobNews& news);
  void retry_after(const std::string& name, std::chrono::seconds pause);
  void disowned(const std::string& name);
  void supervise();
  void forget(const std::string& name);

  boost::asio::io_context& control_;
  ManagerOptions options_;
  const std::vector<CollectorInfo>& collectors_;
  jobruntime::Output& output_;
  Logger log_;
  std::vector<std::unique_ptr<jobruntime::Shard>> shards_;
  std::map<std::string, Entry> entries_;
  boost::asio::steady_timer supervision_;
  boost::asio::steady_timer stop_limit_;
  std::function<void(std::vector<std::string>)> stopped_;
  std::function<void(const Status&)> listener_;
  std::uint64_t starts_ = 0;
  std::uint64_t numbers_ = 0;
};

}  // namespace cppd::agent

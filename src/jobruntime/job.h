// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// One job's life: make, init, check, then ticks (collect, commit, plan, emit), in the end cleanup and obsoletion.
/// Source: agent contract 2.3 to 2.9 and 10.3; design section 3.
#pragma once

#include <cppd/base/clock.h>
#include <cppd/base/ledger.h>
#include <cppd/base/logger.h>
#include <cppd/base/task.h>
#include <cppd/chartengine/explain.h>
#include <cppd/collectorapi/collector_info.h>
#include <cppd/jobruntime/output.h>
#include <cppd/jobruntime/publisher.h>
#include <cppd/jobruntime/schedule.h>
#include <cppd/jobruntime/shard.h>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <string>

namespace cppd::jobruntime {

enum class JobState : std::uint8_t {
  starting,
  running,
  failed,   ///< init, check or the template failed; nothing was emitted
  stuck,    ///< disowned: it ignored its deadline
  stopped,  ///< ended on request; charts are obsolete when that was asked for
};
[[nodiscard]] std::string_view job_state_name(JobState state);

/// What the control plane hears of a job.
struct JobNews {
  JobState state = JobState::starting;
  Error error{};           ///< of failed and stuck
  bool may_retry = false;  ///< of failed: a later attempt may succeed
};

struct JobLimits {
  std::chrono::milliseconds start{std::chrono::minutes{2}};  ///< for init and for check
  /// A round of collection is cancelled after this, or after three intervals when that is longer.
  std::chrono::milliseconds collect{std::chrono::seconds{30}};
  /// How long a cancelled step may take to end before the job counts as stuck.
  std::chrono::milliseconds grace{std::chrono::seconds{2}};
};

struct JobSettings {
  std::string plugin;
  std::string version;
  std::string module;
  std::string name;
  std::string full_name;
  std::chrono::seconds update_every{1};
  std::vector<std::pair<std::string, std::string>> labels;  ///< sorted by key
  std::string host_prefix;
  /// The virtual node of the job: guid, hostname, labels, no key. Without a guid it speaks for the daemon's own host.
  metrix::HostScope vnode{};
  /// A job of the stock configuration: what init and check say is not logged, unless at debug level.
  bool quiet_start = false;
  JobLimits limits{};
};

/// A copy of what a job may tell others.
struct JobReport {
  std::string full_name;
  JobState state = JobState::starting;
  Ledger::Counts ledger{};
  std::uint64_t cycles = 0;
  std::uint64_t failures_in_a_row = 0;
  std::uint64_t series = 0;
  std::uint64_t charts = 0;  ///< of all hosts
};

/// Threads   start, stop, report and explain may be called from anywhere; everything else happens on the shard.
/// Lifetime  keeps itself alive until it has ended.
class Job : public std::enable_shared_from_this<Job> {
 public:
  using Make = std::function<std::expected<MadeCollector, std::vector<Error>>()>;
  using News = std::function<void(const JobNews&)>;  ///< called on the shard; must only post

  Job(JobSettings settings, Make make, Shard& shard, Output& output, Logger log, News news,
      const Clock& clock = system_clock());

  void start();
  /// Asks the job to end; `obsolete` declares its charts obsolete. News of `stopped` follows, but for a stuck job.
  void stop(bool obsolete);
  /// Another revision of the job's virtual node; the next cycle adopts it, unless the collector owns the node.
  void set_vnode(metrix::HostScope vnode);
  /// Calls `done` on the shard with a copy of what the job knows of itself.
  void report(std::function<void(JobReport)> done);

  /// Calls `done` on the shard with why each series of the job is where it is. Empty before the job has its charts.
  void explain(std::function<void(chartengine::Explanation)> done);

  [[nodiscard]] const JobSettings& settings() const { return settings_; }
  [[nodiscard]] bool disowned() const { return gate_->disowned(); }
  /// Disowns the job when it has ignored its deadline. Called by the supervisor. True when it did so now.
  [[nodiscard]] bool supervise(SteadyTime now);

 private:
  [[nodiscard]] static Task<> live(std::shared_ptr<Job> self);
  [[nodiscard]] Task<Result<>> bring_up();
  [[nodiscard]] Task<Result<>> guarded(Task<Result<>> step, std::chrono::nanoseconds limit);
  [[nodiscard]] Result<> load_charts();
  [[nodiscard]] Task<> tick_until_stopped();
  [[nodiscard]] Task<bool> wait_until(WallTime due);
  [[nodiscard]] Task<> cycle();
  [[nodiscard]] Result<> publish(std::int64_t elapsed_us);
  [[nodiscard]] Task<> wind_down();
  void note_losses();
  void arm_deadline(std::chrono::nanoseconds limit);
  void disarm_deadline();

  JobSettings settings_;
  Make make_;
  std::shared_ptr<JobGate> gate_;
  asio::any_io_executor executor_;
  Output& output_;
  Logger log_;
  News news_;
  const Clock& clock_;
  Schedule schedule_;

  JobContext context_;
  std::unique_ptr<Collector> collector_;
  std::unique_ptr<JobOutput> job_output_;
  std::optional<Publisher> publisher_;
  std::optional<metrix::HostScope> next_vnode_;

  asio::cancellation_signal cancel_;
  asio::steady_timer deadline_;
  asio::steady_timer tick_;
  std::atomic<std::int64_t> must_end_by_ns_{0};  // steady; 0 while nothing is bounded
  bool stopping_ = false;
  bool obsolete_ = false;
  bool timed_out_ = false;
  std::uint64_t failures_ = 0;
  std::uint64_t cycles_ = 0;
  std::uint64_t skipped_ = 0;
  /// Start of the last cycle whose frame went out: the reader adds what a frame tells to the time of the one before.
  std::optional<SteadyTime> last_delivered_;
  Ledger::Counts logged_{};
  JobState state_ = JobState::starting;
};

}  // namespace cppd::jobruntime

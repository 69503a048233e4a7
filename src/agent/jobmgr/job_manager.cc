// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/agent/jobmgr/job_manager.h>

#include <boost/asio/post.hpp>

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>

namespace cppd::agent {

using jobruntime::Job;
using jobruntime::JobNews;
using jobruntime::JobState;

JobManager::JobManager(boost::asio::io_context& control, ManagerOptions options,
                       const std::vector<CollectorInfo>& collectors, jobruntime::Output& output, Logger log)
    : control_{control},
      options_{std::move(options)},
      collectors_{collectors},
      output_{output},
      log_{std::move(log)},
      supervision_{control},
      stop_limit_{control} {
  for (std::size_t i = 0; i < std::max<std::size_t>(1, options_.shards); ++i) {
    shards_.push_back(std::make_unique<jobruntime::Shard>(log_));
    shards_.back()->start();
  }
  supervise();
}

JobManager::~JobManager() {
  supervision_.cancel();
  for (auto& shard : shards_) shard->stop();
}

void JobManager::apply(std::vector<JobConfig> desired) {
  std::map<std::string, JobConfig> wanted;
  for (auto& config : desired) {
    auto name = config.full_name;
    wanted.insert_or_assign(std::move(name), std::move(config));
  }
  std::vector<std::string> gone;
  for (auto& [name, entry] : entries_) {
    const auto found = wanted.find(name);
    if (found == wanted.end()) {
      gone.push_back(name);
      continue;
    }
    if (found->second.hash == entry.config.hash && !entry.leaving) {
      entry.successor.reset();
    } else {
      log_.info(fmt::format("job {} has changed and is replaced", name));
      entry.successor = std::move(found->second);
      gone.push_back(name);
    }
    wanted.erase(found);
  }
  for (const auto& name : gone) {
    auto& entry = entries_.at(name);
    if (!entry.successor) log_.info(fmt::format("job {} is no longer configured", name));
    entry.leaving = true;
    entry.retry.reset();
    const bool lives = entry.state == JobState::starting || entry.state == JobState::running;
    if (lives && entry.job && !entry.job->disowned())
      entry.job->stop(true);
    else
      forget(name);
  }
  for (auto& [name, config] : wanted) {
    entries_[name].config = std::move(config);
    start(name);
  }
}

void JobManager::start(const std::string& name) {
  auto& entry = entries_.at(name);
  const auto& config = entry.config;
  const auto info = std::ranges::find(collectors_, config.module, [](const auto& c) { return c.defaults.module; });
  if (info == collectors_.end()) return;
  entry.state = JobState::starting;
  entry.number = ++numbers_;
  entry.leaving = false;
  jobruntime::JobSettings settings{.plugin = options_.plugin,
                                   .version = options_.version,
                                   .module = config.module,
                                   .name = config.name,
                                   .full_name = config.full_name,
                                   .update_every = config.update_every,
                                   .labels = {config.labels.begin(), config.labels.end()},
                                   .host_prefix = options_.host_prefix,
                                   .quiet_start = config.origin.type == SourceType::stock};
  auto make = [make = info->make, document = config.document, node = config.node] { return make(*document, *node); };
  auto news = [this, name, number = entry.number](const JobNews& news) {
    boost::asio::post(control_, [this, name, number, news] { heard(name, number, news); });
  };
  const auto shard = XXH64(name.data(), name.size(), 1) % shards_.size();
  const auto provider = std::string{source_type_name(config.origin.type)};
  const auto source =
      provider == config.origin.provider ? provider : fmt::format("{}/{}", provider, config.origin.provider);
  entry.job = std::make_shared<Job>(std::move(settings), std::move(make), *shards_[shard], output_,
                                    log_.with("config_source", source), std::move(news));
  entry.job->start();
}

void JobManager::heard(const std::string& name, std::uint64_t number, const JobNews& news) {
  const auto found = entries_.find(name);
  if (found == entries_.end() || found->second.number != number) return;
  auto& entry = found->second;
  entry.state = news.state;
  entry.error = news.state == JobState::failed ? news.error.text() : std::string{};
  if (listener_) listener_({name, entry.state, entry.error});
  if (news.state == JobState::running) {
    entry.stuck = 0;
    ++starts_;
  }
  if (entry.leaving && news.state != JobState::running) return forget(name);
  if (news.state == JobState::failed && news.may_retry && entry.config.autodetection_retry.count() > 0) {
    retry_after(name, entry.config.autodetection_retry);
  }
}

void JobManager::retry_after(const std::string& name, std::chrono::seconds pause) {
  auto& entry = entries_.at(name);
  entry.retry = std::make_unique<boost::asio::steady_timer>(control_, pause);
  entry.retry->async_wait([this, name, number = entry.number](boost::system::error_code failed) {
    if (failed) return;
    const auto found = entries_.find(name);
    if (found != entries_.end() && found->second.number == number && !found->second.leaving) start(name);
  });
}

void JobManager::disowned(const std::string& name) {
  const auto found = entries_.find(name);
  if (found == entries_.end()) return;
  auto& entry = found->second;
  entry.state = JobState::stuck;
  entry.error = "the job did not end in time and was disowned";
  if (listener_) listener_({name, entry.state, entry.error});
  if (entry.leaving) return forget(name);
  if (++entry.stuck < kStuckMax) retry_after(name, kStuckPause);
}

void JobManager::supervise() {
  const auto now = std::chrono::steady_clock::now();
  for (auto& shard : shards_) {
    if (const auto stuck = shard->supervise(now); !stuck.empty()) disowned(stuck);
  }
  std::vector<std::string> late;
  for (auto& [name, entry] : entries_) {
    if (entry.job && entry.job->supervise(now)) late.push_back(name);
  }
  for (const auto& name : late) disowned(name);
  supervision_.expires_after(kSupervision);
  supervision_.async_wait([this](boost::system::error_code failed) {
    if (!failed) supervise();
  });
}

/// The entry has ended: its successor starts, or it is dropped.
void JobManager::forget(const std::string& name) {
  auto& entry = entries_.at(name);
  if (entry.successor && !stopped_) {
    entry.config = std::move(*entry.successor);
    entry.successor.reset();
    entry.stuck = 0;
    start(name);
    return;
  }
  entries_.erase(name);
  if (stopped_ && entries_.empty()) {
    stop_limit_.cancel();
    std::exchange(stopped_, nullptr)({});
  }
}

void JobManager::stop_all(bool obsolete, std::chrono::milliseconds limit,
                          std::function<void(std::vector<std::string>)> done) {
  stopped_ = std::move(done);
  std::vector<std::string> ended;
  for (auto& [name, entry] : entries_) {
    entry.leaving = true;
    entry.successor.reset();
    entry.retry.reset();
    const bool lives = entry.state == JobState::starting || entry.state == JobState::running;
    if (lives && entry.job && !entry.job->disowned())
      entry.job->stop(obsolete);
    else
      ended.push_back(name);
  }
  for (const auto& name : ended) entries_.erase(name);
  if (entries_.empty()) {
    boost::asio::post(control_, [done = std::exchange(stopped_, nullptr)] { done({}); });
    return;
  }
  stop_limit_.expires_after(limit);
  stop_limit_.async_wait([this](boost::system::error_code failed) {
    if (failed || !stopped_) return;
    std::vector<std::string> left;
    left.reserve(entries_.size());
    for (const auto& [name, entry] : entries_) left.push_back(name);
    std::exchange(stopped_, nullptr)(std::move(left));
  });
}

bool JobManager::explain(const std::string& full_name, std::function<void(chartengine::Explanation)> done) {
  const auto found = entries_.find(full_name);
  if (found == entries_.end() || !found->second.job || found->second.job->disowned()) return false;
  found->second.job->explain([this, done = std::move(done)](chartengine::Explanation explanation) {
    boost::asio::post(control_,
                      [done, explanation = std::move(explanation)]() mutable { done(std::move(explanation)); });
  });
  return true;
}

void JobManager::report(std::function<void(std::vector<jobruntime::JobReport>)> done) {
  struct Round {
    std::vector<jobruntime::JobReport> reports;
    std::size_t open = 0;
    bool answered = false;
    std::function<void(std::vector<jobruntime::JobReport>)> done;
    std::unique_ptr<boost::asio::steady_timer> limit;
    void answer() {
      if (std::exchange(answered, true)) return;
      limit->cancel();
      done(std::move(reports));
    }
  };
  auto round = std::make_shared<Round>();
  round->done = std::move(done);
  round->limit = std::make_unique<boost::asio::steady_timer>(control_, std::chrono::seconds{1});
  for (auto& [name, entry] : entries_) {
    if (!entry.job || entry.job->disowned()) continue;
    ++round->open;
    entry.job->report([this, round](jobruntime::JobReport report) {
      boost::asio::post(control_, [round, report = std::move(report)]() mutable {
        round->reports.push_back(std::move(report));
        if (--round->open == 0) round->answer();
      });
    });
  }
  if (round->open == 0) boost::asio::post(control_, [round] { round->answer(); });
  round->limit->async_wait([round](boost::system::error_code) { round->answer(); });
}

std::vector<JobManager::Status> JobManager::status() const {
  std::vector<Status> out;
  out.reserve(entries_.size());
  for (const auto& [name, entry] : entries_) out.push_back({name, entry.state, entry.error});
  return out;
}

}  // namespace cppd::agent

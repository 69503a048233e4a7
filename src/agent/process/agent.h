// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The running program: signals, standard input, reloads, keepalives and the end, around the job manager.
/// Source: agent contract 1.6 to 1.8.
#pragma once

#include <cppd/agent/confgroup/discovery.h>
#include <cppd/agent/jobmgr/job_manager.h>
#include <cppd/agent/writer/frame_writer.h>
#include <cppd/base/logger.h>
#include <cppd/collectorapi/collector_info.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace cppd::agent {

struct AgentOptions {
  std::string plugin = "cpp.d";
  std::string version;
  std::string host_prefix;
  /// Reads the configuration anew, at start and at each reload.
  std::function<Discovery()> discover;
  /// Owner of standard output; absent in standalone outputs.
  FrameWriter* writer = nullptr;
  bool keepalive = false;        ///< an empty line each second, for the daemon
  bool read_stdin = false;       ///< `QUIT` and the end of input end the program
  bool self_metrics = false;     ///< the loss ledger as charts
  bool obsolete_at_end = false;  ///< declare charts obsolete when the program ends, not only on reload
  bool host_lines = true;
  bool short_calls = false;  ///< the daemon is too old to say who calls (diff D13)
  std::chrono::milliseconds end_limit{std::chrono::seconds{10}};
  std::size_t shards = 0;  ///< 0: by the number of processors
};

/// Threads   run() belongs to one thread, the control loop; stop() may be called from anywhere.
class Agent {
 public:
  Agent(AgentOptions options, const std::vector<CollectorInfo>& collectors, jobruntime::Output& output, Logger log);
  ~Agent();
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  /// Runs until a signal, `QUIT`, the end of input, stop() or a failure of the output. The exit status of the program.
  [[nodiscard]] int run();
  void stop();
  /// The writer could not write: everything ends with status 1. From any thread.
  void output_failed(const std::string& why);
  /// Called on the control loop every `interval` while the program runs.
  void every(std::chrono::milliseconds interval, std::function<void()> tick);
  [[nodiscard]] JobManager& jobs();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cppd::agent

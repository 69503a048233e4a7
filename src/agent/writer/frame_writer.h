// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The one owner of standard output. Frames are taken over or refused at once, and written whole, one after the other.
/// Source: agent contract P-16, P-17; design section 2.
#pragma once

#include <cppd/base/mutex.h>
#include <cppd/base/result.h>
#include <cppd/jobruntime/output.h>
#include <cppd/netdataapi/daemon.h>
#include <cppd/netdataapi/frame.h>

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace cppd::agent {

/// Threads   safe from any thread; a thread of its own writes.
class FrameWriter {
 public:
  /// Bytes that may wait for a reader that does not read.
  static constexpr std::size_t kQueuedBytesMax = std::size_t{64} << 20;
  static constexpr std::size_t kJoinedBytesMax = 16 * 1024;  ///< of a frame that is copied to the one before it
  static constexpr std::size_t kPiecesMax = 4096;            ///< 256 MiB, for the largest single frame

  /// `on_failure` is called once, on the writer's thread, when a write fails; nothing is written after it.
  FrameWriter(int fd, std::function<void(std::string)> on_failure);
  ~FrameWriter();
  FrameWriter(const FrameWriter&) = delete;
  FrameWriter& operator=(const FrameWriter&) = delete;

  /// Takes the frame over, and decrements `pending` when it has been written or dropped. A frame alone is taken
  /// whatever its size, so that a large job is not refused for ever. Small frames with one `pending` that wait together
  /// share a piece, so that a job with many hosts does not hold one for each.
  ///
  /// Errors    limit: too much waits already. unavailable: output has failed or was closed. The frame is dropped.
  [[nodiscard]] Result<> submit(netdataapi::Frame frame, std::shared_ptr<std::atomic<int>> pending);
  /// A short text of the control plane; taken although much waits.
  [[nodiscard]] Result<> submit_control(std::string_view text);

  /// Refuses ordinary frames from now on, writes what waits, and ends. False when that took longer than `limit`.
  [[nodiscard]] bool close(std::chrono::milliseconds limit);

  [[nodiscard]] netdataapi::FramePool& pool() { return pool_; }
  [[nodiscard]] std::uint64_t frames_written() const { return written_.load(std::memory_order_relaxed); }

 private:
  struct Waiting {
    netdataapi::Frame frame;
    std::shared_ptr<std::atomic<int>> pending;
    int frames = 1;  // that were joined into this one
  };
  /// What the thread needs although its owner is gone: a write may never return.
  struct Shared;

  std::shared_ptr<Shared> shared_;
  netdataapi::FramePool& pool_;
  std::atomic<std::uint64_t>& written_;
  std::thread thread_;
};

/// Jobs of the plugin: a frame per cycle, through the writer.
///
/// Threads   safe from any thread.
class NetdataOutput final : public jobruntime::Output {
 public:
  NetdataOutput(FrameWriter& writer, netdataapi::DaemonFeatures daemon) : writer_{writer}, daemon_{daemon} {}
  [[nodiscard]] std::unique_ptr<jobruntime::JobOutput> open(Ledger& ledger) override;

 private:
  FrameWriter& writer_;
  netdataapi::DaemonFeatures daemon_;
};

}  // namespace cppd::agent

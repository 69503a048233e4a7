// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/agent/writer/frame_writer.h>
#include <cppd/chartemit/netdata_sink.h>

#include <fmt/format.h>
#include <pthread.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace cppd::agent {

using netdataapi::Frame;
using netdataapi::FramePool;

struct FrameWriter::Shared {
  explicit Shared(int fd, std::function<void(std::string)> on_failure) : fd{fd}, on_failure{std::move(on_failure)} {}

  const int fd;
  const std::function<void(std::string)> on_failure;
  FramePool pool{kPiecesMax};
  std::atomic<std::uint64_t> written{0};

  Mutex mutex;
  std::condition_variable changed;
  std::deque<Waiting> queue CPPD_GUARDED_BY(mutex);
  std::size_t queued_bytes CPPD_GUARDED_BY(mutex) = 0;
  bool closing CPPD_GUARDED_BY(mutex) = false;
  bool poisoned CPPD_GUARDED_BY(mutex) = false;
  bool ended CPPD_GUARDED_BY(mutex) = false;

  void run();
  [[nodiscard]] bool write_all(const Frame& frame);
  void drop_queue() CPPD_REQUIRES(mutex) {
    for (auto& waiting : queue) {
      if (waiting.pending) waiting.pending->fetch_sub(waiting.frames);
    }
    queue.clear();
    queued_bytes = 0;
  }
  [[nodiscard]] bool join_last(const Frame& frame, std::size_t bytes, const std::shared_ptr<std::atomic<int>>& pending)
      CPPD_REQUIRES(mutex);
};

bool FrameWriter::Shared::join_last(const Frame& frame, std::size_t bytes,
                                    const std::shared_ptr<std::atomic<int>>& pending) {
  if (queue.empty() || bytes > kJoinedBytesMax) return false;
  auto& last = queue.back();
  if (last.pending != pending || bytes >= last.frame.room()) return false;
  for (const auto* piece = frame.first(); piece != nullptr; piece = piece->next.get()) {
    last.frame.append(frame.text_of(*piece));
  }
  ++last.frames;
  return true;
}

bool FrameWriter::Shared::write_all(const Frame& frame) {
  constexpr std::size_t kVectorMax = 64;
  iovec vector[kVectorMax];
  const auto* piece = frame.first();
  std::size_t offset = 0;  // in the first piece that is left
  while (piece != nullptr) {
    std::size_t count = 0;
    for (const auto* next = piece; count < kVectorMax && next != nullptr; ++count, next = next->next.get()) {
      const auto text = frame.text_of(*next).substr(count == 0 ? offset : 0);
      vector[count] = {const_cast<char*>(text.data()), text.size()};
    }
    const auto got = ::writev(fd, vector, static_cast<int>(count));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) {  // somebody made our end non-blocking
      ::usleep(1000);
      continue;
    }
    if (got < 0) return false;
    auto left = static_cast<std::size_t>(got) + offset;
    while (piece != nullptr && left >= frame.text_of(*piece).size()) {
      left -= frame.text_of(*piece).size();
      piece = piece->next.get();
    }
    offset = left;
  }
  return true;
}

void FrameWriter::Shared::run() {
  ::pthread_setname_np(::pthread_self(), "cppd-writer");
  for (;;) {
    Waiting next{Frame{pool}, nullptr};
    {
      std::unique_lock lock{mutex.native()};
      changed.wait(
          lock, [this]() __attribute__((no_thread_safety_analysis)) { return !queue.empty() || closing || poisoned; });
      const auto stop = [this]() __attribute__((no_thread_safety_analysis)) {
        if (!poisoned && !queue.empty()) return false;
        drop_queue();
        ended = true;
        return true;
      };
      if (stop()) {
        changed.notify_all();
        return;
      }
      const auto pop = [this, &next]() __attribute__((no_thread_safety_analysis)) {
        next = std::move(queue.front());
        queue.pop_front();
      };
      pop();
    }
    const auto bytes = next.frame.bytes();
    const bool whole = write_all(next.frame);
    const int failure = errno;
    next.frame.clear();
    if (next.pending) next.pending->fetch_sub(next.frames);
    if (whole) written.fetch_add(static_cast<std::uint64_t>(next.frames), std::memory_order_relaxed);
    {
      const MutexLock lock{mutex};
      queued_bytes -= std::min(queued_bytes, bytes);
      poisoned = poisoned || !whole;
    }
    if (!whole) on_failure(std::strerror(failure));
  }
}

FrameWriter::FrameWriter(int fd, std::function<void(std::string)> on_failure)
    : shared_{std::make_shared<Shared>(fd, std::move(on_failure))},
      pool_{shared_->pool},
      written_{shared_->written},
      thread_{[shared = shared_] { shared->run(); }} {}

FrameWriter::~FrameWriter() { (void)close(std::chrono::milliseconds{0}); }

Result<> FrameWriter::submit(Frame frame, std::shared_ptr<std::atomic<int>> pending) {
  if (frame.broken()) return std::unexpected(limit_reached("the frame does not fit the pool"));
  const auto bytes = frame.bytes();
  if (bytes == 0) return ok;
  {
    const MutexLock lock{shared_->mutex};
    if (shared_->poisoned || shared_->closing) return std::unexpected(unavailable("output is closed"));
    if (shared_->queued_bytes > 0 && shared_->queued_bytes + bytes > kQueuedBytesMax) {
      return std::unexpected(limit_reached("the reader of the output does not keep up"));
    }
    if (pending) pending->fetch_add(1);
    shared_->queued_bytes += bytes;
    if (!shared_->join_last(frame, bytes, pending)) shared_->queue.push_back({std::move(frame), std::move(pending)});
  }
  shared_->changed.notify_all();
  return ok;
}

Result<> FrameWriter::submit_control(std::string_view text) {
  Frame frame{pool_};
  frame.append(text);
  if (frame.broken()) return std::unexpected(limit_reached("the pool is exhausted"));
  {
    const MutexLock lock{shared_->mutex};
    if (shared_->poisoned || shared_->closing) return std::unexpected(unavailable("output is closed"));
    shared_->queued_bytes += frame.bytes();
    shared_->queue.push_back({std::move(frame), nullptr});
  }
  shared_->changed.notify_all();
  return ok;
}

bool FrameWriter::close(std::chrono::milliseconds limit) {
  if (!thread_.joinable()) return true;
  bool ended = false;
  {
    std::unique_lock lock{shared_->mutex.native()};
    const auto look = [this]() __attribute__((no_thread_safety_analysis)) { return shared_->ended; };
    const auto begin = [this]() __attribute__((no_thread_safety_analysis)) { shared_->closing = true; };
    begin();
    shared_->changed.notify_all();
    ended = shared_->changed.wait_for(lock, limit, look);
  }
  if (ended)
    thread_.join();
  else
    thread_.detach();  // it may sit in a write that never returns; what it needs is its own
  return ended;
}

namespace {

using Pending = std::shared_ptr<std::atomic<int>>;

class NetdataHostOutput final : public jobruntime::HostOutput {
 public:
  NetdataHostOutput(FrameWriter& writer, Ledger& ledger, bool host_lines, Pending pending)
      : writer_{writer}, sink_{ledger, host_lines}, pending_{std::move(pending)} {}

  Result<> select(const metrix::HostScope& host, bool define) override { return sink_.select_host(host, define); }

  std::expected<void, jobruntime::DeliveryFailure> deliver(const chartengine::Engine& engine,
                                                           const chartengine::Plan& plan,
                                                           const chartemit::Environment& environment,
                                                           const chartemit::Moment& moment) override {
    using jobruntime::DeliveryFailure;
    using jobruntime::DeliveryStep;
    Frame frame{writer_.pool()};
    sink_.write_to(frame);
    if (auto done = sink_.emit(engine, plan, environment, moment); !done) {
      return std::unexpected(DeliveryFailure{DeliveryStep::emit, std::move(done.error())});
    }
    if (auto done = writer_.submit(std::move(frame), pending_); !done) {
      return std::unexpected(DeliveryFailure{DeliveryStep::output, std::move(done.error())});
    }
    return {};
  }

  Result<> retire(const chartengine::Engine& engine, const chartemit::Environment& environment) override {
    Frame frame{writer_.pool()};
    sink_.write_to(frame);
    sink_.retire(engine, environment);
    return writer_.submit(std::move(frame), nullptr);
  }

 private:
  FrameWriter& writer_;
  chartemit::NetdataSink sink_;
  Pending pending_;
};

class NetdataJobOutput final : public jobruntime::JobOutput {
 public:
  NetdataJobOutput(FrameWriter& writer, Ledger& ledger, bool host_lines)
      : writer_{writer}, ledger_{ledger}, host_lines_{host_lines} {}

  [[nodiscard]] bool ready() const override { return pending_->load() == 0; }
  [[nodiscard]] std::unique_ptr<jobruntime::HostOutput> open_host(const std::string&) override {
    return std::make_unique<NetdataHostOutput>(writer_, ledger_, host_lines_, pending_);
  }

 private:
  FrameWriter& writer_;
  Ledger& ledger_;
  bool host_lines_;
  Pending pending_ = std::make_shared<std::atomic<int>>(0);
};

}  // namespace

std::unique_ptr<jobruntime::JobOutput> NetdataOutput::open(Ledger& ledger) {
  return std::make_unique<NetdataJobOutput>(writer_, ledger, daemon_.host_lines);
}

}  // namespace cppd::agent

// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/output/console/stream_view.h>
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <iterator>

namespace cppd::output {

StreamView::StreamView(ChartBoard& board, int fd, Format format, std::size_t pending_bytes_max)
    : board_{board}, fd_{fd}, format_{format}, pending_bytes_max_{pending_bytes_max} {
  board_.watch(*this);
}

StreamView::~StreamView() { board_.unwatch(*this); }

bool StreamView::published(const BoardJob& job) {
  const MutexLock lock{mutex_};
  if (pending_.size() >= pending_bytes_max_) return false;
  format_(job, pending_);
  return true;
}

Result<bool> StreamView::tick() {
  while (true) {
    if (written_ == writing_.size()) {
      writing_.clear();
      written_ = 0;
      const MutexLock lock{mutex_};
      std::swap(writing_, pending_);
    }
    if (writing_.empty()) return true;
    const auto before = written_;
    if (const auto done = write_some(); !done) return std::unexpected(done.error());
    if (written_ == before) return true;
  }
}

/// A descriptor that polls as writable takes PIPE_BUF bytes at once, whatever it is.
Result<> StreamView::write_some() {
  pollfd ready{.fd = fd_, .events = POLLOUT, .revents = 0};
  if (poll(&ready, 1, 0) <= 0) return ok;
  const auto bytes = std::min<std::size_t>(writing_.size() - written_, PIPE_BUF);
  const auto wrote = write(fd_, writing_.data() + written_, bytes);
  if (wrote >= 0) {
    written_ += static_cast<std::size_t>(wrote);
    return ok;
  }
  if (errno == EAGAIN || errno == EINTR) return ok;
  return std::unexpected(unavailable(fmt::format("output cannot be written: {}", std::strerror(errno))));
}

void append_time(std::string& out, WallTime at) {
  fmt::format_to(std::back_inserter(out), "{:%Y-%m-%dT%H:%M:%SZ}",
                 fmt::gmtime(std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(at))));
}

}  // namespace cppd::output

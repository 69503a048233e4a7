// SPDX-License-Identifier: GPL-3.0-or-later
#include "input.h"

#include <cppd/base/mutex.h>

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <thread>

namespace cppd::agent {

struct InputReader::Shared {
  int fd;
  std::function<void(std::string)> on_line;
  std::function<void()> on_end;
  Mutex mutex;
  bool live CPPD_GUARDED_BY(mutex) = true;

  void tell(std::string line) {
    const MutexLock lock{mutex};
    if (live) on_line(std::move(line));
  }
  void run() {
    ::pthread_setname_np(::pthread_self(), "cppd-input");
    std::string line;
    bool skipping = false;
    std::array<char, 16384> buffer;
    for (;;) {
      const auto got = ::read(fd, buffer.data(), buffer.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0 && errno == EAGAIN) {
        pollfd wait{.fd = fd, .events = POLLIN, .revents = 0};
        (void)::poll(&wait, 1, -1);
        continue;
      }
      if (got <= 0) break;
      for (const char c : std::string_view{buffer.data(), static_cast<std::size_t>(got)}) {
        if (c == '\n') {
          if (!skipping) {
            if (line.ends_with('\r')) line.pop_back();
            tell(std::move(line));
          }
          line.clear();
          skipping = false;
        } else if (line.size() < kLineBytesMax) {
          line += c;
        } else {
          skipping = true;
        }
      }
    }
    const MutexLock lock{mutex};
    if (live) on_end();
  }
};

InputReader::InputReader(int fd, std::function<void(std::string)> on_line, std::function<void()> on_end)
    : shared_{std::make_shared<Shared>()} {
  shared_->fd = fd;
  shared_->on_line = std::move(on_line);
  shared_->on_end = std::move(on_end);
  std::thread{[shared = shared_] { shared->run(); }}.detach();
}

InputReader::~InputReader() {
  const MutexLock lock{shared_->mutex};
  shared_->live = false;
}

}  // namespace cppd::agent

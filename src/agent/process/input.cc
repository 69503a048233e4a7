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
  bool short_calls;
  netdataapi::Ingress::Handler on_event;
  std::function<void()> on_end;
  Mutex mutex;
  bool live CPPD_GUARDED_BY(mutex) = true;

  void tell(netdataapi::InputEvent event) {
    const MutexLock lock{mutex};
    if (live) on_event(std::move(event));
  }
  void run() {
    ::pthread_setname_np(::pthread_self(), "cppd-input");
    netdataapi::Ingress ingress{[this](netdataapi::InputEvent event) { tell(std::move(event)); }, short_calls};
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
      ingress.feed({buffer.data(), static_cast<std::size_t>(got)});
    }
    ingress.finish();
    const MutexLock lock{mutex};
    if (live) on_end();
  }
};

InputReader::InputReader(int fd, bool short_calls, netdataapi::Ingress::Handler on_event, std::function<void()> on_end)
    : shared_{std::make_shared<Shared>()} {
  shared_->fd = fd;
  shared_->short_calls = short_calls;
  shared_->on_event = std::move(on_event);
  shared_->on_end = std::move(on_end);
  std::thread{[shared = shared_] { shared->run(); }}.detach();
}

InputReader::~InputReader() {
  const MutexLock lock{shared_->mutex};
  shared_->live = false;
}

}  // namespace cppd::agent

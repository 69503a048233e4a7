// SPDX-License-Identifier: GPL-3.0-or-later
#include "loop.h"

#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <new>
#include <utility>
#include <vector>

#include "curl_library.h"

namespace cppd::web {
namespace {

/// Connections that may be kept in all. libcurl's own default follows the number of running transfers, which is next to
/// none between the ticks; descriptors bound it anyway.
constexpr long kConnectionsMax = 65536;

}  // namespace

asio::execution_context::id Loop::id;

Loop& Loop::of(const asio::any_io_executor& executor) {
  auto& context = asio::query(executor, asio::execution::context);
  if (!asio::has_service<Loop>(context)) {
    // What the loop uses must be older than the loop, so that it is shut down after it.
    asio::steady_timer{executor};
    asio::posix::stream_descriptor{executor};
  }
  auto& loop = asio::use_service<Loop>(context);
  if (!loop.timer_) loop.open(executor);
  return loop;
}

Loop::Loop(asio::execution_context& context) : service{context} {}

void Loop::open(const asio::any_io_executor& executor) {
  multi_ = curl().multi_init();
  if (multi_ == nullptr) throw std::bad_alloc();
  executor_ = executor;
  timer_.emplace(executor);
  curl().multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl().multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl().multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, on_timer);
  curl().multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl().multi_setopt(multi_, CURLMOPT_MAXCONNECTS, kConnectionsMax);
}

Loop::~Loop() { shutdown(); }

void Loop::shutdown() {
  if (multi_ == nullptr) return;
  curl().multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, nullptr);
  curl().multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, nullptr);
  for (const auto& [easy, unused] : std::exchange(running_, {})) curl().multi_remove_handle(multi_, easy);
  for (const auto& [user, unused] : std::exchange(users_, {})) user->loop_ends();
  curl().multi_cleanup(std::exchange(multi_, nullptr));
  for (auto& [fd, watch] : watches_) {
    watch->gone = true;
    if (watch->descriptor.is_open()) watch->descriptor.release();
  }
  watches_.clear();
}

void Loop::adopt(CURL* easy) {
  curl().easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
  curl().easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
  curl().easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
  curl().easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, this);
}

void Loop::start(CURL* easy) {
  if (multi_ == nullptr) return;
  running_.emplace(easy, true);
  curl().multi_add_handle(multi_, easy);
}

void Loop::stop(CURL* easy) {
  if (multi_ == nullptr || running_.erase(easy) == 0) return;
  curl().multi_remove_handle(multi_, easy);
}

Loop::WatchPtr Loop::watch(int fd, bool owned) {
  if (const auto known = watches_.find(fd); known != watches_.end()) return known->second;
  auto made = std::make_shared<Watch>(executor_, fd);
  made->owned = owned;
  boost::system::error_code failed;
  made->descriptor.assign(fd, failed);
  if (failed) return nullptr;
  watches_.emplace(fd, made);
  return made;
}

void Loop::unwatch(int fd) {
  const auto at = watches_.find(fd);
  if (at == watches_.end()) return;
  at->second->gone = true;
  at->second->descriptor.release();
  watches_.erase(at);
}

void Loop::arm(const WatchPtr& watch) {
  for (const int direction : {CURL_POLL_IN, CURL_POLL_OUT})
    if ((watch->wanted & direction) != 0 && (watch->waiting & direction) == 0) arm_one(watch, direction);
}

void Loop::arm_one(const WatchPtr& watch, int direction) {
  watch->waiting |= direction;
  const auto what = direction == CURL_POLL_IN ? asio::posix::descriptor_base::wait_read  //
                                              : asio::posix::descriptor_base::wait_write;
  watch->descriptor.async_wait(what, [this, watch, direction](const boost::system::error_code& failed) {
    watch->waiting &= ~direction;
    if (watch->gone) return;
    if (failed && failed != asio::error::operation_aborted) {
      act(watch->fd, CURL_CSELECT_ERR);
      return;
    }
    if (!failed && (watch->wanted & direction) != 0)
      act(watch->fd, direction == CURL_POLL_IN ? CURL_CSELECT_IN : CURL_CSELECT_OUT);
    if (!watch->gone) arm(watch);
  });
}

void Loop::act(curl_socket_t fd, int what) {
  if (multi_ == nullptr) return;
  int still_running = 0;
  curl().multi_socket_action(multi_, fd, what, &still_running);
  int left = 0;
  while (const CURLMsg* message = curl().multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* easy = message->easy_handle;
    const auto code = message->data.result;
    char* end = nullptr;
    curl().easy_getinfo(easy, CURLINFO_PRIVATE, &end);
    stop(easy);
    if (end != nullptr) reinterpret_cast<TransferEnd*>(end)->finished(code);
  }
}

int Loop::on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) {
  auto& loop = *static_cast<Loop*>(self);
  if (what == CURL_POLL_REMOVE) {
    const auto known = loop.watches_.find(fd);
    if (known == loop.watches_.end()) return 0;
    const auto watch = known->second;
    watch->wanted = 0;
    if (!watch->owned) {
      loop.unwatch(fd);
    } else if (watch->waiting != 0) {
      boost::system::error_code ignored;
      watch->descriptor.cancel(ignored);
    }
    return 0;
  }
  const auto watch = loop.watch(fd, false);
  if (!watch) return 0;  // the transfer runs into its time limit
  watch->wanted = what;
  loop.arm(watch);
  return 0;
}

int Loop::on_timer(CURLM*, long milliseconds, void* self) {
  auto& loop = *static_cast<Loop*>(self);
  const auto round = ++loop.timer_round_;
  if (milliseconds <= 0) loop.timer_->cancel();
  if (milliseconds < 0) return 0;
  if (milliseconds == 0) {  // each transfer begins with it; a timer would have to be set in the kernel
    asio::post(loop.executor_, [&loop, round] {
      if (round == loop.timer_round_) loop.act(CURL_SOCKET_TIMEOUT, 0);
    });
    return 0;
  }
  loop.timer_->expires_after(std::chrono::milliseconds{milliseconds});
  loop.timer_->async_wait([&loop](const boost::system::error_code& failed) {
    if (!failed) loop.act(CURL_SOCKET_TIMEOUT, 0);
  });
  return 0;
}

curl_socket_t Loop::on_open(void* self, curlsocktype, curl_sockaddr* address) {
  const int fd = ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (fd < 0) return CURL_SOCKET_BAD;
  if (!static_cast<Loop*>(self)->watch(fd, true)) {
    ::close(fd);
    return CURL_SOCKET_BAD;
  }
  return fd;
}

int Loop::on_close(void* self, curl_socket_t fd) {
  static_cast<Loop*>(self)->unwatch(fd);
  return ::close(fd);
}

}  // namespace cppd::web

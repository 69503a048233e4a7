// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// libcurl's multi interface on an Asio loop. Private to this module.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cppd/base/task.h>
#include <curl/curl.h>

#include <cstdint>
#include <memory>
#include <optional>

#include "inflate.h"

namespace cppd::web {

/// Told by the loop that its transfer is over. It is the CURLOPT_PRIVATE of its handle.
class TransferEnd {
 public:
  virtual void finished(CURLcode code) = 0;

 protected:
  ~TransferEnd() = default;
};

/// Told that the loop ends with its context, so that nothing of the user outlives what it is made of.
class LoopUser {
 public:
  virtual void loop_ends() = 0;

 protected:
  ~LoopUser() = default;
};

/// All transfers of one execution context. libcurl says which sockets and which timer it waits for; Asio waits.
///
/// A socket stays registered with the reactor as long as its connection lives: a request on a kept connection costs no
/// registration. Sockets that libcurl opens for itself, to hear from its resolver, are registered while it waits for
/// them.
///
/// Threads   confined to the one thread that runs the context.
class Loop final : public asio::execution_context::service {
 public:
  using key_type = Loop;
  static asio::execution_context::id id;

  /// That of the context of `executor`, made on first use.
  static Loop& of(const asio::any_io_executor& executor);

  explicit Loop(asio::execution_context& context);
  ~Loop() override;

  /// Options that tie a handle to this loop.
  void adopt(CURL* easy);
  void start(CURL* easy);
  /// Ends a transfer at once and closes its connection; nothing happens when it is over.
  void stop(CURL* easy);

  void add_user(LoopUser& user) { users_.emplace(&user, true); }
  void remove_user(LoopUser& user) { users_.erase(&user); }

  [[nodiscard]] InflaterPool& inflaters() { return inflaters_; }

 private:
  struct Watch {
    Watch(const asio::any_io_executor& executor, int number) : descriptor{executor}, fd{number} {}
    asio::posix::stream_descriptor descriptor;
    int fd;
    int wanted = 0;      ///< CURL_POLL_IN and CURL_POLL_OUT
    int waiting = 0;     ///< those that Asio waits for
    bool owned = false;  ///< opened for a connection: stays until that is closed
    bool gone = false;
  };
  using WatchPtr = std::shared_ptr<Watch>;

  void shutdown() override;
  void open(const asio::any_io_executor& executor);

  WatchPtr watch(int fd, bool owned);
  void unwatch(int fd);
  void arm(const WatchPtr& watch);
  void arm_one(const WatchPtr& watch, int direction);
  void act(curl_socket_t fd, int what);

  static int on_socket(CURL* easy, curl_socket_t fd, int what, void* self, void* data);
  static int on_timer(CURLM* multi, long milliseconds, void* self);
  static curl_socket_t on_open(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int on_close(void* self, curl_socket_t fd);

  asio::any_io_executor executor_;
  std::optional<asio::steady_timer> timer_;
  std::uint64_t timer_round_ = 0;  ///< counts what libcurl asked of the timer
  CURLM* multi_ = nullptr;
  boost::unordered_flat_map<int, WatchPtr> watches_;
  boost::unordered_flat_map<CURL*, bool> running_;
  boost::unordered_flat_map<LoopUser*, bool> users_;
  InflaterPool inflaters_;
};

}  // namespace cppd::web

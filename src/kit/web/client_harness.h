// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// A shard for one test: a context, a client on it, and a way to run tasks to their end.
#pragma once

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cppd/kit/web/client.h>

#include <chrono>
#include <exception>
#include <optional>
#include <utility>

namespace cppd::web::test {

class Shard {
 public:
  /// No proxies from the environment of whoever runs the tests.
  Client client(const ClientConfig& config) {
    return Client::create(context.get_executor(), config, {.user_agent = "test", .environment = &direct}).value();
  }

  /// Runs `task` until nothing is left to do on the context; `cancel_after` emits on its cancellation slot.
  template <class T>
  T run(Task<T> task, std::optional<std::chrono::milliseconds> cancel_after = std::nullopt) {
    std::optional<T> value;
    std::exception_ptr thrown;
    asio::cancellation_signal signal;
    asio::steady_timer timer{context};
    if (cancel_after) {
      timer.expires_after(*cancel_after);
      timer.async_wait([&](const boost::system::error_code& failed) {
        if (!failed) signal.emit(asio::cancellation_type::all);
      });
    }
    asio::co_spawn(context, std::move(task),
                   asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr error, T result) {
                     thrown = error;
                     if (!error) value = std::move(result);
                     timer.cancel();
                   }));
    context.restart();
    context.run();
    if (thrown) std::rethrow_exception(thrown);
    return *std::move(value);
  }

  asio::io_context context{1};
  ProxyEnvironment direct;
};

/// The body of a GET, or the text of the error.
inline std::string text_of(Shard& shard, Client& client, Request& request) {
  const auto body = shard.run(client.get(request));
  return body ? std::string{*body} : body.error().text();
}

}  // namespace cppd::web::test

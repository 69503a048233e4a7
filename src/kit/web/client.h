// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The HTTP client that every HTTP collector embeds. The model: README.md of this module.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cppd/base/result.h>
#include <cppd/base/task.h>
#include <cppd/kit/web/config.h>
#include <cppd/kit/web/proxy.h>
#include <cppd/kit/web/request.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace cppd::web {

/// Takes a body as it arrives, inflated, so that no whole body needs to be held.
class BodySink {
 public:
  virtual ~BodySink() = default;
  /// An error ends the transfer and is what the fetch returns. `bytes` live for the call only.
  [[nodiscard]] virtual Result<> chunk(std::string_view bytes) = 0;
};

struct Response {
  int status = 0;
  bool accepted = false;  ///< 200, or a status the request accepts: the sink saw the body
  std::string content_type{};
  std::string final_url{};       ///< set when redirects were followed
  std::uint64_t body_bytes = 0;  ///< that the sink saw
};

/// The error of an answer that was not accepted: `GET http://host/path: HTTP status 404`.
[[nodiscard]] Error status_error(const Request& request, const Response& response);

struct ClientOptions {
  std::string user_agent = "Netdata cpp.d.plugin";
  const ProxyEnvironment* environment = nullptr;  ///< absent: that of the process; borrowed
};

/// Sends requests of one job.
///
/// Connections are kept between requests, at most two idle ones per client, and closed when they have been idle for an
/// hour. All clients of one execution context share one libcurl multi handle. Redirects, secrets and proxies follow the
/// helpers contract 2.4; credentials for a proxy are shown to the proxy only.
///
/// Threads   confined to the shard of its executor, like the tasks it returns.
/// Lifetime  tasks keep what they need; the execution context must outlive them and may end before the client.
class Client {
 public:
  static constexpr std::size_t kIdleConnectionsMax = 2;
  static constexpr int kRequestsMax = 10;  ///< the first one and its redirects
  static constexpr std::size_t kBufferKeptBytes = std::size_t{64} << 10;

  /// Reads the TLS files; sends nothing. The first one of the process loads libcurl.
  ///
  /// Errors    invalid_input for a proxy URL, a body limit of 0, force_http2 together with a proxy, TLS files;
  ///           unavailable when libcurl cannot be loaded.
  [[nodiscard]] static Result<Client> create(asio::any_io_executor executor, const ClientConfig& config,
                                             ClientOptions options = {});
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  /// A request to the configured URL, or to that URL with `path` joined to it. Made once, sent in each cycle.
  [[nodiscard]] Result<Request> request() const;
  [[nodiscard]] Result<Request> request(std::string_view path) const;

  /// Sends `request` and passes the body of an accepted answer to `sink`. Several may run at a time.
  ///
  /// Errors    unavailable: refused, unresolved, timed out, cut short, damaged, a redirect that may not be followed.
  ///           limit: headers or body are too long. invalid_input: the request cannot be sent. stopped: cancelled. All
  ///           name method and URL, without user information.
  /// Cost      a request like the one before it on this client allocates a handful of times.
  /// Borrows   both until the task is done.
  [[nodiscard]] Task<Result<Response>> fetch(Request& request, BodySink& sink);

  /// The whole body of an accepted answer; another status is an error. One at a time.
  ///
  /// Lifetime  until the next get().
  [[nodiscard]] Task<Result<std::string_view>> get(Request& request);

 private:
  class Impl;
  explicit Client(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace cppd::web

// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// A scripted HTTP server on a free loopback port, for tests: it says exactly the bytes a script tells it to say.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

struct ssl_st;
struct ssl_ctx_st;

namespace cppd::web::test {

/// One request as the server read it.
struct Seen {
  std::string method{};
  std::string target{};
  std::string protocol{};
  std::vector<std::pair<std::string, std::string>> headers{};  ///< names as sent
  std::string body{};
  int connection = 0;  ///< number of the connection, from 1

  /// The first value, empty when there is none. `name` in any case.
  [[nodiscard]] std::string header(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const;
};

/// The server's end of one connection.
///
/// Threads   confined to the thread of its connection.
class Peer {
 public:
  Peer(int fd, ssl_st* tls) : fd_{fd}, tls_{tls} {}

  /// False when the client has gone.
  bool write(std::string_view bytes);
  /// A whole answer with Content-Length. `headers` are lines, each with its line end.
  bool reply(int status, std::string_view body, std::string_view headers = {});
  /// Waits until the client closes or sends something; true when it closed.
  bool closed_by_client();
  /// Appends what is there to the buffer; false at the end.
  bool read_more();
  /// Carries bytes both ways between the client and `port` on this host until one side closes.
  void tunnel_to(std::uint16_t port);

  std::string buffer;  ///< read, not consumed

 private:
  int fd_;
  ssl_st* tls_;
};

/// A self-signed certificate for 127.0.0.1, PEM.
struct Certificate {
  std::string certificate;
  std::string private_key;
};
[[nodiscard]] const Certificate& test_certificate();

/// Threads   safe; scripts run in the thread of their connection.
class TestServer {
 public:
  enum class Kind { plain, tls, h2c, tls_h2 };
  /// Answers one request; false closes the connection.
  using Script = std::function<bool(Peer&, const Seen&)>;

  explicit TestServer(Script script, Kind kind = Kind::plain);
  ~TestServer();
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string base() const;
  [[nodiscard]] std::string url(std::string_view path) const { return base() + std::string{path}; }
  [[nodiscard]] std::vector<Seen> seen() const;
  [[nodiscard]] int connections() const { return connections_; }

 private:
  void accept_all();
  void serve(int fd, int number);
  void serve_http1(Peer& peer, int number);
  void serve_http2(Peer& peer, int number);
  void record(const Seen& seen);

  Script script_;
  Kind kind_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  ssl_ctx_st* tls_ = nullptr;
  std::atomic<int> connections_{0};
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;
  std::vector<Seen> seen_;
  std::vector<int> open_;
  std::list<std::thread> threads_;
  std::thread acceptor_;
};

}  // namespace cppd::web::test

// SPDX-License-Identifier: GPL-3.0-or-later
// Connections, limits, time and cancellation of the client.
#include <cppd/base/internal_error.h>
#include <cppd/kit/web/client.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

#include "client_harness.h"
#include "gzip_for_tests.h"
#include "test_server.h"

namespace cppd::web {
namespace {

using namespace std::chrono_literals;
using test::gzip;
using test::Peer;
using test::Seen;
using test::Shard;
using test::TestServer;
using testing::HasSubstr;

std::size_t resident_bytes() {
  std::size_t total = 0;
  std::size_t resident = 0;
  std::ifstream{"/proc/self/statm"} >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// Remembers how a body came, not the body.
struct CountingSink final : BodySink {
  std::uint64_t bytes = 0;
  std::size_t chunk_max = 0;
  std::function<Result<>()> on_chunk = [] { return Result<>{}; };
  Result<> chunk(std::string_view piece) override {
    bytes += piece.size();
    chunk_max = std::max(chunk_max, piece.size());
    return on_chunk();
  }
};

TEST(Client, ReusesItsConnection) {
  TestServer server{[](Peer& p, const Seen&) { return p.reply(200, "ok"); }};
  Shard shard;
  auto client = shard.client({.url = server.url("/"), .timeout = 5s});
  auto request = client.request().value();
  auto other = client.request("other").value();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(test::text_of(shard, client, request), "ok");
    EXPECT_EQ(test::text_of(shard, client, other), "ok");
  }
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(server.seen().back().target, "/other");
}

TEST(Client, KeepsTheConnectionAfterAnUnwantedBodyAndDropsItAfterALongOne) {
  TestServer server{[](Peer& p, const Seen& seen) {
    return p.reply(404, std::string(seen.target == "/long" ? 1 << 20 : 1 << 16, 'x'));
  }};
  Shard shard;
  auto client = shard.client({.url = server.base(), .timeout = 5s});
  auto small = client.request("small").value();
  auto longer = client.request("long").value();
  EXPECT_THAT(test::text_of(shard, client, small), HasSubstr("HTTP status 404"));
  EXPECT_THAT(test::text_of(shard, client, small), HasSubstr("HTTP status 404"));
  EXPECT_EQ(server.connections(), 1);
  EXPECT_THAT(test::text_of(shard, client, longer), HasSubstr("HTTP status 404"));
  EXPECT_THAT(test::text_of(shard, client, small), HasSubstr("HTTP status 404"));
  EXPECT_EQ(server.connections(), 2);
}

TEST(Client, SendsAgainWhenTheServerHasClosedTheKeptConnection) {
  TestServer server{[](Peer& p, const Seen&) { return p.reply(200, "ok") && false; }};
  Shard shard;
  auto client = shard.client({.url = server.url("/"), .timeout = 5s});
  auto request = client.request().value();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(test::text_of(shard, client, request), "ok");
  EXPECT_EQ(server.connections(), 3);
}

Task<Result<>> fetch_all(Client& client, Request& request, int count, int& succeeded) {
  const auto executor = co_await asio::this_coro::executor;
  int running = count;
  asio::steady_timer all_done{executor, asio::steady_timer::time_point::max()};
  std::vector<CountingSink> sinks(static_cast<std::size_t>(count));
  for (auto& sink : sinks) {
    asio::co_spawn(executor, client.fetch(request, sink), [&](std::exception_ptr, Result<Response> response) {
      if (response && response->accepted) ++succeeded;
      if (--running == 0) all_done.cancel();
    });
  }
  co_await all_done.async_wait(asio::as_tuple(asio::use_awaitable));
  co_return ok;
}

TEST(Client, RunsManyRequestsAtATimeAndKeepsTwoConnections) {
  std::atomic<int> waiting{0};
  TestServer server{[&](Peer& p, const Seen&) {
    ++waiting;
    while (waiting % 6 != 0) std::this_thread::yield();  // all six are here before the first is answered
    return p.reply(200, "ok");
  }};
  Shard shard;
  auto client = shard.client({.url = server.url("/"), .timeout = 10s});
  auto request = client.request().value();
  int succeeded = 0;
  ASSERT_TRUE(shard.run(fetch_all(client, request, 6, succeeded)));
  EXPECT_EQ(succeeded, 6);
  EXPECT_EQ(server.connections(), 6);
  ASSERT_TRUE(shard.run(fetch_all(client, request, 6, succeeded)));
  EXPECT_EQ(succeeded, 12);
  EXPECT_EQ(server.connections(), 6 + 4);
}

TEST(Client, CutsAHugeBodyInBoundedMemory) {
  std::atomic<std::uint64_t> sent{0};
  TestServer server{[&](Peer& p, const Seen&) {
    const std::string piece(1 << 16, 'x');
    p.write("HTTP/1.1 200 OK\r\n\r\n");
    for (int i = 0; i < (200 << 4) && p.write(piece); ++i) sent += piece.size();
    return false;
  }};
  Shard shard;
  auto client = shard.client({.url = server.url("/"), .timeout = 60s});
  auto request = client.request().value();
  CountingSink sink;
  const auto before = resident_bytes();
  const auto got = shard.run(client.fetch(request, sink));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Errc::limit);
  EXPECT_THAT(got.error().what, HasSubstr("max_body_bytes 67108864"));
  EXPECT_LE(sink.bytes, kBodyBytesMaxDefault);
  EXPECT_LE(sink.chunk_max, std::size_t{64} << 10);
  EXPECT_LT(sent, std::uint64_t{100} << 20) << "the transfer goes on after the limit";
  EXPECT_LT(resident_bytes(), before + (std::size_t{16} << 20));
}

TEST(Client, EndsABombInBoundedMemory) {
  // Every member inflates to a megabyte; the limit meets the inflated size.
  const auto member = gzip(std::string(1 << 20, '\0'));
  TestServer server{[&](Peer& p, const Seen&) {
    p.write("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n");
    while (p.write(member)) continue;
    return false;
  }};
  Shard shard;
  auto client = shard.client({.url = server.url("/"), .timeout = 60s, .max_body_bytes = 8 << 20});
  auto request = client.request().value();
  CountingSink sink;
  EXPECT_EQ(shard.run(client.fetch(request, sink)).error().code, Errc::limit);
  EXPECT_LE(sink.bytes, std::uint64_t{8} << 20);
}

TEST(Client, FollowsTenRequestsInAll) {
  TestServer server{[](Peer& p, const Seen& seen) {
    const int hop = std::stoi(seen.target.substr(1));
    if (hop == 9) return p.reply(200, "there");
    return p.reply(302, "", fmt::format("Location: /{}\r\n", hop + 1));
  }};
  Shard shard;
  auto client = shard.client({.url = server.base(), .timeout = 5s});
  auto nine = client.request("0").value();
  EXPECT_EQ(test::text_of(shard, client, nine), "there");
  CountingSink sink;
  EXPECT_EQ(shard.run(client.fetch(nine, sink))->final_url, server.url("/9"));
}

TEST(Client, SinkSeesTheAcceptedBodyOnly) {
  TestServer server{[](Peer& p, const Seen& seen) {
    if (seen.target == "/r") return p.reply(302, "moved", "Location: /sick\r\n");
    return p.reply(503, "sick", "Content-Type: text/x\r\n");
  }};
  Shard shard;
  auto client = shard.client({.url = server.base(), .timeout = 5s});
  auto request = client.request("r").value();
  CountingSink sink;
  auto got = shard.run(client.fetch(request, sink));
  ASSERT_TRUE(got);
  EXPECT_FALSE(got->accepted);
  EXPECT_EQ(sink.bytes, 0u);
  EXPECT_EQ(status_error(request, *got).text(), "GET " + server.url("/r") + ": HTTP status 503");
  request.accept_status(503);
  got = shard.run(client.fetch(request, sink));
  EXPECT_TRUE(got->accepted);
  EXPECT_EQ(got->status, 503);
  EXPECT_EQ(got->content_type, "text/x");
  EXPECT_EQ(sink.bytes, 4u);
}

TEST(Client, ErrorsAndExceptionsOfTheSinkComeBack) {
  TestServer server{[](Peer& p, const Seen&) { return p.reply(200, "body"); }};
  Shard shard;
  auto client = shard.client({.url = server.url("/"), .timeout = 5s});
  auto request = client.request().value();
  CountingSink sink;
  sink.on_chunk = [] { return Result<>{std::unexpected(invalid_input("not an exposition"))}; };
  EXPECT_EQ(shard.run(client.fetch(request, sink)).error().text(), "GET " + server.url("/") + ": not an exposition");
  sink.on_chunk = []() -> Result<> { throw std::runtime_error("broken collector"); };
  EXPECT_THROW(shard.run(client.fetch(request, sink)), std::runtime_error);
  EXPECT_EQ(test::text_of(shard, client, request), "body");
}

TEST(Client, RereadsTheTokenBeforeEachRequest) {
  TestServer server{[](Peer& p, const Seen& seen) { return p.reply(200, seen.header("Authorization")); }};
  const auto path = fmt::format("/tmp/cppd_web_token_{}", ::getpid());
  std::ofstream{path} << "first\n";
  Shard shard;
  auto client = shard.client({.url = server.url("/"), .bearer_token_file = path, .timeout = 5s});
  auto request = client.request().value();
  EXPECT_EQ(test::text_of(shard, client, request), "Bearer first");
  std::ofstream{path} << "second\n";
  EXPECT_EQ(test::text_of(shard, client, request), "Bearer second");
  ::unlink(path.c_str());
  EXPECT_THAT(test::text_of(shard, client, request), HasSubstr("bearer token file: No such file"));
}

TEST(Client, CancellationEndsATransferAtOnce) {
  std::atomic<bool> closed{false};
  TestServer server{[&](Peer& p, const Seen&) {
    p.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\npart");
    closed = p.closed_by_client();
    return false;
  }};
  Shard shard;
  auto client = shard.client({.url = server.url("/")});
  auto request = client.request().value();
  const auto started = std::chrono::steady_clock::now();
  const auto got = shard.run(client.get(request), 50ms);
  EXPECT_LT(std::chrono::steady_clock::now() - started, 2s);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Errc::stopped);
  for (int i = 0; i < 200 && !closed; ++i) std::this_thread::sleep_for(10ms);
  EXPECT_TRUE(closed) << "the server still has the connection";
}

TEST(Client, ACancelledTaskSendsNothing) {
  TestServer server{[](Peer& p, const Seen&) { return p.reply(200, "ok"); }};
  Shard shard;
  auto client = shard.client({.url = server.url("/"), .timeout = 5s});
  auto request = client.request().value();
  const auto busy_then_get = [](Client& c, Request& r) -> Task<Result<std::string_view>> {
    co_await asio::this_coro::throw_if_cancelled(false);
    asio::steady_timer nap{co_await asio::this_coro::executor, 10s};
    co_await nap.async_wait(asio::as_tuple(asio::use_awaitable));
    co_return co_await c.get(r);
  };
  const auto got = shard.run(busy_then_get(client, request), 20ms);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Errc::stopped);
  EXPECT_EQ(server.connections(), 0);
}

TEST(Client, AShardMayEndWithTransfersUnderWay) {
  TestServer server{
      [](Peer& p, const Seen& seen) { return seen.target == "/once" ? p.reply(200, "ok") : !p.closed_by_client(); }};
  std::optional<Client> outlives;
  std::optional<Request> request;
  CountingSink sink;
  {
    Shard shard;
    outlives = shard.client({.url = server.base(), .timeout = 5s});
    request = outlives->request("once").value();
    ASSERT_TRUE(shard.run(outlives->fetch(*request, sink)));  // leaves an idle transfer and an idle connection
    request = outlives->request().value();
    asio::co_spawn(shard.context, outlives->fetch(*request, sink), asio::detached);
    shard.context.restart();
    shard.context.run_for(100ms);
  }
  {
    Shard shard;
    auto client = shard.client({.url = server.url("/")});
    asio::co_spawn(shard.context, client.fetch(*request, sink), asio::detached);
    shard.context.run_for(100ms);
  }
  EXPECT_EQ(server.seen().size(), 3u);
}

TEST(Client, OneGetAtATime) {
  TestServer server{[](Peer& p, const Seen&) { return p.reply(200, "ok"); }};
  Shard shard;
  auto client = shard.client({.url = server.url("/"), .timeout = 5s});
  auto request = client.request().value();
  auto first = [](Client& c, Request& r) -> Task<Result<std::string_view>> {
    asio::co_spawn(co_await asio::this_coro::executor, c.get(r), asio::detached);
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    co_return co_await c.get(r);
  };
  EXPECT_THROW(shard.run(first(client, request)), InternalError);
}

struct Refused {
  std::string_view name;
  ClientConfig config;
  Errc code;
  std::string_view text;
  friend void PrintTo(const Refused& row, std::ostream* out) { *out << row.name; }
};

const Refused kRefused[] = {
    {"nobody_listens",
     {.url = "http://127.0.0.1:1/x", .timeout = 5s},
     Errc::unavailable,
     "GET http://127.0.0.1:1/x: cannot connect: Connection refused"},
    {"unknown_host",
     {.url = "http://host.invalid/", .timeout = 20s},
     Errc::unavailable,
     "GET http://host.invalid/: could not resolve host: host.invalid"},
    {"hides_user_information",
     {.url = "http://u:secret@127.0.0.1:1/", .timeout = 5s},
     Errc::unavailable,
     "GET http://127.0.0.1:1/: cannot connect: Connection refused"},
    {"file", {.url = "file:///etc/passwd"}, Errc::invalid_input, "GET file:///etc/passwd: is not a http or https URL"},
    {"no_host", {.url = "http:///x"}, Errc::invalid_input, "GET http:///x: URL has no host"},
    {"host_without_scheme",
     {.url = "localhost:8080/x"},
     Errc::invalid_input,
     "GET localhost:8080/x: is not a http or https URL"},
    {"negative_timeout",
     {.url = "http://127.0.0.1:1/", .timeout = -1s},
     Errc::unavailable,
     "GET http://127.0.0.1:1/: "},
};

class RefusedRequest : public testing::TestWithParam<Refused> {};
TEST_P(RefusedRequest, SaysWhy) {
  Shard shard;
  auto client = shard.client(GetParam().config);
  auto request = client.request().value();
  const auto got = shard.run(client.get(request));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, GetParam().code);
  EXPECT_THAT(got.error().text(), testing::StartsWith(std::string{GetParam().text}));
}
INSTANTIATE_TEST_SUITE_P(Table, RefusedRequest, testing::ValuesIn(kRefused),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(ClientCreate, RefusesWhatCannotWork) {
  asio::io_context context;
  const auto text = [&](const ClientConfig& config) {
    const auto client = Client::create(context.get_executor(), config);
    return client ? "created" : client.error().text();
  };
  EXPECT_EQ(text({.max_body_bytes = 0}), "max_body_bytes: is 0");
  EXPECT_EQ(text({.proxy_url = "ftp://p"}), "proxy_url: is not a http, https, socks5 or socks5h URL");
  EXPECT_EQ(text({.proxy_url = "http://p:1", .force_http2 = true}), "proxy_url: cannot be used with force_http2");
  EXPECT_THAT(text({.tls_ca = "/no/such.pem"}), HasSubstr("/no/such.pem: tls_ca: No such file"));
  EXPECT_EQ(text({}), "created");
}

}  // namespace
}  // namespace cppd::web

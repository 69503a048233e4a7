// SPDX-License-Identifier: GPL-3.0-or-later
// Proxies, TLS and HTTP/2, and what a request costs.
#include <cppd/kit/web/client.h>
#include <curl/curl.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <new>

#include "client_harness.h"
#include "test_server.h"

namespace {

/// Allocations of this thread.
thread_local std::size_t by_libcurl = 0;
thread_local std::size_t by_us = 0;

/// Bytes that this process has allocated; the server's threads are idle when it is asked.
std::size_t bytes_in_use() { return ::mallinfo2().uordblks + ::mallinfo2().hblkhd; }

/// libcurl takes its allocator with its first initialisation, so this one comes before any client's.
const bool curl_is_counted = [] {
  return curl_global_init_mem(
             CURL_GLOBAL_DEFAULT, [](std::size_t bytes) { return ++by_libcurl, std::malloc(bytes); }, std::free,
             [](void* old, std::size_t bytes) { return ++by_libcurl, std::realloc(old, bytes); },
             [](const char* text) { return ++by_libcurl, ::strdup(text); },
             [](std::size_t count, std::size_t bytes) { return ++by_libcurl, std::calloc(count, bytes); }) == CURLE_OK;
}();

}  // namespace

#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)  // they bring their own
void* operator new(std::size_t bytes) {
  ++by_us;
  if (void* memory = std::malloc(bytes == 0 ? 1 : bytes)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif

namespace cppd::web {
namespace {

using namespace std::chrono_literals;
using test::Peer;
using test::Seen;
using test::Shard;
using test::TestServer;
using testing::HasSubstr;

const auto kOk = [](Peer& p, const Seen&) { return p.reply(200, "ok"); };

TEST(Proxy, CarriesPlainRequestsAndSeesItsCredentials) {
  TestServer proxy{kOk};
  Shard shard;
  auto client = shard.client({.url = "http://target.example:81/x?y",
                              .username = "u",
                              .password = "p",
                              .proxy_url = fmt::format("http://127.0.0.1:{}", proxy.port()),
                              .proxy_username = "pu",
                              .proxy_password = "pp",
                              .headers = {},
                              .timeout = 5s});
  auto request = client.request().value();
  EXPECT_EQ(test::text_of(shard, client, request), "ok");
  const auto seen = proxy.seen().at(0);
  EXPECT_EQ(seen.target, "http://target.example:81/x?y");
  EXPECT_EQ(seen.header("Host"), "target.example:81");
  EXPECT_EQ(seen.header("Proxy-Authorization"), "Basic cHU6cHA=");
  EXPECT_EQ(seen.header("Authorization"), "Basic dTpw");
  EXPECT_FALSE(seen.has("Proxy-Connection"));
}

TEST(Proxy, TunnelsTlsAndKeepsItsCredentialsFromTheTarget) {
  TestServer target{kOk, TestServer::Kind::tls};
  TestServer proxy{[&](Peer& p, const Seen&) {
    p.write("HTTP/1.1 200 tunnel\r\n\r\n");
    p.tunnel_to(target.port());
    return false;
  }};
  Shard shard;
  auto client = shard.client({.url = target.url("/"),
                              .proxy_url = fmt::format("http://pu:pp@127.0.0.1:{}", proxy.port()),
                              .headers = {},
                              .timeout = 5s,
                              .tls_skip_verify = true});
  auto request = client.request().value();
  EXPECT_EQ(test::text_of(shard, client, request), "ok");
  EXPECT_EQ(test::text_of(shard, client, request), "ok");
  EXPECT_EQ(proxy.connections(), 1);
  const auto connect = proxy.seen().at(0);
  EXPECT_EQ(connect.method, "CONNECT");
  EXPECT_EQ(connect.header("Proxy-Authorization"), "Basic cHU6cHA=");
  EXPECT_EQ(target.seen().size(), 2u);
  EXPECT_FALSE(target.seen().at(0).has("Proxy-Authorization"));
}

TEST(Proxy, RefusalIsAnError) {
  TestServer proxy{[](Peer& p, const Seen&) { return p.reply(407, "", "Proxy-Authenticate: Basic\r\n"); }};
  Shard shard;
  auto client = shard.client({.url = "https://target.example/",
                              .proxy_url = fmt::format("http://127.0.0.1:{}", proxy.port()),
                              .headers = {},
                              .timeout = 5s});
  auto request = client.request().value();
  EXPECT_THAT(test::text_of(shard, client, request), HasSubstr("407"));
}

TEST(Proxy, OfTheEnvironmentIsUsedExceptForLoopbackAndExceptions) {
  TestServer proxy{kOk};
  TestServer target{[](Peer& p, const Seen&) { return p.reply(200, "direct"); }};
  const ProxyEnvironment environment{
      {.http_proxy = fmt::format("127.0.0.1:{}", proxy.port()), .no_proxy = "skipped.invalid", .cgi = false}};
  Shard shard;
  const auto get = [&](const std::string& url) {
    auto client = Client::create(shard.context.get_executor(), {.url = url, .headers = {}, .timeout = 20s},
                                 {.environment = &environment})
                      .value();
    auto request = client.request().value();
    return test::text_of(shard, client, request);
  };
  EXPECT_EQ(get("http://any.invalid/"), "ok");
  EXPECT_EQ(get(target.url("/")), "direct");
  EXPECT_THAT(get("http://skipped.invalid/"), HasSubstr("could not resolve host"));
}

TEST(Proxy, LibcurlDoesNotReadTheEnvironment) {
  TestServer target{kOk};
  ::setenv("http_proxy", "http://127.0.0.1:1", 1);
  ::setenv("no_proxy", "127.0.0.1", 1);
  ::setenv("all_proxy", "http://127.0.0.1:1", 1);
  Shard shard;
  auto client = shard.client({.url = target.url("/"), .headers = {}, .timeout = 5s});
  auto request = client.request().value();
  EXPECT_EQ(test::text_of(shard, client, request), "ok");
  auto through =
      shard.client({.url = target.url("/"), .proxy_url = "http://127.0.0.1:1", .headers = {}, .timeout = 5s});
  auto proxied = through.request().value();
  EXPECT_THAT(test::text_of(shard, through, proxied), HasSubstr("cannot connect"));
  for (const auto* name : {"http_proxy", "no_proxy", "all_proxy"}) ::unsetenv(name);
}

TEST(Redirect, LeavesSecretsBehindWhenTheHostChanges) {
  TestServer other{kOk};
  TestServer first{[&](Peer& p, const Seen& seen) {
    if (seen.target == "/back") return p.reply(200, seen.header("Authorization"));
    return p.reply(302, "", fmt::format("Location: http://localhost:{}/x\r\n", other.port()));
  }};
  Shard shard;
  auto client = shard.client({.url = first.url("/"),
                              .username = "u",
                              .password = "p",
                              .headers = {{"Cookie", "a=b"}, {"Host", "virtual.example"}, {"X-Kept", "1"}},
                              .timeout = 5s});
  auto request = client.request().value();
  EXPECT_EQ(test::text_of(shard, client, request), "ok");
  const auto seen = other.seen().at(0);
  EXPECT_FALSE(seen.has("Authorization"));
  EXPECT_FALSE(seen.has("Cookie"));
  EXPECT_EQ(seen.header("X-Kept"), "1");
  EXPECT_EQ(seen.header("Host"), fmt::format("localhost:{}", other.port()));
  EXPECT_EQ(seen.header("Referer"), first.url("/"));
  EXPECT_EQ(first.seen().at(0).header("Host"), "virtual.example");
}

class Tls : public testing::Test {
 protected:
  void SetUp() override {
    std::ofstream{certificate_} << test::test_certificate().certificate;
    std::ofstream{key_} << test::test_certificate().private_key;
  }
  void TearDown() override {
    ::unlink(certificate_.c_str());
    ::unlink(key_.c_str());
  }
  std::string certificate_ = fmt::format("/tmp/cppd_web_cert_{}.pem", ::getpid());
  std::string key_ = fmt::format("/tmp/cppd_web_key_{}.pem", ::getpid());
};

TEST_F(Tls, OwnRootsVerifyTheServer) {
  TestServer server{kOk, TestServer::Kind::tls};
  Shard shard;
  auto client = shard.client({.url = server.url("/"),
                              .headers = {},
                              .timeout = 5s,
                              .tls_ca = certificate_,
                              .tls_cert = certificate_,
                              .tls_key = key_});
  auto request = client.request().value();
  EXPECT_EQ(test::text_of(shard, client, request), "ok");
  EXPECT_EQ(test::text_of(shard, client, request), "ok");
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(Tls, HostNameIsChecked) {
  TestServer server{kOk, TestServer::Kind::tls};
  Shard shard;
  auto client = shard.client({.url = fmt::format("https://localhost:{}/", server.port()),
                              .headers = {},
                              .timeout = 5s,
                              .tls_ca = certificate_});
  auto request = client.request().value();
  EXPECT_THAT(test::text_of(shard, client, request), HasSubstr("no alternative certificate subject name matches"));
  EXPECT_TRUE(server.seen().empty());
}

TEST_F(Tls, ClientsThatVerifyDoNotShareConnectionsWithThoseThatDoNot) {
  TestServer server{kOk, TestServer::Kind::tls};
  Shard shard;
  auto lax = shard.client({.url = server.url("/"), .headers = {}, .timeout = 5s, .tls_skip_verify = true});
  auto strict = shard.client({.url = server.url("/"), .headers = {}, .timeout = 5s});
  auto lax_request = lax.request().value();
  auto strict_request = strict.request().value();
  EXPECT_EQ(test::text_of(shard, lax, lax_request), "ok");
  EXPECT_THAT(test::text_of(shard, strict, strict_request), HasSubstr("certificate"));
}

TEST(Http2, WithoutTlsAndOverTls) {
  for (const auto kind : {TestServer::Kind::h2c, TestServer::Kind::tls_h2}) {
    TestServer server{kOk, kind};
    Shard shard;
    auto client = shard.client(
        {.url = server.url("/"), .headers = {}, .timeout = 5s, .force_http2 = true, .tls_skip_verify = true});
    auto request = client.request().value();
    EXPECT_EQ(test::text_of(shard, client, request), "ok");
    EXPECT_EQ(test::text_of(shard, client, request), "ok");
    ASSERT_EQ(server.seen().size(), 2u);
    EXPECT_EQ(server.seen().at(0).protocol, "HTTP/2.0");
    if (kind == TestServer::Kind::tls_h2) EXPECT_EQ(server.connections(), 1);
  }
}

TEST(Http2, ServerThatSpeaksHttp1SeesNoRequest) {
  TestServer server{kOk};
  Shard shard;
  auto client = shard.client({.url = server.url("/"), .headers = {}, .timeout = 1s, .force_http2 = true});
  auto request = client.request().value();
  const auto got = shard.run(client.get(request));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Errc::unavailable);
}

Task<Result<>> get_often(Client& client, Request& request, int times) {
  for (int i = 0; i < times; ++i) {
    const auto body = co_await client.get(request);
    if (!body) co_return std::unexpected(body.error());
  }
  co_return ok;
}

TEST(Cost, ASteadyRequestAllocatesAHandfulOfTimes) {
  ASSERT_TRUE(curl_is_counted);
  const std::string body(20'000, 'x');
  TestServer server{[&](Peer& p, const Seen&) { return p.reply(200, body, "Content-Type: text/plain\r\n"); }};
  Shard shard;
  auto client = shard.client({.url = server.url("/metrics"), .headers = {}, .timeout = 5s});
  auto request = client.request().value();
  ASSERT_TRUE(shard.run(get_often(client, request, 5)));
  constexpr int kTimes = 100;
  const auto ours = by_us;
  const auto libcurls = by_libcurl;
  ASSERT_TRUE(shard.run(get_often(client, request, kTimes)));
  EXPECT_EQ(server.connections(), 1);
  std::cout << "allocations per steady request: " << double(by_us - ours) / kTimes << " ours, "
            << double(by_libcurl - libcurls) / kTimes << " in libcurl\n";
  EXPECT_LE(by_us - ours, std::size_t{kTimes} * 1);
  EXPECT_LE(by_libcurl - libcurls, std::size_t{kTimes} * 32);
}

TEST(Cost, AnIdleClientHoldsNoBigBuffers) {
  const std::string body(4 << 20, 'x');
  std::atomic<bool> small{false};
  TestServer server{[&](Peer& p, const Seen&) { return p.reply(200, small ? "ok" : body); }};
  Shard shard;
  std::vector<Client> clients;
  const auto cycle = [&] {
    for (auto& client : clients) {
      auto request = client.request().value();
      ASSERT_TRUE(shard.run(client.get(request)));
    }
  };
  clients.push_back(shard.client({.url = server.url("/"), .headers = {}, .timeout = 10s}));
  small = true;
  cycle();
  const auto one = bytes_in_use();
  for (int i = 0; i < 9; ++i) clients.push_back(shard.client({.url = server.url("/"), .headers = {}, .timeout = 10s}));
  small = false;
  cycle();
  small = true;
  cycle();  // the first small body still finds the buffer of the big one
  cycle();
  const auto each = (bytes_in_use() - one) / 9;
  std::cout << "bytes of an idle client: " << each << "\n";
  EXPECT_LT(each, std::size_t{24} << 10);
}

}  // namespace
}  // namespace cppd::web

// SPDX-License-Identifier: GPL-3.0-or-later
// What the client makes of good and bad answers, one row each.
#include <cppd/kit/web/client.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

/// One way a server can behave, and what the caller is told.
struct Behaviour {
  std::string_view name;
  std::function<bool(Peer&, const Seen&)> script;
  Errc code;
  std::string_view what;  ///< begins with
  friend void PrintTo(const Behaviour& row, std::ostream* out) { *out << row.name; }
};

const Behaviour kBad[] = {
    {"not_found", [](Peer& p, const Seen&) { return p.reply(404, "no such page"); }, Errc::unavailable,
     "HTTP status 404"},
    {"half_a_body",
     [](Peer& p, const Seen&) { return p.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf") && false; },
     Errc::unavailable, "transfer closed with 96 bytes remaining"},
    {"half_a_chunk",
     [](Peer& p, const Seen&) {
       return p.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nhalf") && false;
     },
     Errc::unavailable, "transfer closed"},
    {"nothing_at_all", [](Peer&, const Seen&) { return false; }, Errc::unavailable, "empty reply from server"},
    {"not_http", [](Peer& p, const Seen&) { return p.write("SSH-2.0-OpenSSH_9.2\r\n") && false; }, Errc::unavailable,
     "received HTTP/0.9"},
    {"endless_headers",
     [](Peer& p, const Seen&) {
       p.write("HTTP/1.1 200 OK\r\n");
       while (p.write("X-Filler: 0123456789012345678901234567890123456789\r\n")) continue;
       return false;
     },
     Errc::limit, "headers are longer than 262144 bytes"},
    {"endless_interim_answers",
     [](Peer& p, const Seen&) {
       while (p.write("HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")) continue;
       return false;
     },
     Errc::limit, "headers are longer than 262144 bytes"},
    {"body_over_the_limit", [](Peer& p, const Seen&) { return p.reply(200, std::string(1001, 'x')); }, Errc::limit,
     "body is longer than max_body_bytes 1000"},
    {"announces_more_than_the_limit",
     [](Peer& p, const Seen&) {
       return p.write("HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n") && !p.closed_by_client();
     },
     Errc::limit, "body is longer than max_body_bytes 1000"},
    {"announces_more_than_a_number_holds",
     [](Peer& p, const Seen&) {
       return p.write("HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n") && !p.closed_by_client();
     },
     Errc::limit, "body is longer than max_body_bytes 1000"},
    {"chunks_over_the_limit",
     [](Peer& p, const Seen&) {
       return p.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'x') +
                      "\r\n0\r\n\r\n");
     },
     Errc::limit, "body is longer than max_body_bytes 1000"},
    {"long_page_of_an_error", [](Peer& p, const Seen&) { return p.reply(404, std::string(1001, 'x')); },
     Errc::unavailable, "HTTP status 404"},
    {"inflates_over_the_limit",
     [](Peer& p, const Seen&) { return p.reply(200, gzip(std::string(1001, 'x')), "Content-Encoding: gzip\r\n"); },
     Errc::limit, "body is longer than max_body_bytes 1000"},
    {"truncated_gzip",
     [](Peer& p, const Seen&) {
       const auto whole = gzip("some text that is long enough");
       return p.reply(200, whole.substr(0, whole.size() - 5), "Content-Encoding: gzip\r\n");
     },
     Errc::unavailable, "gzip body ends too early"},
    {"damaged_gzip", [](Peer& p, const Seen&) { return p.reply(200, "not gzip", "Content-Encoding: gzip\r\n"); },
     Errc::unavailable, "gzip body is damaged"},
    {"junk_after_gzip",
     [](Peer& p, const Seen&) { return p.reply(200, gzip("text") + "junk", "Content-Encoding: gzip\r\n"); },
     Errc::unavailable, "gzip body is damaged"},
    {"redirect_to_a_file", [](Peer& p, const Seen&) { return p.reply(302, "", "Location: file:///etc/passwd\r\n"); },
     Errc::unavailable, "redirect to file:///etc/passwd is not followed"},
    {"slow",
     [](Peer& p, const Seen&) {
       return p.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx") && !p.closed_by_client();
     },
     Errc::unavailable, "timed out after 300ms"},
    {"silent", [](Peer& p, const Seen&) { return !p.closed_by_client(); }, Errc::unavailable, "timed out after 300ms"},
};

class BadServer : public testing::TestWithParam<Behaviour> {};
TEST_P(BadServer, IsAnErrorThatNamesTheUrl) {
  TestServer server{GetParam().script};
  Shard shard;
  auto client = shard.client({.url = server.url("/metrics"), .timeout = 300ms, .max_body_bytes = 1000});
  auto request = client.request().value();
  const auto got = shard.run(client.get(request));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, GetParam().code);
  EXPECT_THAT(got.error().what, testing::StartsWith(std::string{GetParam().what}));
  EXPECT_THAT(got.error().text(), HasSubstr("GET " + server.url("/metrics") + ": "));
}
INSTANTIATE_TEST_SUITE_P(Table, BadServer, testing::ValuesIn(kBad),
                         [](const auto& row) { return std::string(row.param.name); });

const Behaviour kGood[] = {
    {"plain", [](Peer& p, const Seen&) { return p.reply(200, "body"); }, {}, "body"},
    {"empty", [](Peer& p, const Seen&) { return p.reply(200, ""); }, {}, ""},
    {"chunked",
     [](Peer& p, const Seen&) {
       return p.write(
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\nX-Trailer: 1\r\n\r\n");
     },
     {},
     "onetwo"},
    {"ends_with_the_connection",
     [](Peer& p, const Seen&) { return p.write("HTTP/1.0 200 OK\r\n\r\nold") && false; },
     {},
     "old"},
    {"exactly_the_limit",
     [](Peer& p, const Seen&) { return p.reply(200, std::string(1000, 'x')); },
     {},
     std::string_view{"xxxxxxxxxx"}},
    {"gzip",
     [](Peer& p, const Seen&) { return p.reply(200, gzip("packed"), "Content-Encoding: GZIP\r\n"); },
     {},
     "packed"},
    {"gzip_of_two_members",
     [](Peer& p, const Seen&) { return p.reply(200, gzip("one") + gzip("two"), "Content-Encoding: gzip\r\n"); },
     {},
     "onetwo"},
    {"gzip_without_a_byte",
     [](Peer& p, const Seen&) { return p.reply(200, "", "Content-Encoding: gzip\r\n"); },
     {},
     ""},
    {"other_encoding_is_passed_on",
     [](Peer& p, const Seen&) { return p.reply(200, "raw", "Content-Encoding: utf-8\r\n"); },
     {},
     "raw"},
    {"interim_answer_first",
     [](Peer& p, const Seen&) {
       return p.write("HTTP/1.1 103 x\r\nContent-Encoding: gzip\r\n\r\n") && p.reply(200, "final");
     },
     {},
     "final"},
};

class GoodServer : public testing::TestWithParam<Behaviour> {};
TEST_P(GoodServer, GivesItsBody) {
  TestServer server{GetParam().script};
  Shard shard;
  auto client = shard.client({.url = server.url("/"), .timeout = 5s, .max_body_bytes = 1000});
  auto request = client.request().value();
  const auto got = shard.run(client.get(request));
  ASSERT_TRUE(got) << got.error().text();
  EXPECT_EQ(got->substr(0, 10), GetParam().what);
}
INSTANTIATE_TEST_SUITE_P(Table, GoodServer, testing::ValuesIn(kGood),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace cppd::web

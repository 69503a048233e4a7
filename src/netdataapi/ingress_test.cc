// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/netdataapi/ingress.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cppd::netdataapi {
namespace {

using Events = std::vector<InputEvent>;

Events events_of(std::string_view input, std::size_t read_bytes, bool short_calls = false) {
  Events out;
  Ingress ingress{[&](InputEvent event) { out.push_back(std::move(event)); }, short_calls};
  for (std::size_t at = 0; at < input.size(); at += read_bytes) ingress.feed(input.substr(at, read_bytes));
  ingress.finish();
  return out;
}

Call plain(std::string uid, std::string method = "fn", std::vector<std::string> args = {}) {
  return {.uid = std::move(uid),
          .timeout = std::chrono::seconds{5},
          .method = std::move(method),
          .args = std::move(args),
          .access = "0x0",
          .source = "s"};
}

Call with_payload(std::string uid, std::string payload) {
  auto call = plain(std::move(uid));
  call.has_payload = true;
  call.payload = std::move(payload);
  call.content_type = "text";
  return call;
}

const std::string kHeader = "FUNCTION_PAYLOAD p1 5 fn 0x0 s text\n";

struct Row {
  std::string_view name;
  std::string input;
  Events want;
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

std::string named(const testing::TestParamInfo<Row>& row) { return std::string{row.param.name}; }

class GoodInput : public testing::TestWithParam<Row> {};
TEST_P(GoodInput, IsEvents) { EXPECT_EQ(events_of(GetParam().input, 65536), GetParam().want); }
TEST_P(GoodInput, IsTheSameByteByByte) { EXPECT_EQ(events_of(GetParam().input, 1), GetParam().want); }
INSTANTIATE_TEST_SUITE_P(
    Table, GoodInput,
    testing::Values(  // agent contract 6.1
        Row{"f1_octal_and_hex_escapes",
            "FUNCTION u 5 \"fn \\101\\x42\\u00e9\\U0001F600\" 0x0 s\n",
            {plain("u", "fn", {"AB\u00e9\U0001F600"})}},
        Row{"f1_byte_that_is_not_utf8_in_quotes", "FUNCTION u 5 \"fn a\xFF\" 0x0 s\n", {plain("u", "fn", {"a\uFFFD"})}},
        Row{"f1_byte_escape_stays_a_byte", "FUNCTION u 5 \"fn \\xff\" 0x0 s\n", {plain("u", "fn", {"\xFF"})}},
        Row{"f1_many_blanks", "FUNCTION  u   5 fn 0x0 s  \n", {plain("u")}},
        Row{"f2_wide_blank", "FUNCTION u 5 \"fn\u2003a\" 0x0 s\n", {plain("u", "fn", {"a"})}},
        Row{"f3_leading_zeros", "FUNCTION u 005 fn 0x0 s\n", {plain("u")}},
        Row{"f5_payload_of_one_carriage_return",
            kHeader + "\r\n\nFUNCTION_PAYLOAD_END\n",
            {with_payload("p1", "\r\n")}},
        Row{"f8_cancel_of_the_own_uid",
            kHeader + "a\nFUNCTION_CANCEL p1\nb\nFUNCTION_PAYLOAD_END\nFUNCTION u 5 fn 0x0 s\n",
            {Reject{"p1", 499}, plain("u")}},
        Row{"f8_new_call_after_the_own_cancel",
            kHeader + "FUNCTION_CANCEL p1\nFUNCTION u 5 fn 0x0 s\n",
            {Reject{"p1", 499}, plain("u")}},
        Row{"f8_end_with_a_blank_before_it",
            kHeader + " FUNCTION_PAYLOAD_END\nFUNCTION_PAYLOAD_END\n",
            {with_payload("p1", " FUNCTION_PAYLOAD_END")}},
        Row{"p22_quit_ends_it", "QUIT\nQUIT\nFUNCTION u 5 fn 0x0 s\n", {Quit{}}}),
    named);

class BadInput : public testing::TestWithParam<Row> {};
TEST_P(BadInput, CostsItself) { EXPECT_EQ(events_of(GetParam().input, 65536), GetParam().want); }
TEST_P(BadInput, IsTheSameByteByByte) { EXPECT_EQ(events_of(GetParam().input, 1), GetParam().want); }
const std::string kNext = "FUNCTION n 5 fn 0x0 s\n";
INSTANTIATE_TEST_SUITE_P(
    Table, BadInput,
    testing::Values(  // diff D10, agent W1 and W44, agent contract F-4 to F-7
        Row{"w1_unknown_word", "HELLO\n" + kNext, {SkippedLine{"HELLO"}, plain("n")}},
        Row{"w1_only_blanks", "  \n" + kNext, {SkippedLine{"  "}, plain("n")}},
        Row{"w1_quit_with_a_blank", " QUIT\n" + kNext, {SkippedLine{" QUIT"}, plain("n")}},
        Row{"w1_quit_without_line_end", "QUIT", {SkippedLine{"QUIT"}}},
        Row{"w1_long_garbage",
            std::string(100000, 'x') + '\n' + kNext,
            {SkippedLine{std::string(80, 'x')}, plain("n")}},
        Row{"w44_uid_of_129_bytes",
            "FUNCTION " + std::string(129, 'u') + " bad\n" + kNext,
            {SkippedLine{("FUNCTION " + std::string(129, 'u')).substr(0, 80)}, plain("n")}},
        Row{"w44_uid_with_an_equals_sign", "FUNCTION a=b bad\n" + kNext, {SkippedLine{"FUNCTION a=b bad"}, plain("n")}},
        Row{"f1_escape_with_too_few_digits", "FUNCTION u 5 \"fn \\x4\" 0x0 s\n", {Reject{"u", 400}}},
        Row{"f1_escape_above_a_byte", "FUNCTION u 5 \"fn \\400\" 0x0 s\n", {Reject{"u", 400}}},
        Row{"f1_escape_of_a_surrogate", "FUNCTION u 5 \"fn \\ud800\" 0x0 s\n", {Reject{"u", 400}}},
        Row{"f1_escape_above_unicode", "FUNCTION u 5 \"fn \\U00110000\" 0x0 s\n", {Reject{"u", 400}}},
        Row{"f1_escape_at_the_end", "FUNCTION u 5 \"fn \\\n", {Reject{"u", 400}}},
        Row{"f3_two_signs", "FUNCTION u +-5 fn 0x0 s\n", {Reject{"u", 400}}},
        Row{"f4_line_over_the_limit",
            "FUNCTION u 5 fn 0x0 " + std::string(kCommandBytesMax, 's') + '\n' + kNext,
            {Reject{"u", 400}, plain("n")}},
        Row{"f4_uid_behind_the_limit",
            std::string(kCommandBytesMax, ' ') + "FUNCTION u bad\n" + kNext,
            {SkippedLine{std::string(80, ' ')}, plain("n")}},
        Row{"f7_payload_of_a_refused_call_is_no_command",
            "FUNCTION_PAYLOAD p 5 fn 0x0 s\nHELLO\nFUNCTION x\nFUNCTION_PAYLOAD_END\n" + kNext,
            {Reject{"p", 400}, plain("n")}},
        Row{"f7_long_first_line_of_a_payload",
            "FUNCTION_PAYLOAD p 5 fn 0x0 " + std::string(kCommandBytesMax, 's') + " t\nHELLO\nFUNCTION_PAYLOAD_END\n" +
                kNext,
            {Reject{"p", 400}, plain("n")}},
        Row{"f8_payload_without_end", kHeader + "a", {Reject{"p1", 400}}},
        Row{"f8_payload_of_a_call_without_uid",
            "FUNCTION_PAYLOAD \"\" 5 fn 0x0 s text\n" + kNext,
            {SkippedLine{"FUNCTION_PAYLOAD"}, plain("n")}},
        Row{"d13_four_words_from_a_current_daemon", "FUNCTION u 5 fn\n", {Reject{"u", 400}}}),
    named);

TEST(OldDaemon, CallsWithFourWords) {  // diff D13
  Call want{.uid = "u", .timeout = std::chrono::seconds{5}, .method = "fn", .args = {"a"}};
  EXPECT_EQ(events_of("FUNCTION u 5 \"fn a\"\n", 3, true), Events{want});
  EXPECT_EQ(events_of("FUNCTION u 5 fn 0x0\n", 3, true), (Events{Reject{"u", 400}}));
  EXPECT_EQ(events_of("FUNCTION u 5 fn 0x0 s\n", 3, true), Events{plain("u")});
}

TEST(Payload, OfTheLargestSizeArrivesWhole) {  // agent contract F-5
  const std::string payload(kPayloadBytesMax, 'x');
  for (const std::size_t read_bytes : {std::size_t{4096}, std::size_t{65536}, std::size_t{1} << 26}) {
    EXPECT_EQ(events_of(kHeader + payload + "\r\nFUNCTION_PAYLOAD_END\r\n", read_bytes).size(), 1u);
    EXPECT_EQ(events_of(kHeader + payload + "\nFUNCTION_PAYLOAD_END\n", read_bytes),
              Events{with_payload("p1", payload)});
  }
}

TEST(Payload, OfOneByteMoreIsRefusedAtItsEnd) {  // agent contract F-5
  const std::string payload(kPayloadBytesMax + 1, 'x');
  const Events want{Cancel{"o"}, Reject{"p1", 413}, plain("n")};
  for (const std::size_t read_bytes : {std::size_t{4096}, std::size_t{1} << 26}) {
    EXPECT_EQ(events_of(kHeader + payload + "\nFUNCTION_CANCEL o\nFUNCTION_PAYLOAD_END\n" + kNext, read_bytes), want);
  }
}

TEST(Payload, ThatNeverEndsIsNotKept) {
  Events got;
  Ingress ingress{[&](InputEvent event) { got.push_back(std::move(event)); }};
  ingress.feed(kHeader);
  const std::string piece(65536, 'x');
  for (std::size_t fed = 0; fed < 4 * kPayloadBytesMax; fed += piece.size()) {
    ingress.feed(piece);
    ASSERT_LE(ingress.held_bytes(), kPayloadBytesMax + 3 * kCommandBytesMax);
  }
  EXPECT_LE(ingress.held_bytes(), 3 * kCommandBytesMax);
  EXPECT_TRUE(got.empty());
  ingress.feed("\nFUNCTION_PAYLOAD_END\n");
  EXPECT_EQ(got, (Events{Reject{"p1", 413}}));
}

TEST(Command, ThatNeverEndsIsNotKept) {
  Ingress ingress{[](const InputEvent&) { FAIL(); }};
  const std::string piece(65536, 'x');
  for (int i = 0; i < 100; ++i) ingress.feed(piece);
  EXPECT_LE(ingress.held_bytes(), 3 * kCommandBytesMax);
}

}  // namespace
}  // namespace cppd::netdataapi

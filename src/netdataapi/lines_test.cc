// SPDX-License-Identifier: GPL-3.0-or-later
// What the recorded cases of the area wire do not say: limits, refusals and text that would break a frame.
#include <cppd/netdataapi/answer.h>
#include <cppd/netdataapi/control_lines.h>
#include <cppd/netdataapi/lines.h>
#include <cppd/netdataapi/wire.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>

namespace cppd::netdataapi {
namespace {

struct Row {
  std::string_view name;
  std::function<Result<>(Frame&)> write;
  std::string want;
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};
std::string named(const testing::TestParamInfo<Row>& row) { return std::string{row.param.name}; }

template <class Write>
std::function<Result<>(Frame&)> always(Write write) {
  return [write](Frame& frame) -> Result<> {
    write(frame);
    return ok;
  };
}

class WrittenLine : public testing::TestWithParam<Row> {};
TEST_P(WrittenLine, IsWhole) {
  FramePool pool{2};
  Frame frame{pool};
  ASSERT_TRUE(GetParam().write(frame));
  EXPECT_EQ(frame.text(), GetParam().want);
}
constexpr std::chrono::sys_seconds kExpires{std::chrono::seconds{1764001000}};
INSTANTIATE_TEST_SUITE_P(
    Table, WrittenLine,
    testing::Values(
        // Charts contract 8.5 and E5.
        Row{"n98_integer", always([](Frame& f) { put_set(f, "x", std::int64_t{7}); }), "SET 'x' = 7\n"},
        Row{"n97_gap", always([](Frame& f) { put_set(f, "x"); }), "SET 'x' = \n"},
        Row{"n101_large", always([](Frame& f) { put_set(f, "x", 1e21); }), "SET 'x' = 1000000000000000000000\n"},
        Row{"n101_small", always([](Frame& f) { put_set(f, "x", 1e-7); }), "SET 'x' = 0.0000001\n"},
        Row{"n101_half", always([](Frame& f) { put_set(f, "x", 123.5); }), "SET 'x' = 123.5\n"},
        Row{"n101_negative_zero", always([](Frame& f) { put_set(f, "x", -0.0); }), "SET 'x' = -0\n"},
        Row{"minus_infinity", always([](Frame& f) { put_variable(f, "x", -std::numeric_limits<double>::infinity()); }),
            "VARIABLE CHART 'x' = -Inf\n"},
        // Texts are made safe: charts contract E1 to E3, K15, diff D7.
        Row{"k15_backslash_before_a_deleted_quote",
            always([](Frame& f) { write_label(f, "k\\'", "C:\\'", LabelSource::automatic); }), "CLABEL 'k' 'C:' '1'\n"},
        Row{"k15_backslash_before_nul", always([](Frame& f) { write_host_label(f, "k", std::string_view{"\\\0", 2}); }),
            "HOST_LABEL 'k' ''\n"},
        Row{"equals_sign_in_quotes_stays", always([](Frame& f) { write_label(f, "k", "a=b", LabelSource::automatic); }),
            "CLABEL 'k' 'a=b' '1'\n"},
        Row{"backslash_inside_stays", always([](Frame& f) { write_label(f, "k", "a\\b", LabelSource::automatic); }),
            "CLABEL 'k' 'a\\b' '1'\n"},
        // Agent contract 6.2 to 6.4.
        Row{"answer", [](Frame& f) { return write_result(f, {.uid = "u", .expires = kExpires, .payload = "{}"}); },
            "FUNCTION_RESULT_BEGIN u 200 application/json 1764001000\n{}\nFUNCTION_RESULT_END\n\n"},
        Row{"f10_no_payload_line", [](Frame& f) { return write_result(f, {.uid = "u", .status = 204}); },
            "FUNCTION_RESULT_BEGIN u 204 application/json 0\nFUNCTION_RESULT_END\n\n"},
        Row{"f12_payload_that_ends_the_frame",
            [](Frame& f) {
              return write_result(
                  f, {.uid = "u", .content_type = "text/plain", .payload = "a\nFUNCTION_RESULT_END\nQUIT"});
            },
            "FUNCTION_RESULT_BEGIN u 500 application/json 0\n"
            "{\"errorMessage\":\"Internal error.\",\"status\":500}\nFUNCTION_RESULT_END\n\n"},
        Row{"f12_payload_that_is_the_end_with_a_carriage_return",
            [](Frame& f) { return write_result(f, {.uid = "u", .payload = "FUNCTION_RESULT_END\r"}); },
            "FUNCTION_RESULT_BEGIN u 500 application/json 0\n"
            "{\"errorMessage\":\"Internal error.\",\"status\":500}\nFUNCTION_RESULT_END\n\n"},
        Row{"f12_the_word_inside_a_line",
            [](Frame& f) {
              return write_result(f, {.uid = "u", .payload = "x FUNCTION_RESULT_END\nFUNCTION_RESULT_ENDS"});
            },
            "FUNCTION_RESULT_BEGIN u 200 application/json 0\n"
            "x FUNCTION_RESULT_END\nFUNCTION_RESULT_ENDS\nFUNCTION_RESULT_END\n\n"},
        Row{"f12_payload_above_the_limit",
            [](Frame& f) { return write_result(f, {.uid = "u", .payload = std::string(kAnswerBytesMax + 1, 'x')}); },
            "FUNCTION_RESULT_BEGIN u 413 application/json 0\n"
            "{\"errorMessage\":\"Payload too large.\",\"status\":413}\nFUNCTION_RESULT_END\n\n"},
        Row{"function",
            [](Frame& f) { return write_function(f, {.name = "m:top", .help = "it's", .signed_in = true}); },
            "FUNCTION GLOBAL \"m:top\" 60 \"it's\" \"top\" 0x0013 100 3\n\n"},
        Row{"function_del", [](Frame& f) { return write_function_del(f, "m:top"); },
            "FUNCTION_DEL GLOBAL \"m:top\"\n\n"}),
    named);

class RefusedLine : public testing::TestWithParam<Row> {};
TEST_P(RefusedLine, WritesNothing) {
  FramePool pool{2};
  Frame frame{pool};
  const auto done = GetParam().write(frame);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().text(), GetParam().want);
  EXPECT_EQ(frame.text(), "");
}
INSTANTIATE_TEST_SUITE_P(
    Table, RefusedLine,
    testing::Values(
        Row{"d1_id_with_a_line_end", [](Frame& f) { return put_config_delete(f, "a\n"); }, "invalid CONFIG id"},
        Row{"d1_status_with_nul", [](Frame& f) { return put_config_status(f, "a", std::string_view{"\0", 1}); },
            "invalid CONFIG status"},
        Row{"f6_uid_of_129_bytes", [](Frame& f) { return write_result(f, {.uid = std::string(129, 'u')}); },
            "\"" + std::string(129, 'u') + "\" is no uid"},
        Row{"content_type_with_a_blank", [](Frame& f) { return write_result(f, {.uid = "u", .content_type = "a b"}); },
            "\"a b\" is no content type"},
        Row{"function_name_with_a_blank", [](Frame& f) { return write_function(f, {.name = "a b"}); },
            "\"a b\" cannot be the name of a function"},
        Row{"function_without_a_name", [](Frame& f) { return write_function_del(f, ""); },
            "\"\" cannot be the name of a function"},
        Row{"function_help_with_a_quote", [](Frame& f) { return write_function(f, {.name = "a", .help = "\""}); },
            "a: \"\\\"\" cannot be written"}),
    named);

TEST(ControlPayload, IsTheReferencesToTheByte) {  // agent contract 6.4
  EXPECT_EQ(control_payload(404), "{\"errorMessage\":\"Not found.\",\"status\":404}");
  EXPECT_EQ(control_payload(499), "{\"errorMessage\":\"Request cancelled.\",\"status\":499}");
  EXPECT_EQ(control_payload(503), "{\"errorMessage\":\"Service unavailable.\",\"status\":503}");
  EXPECT_EQ(control_payload(504), "{\"errorMessage\":\"Deadline exceeded.\",\"status\":504}");
  EXPECT_EQ(control_payload(200), "");
}

}  // namespace
}  // namespace cppd::netdataapi

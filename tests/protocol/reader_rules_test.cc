// SPDX-License-Identifier: GPL-3.0-or-later
// One bad stream per rule, and the neighbours of each that are good.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "protocol/reader.h"

namespace cppd::protocol {
namespace {

using testing::IsEmpty;

// A chart t.c with an integer dimension a and a float dimension f. 6 lines.
constexpr std::string_view kChart =
    "HOST ''\n\nCHART 't.c' '' 'T' 'u' 'F' 'ctx' 'line' '70000' '1' '' 'go.d' 'm'\n"
    "CLABEL '_collect_job' 'j' '1'\nCLABEL_COMMIT\nDIMENSION 'a' 'a' 'absolute' '1' '1' ''\n"
    "DIMENSION 'f' 'f' 'absolute' '1' '1' 'type=float'\n";
constexpr std::uint64_t kChartLines = 7;

struct Row {
  std::string_view name;
  std::string_view text;               ///< what follows kChart
  std::vector<std::string_view> want;  ///< "line: rule", the line counted behind kChart
  HostLines hosts = HostLines::required;
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

class Rules : public testing::TestWithParam<Row> {};

TEST_P(Rules, AreFoundWhereTheyAreBroken) {
  Reader reader{{.hosts = GetParam().hosts}};
  reader.feed(kChart);
  reader.feed(GetParam().text);
  reader.finish();
  std::vector<std::string> found;
  for (const auto& [line, rule, what] : reader.violations()) {
    if (line > kChartLines) found.push_back(std::to_string(line - kChartLines) + ": " + std::string(rule_name(rule)));
  }
  EXPECT_THAT(found, testing::ElementsAreArray(GetParam().want)) << reader.report();
}

const std::string_view kUpdate = "BEGIN 't.c'\nSET 'a' = 1\nSET 'f' = 0.5\nEND\n\n";
#define CHART_LINE(id, options) "CHART '" id "' '' 'T' 'u' 'F' 'ctx' 'line' '70000' '1' '" options "' 'go.d' 'm'\n"
#define DIM_LINE(id, options) "DIMENSION '" id "' '" id "' 'absolute' '1' '1' '" options "'\n"
#define HOST_UUID "11111111-2222-3333-4444-555555555555"
const std::string kLongest = "CHART 't." + std::string(1198, 'x') + "' '' 'T' 'u' 'F' 'c' 'line' '1' '1' '' 'p' 'm'\n";
const std::string kTooLong = "CHART 't." + std::string(1199, 'x') + "' '' 'T' 'u' 'F' 'c' 'line' '1' '1' '' 'p' 'm'\n";

const std::vector<Row> kLines{
    {"good_update", kUpdate, {}},
    {"keepalive", "\n\n\n", {}},
    {"carriage_return", "END\r\n", {"1: line_control"}},
    {"nul", std::string_view{"EN\0D\n", 5}, {"1: line_control"}},
    {"tab_in_a_field", "CLABEL 'k' 'a\tb' '1'\nCLABEL_COMMIT\n", {}},
    {"no_line_feed", "\nHOST ''", {"2: line_control"}},
    {"two_spaces", "CLABEL  'k' 'v' '1'\n", {"1: line_written"}},
    {"space_at_end", "CLABEL_COMMIT \n", {"1: line_written"}},
    {"quote_open", "CLABEL 'k' 'v' '1\n", {"1: line_written"}},
    {"backslash_before_quote", "CLABEL 'k' 'v\\' '1'\n", {"1: line_written"}},
    {"two_backslashes_before_quote", "CLABEL 'k' 'v\\\\' '1'\nCLABEL_COMMIT\n", {}},
    {"quote_inside", "CLABEL 'k' 'it's' '1'\n", {"1: line_written"}},
    {"bare_equals", "VARIABLE CHART 'v'=1\n", {"1: line_written"}},
    {"unknown_command", "CHARTS 'x'\n", {"1: line_command"}},
    {"too_few_fields", "CLABEL 'k' 'v'\n", {"1: line_fields"}},
    {"too_many_fields", "CLABEL_COMMIT 'x'\n", {"1: line_fields"}},
    {"bare_where_quoted", "CLABEL 'k' 'v' 1\n", {"1: line_fields"}},
    {"double_quotes", "HOST \"\"\n\n", {"1: line_fields"}},
};

const std::vector<Row> kHosts{
    {"no_blank_after_host", "HOST ''\nBEGIN 't.c'\nEND\n\n", {"2: blank_after"}},
    {"no_blank_after_end", "BEGIN 't.c'\nEND\nBEGIN 't.c'\nEND\n\n", {"3: blank_after"}},
    {"no_blank_at_the_end", "BEGIN 't.c'\nEND\n", {"2: blank_after"}},
    {"blank_in_update", "BEGIN 't.c'\n\nEND\n\n", {"2: blank_inside"}},
    {"forbidden", "HOST ''\n\n", {"1: host_forbidden"}, HostLines::forbidden},
    {"optional", "HOST ''\n\n", {}, HostLines::optional},
    {"unknown_host", "HOST '" HOST_UUID "'\n\n", {"1: host_known"}},
    {"defined_host",
     "HOST_DEFINE '" HOST_UUID "' 'h'\nHOST_LABEL '_hostname' 'h'\nHOST_DEFINE_END\n\nHOST '" HOST_UUID "'\n\n",
     {}},
    {"not_a_uuid", "HOST_DEFINE 'G-1' 'h'\nHOST_LABEL '_hostname' 'h'\nHOST_DEFINE_END\n\n", {"1: host_known"}},
    {"no_hostname",
     "HOST_DEFINE '" HOST_UUID "' ''\nHOST_LABEL '_hostname' 'h'\nHOST_DEFINE_END\n\n",
     {"1: host_define"}},
    {"no_hostname_label", "HOST_DEFINE '" HOST_UUID "' 'h'\nHOST_DEFINE_END\n\n", {"2: host_define"}},
    {"labels_unsorted",
     "HOST_DEFINE '" HOST_UUID "' 'h'\nHOST_LABEL 'b' ''\nHOST_LABEL '_hostname' ''\nHOST_DEFINE_END\n\n",
     {"3: host_define", "4: host_define"}},
    {"label_outside", "HOST_LABEL 'a' 'b'\n", {"1: host_define"}},
    {"definition_not_closed", "HOST_DEFINE '" HOST_UUID "' 'h'\n", {"1: host_define"}},
    {"chart_in_host_definition", "HOST_DEFINE '" HOST_UUID "' 'h'\n" CHART_LINE("t.d", ""), {"2: host_define"}},
    {"chart_of_another_host",
     "HOST_DEFINE '" HOST_UUID "' 'h'\nHOST_LABEL '_hostname' 'h'\nHOST_DEFINE_END\n\nHOST '" HOST_UUID
     "'\n\nBEGIN 't.c'\nEND\n\n",
     {"7: begin_known"}},
};

const std::vector<Row> kCharts{
    {"no_dot", CHART_LINE("tc", ""), {"1: chart_id"}},
    {"no_type", CHART_LINE(".c", ""), {"1: chart_id"}},
    {"no_id", CHART_LINE("t.", ""), {"1: chart_id"}},
    {"dots_in_id", CHART_LINE("t.c.d", ""), {}},
    {"longest", kLongest, {}},
    {"too_long", kTooLong, {"1: chart_length"}},
    {"name", "CHART 't.d' 'n' 'T' 'u' 'F' 'c' 'line' '1' '1' '' 'p' 'm'\n", {"1: chart_fields"}},
    {"chart_type", "CHART 't.d' '' 'T' 'u' 'F' 'c' 'pie' '1' '1' '' 'p' 'm'\n", {"1: chart_fields"}},
    {"priority", "CHART 't.d' '' 'T' 'u' 'F' 'c' 'line' '' '1' '' 'p' 'm'\n", {"1: chart_fields"}},
    {"interval_zero", "CHART 't.d' '' 'T' 'u' 'F' 'c' 'line' '1' '0' '' 'p' 'm'\n", {"1: chart_fields"}},
    {"option", CHART_LINE("t.d", "gone"), {"1: chart_fields"}},
    {"obsolete", CHART_LINE("t.c", "obsolete"), {}},
    {"obsolete_unknown", CHART_LINE("t.d", "obsolete"), {"1: chart_obsolete"}},
    {"obsolete_twice", CHART_LINE("t.c", "obsolete") CHART_LINE("t.c", "obsolete"), {}},
    {"obsolete_with_dimension", CHART_LINE("t.c", "obsolete") DIM_LINE("a", "obsolete"), {"2: chart_obsolete"}},
    {"obsolete_with_label", CHART_LINE("t.c", "obsolete") "CLABEL 'k' 'v' '1'\n", {"2: chart_obsolete"}},
    {"chart_in_update", "BEGIN 't.c'\n" CHART_LINE("t.d", ""), {"2: end_missing"}},
    {"label_alone", "\nCLABEL 'k' 'v' '1'\n", {"2: label_outside"}},
    {"commit_alone", "\nCLABEL_COMMIT\n", {"2: label_outside"}},
    {"label_key", "CLABEL '' 'v' '1'\n", {"1: label_fields"}},
    {"label_value_empty", "CLABEL 'k' '' '1'\nCLABEL_COMMIT\n", {}},
    {"label_source", "CLABEL 'k' 'v' '3'\n", {"1: label_fields"}},
    {"label_twice", "CLABEL 'k' 'v' '1'\nCLABEL 'k' 'w' '1'\nCLABEL_COMMIT\n", {}},
    {"commit_without_labels", CHART_LINE("t.d", "") "CLABEL_COMMIT\n", {"2: label_commit"}},
    {"commit_twice", "CLABEL 'k' 'v' '1'\nCLABEL_COMMIT\nCLABEL_COMMIT\n", {"3: label_commit"}},
    {"not_committed", "CLABEL 'k' 'v' '1'\n" DIM_LINE("b", ""), {"2: label_commit"}},
    {"not_committed_at_the_end", "CLABEL 'k' 'v' '1'\n", {"1: label_commit"}},
    {"dimension_alone", "\n" DIM_LINE("b", ""), {"2: dimension_outside"}},
    {"dimension_after_update", "BEGIN 't.c'\nEND\n\n" DIM_LINE("b", ""), {"4: dimension_outside"}},
    {"dimension_id", DIM_LINE("", ""), {"1: dimension_fields"}},
    {"dimension_name", "DIMENSION 'b' 'c' 'absolute' '1' '1' ''\n", {"1: dimension_fields"}},
    {"algorithm", "DIMENSION 'b' 'b' 'rate' '1' '1' ''\n", {"1: dimension_fields"}},
    {"multiplier_zero", "DIMENSION 'b' 'b' 'absolute' '0' '1' ''\n", {"1: dimension_fields"}},
    {"divisor_zero", "DIMENSION 'b' 'b' 'absolute' '1' '0' ''\n", {"1: dimension_fields"}},
    {"option_order", DIM_LINE("b", "type=float hidden"), {"1: dimension_fields"}},
    {"options", DIM_LINE("b", "hidden type=float"), {}},
    {"option_space", DIM_LINE("b", "hidden "), {"1: dimension_fields"}},
    {"dimension_twice", DIM_LINE("a", ""), {"1: dimension_duplicate"}},
    {"dimension_sent_again", CHART_LINE("t.c", "") DIM_LINE("a", ""), {}},
    {"dimension_obsolete", CHART_LINE("t.c", "") DIM_LINE("a", "obsolete"), {}},
    {"dimension_obsolete_unknown", CHART_LINE("t.c", "") DIM_LINE("b", "obsolete"), {"2: dimension_obsolete"}},
};

const std::vector<Row> kUpdates{
    {"unknown_chart", "BEGIN 't.d'\nSET 'a' = 1\nEND\n\n", {"1: begin_known"}},
    {"obsolete_chart", CHART_LINE("t.c", "obsolete") "BEGIN 't.c'\nEND\n\n", {"2: begin_known"}},
    {"revived_chart",
     CHART_LINE("t.c", "obsolete") CHART_LINE("t.c", "") "BEGIN 't.c'\nSET 'a' = 1\nEND\n\n",
     {"4: set_known"}},
    {"microseconds", "BEGIN 't.c' 1000000\nEND\n\n", {}},
    {"microseconds_zero", "BEGIN 't.c' 0\nEND\n\n", {"1: begin_fields"}},
    {"microseconds_text", "BEGIN 't.c' 1.5\nEND\n\n", {"1: begin_fields"}},
    {"nested", "BEGIN 't.c'\nBEGIN 't.c'\nEND\n\n", {"2: end_missing"}},
    {"host_in_update", "BEGIN 't.c'\nHOST ''\n\n", {"2: end_missing"}},
    {"end_missing", "BEGIN 't.c'\nSET 'a' = 1\n", {"2: end_missing"}},
    {"end_alone", "END\n", {"1: end_outside"}},
    {"set_alone", "SET 'a' = 1\n", {"1: set_outside"}},
    {"set_unknown", "BEGIN 't.c'\nSET 'b' = 1\nEND\n\n", {"2: set_known"}},
    {"set_empty_name", "BEGIN 't.c'\nSET '' = 1\nEND\n\n", {"2: set_known"}},
    {"set_obsolete",
     CHART_LINE("t.c", "") DIM_LINE("a", "obsolete") "BEGIN 't.c'\nSET 'a' = 1\nEND\n\n",
     {"4: set_known"}},
    {"set_twice", "BEGIN 't.c'\nSET 'a' = 1\nSET 'a' = 2\nEND\n\n", {"3: set_duplicate"}},
    {"order_kept_with_a_hole",
     "BEGIN 't.c'\nSET 'f' = 1\nSET 'a' = 1\nEND\n\nBEGIN 't.c'\nSET 'a' = 2\nEND\n\n"
     "BEGIN 't.c'\nSET 'f' = 1\nSET 'a' = 1\nEND\n\n",
     {}},
    {"order_changed",
     "BEGIN 't.c'\nSET 'f' = 1\nSET 'a' = 1\nEND\n\nBEGIN 't.c'\nSET 'a' = 2\nSET 'f' = 2\nEND\n\n",
     {"8: set_order"}},
    {"new_dimension_between",
     "BEGIN 't.c'\nSET 'a' = 1\nSET 'f' = 1\nEND\n\n" CHART_LINE("t.c", "")
         DIM_LINE("b", "") "BEGIN 't.c'\nSET 'a' = 1\nSET 'b' = 1\nSET 'f' = 1\nEND\n\n",
     {}},
    {"gap", "BEGIN 't.c'\nSET 'a' = \nEND\n\n", {}},
    {"gap_without_space", "BEGIN 't.c'\nSET 'a' =\nEND\n\n", {"2: line_written"}},
    {"no_equals", "BEGIN 't.c'\nSET 'a' 1\nEND\n\n", {"2: line_fields"}},
    {"int_min", "BEGIN 't.c'\nSET 'a' = -9223372036854775808\nEND\n\n", {}},
    {"int_too_big", "BEGIN 't.c'\nSET 'a' = 9223372036854775808\nEND\n\n", {"2: set_integer"}},
    {"int_fraction", "BEGIN 't.c'\nSET 'a' = 1.5\nEND\n\n", {"2: set_integer"}},
    {"int_leading_zero", "BEGIN 't.c'\nSET 'a' = 01\nEND\n\n", {"2: set_integer"}},
    {"int_minus_zero", "BEGIN 't.c'\nSET 'a' = -0\nEND\n\n", {"2: set_integer"}},
    {"int_plus", "BEGIN 't.c'\nSET 'a' = +1\nEND\n\n", {"2: set_integer"}},
    {"float_minus_zero", "BEGIN 't.c'\nSET 'f' = -0\nEND\n\n", {}},
    {"float_small", "BEGIN 't.c'\nSET 'f' = 0.0000001\nEND\n\n", {}},
    {"float_zeros_past_the_shortest", "BEGIN 't.c'\nSET 'f' = 123456789012345680000\nEND\n\n", {}},
    {"float_exact_digits", "BEGIN 't.c'\nSET 'f' = 123456789012345683968\nEND\n\n", {"2: set_shortest"}},
    {"float_too_many_digits", "BEGIN 't.c'\nSET 'f' = 0.1000000000000000055\nEND\n\n", {"2: set_shortest"}},
    {"float_trailing_zero", "BEGIN 't.c'\nSET 'f' = 0.50\nEND\n\n", {"2: set_shortest"}},
    {"float_exponent", "BEGIN 't.c'\nSET 'f' = 1e21\nEND\n\n", {"2: set_decimal"}},
    {"float_nan", "BEGIN 't.c'\nSET 'f' = nan\nEND\n\n", {"2: set_decimal"}},
    {"float_inf", "BEGIN 't.c'\nSET 'f' = inf\nEND\n\n", {"2: set_decimal"}},
    {"float_bare_dot", "BEGIN 't.c'\nSET 'f' = 1.\nEND\n\n", {"2: set_decimal"}},
    {"float_two_dots", "BEGIN 't.c'\nSET 'f' = 1.2.3\nEND\n\n", {"2: set_decimal"}},
    {"variable", "VARIABLE CHART 'limit' = 5\n", {}},
    {"variable_in_update", "BEGIN 't.c'\nVARIABLE CHART 'limit' = 0.5\nEND\n\n", {}},
    {"variable_alone", "\nVARIABLE CHART 'limit' = 5\n", {"2: variable"}},
    {"variable_text", "VARIABLE CHART 'limit' = many\n", {"1: variable"}},
};

const std::vector<Row> kControl{
    {"config", "CONFIG a:b status running\n\n", {}},
    {"config_action", "CONFIG a:b frob running\n\n", {"1: control_fields"}},
    {"config_access", "CONFIG a create s t /p st 'src' 'cmds' 0000 0x0000\n\n", {"1: control_fields"}},
    {"config_source_backslash", "CONFIG a create s t /p st 'src\\' 'cmds' 0x0000 0x0000\n", {"1: line_written"}},
    {"config_in_update", "BEGIN 't.c'\nCONFIG a:b delete\n\nEND\n\n", {"2: control_inside"}},
    {"config_no_blank", "CONFIG a:b delete\nHOST ''\n\n", {"2: blank_after"}},
    {"function", "FUNCTION GLOBAL \"f\" 60 \"h\" \"t\" 0x0013 100 3\n\n", {}},
    {"function_scope", "FUNCTION LOCAL \"f\" 60 \"h\" \"t\" 0x0013 100 3\n\n", {"1: control_fields"}},
    {"function_del", "FUNCTION_DEL GLOBAL \"f\"\n\n", {}},
    {"result", "FUNCTION_RESULT_BEGIN u 200 text/plain 1\nSET 'x' = it's = raw\n\nFUNCTION_RESULT_END\n\n", {}},
    {"result_code", "FUNCTION_RESULT_BEGIN u ok text/plain 1\nFUNCTION_RESULT_END\n\n", {"1: control_fields"}},
    {"result_open", "FUNCTION_RESULT_BEGIN u 200 text/plain 1\n{}\n", {"2: result_end"}},
    {"disable", "\nDISABLE\n", {}},
    {"after_disable", "\nDISABLE\nHOST ''\n\n", {"3: after_disable"}},
};

std::string name_of(const testing::TestParamInfo<Row>& row) { return std::string(row.param.name); }
INSTANTIATE_TEST_SUITE_P(Lines, Rules, testing::ValuesIn(kLines), name_of);
INSTANTIATE_TEST_SUITE_P(Hosts, Rules, testing::ValuesIn(kHosts), name_of);
INSTANTIATE_TEST_SUITE_P(Charts, Rules, testing::ValuesIn(kCharts), name_of);
INSTANTIATE_TEST_SUITE_P(Updates, Rules, testing::ValuesIn(kUpdates), name_of);
INSTANTIATE_TEST_SUITE_P(Control, Rules, testing::ValuesIn(kControl), name_of);

TEST(RulesTable, EveryRuleIsBrokenByARow) {
  std::set<std::string_view> broken{"host_selected"};  // by HostSelected below
  for (const auto* table : {&kLines, &kHosts, &kCharts, &kUpdates, &kControl}) {
    for (const auto& row : *table) {
      for (const auto want : row.want) broken.insert(want.substr(want.find(' ') + 1));
    }
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(Rule::count_); ++i) {
    const auto name = rule_name(static_cast<Rule>(i));
    EXPECT_TRUE(broken.contains(name)) << name;
  }
}

TEST(RulesTable, AChartBeforeAnyHostIsBlamedOnlyWhereHostsAreRequired) {
  const auto text = kChart.substr(kChart.find("CHART"));
  Reader required;
  required.feed(text);
  EXPECT_THAT(required.report(), testing::StartsWith("line 1: host_selected"));
  Reader forbidden{{.hosts = HostLines::forbidden}};
  forbidden.feed(text);
  EXPECT_THAT(forbidden.violations(), IsEmpty());
}

}  // namespace
}  // namespace cppd::protocol

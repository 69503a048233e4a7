// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/agent/confgroup/job_config.h>

#include <cppd/agent/confgroup/job_name.h>
#include <cppd/agent/confgroup/module_file.h>
#include <cppd/agent/confgroup/plugin_config.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace cppd::agent {
namespace {

using namespace std::chrono_literals;

const std::vector<CollectorInfo> kCollectors = {
    {.defaults = {.module = "slow", .update_every = 5s, .autodetection_retry = 60s}},
    {.defaults = {.module = "plain"}},
    {.defaults = {.module = "windows"}},
    {.defaults = {.module = "alone", .single_instance = true}}};

/// `slow`, `windows` and `alone` run.
ModuleFile parse(std::string_view text, std::string path = "/u/cpp.d/slow.conf", std::chrono::seconds least = 1s) {
  ModuleFileScope scope{.known = module_names(kCollectors), .update_every_min = least};
  for (const auto index : {0, 2, 3}) scope.modules.push_back(&kCollectors[static_cast<std::size_t>(index)]);
  return parse_module_file(text, {.path = std::move(path)}, scope);
}

struct NameCase {
  std::string_view name, written, cleaned, refused;
  friend void PrintTo(const NameCase& row, std::ostream* out) { *out << row.name; }
};
// Contract 4.2, and its cases 46 and 47.
constexpr NameCase kNames[] = {
    {"runs", "a b.c:d", "a_b_c_d", ""},
    {"each_kind_of_run", "x  ..y", "x__y", ""},
    {"mixed_white_space", "a \t\nb", "a_b", ""},
    {"lead", " lead", "_lead", ""},
    {"utf8", "dash-1_Ü", "dash-1_Ü", ""},
    {"slash", "a/b", "a/b", ""},
    {"equals", "x=y", "x=y", "contains '='"},
    {"quote", "q'r", "q'r", "contains '''"},
    {"double_quote", "d\"q", "d\"q", "contains '\"'"},
    {"backslash", "b\\s", "b\\s", "contains '\\'"},
    {"wide_space", "a\u2003b", "a\u2003b", "contains spaces"},
    {"control", "a\x01z", "a\x01z", "contains control characters"},
    {"delete", "a\x7Fz", "a\x7Fz", "contains control characters"},
};
class JobName : public testing::TestWithParam<NameCase> {};
TEST_P(JobName, IsCleanedThenJudged) {
  const auto cleaned = clean_job_name(GetParam().written);
  EXPECT_EQ(cleaned, GetParam().cleaned);
  const auto judged = check_job_name(cleaned);
  EXPECT_EQ(judged ? "" : judged.error().what, GetParam().refused);
}
INSTANTIATE_TEST_SUITE_P(Table, JobName, testing::ValuesIn(kNames),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST(JobName, OfCommandsKeepsItsDots) {
  EXPECT_EQ(clean_command_name("a  b:c.d"), "a__b_c.d");
  EXPECT_EQ(check_job_name("a.b").error().what, "contains '.'");
}

TEST(JobName, FullNameOfAModulesOwnJob) {
  EXPECT_EQ(full_job_name("nginx", "nginx"), "nginx");
  EXPECT_EQ(full_job_name("nginx", "local"), "nginx_local");
}

struct OptionCase {
  std::string_view name, text;
  std::chrono::seconds least, update_every, retry;
  std::int64_t priority;
  std::string_view mistakes;
  friend void PrintTo(const OptionCase& row, std::ostream* out) { *out << row.name; }
};
// Contract 2.4 with weak spot W40; the module says 5 and 60.
constexpr OptionCase kOptions[] = {
    {"module", "jobs: [{name: a}]", 1s, 5s, 60s, 70000, ""},
    {"file", "{update_every: 3, autodetection_retry: 9, priority: 8, jobs: [{}]}", 1s, 3s, 9s, 8, ""},
    {"job", "{update_every: 3, jobs: [{update_every: 2, autodetection_retry: 1, priority: 7}]}", 1s, 2s, 1s, 7, ""},
    {"command_line_is_the_least", "jobs: [{update_every: 2}]", 5s, 5s, 60s, 70000, ""},
    {"command_line_below", "jobs: [{update_every: 9}]", 5s, 9s, 60s, 70000, ""},
    {"retry_off_in_the_job", "jobs: [{autodetection_retry: 0}]", 1s, 5s, 0s, 70000, ""},
    {"retry_negative_in_the_file", "{autodetection_retry: -1, jobs: [{}]}", 1s, 5s, 0s, 70000, ""},
    {"retry_absent_text", "{autodetection_retry: 4, jobs: [{autodetection_retry: }]}", 1s, 5s, 4s, 70000, ""},
    {"zero_interval", "jobs: [{update_every: 0}]", 1s, 5s, 60s, 70000,
     "f:1:23: jobs[0].update_every: 0 counts as absent, the least is 1"},
    {"text", "{update_every: 3, jobs: [{update_every: \"10\"}]}", 1s, 3s, 60s, 70000,
     "f:1:41: jobs[0].update_every: expected an integer, found text `10`"},
    {"float", "jobs: [{update_every: 2.0, priority: 1.5}]", 1s, 5s, 60s, 70000,
     "f:1:23: jobs[0].update_every: expected an integer, found a number `2.0`\n"
     "f:1:38: jobs[0].priority: expected an integer, found a number `1.5`"},
    {"huge", "jobs: [{update_every: 9223372036854775807}]", 1s, kIntervalMax, 60s, 70000, ""},
};
class Options : public testing::TestWithParam<OptionCase> {};
TEST_P(Options, AreResolved) {
  const auto& row = GetParam();
  auto parsed = yaml::Document::parse(row.text, "f");
  ASSERT_TRUE(parsed);
  const auto document = std::make_shared<const yaml::Document>(std::move(*parsed));
  yaml::Decoder decoder{*document};
  JobRecipe recipe{
      .module = "slow", .defaults = module_defaults(kCollectors[0].defaults), .update_every_min = row.least};
  apply_defaults(decoder, document->root(), {}, recipe.defaults);
  const yaml::Path jobs{.key = "jobs"};
  const auto job =
      make_job(decoder, document, *document->root().find("jobs")->items()[0], {.parent = &jobs, .index = 0}, recipe);
  ASSERT_TRUE(job);
  EXPECT_EQ(job->update_every, row.update_every);
  EXPECT_EQ(job->autodetection_retry, row.retry);
  EXPECT_EQ(job->priority, row.priority);
  EXPECT_EQ(join_errors(decoder.take_errors()), row.mistakes);
}
INSTANTIATE_TEST_SUITE_P(Table, Options, testing::ValuesIn(kOptions),
                         [](const auto& row) { return std::string{row.param.name}; });

struct FileCase {
  std::string_view name, text;
  bool usable;
  std::vector<std::string> jobs;
  std::string_view refused, warnings;
  std::string path = "/u/cpp.d/slow.conf";
  friend void PrintTo(const FileCase& row, std::ostream* out) { *out << row.name; }
};
// Contract 8.1, S-3 to S-8, with weak spot W18: a bad item costs that item.
const FileCase kFiles[] = {
    {"empty", "", true, {}, "", ""},
    // The examples of the header, with modules that are here.
    {"example",
     "update_every: 5            # defaults of the jobs: update_every, autodetection_retry, priority\n"
     "jobs:\n"
     "  - name: local\n"
     "    url: http://127.0.0.1\n",
     true,
     {"slow_local"},
     "",
     ""},
    {"example_of_a_list", "- module: slow            # the list form\n  name: local\n", true, {"slow_local"}, "", ""},
    {"comments", "# jobs\n", true, {}, "", ""},
    {"no_jobs", "jobs: []\n", true, {}, "", ""},
    {"two", "jobs: [{name: a}, {name: b}]\n", true, {"slow_a", "slow_b"}, "", ""},
    {"nameless", "jobs: [{}]\n", true, {"slow"}, "", ""},
    {"module_key_of_a_static_job_does_not_count", "jobs: [{name: a, module: windows}]\n", true, {"slow_a"}, "", ""},
    {"null_item",
     "jobs:\n  -\n  - name: b\n",
     true,
     {"slow_b"},
     "F:2:4: jobs[0]: expected a mapping (job), found nothing",
     ""},
    {"text_item",
     "jobs: [x, {name: b}]\n",
     true,
     {"slow_b"},
     "F:1:8: jobs[0]: expected a mapping (job), found text",
     ""},
    {"bad_name",
     "jobs: [{name: x=y}, {name: b}]\n",
     true,
     {"slow_b"},
     "F:1:15: jobs[0].name: unacceptable job name \"x=y\": contains '='",
     ""},
    {"number_for_a_name",
     "jobs: [{name: 127}]\n",
     true,
     {"slow"},
     "",
     "F:1:15: jobs[0].name: expected text, found an integer `127`"},
    {"jobs_is_a_mapping", "jobs: {name: a}\n", false, {}, "F:1:7: jobs: expected a list, found a mapping", ""},
    {"just_text", "just text\n", false, {}, "F:1:1: expected a mapping with jobs or a list of jobs, found text", ""},
    {"unknown_key", "job: [{name: a}]\n", true, {}, "", "F:1:1: unknown key \"job\"; did you mean \"jobs\"?"},
    {"anchors", "common: &c {a: {b: 1}}\njobs:\n  - <<: *c\n    name: x\n", true, {"slow_x"}, "", ""},
    {"duplicate_key",
     "jobs:\n  - name: a\n    name: b\n",
     true,
     {"slow_b"},
     "",
     "F:3:5: key \"name\" is written twice"},
    {"list", "- {module: windows, name: a}\n- {module: slow}\n", true, {"windows_a", "slow"}, "", ""},
    {"list_drops",
     "-\n- {name: a}\n- {module: plain}\n- {module: slo}\n- {module: slow, name: b}\n",
     true,
     {"slow_b"},
     "F:1:2: [0]: expected a mapping (job), found nothing\n"
     "F:2:3: [1]: module is missing\n"
     "F:3:12: [2].module: module \"plain\" is not enabled\n"
     "F:4:12: [3].module: unknown module \"slo\"; did you mean \"slow\"?",
     ""},
    {"file_of_a_module_that_does_not_run", "jobs: [{name: a}]\n", true, {}, "", "", "/u/cpp.d/plain.conf"},
    {"old_name_of_windows", "jobs: [{name: a}]\n", true, {"windows_a"}, "", "", "/u/cpp.d/wmi.conf"},
    {"single_instance",
     "jobs: [{name: other}, {name: alone}]\n",
     true,
     {"alone"},
     "F:1:15: jobs[0].name: the only job of alone is named after it",
     "",
     "/u/cpp.d/alone.conf"},
};
class Files : public testing::TestWithParam<FileCase> {};
TEST_P(Files, Give) {
  const auto& row = GetParam();
  auto file = parse(row.text, row.path);
  std::vector<std::string> jobs;
  for (const auto& job : file.jobs) jobs.push_back(job.full_name);
  for (auto* errors : {&file.refused, &file.warnings}) {
    for (auto& error : *errors) {
      EXPECT_EQ(error.location->file, row.path);
      error.location->file = "F";
    }
  }
  EXPECT_EQ(file.usable, row.usable);
  EXPECT_EQ(jobs, row.jobs);
  EXPECT_EQ(join_errors(file.refused), row.refused);
  EXPECT_EQ(join_errors(file.warnings), row.warnings);
}
INSTANTIATE_TEST_SUITE_P(Table, Files, testing::ValuesIn(kFiles),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST(JobConfig, KeepsWhatOtherPartsNeed) {
  const auto file = parse(
      "jobs:\n"
      "  - name: a\n"
      "    vnode: db1\n"
      "    function_only: yes\n"
      "    labels: {zone: eu, num: 5}\n"
      "    url: http://x\n");
  ASSERT_EQ(file.jobs.size(), 1U);
  const auto& job = file.jobs[0];
  EXPECT_EQ(job.vnode, "db1");
  EXPECT_TRUE(job.function_only);
  EXPECT_EQ(job.labels, (std::map<std::string, std::string>{{"zone", "eu"}}));
  EXPECT_EQ(job.origin.source, "discoverer=file_reader,file=/u/cpp.d/slow.conf");
  EXPECT_EQ(job.node->find("url")->text(), "http://x");
  EXPECT_EQ(job.place(), (Location{"/u/cpp.d/slow.conf", 2, 11}));
  EXPECT_EQ(job.uid(),
            "user_file reader_discoverer=file_reader,file=/u/cpp.d/slow.conf_slow_a_" + std::to_string(job.hash));
  EXPECT_EQ(join_errors(file.warnings),
            "/u/cpp.d/slow.conf:5:29: jobs[0].labels.num: expected text, found an integer `5`");
}

struct HashCase {
  std::string_view name, left, right;
  bool equal;
  friend void PrintTo(const HashCase& row, std::ostream* out) { *out << row.name; }
};
// Contract 4.1, I-1, and case 50.
constexpr HashCase kHashes[] = {
    {"order_of_keys", "{name: a, url: u, n: 1}", "{n: 1, url: u, name: a}", true},
    {"order_of_nested_keys", "{h: {a: 1, b: 2}}", "{h: {b: 2, a: 1}}", true},
    {"spelling_of_a_number", "{n: 16}", "{n: 0x10}", true},
    {"spelling_of_a_bool", "{n: yes}", "{n: true}", true},
    {"internal_keys", "{n: 1, __source__: x}", "{n: 1}", true},
    {"what_is_resolved", "{update_every: 5}", "{}", true},
    {"name_that_is_cleaned", "{name: a.b}", "{name: a_b}", true},
    {"value", "{n: 1}", "{n: 2}", false},
    {"text_is_no_number", "{n: 1}", "{n: '1'}", false},
    {"key", "{n: 1}", "{m: 1}", false},
    {"keys_swapped", "{a: 1, b: 2}", "{a: 2, b: 1}", false},
    {"order_of_items", "{l: [1, 2]}", "{l: [2, 1]}", false},
    {"nesting", "{l: [[1], 2]}", "{l: [1, [2]]}", false},
    {"interval", "{update_every: 6}", "{}", false},
    {"null_value", "{n: }", "{}", false},
};
class Hash : public testing::TestWithParam<HashCase> {};
TEST_P(Hash, IsStructural) {
  const auto hash = [](std::string_view job) {
    const auto file = parse(fmt::format("jobs: [{}]", job));
    return file.jobs.at(0).hash;
  };
  EXPECT_EQ(hash(GetParam().left) == hash(GetParam().right), GetParam().equal);
}
INSTANTIATE_TEST_SUITE_P(Table, Hash, testing::ValuesIn(kHashes),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST(DummyJob, HasItsModulesDefaults) {
  const auto job = dummy_job("slow", module_defaults(kCollectors[0].defaults), 7s);
  EXPECT_EQ(job.full_name, "slow");
  EXPECT_EQ(job.update_every, 7s);
  EXPECT_EQ(job.autodetection_retry, 60s);
  EXPECT_EQ(job.origin.type, SourceType::stock);
  EXPECT_EQ(job.origin.source, "internal");
  EXPECT_TRUE(job.node->is_mapping());
}

}  // namespace
}  // namespace cppd::agent

// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/agent/confgroup/plugin_config.h>

#include <gtest/gtest.h>

namespace cppd::agent {
namespace {

const std::vector<std::string_view> kKnown = {"linux", "nginx", "prometheus"};

struct ConfigCase {
  std::string_view name, text;
  bool enabled, default_run;
  std::map<std::string, bool, std::less<>> modules;
  std::string_view mistakes;
  friend void PrintTo(const ConfigCase& row, std::ostream* out) { *out << row.name; }
};

// Contract 1.4.
const ConfigCase kConfigs[] = {
    {"empty", "", true, true, {}, ""},
    {"comments", "# nothing\n", true, true, {}, ""},
    {"all_keys",
     "enabled: yes\ndefault_run: no\nmax_procs: 2\nmodules:\n  nginx: yes\n",
     true,
     false,
     {{"nginx", true}},
     ""},
    // The example of the header.
    {"example",
     "enabled: yes        # no: nothing runs\n"
     "default_run: yes    # modules that are not named below\n"
     "max_procs: 0        # threads for collection; 0: as many as the machine has processors\n"
     "modules:\n"
     "  linux: yes\n"
     "  prometheus: no\n",
     true,
     true,
     {{"linux", true}, {"prometheus", false}},
     ""},
    {"disabled", "enabled: no\n", false, true, {}, ""},
    {"lost_indentation", "modules:\nnginx: no\n", true, true, {{"nginx", false}}, ""},  // P-10
    {"modules_count_before_lost_ones", "nginx: no\nmodules: {nginx: yes}\n", true, true, {{"nginx", true}}, ""},
    {"absent_value", "enabled:\ndefault_run:\n", true, true, {}, ""},
    {"last_duplicate", "enabled: yes\nenabled: no\n", false, true, {}, "f:2:1: key \"enabled\" is written twice"},
    {"unknown_key",
     "default_rum: no\n",
     true,
     true,
     {{"default_rum", false}},
     "f:1:1: unknown key \"default_rum\"; did you mean \"default_run\"?"},
    {"unknown_module",
     "modules:\n  ngin: yes\n",
     true,
     true,
     {{"ngin", true}},
     "f:2:3: modules: unknown module \"ngin\"; did you mean \"nginx\"?"},
    // P-11: a file that is wrong does not count at all.
    {"wrong_type",
     "enabled: no\ndefault_run: 5\n",
     true,
     true,
     {},
     "f:2:14: default_run: expected a bool, found an integer `5`"},
    {"wrong_module_type",
     "enabled: no\nmodules: {nginx: 1}\n",
     true,
     true,
     {},
     "f:2:18: modules.nginx: expected a bool, found an integer `1`"},
    {"modules_is_a_list",
     "enabled: no\nmodules: [nginx]\n",
     true,
     true,
     {},
     "f:2:10: modules: expected a mapping, found a list"},
    {"no_mapping", "just text\n", true, true, {}, "f:1:1: expected a mapping, found text `just text`"},
};

class ParsePluginConfig : public testing::TestWithParam<ConfigCase> {};
TEST_P(ParsePluginConfig, Gives) {
  const auto& row = GetParam();
  auto got = parse_plugin_config(row.text, "f", kKnown);
  EXPECT_EQ(got.config.enabled, row.enabled);
  EXPECT_EQ(got.config.default_run, row.default_run);
  EXPECT_EQ(got.config.modules, row.modules);
  EXPECT_EQ(join_errors(got.errors) + join_errors(got.warnings), row.mistakes);
}
INSTANTIATE_TEST_SUITE_P(Table, ParsePluginConfig, testing::ValuesIn(kConfigs),
                         [](const auto& row) { return std::string{row.param.name}; });

struct EnabledCase {
  std::string_view name;
  bool off_by_default;
  std::optional<bool> entry;
  bool default_run, want;
  friend void PrintTo(const EnabledCase& row, std::ostream* out) { *out << row.name; }
};
constexpr EnabledCase kEnabled[] = {
    // The rows of the table in contract 1.4.
    {"yes_overrides_off", true, true, false, true},
    {"yes", false, true, false, true},
    {"no", false, false, true, false},
    {"no_when_off", true, false, true, false},
    {"off_by_default", true, std::nullopt, true, false},
    {"default_run", false, std::nullopt, true, true},
    {"no_default_run", false, std::nullopt, false, false},
};
class ModuleEnabled : public testing::TestWithParam<EnabledCase> {};
TEST_P(ModuleEnabled, FollowsTheTable) {
  const auto& row = GetParam();
  PluginConfig config{.default_run = row.default_run};
  if (row.entry) config.modules["m"] = *row.entry;
  EXPECT_EQ(module_enabled(config, "m", row.off_by_default), row.want);
}
INSTANTIATE_TEST_SUITE_P(Table, ModuleEnabled, testing::ValuesIn(kEnabled),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST(PluginFile, WhatCannotBeReadLeavesTheDefaults) {
  const Directories directories{.plugin = "cpp.d", .user_roots = {"/proc/self/mem"}};  // a file, where a folder is due
  const auto got = read_plugin_config(directories);
  ASSERT_EQ(got.errors.size(), 1U);
  EXPECT_EQ(got.errors[0].text(), "/proc/self/mem/cpp.d.conf: Not a directory");
  EXPECT_TRUE(got.config.enabled);
}

}  // namespace
}  // namespace cppd::agent

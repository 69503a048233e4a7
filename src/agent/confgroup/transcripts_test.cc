// SPDX-License-Identifier: GPL-3.0-or-later
// The recorded transcripts of the agent, as far as files, environment and command line alone decide: which modules run,
// which jobs a start announces, and with which intervals.
#include <cppd/agent/confgroup/discovery.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

namespace cppd::agent {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::string_view kPlugin = "cpp.d";

/// The scripted modules of the transcripts, as their README registers them.
std::vector<CollectorInfo> scripted_modules() {
  using namespace std::chrono_literals;
  return {{.defaults = {.module = "scripted"}},
          {.defaults = {.module = "scriptedretry", .update_every = 2s, .autodetection_retry = 2s}},
          {.defaults = {.module = "scriptedoff", .disabled = true}},
          {.defaults = {.module = "scriptedbare"}},
          {.defaults = {.module = "scriptedsolo", .single_instance = true}},
          {.defaults = {.module = "scriptedfn"}},
          {.defaults = {.module = "scriptedinst"}},
          {.defaults = {.module = "scriptedagent"}},
          {.defaults = {.module = "scriptedfo"}}};
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// Transcripts of these themes that begin with a start, or with the refusal to start.
std::vector<json> transcripts() {
  std::vector<json> rows;
  for (const auto* theme : {"config", "process", "lifecycle", "dyncfg", "reload", "functions", "input", "vnodes"}) {
    const fs::path folder = fs::path{CPPD_SOURCE_DIR "/tests/vectors/agent"} / theme;
    for (const auto& entry : fs::directory_iterator{folder}) {
      auto row = json::parse(std::ifstream{entry.path()});
      const auto& first = row["steps"][0];
      const bool disabled = first.contains("expect") && first["expect"] == json::array({"DISABLE"});
      if (first.contains("startup") || disabled) rows.push_back(std::move(row));
    }
  }
  std::ranges::sort(rows, {}, [](const json& row) { return row["name"].get<std::string>(); });
  return rows;
}

/// The run's own directory, with its files.
class Transcript : public testing::TestWithParam<json> {
 protected:
  void SetUp() override {
    directory_ = fs::path{testing::TempDir()} / ("cppd_transcript_" + std::to_string(::getpid()));
    for (const auto* name : {"user", "stock", "lib", "plugins"}) fs::create_directories(directory_ / name);
    const auto& row = GetParam();
    for (const auto& [path, content] : row.value("files", json::object()).items()) {
      write(filled(path), content.is_array() ? content : content["lines"]);
    }
    if (row.contains("modules") && row["modules"].is_array()) {
      json lines = {"default_run: no", "modules:"};
      for (const auto& module : row["modules"]) lines.push_back("  " + module.get<std::string>() + ": yes");
      write(filled("user/@P@.conf"), lines);
    }
  }
  void TearDown() override { fs::remove_all(directory_); }

  [[nodiscard]] std::string filled(std::string text) const {
    return replaced(replaced(std::move(text), "@P@", kPlugin), "@DIR@", directory_.string());
  }
  void write(const std::string& path, const json& lines) const {
    fs::create_directories((directory_ / path).parent_path());
    std::ofstream file{directory_ / path};
    for (const auto& line : lines) file << filled(line.get<std::string>()) << '\n';
  }

  /// Discovers as the command line of the transcript says.
  [[nodiscard]] Discovery run() {
    const auto& row = GetParam();
    std::map<std::string, std::string> variables = {{"NETDATA_USER_CONFIG_DIR", (directory_ / "user").string()},
                                                    {"NETDATA_STOCK_CONFIG_DIR", (directory_ / "stock").string()}};
    for (const auto& [name, value] : row.value("env", json::object()).items()) {
      if (value.is_null()) {
        variables.erase(name);
      } else {
        variables[name] = filled(value.get<std::string>());
      }
    }
    DirectoryOptions where{.plugin = std::string{kPlugin}, .terminal = row.value("terminal", false)};
    where.is_directory = [](const std::string&) { return false; };  // this machine's own roots do not count
    DiscoveryOptions options;
    const auto& args = row.value("args", json::array());
    for (std::size_t i = 0; i < args.size(); ++i) {
      const auto arg = args[i].get<std::string>();
      const auto value = i + 1 < args.size() ? filled(args[i + 1].get<std::string>()) : "";
      if (arg == "-c") where.config_dirs.push_back(value);
      if (arg == "-m") options.only_module = value;
      if (arg == "-j") options.only_jobs.push_back(value);
      if (std::ranges::all_of(arg, [](char c) { return c >= '0' && c <= '9'; })) {
        options.update_every_min = std::max(std::chrono::seconds{1}, std::chrono::seconds{std::stoi(arg)});
      }
    }
    const auto directories = find_directories(where, read_environment(variables));
    plugin_ = read_plugin_config(directories);
    options.plugin = plugin_.config;
    return discover(directories, options, modules_);
  }

  fs::path directory_;
  std::vector<CollectorInfo> modules_ = scripted_modules();
  PluginFile plugin_;
};

/// `module:name type 'source'`, of a CONFIG line. Of single-instance modules the id has no name.
std::string job_of_line(const std::string& line) {
  const auto id = line.substr(line.find(":collector:") + 11);
  auto job = id.substr(0, id.find(' '));
  if (job.find(':') == std::string::npos) job += ":" + job;
  const auto at = line.find("/Jobs ") + 6;
  return job + " " + line.substr(at, line.find('\'', line.find('\'', at) + 1) + 1 - at);
}

TEST_P(Transcript, StartsAsRecorded) {
  const auto& first = GetParam()["steps"][0];
  const auto found = run();
  if (first.contains("expect")) {
    EXPECT_TRUE(!plugin_.config.enabled || found.modules.empty());
    return;
  }
  std::set<std::string> want;
  for (const auto& line : first["startup"].value("jobs", json::array())) {
    auto job = job_of_line(filled(line.get<std::string>()));
    // Weak spot W20: a directory beside the stock directory is not stock.
    if (GetParam()["name"] == "config/stock_by_string_prefix") job = replaced(job, " stock ", " user ");
    if (job.find("file_watcher") == std::string::npos) want.insert(job);
  }
  std::set<std::string> got;
  for (const auto& job : found.jobs) {
    got.insert(job.module + ":" + job.name + " " + std::string{source_type_name(job.origin.type)} + " '" +
               job.origin.source + "'");
  }
  EXPECT_EQ(got, want);
  EXPECT_EQ(found.jobs.size(), want.size());
  if (!first["startup"].contains("modules")) return;
  std::set<std::string> want_modules = first["startup"]["modules"];
  std::set<std::string> got_modules;
  for (const auto* module : found.modules) {
    // Single-instance modules have no template to announce.
    if (!module->defaults.single_instance) got_modules.emplace(module->defaults.module);
  }
  EXPECT_EQ(got_modules, want_modules);
}

/// What `get` answers for a job that nobody changed is what its file says.
TEST_P(Transcript, ResolvesIntervalsAsRecorded) {
  const auto& steps = GetParam()["steps"];
  if (!GetParam()["name"].get<std::string>().starts_with("config/")) return;
  const auto found = run();
  for (std::size_t i = 0; i + 1 < steps.size(); ++i) {
    if (!steps[i].contains("send") || !steps[i + 1].contains("expect")) continue;
    const auto command = filled(steps[i]["send"][0].get<std::string>());
    const auto id = command.find(" get\"");
    if (id == std::string::npos) continue;
    const auto from = command.find(":collector:") + 11;
    const auto answer = json::parse(steps[i + 1]["expect"][0][1].get<std::string>());
    const auto job = std::ranges::find(found.jobs, command.substr(from, id - from),
                                       [](const JobConfig& config) { return config.module + ":" + config.name; });
    ASSERT_NE(job, found.jobs.end()) << command;
    EXPECT_EQ(job->update_every.count(), answer.value("update_every", 1)) << job->full_name;
    EXPECT_EQ(job->autodetection_retry.count(), answer.value("autodetection_retry", 0)) << job->full_name;
    if (answer.contains("value")) {
      ASSERT_NE(job->node->find("value"), nullptr);
      EXPECT_EQ(job->node->find("value")->as_int64(), answer["value"].get<std::int64_t>()) << job->full_name;
    }
  }
}

/// A warning that names a file is one of ours too.
TEST_P(Transcript, WarnsOfTheFileThatWasRecorded) {
  for (const auto& step : GetParam()["steps"]) {
    if (!GetParam()["name"].get<std::string>().starts_with("config/") || !step.contains("log")) continue;
    const auto file = filled(step["log"].back().get<std::string>());
    const auto found = run();
    auto said = join_errors(plugin_.errors) + join_errors(found.refused) + join_errors(found.warnings);
    EXPECT_NE(said.find(file), std::string::npos) << said;
  }
}

std::string row_name(const testing::TestParamInfo<json>& row) {
  auto name = row.param["name"].get<std::string>();
  std::ranges::replace_if(name, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Table, Transcript, testing::ValuesIn(transcripts()), row_name);

}  // namespace
}  // namespace cppd::agent

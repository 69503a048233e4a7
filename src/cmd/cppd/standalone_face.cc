// SPDX-License-Identifier: GPL-3.0-or-later
// Subcommands: what an operator calls at a terminal. Wrong usage exits 2 with one line and a hint.
#include "faces.h"
#include "standalone.h"

#include <cppd/agent/check/lint.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string_view>
#include <vector>

namespace cppd {
namespace {

void add_config_dir(CLI::App& command, StandaloneOptions& options) {
  command.add_option("-c,--config-dir", options.config_dirs, "configuration directory; may be repeated")
      ->type_name("DIR")
      ->allow_extra_args(false);  // one each time, or the words after it would be directories too
}

/// Refuses a rule that the lint does not have, and names those it has.
CLI::Validator known_rule() {
  return {[](const std::string& word) {
            std::vector<std::string_view> names;
            for (const auto& rule : agent::lint_rules()) names.push_back(rule.name);
            if (std::ranges::find(names, word) != names.end()) return std::string{};
            return fmt::format("there is no rule {}; there are {}", word, fmt::join(names, ", "));
          },
          ""};
}

int usage_error(const CLI::ParseError& error, const CLI::App& app) {
  std::string hint = "cppd";
  for (const auto* command : app.get_subcommands()) hint += " " + command->get_name();
  fmt::print(stderr, "cppd: {} (see '{} --help')\n", error.what(), hint);
  return 2;
}

}  // namespace

int run_standalone_face(int argc, char** argv, const std::vector<CollectorInfo>& collectors) {
  StandaloneOptions options;
  CLI::App app{"Collects metrics and shows them as charts, with Netdata or without it.", "cppd"};
  app.require_subcommand(0, 1);
  app.footer(
      "With options of the plugin (-m, -j, -c, -w, -d) or a number instead of a command, it behaves as an external "
      "plugin\n"
      "of Netdata. Files are read from --config-dir, else /etc/cppd, else where Netdata keeps them.");

  auto* run = app.add_subcommand("run", "collect and show charts until it is stopped");
  add_config_dir(*run, options);
  run->add_option("-o,--output", options.output,
                  "table (lines when not on a terminal), json, or netdata: the plugin protocol")
      ->check(CLI::IsMember({"table", "json", "netdata"}));
  run->add_option("-m,--module", options.module, "run this module only");
  run->add_flag("-d,--debug", options.debug, "log at debug level");

  auto* check =
      app.add_subcommand("check", "read every configuration and template, and name each mistake; exit 0 or 1");
  add_config_dir(*check, options);
  check->add_option("TEMPLATE", options.templates, "further chart templates to read");
  check->add_option("--allow", options.allowed_rules, "switch a rule for templates off; may be repeated")
      ->type_name("RULE")
      ->allow_extra_args(false)
      ->check(known_rule());
  check->add_flag("--rules", options.list_rules, "list the rules for templates");

  auto* test =
      app.add_subcommand("test", "run one job for a few cycles and print its charts; exit 0 only when data came");
  test->add_option("MODULE", options.module, "the module")->required();
  test->add_option("-j,--job", options.job, "the job, when the module has several");
  test->add_option("-n,--cycles", options.cycles, "cycles to run")->check(CLI::Range(1, 1000))->capture_default_str();
  add_config_dir(*test, options);
  test->add_flag("-d,--debug", options.debug, "log at debug level");

  auto* version = app.add_subcommand("version", "print the version");

  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    fmt::print("{}", app.help());
    return 0;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) return app.exit(error);
    return usage_error(error, app);
  }
  if (version->parsed()) {
    fmt::print("cppd {}\n", kVersion);
    return 0;
  }
  if (check->parsed()) return run_check(options, collectors);
  if (test->parsed()) return run_test(options, collectors);
  if (run->parsed() || ::isatty(STDOUT_FILENO) != 0) return run_live(options, collectors);
  fmt::print(stderr, "{}", app.help());
  return 2;
}

}  // namespace cppd

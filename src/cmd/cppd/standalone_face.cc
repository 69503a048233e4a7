// SPDX-License-Identifier: GPL-3.0-or-later
// Subcommands: what an operator calls at a terminal. Wrong usage exits 2 with one line and a hint.
#include "faces.h"
#include "standalone.h"

#include <cppd/agent/check/lint.h>
#include <cppd/charttpl/schema.h>

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

int usage_error(std::string_view what, const CLI::App& app) {
  std::string hint = "cppd";
  for (const auto* command : app.get_subcommands()) hint += " " + command->get_name();
  fmt::print(stderr, "cppd: {} (see '{} --help')\n", what, hint);
  return 2;
}

CLI::App* add_explain(CLI::App& app, StandaloneOptions& options) {
  auto* explain = app.add_subcommand(
      "explain", "say why each series is on its chart or on none: of a job, or of a template and captured pages");
  explain->add_option("MODULE", options.module, "the module whose job is run and explained");
  explain->add_option("-j,--job", options.job, "the job, when the module has several");
  auto* cycles = explain->add_option("-n,--cycles", options.cycles, "cycles to run before it explains")
                     ->check(CLI::Range(1, 1000))
                     ->capture_default_str();
  add_config_dir(*explain, options);
  explain->add_option("-t,--template", options.template_file, "a chart template to try instead of a job")
      ->type_name("FILE")
      ->excludes(cycles);  // there each page is one
  explain->add_option("-p,--payload", options.payloads, "a page in the text format of Prometheus; each is one cycle")
      ->type_name("FILE")
      ->allow_extra_args(false);
  explain->add_option("-o,--output", options.output, "text (default) or json")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "json"}));
  explain->add_option("--series", options.series_glob, "only series with such a name, or name{key=\"value\",...}")
      ->type_name("GLOB");
  explain->add_option("--chart", options.chart_glob, "only charts with such an id or context")->type_name("GLOB");
  explain->add_flag("--unplaced", options.unplaced, "only series that are on no chart");
  explain->add_flag("--strict", options.strict, "exit 1 when a series is on no chart, or a warning is given");
  explain->add_flag("-d,--debug", options.debug, "log at debug level");
  explain->footer(
      "Two forms:\n"
      "  cppd explain MODULE [-j JOB] [-n CYCLES] [-c DIR]\n"
      "  cppd explain --template FILE --payload FILE [--payload FILE ...]\n"
      "A series that is on no chart comes with the reason and the line of the template that nearly took it. A payload\n"
      "named - is standard input. Lines of the template that took nothing are listed, but are no warnings.\n"
      "Exit status: 0 explained, 1 the job, template or payload is wrong (or --strict found something), 2 wrong "
      "usage.");
  return explain;
}

/// What CLI11 cannot say about the two forms. Empty when it is right.
std::string_view wrong_explain(const StandaloneOptions& options) {
  const bool captured = !options.template_file.empty() || !options.payloads.empty();
  if (options.module.empty() && !captured) return "MODULE is required, or --template and --payload";
  if (!options.module.empty() && captured) return "MODULE excludes --template and --payload";
  if (captured && options.template_file.empty()) return "--payload requires --template";
  if (captured && options.payloads.empty()) return "--template requires --payload";
  return {};
}

CLI::App* add_try(CLI::App& app, StandaloneOptions& options) {
  auto* attempt = app.add_subcommand("try", "print the charts that a template makes of captured pages");
  attempt->add_option("TEMPLATE", options.template_file, "the chart template")->required();
  attempt->add_option("PAYLOAD", options.payloads, "pages in the text format of Prometheus; each is one cycle")
      ->required();
  attempt->add_option("-o,--output", options.output, "tree (default), json, or netdata: what the daemon would get")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"tree", "json", "netdata"}));
  attempt->add_option("-j,--job", options.job, "name of the job that the charts are of");
  attempt->footer(
      "A payload named - is standard input. Counters are rates: they show from the second page on, which counts as "
      "one\n"
      "second later. What was lost is told on standard error; cppd explain says more.\n"
      "Exit status: 0 charts came out, 1 the template or a payload is wrong, 2 wrong usage.");
  return attempt;
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

  auto* explain = add_explain(app, options);
  auto* attempt = add_try(app, options);
  std::string schema_of;
  auto* schema = app.add_subcommand("schema", "print a JSON schema");
  schema->add_option("WHAT", schema_of, "template: the chart template language")
      ->required()
      ->check(CLI::IsMember({"template"}));

  auto* version = app.add_subcommand("version", "print the version");

  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    fmt::print("{}", app.help());
    return 0;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) return app.exit(error);
    return usage_error(error.what(), app);
  }
  if (version->parsed()) {
    fmt::print("cppd {}\n", kVersion);
    return 0;
  }
  if (schema->parsed()) {
    fmt::print("{}", charttpl::schema());
    return 0;
  }
  if (check->parsed()) return run_check(options, collectors);
  if (test->parsed()) return run_test(options, collectors);
  if (explain->parsed()) {
    if (const auto wrong = wrong_explain(options); !wrong.empty()) return usage_error(wrong, app);
    return run_explain(options, collectors);
  }
  if (attempt->parsed()) return run_try(options);
  if (run->parsed() || ::isatty(STDOUT_FILENO) != 0) return run_live(options, collectors);
  fmt::print(stderr, "{}", app.help());
  return 2;
}

}  // namespace cppd

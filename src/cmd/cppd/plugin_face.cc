// SPDX-License-Identifier: GPL-3.0-or-later
// The command line and the streams of an external plugin. Source: agent contract 1.1, 1.6, 1.7.
#include "faces.h"

#include <cppd/agent/confgroup/job_name.h>
#include <cppd/agent/process/agent.h>
#include <cppd/netdataapi/daemon.h>

#include <fcntl.h>
#include <fmt/format.h>
#include <getopt.h>
#include <unistd.h>

#include <atomic>
#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace cppd {
namespace {

struct PluginOptions {
  std::string module;
  std::vector<std::string> jobs;
  std::vector<std::string> config_dirs;
  std::vector<std::string> watch_paths;
  bool debug = false;
  bool version = false;
  bool help = false;
  int update_every = 1;
};

void print_usage(std::FILE* to, const std::string& plugin) {
  fmt::print(to,
             "Usage:\n"
             "  {}.plugin [OPTIONS] [update every]\n\n"
             "Options:\n"
             "  -m, --modules=     run this module only (default: all)\n"
             "  -j, --job=         with -m: keep only jobs of this name; may be repeated\n"
             "  -c, --config-dir=  user configuration directory; may be repeated\n"
             "  -w, --watch-path=  files that are watched for jobs; may be repeated\n"
             "  -d, --debug        log at debug level\n"
             "  -v, --version      print the version and exit\n"
             "  -h, --help         show this help\n\n"
             "update every: least interval of all jobs in seconds (default: 1)\n",
             plugin);
}

/// False after a message on standard error.
bool parse(int argc, char** argv, const std::string& plugin, PluginOptions& into) {
  static const option kLong[] = {{"modules", required_argument, nullptr, 'm'},
                                 {"job", required_argument, nullptr, 'j'},
                                 {"config-dir", required_argument, nullptr, 'c'},
                                 {"watch-path", required_argument, nullptr, 'w'},
                                 {"debug", no_argument, nullptr, 'd'},
                                 {"version", no_argument, nullptr, 'v'},
                                 {"help", no_argument, nullptr, 'h'},
                                 {nullptr, 0, nullptr, 0}};
  ::optind = 1;
  for (int found = 0; (found = ::getopt_long(argc, argv, "m:j:c:w:dvh", kLong, nullptr)) != -1;) {
    switch (found) {
      case 'm': into.module = ::optarg; break;
      case 'j': into.jobs.emplace_back(agent::clean_job_name(::optarg)); break;
      case 'c': into.config_dirs.emplace_back(::optarg); break;
      case 'w': into.watch_paths.emplace_back(::optarg); break;
      case 'd': into.debug = true; break;
      case 'v': into.version = true; break;
      case 'h': into.help = true; break;
      default: fmt::print(stderr, "Try '{}.plugin --help'.\n", plugin); return false;
    }
  }
  if (::optind < argc) {
    const std::string_view text{argv[::optind]};
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), into.update_every);
    if (failed != std::errc{} || end != text.data() + text.size()) {
      fmt::print(stderr, "{}.plugin: update every is not a whole number: {}\n", plugin, text);
      return false;
    }
  }
  return true;
}

/// A pipe holds 64 KiB when it is made, less than the frame of one cycle of a larger job: the writer would wake for
/// each part of it that the reader has taken. This is what the kernel grants without privilege; its pages come as they
/// fill.
void widen_output() {
  constexpr int kPipeBytes = 1 << 20;
  (void)::fcntl(STDOUT_FILENO, F_SETPIPE_SZ, kPipeBytes);
}

Logger make_logger(const std::string& plugin, bool terminal, bool debug, const agent::Environment& environment) {
  auto level = parse_log_level(environment.log_level).value_or(LogLevel::info);
  if (debug) level = LogLevel::debug;
  auto sink =
      stderr_log_sink(terminal ? LogFormat::human : LogFormat::logfmt, terminal && ::isatty(STDERR_FILENO) != 0);
  return Logger{std::move(sink), level}.with("plugin", plugin);
}

}  // namespace

int run_plugin_face(const std::string& plugin, int argc, char** argv, const std::vector<CollectorInfo>& collectors) {
  PluginOptions options;
  if (!parse(argc, argv, plugin, options)) return 1;
  if (options.help) {
    print_usage(stdout, plugin);
    return 0;
  }
  if (options.version) {
    fmt::print("{}.plugin, version: {}\n", plugin, kVersion);
    return 0;
  }
  const bool terminal = ::isatty(STDIN_FILENO) != 0 || ::isatty(STDOUT_FILENO) != 0 || ::isatty(STDERR_FILENO) != 0;
  const auto environment = process_environment();
  const auto log = make_logger(plugin, terminal, options.debug, environment);
  const auto daemon = netdataapi::daemon_features(terminal ? std::string_view{} : environment.netdata_version);
  const auto where = directories({.plugin = plugin, .config_dirs = options.config_dirs, .terminal = terminal},
                                 environment, collectors);
  if (!options.watch_paths.empty()) log.warning("watched files are not supported yet: -w is ignored");

  widen_output();
  std::atomic<agent::Agent*> running{nullptr};
  agent::FrameWriter writer{STDOUT_FILENO, [&running](const std::string& why) {
                              if (auto* agent = running.load()) agent->output_failed(why);
                            }};
  agent::NetdataOutput output{writer, daemon};
  agent::AgentOptions settings{.plugin = plugin,
                               .version = std::string{kVersion},
                               .host_prefix = environment.host_prefix,
                               .writer = &writer,
                               .keepalive = !terminal,
                               .read_stdin = true,
                               .self_metrics = !terminal,
                               .host_lines = daemon.host_lines,
                               .short_calls = daemon.short_calls};
  settings.discover = [&]() -> agent::Discovery {
    const auto file = agent::read_plugin_config(where, agent::module_names(collectors));
    for (const auto& error : file.errors) log.warning(error.text());
    for (const auto& warning : file.warnings) log.warning(warning.text());
    if (!file.config.enabled) {
      log.info("the plugin is disabled in its configuration file");
      return {};
    }
    return agent::discover(where,
                           {.plugin = file.config,
                            .only_module = options.module == "all" ? std::string{} : options.module,
                            .only_jobs = options.jobs,
                            .update_every_min = std::chrono::seconds{std::max(1, options.update_every)}},
                           collectors);
  };
  agent::Agent agent{std::move(settings), collectors, output, log};
  running = &agent;
  const int status = agent.run();
  // After this the writer calls nobody; when it sits in a write that does not return, the process ends around it.
  if (!writer.close(std::chrono::seconds{2})) std::_Exit(status);
  return status;
}

}  // namespace cppd

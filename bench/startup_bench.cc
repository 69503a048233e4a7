// SPDX-License-Identifier: GPL-3.0-or-later
// Whole processes: from exec to the end of a command. CPPD_BINARY is the program of the same build.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

extern char** environ;

namespace {

/// Runs the program with its output thrown away. The exit status.
int run(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), CPPD_BINARY);
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int failed = ::posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return -1;
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void start_and_end(benchmark::State& state) {
  for (auto _ : state) {
    if (run({"version"}) != 0) state.SkipWithError("it did not start");
  }
}
BENCHMARK(start_and_end)->UseRealTime()->Unit(benchmark::kMillisecond);

/// Reads the configuration of so many jobs, makes each collector, and ends.
void check_jobs(benchmark::State& state) {
  const auto root = std::filesystem::temp_directory_path() / fmt::format("cppd-bench-{}", ::getpid());
  std::filesystem::create_directories(root / "cpp.d");
  {
    std::ofstream file{root / "cpp.d" / "prometheus.conf"};
    file << "jobs:\n";
    for (int i = 0; i < state.range(0); ++i) file << "  - {name: t" << i << ", url: 'http://127.0.0.1:9/m/" << i << "'}\n";
  }
  for (auto _ : state) {
    if (run({"check", "--config-dir", root.string()}) != 0) state.SkipWithError("the configuration was refused");
  }
  std::filesystem::remove_all(root);
}
BENCHMARK(check_jobs)->Arg(1)->Arg(1000)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace

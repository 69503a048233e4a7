// SPDX-License-Identifier: GPL-3.0-or-later
// The conformance runner: conformance AREA DIR...
#include "charttpl_area.h"
#include "conformance.h"

#include <cppd/chartengine/program.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <sstream>

namespace {

using namespace cppd::conformance;

struct Arguments {
  Options options;
  std::vector<std::string> dirs;
  std::string ours = CPPD_SOURCE_DIR "/tests/conformance/ours";
  std::string floor_file;
  bool allow_unbuilt = false;
};

/// The passed count that the area must reach; 0 when the file does not name it.
std::size_t floor_of(const std::string& path, const std::string& area) {
  std::ifstream file{path};
  if (!file) throw std::runtime_error(fmt::format("{}: cannot be read", path));
  for (std::string line; std::getline(file, line);) {
    std::istringstream words{line};
    std::string name;
    std::size_t count = 0;
    if (words >> name >> count && name == area) return count;
  }
  return 0;
}

/// With a floor, the count decides alone: cases above it may still fail.
int exit_code(const Arguments& arguments, const AreaResult& result) {
  if (!arguments.floor_file.empty()) {
    const auto floor = floor_of(arguments.floor_file, arguments.options.area);
    if (result.passed > floor) fmt::print("the floor of {} can rise from {}\n", arguments.options.area, floor);
    if (result.passed < floor) fmt::print("the floor of {} is {}\n", arguments.options.area, floor);
    return result.passed < floor ? 1 : 0;
  }
  return result.failed > 0 || (result.unbuilt > 0 && !arguments.allow_unbuilt) ? 1 : 0;
}

int run(Arguments& arguments) {
  const auto& area = arguments.options.area;
  if (area == "agent" || area == "collectors") {
    fmt::print(stderr, "conformance: the cases of {0} are played by {0}/play.py in their folder\n", area);
    return 2;
  }
  const auto known =
      std::find_if(areas().begin(), areas().end(), [&](const Area& candidate) { return candidate.name == area; });
  if (known == areas().end()) {
    fmt::print(stderr, "conformance: there is no area \"{}\"\n", area);
    return 2;
  }
  if (arguments.dirs.empty()) arguments.dirs.push_back(std::string{CPPD_SOURCE_DIR "/tests/vectors/"} + area);
  arguments.options.ours = std::filesystem::path{arguments.ours} / area;
  const auto result = known->run(arguments.dirs, arguments.options);
  fmt::print("{} not yet built\n{} passed, {} failed\n", result.unbuilt, result.passed, result.failed);
  return exit_code(arguments, result);
}

}  // namespace

int main(int argc, char** argv) {
  load_hook() = [](const cppd::charttpl::Spec& spec) -> cppd::Result<> {
    if (auto program = cppd::chartengine::Program::compile(spec); !program) return std::unexpected(program.error());
    return cppd::ok;
  };
  Arguments arguments;
  CLI::App app{"Runs recorded cases against this build. Exit 0: all passed, 1: not all, 2: could not run."};
  app.add_option("AREA", arguments.options.area, "area of the cases")->required();
  app.add_option("DIR", arguments.dirs, "folders or files of cases; none: the copies in this source tree");
  app.add_option("--only", arguments.options.only, "run the cases whose name contains this text");
  app.add_option("--ours", arguments.ours, "folder of our own expectations");
  app.add_option("--floor", arguments.floor_file, "fail only when fewer cases pass than this file says");
  app.add_flag("--allow-unbuilt", arguments.allow_unbuilt, "cases that are not yet built are no failure");
  app.add_flag("--quiet", arguments.options.quiet, "print failures and totals only");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return run(arguments);
  } catch (const std::exception& thrown) {
    fmt::print(stderr, "conformance: {}\n", thrown.what());
    return 2;
  }
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include "faces.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>

namespace cppd {

std::string plugin_name(std::string_view executable) {
  auto name = executable.substr(executable.rfind('/') == std::string_view::npos ? 0 : executable.rfind('/') + 1);
  const auto strip = [&](std::string_view suffix) {
    if (name.ends_with(suffix)) name.remove_suffix(suffix.size());
  };
  strip(".exe");
  strip(".plugin");
  if (name == "cppd" || name.empty()) return "cpp.d";
  return name == "godplugin" ? "go.d" : std::string{name};
}

agent::Environment process_environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  auto environment = agent::read_environment(variables);
  if (environment.drop_tz) ::unsetenv("TZ");
  return environment;
}

std::string executable_dir() {
  std::error_code failed;
  const auto path = std::filesystem::read_symlink("/proc/self/exe", failed);
  return failed ? std::string{"."} : path.parent_path().string();
}

agent::Directories directories(agent::DirectoryOptions options, const agent::Environment& environment,
                               const std::vector<CollectorInfo>& collectors) {
  options.executable_dir = executable_dir();
  const auto plugin = options.plugin;
  auto found = agent::find_directories(options, environment);
  for (const auto& collector : collectors) {
    if (collector.defaults.stock_config.empty()) continue;
    found.embedded.emplace(plugin + "/" + std::string{collector.defaults.module} + ".conf",
                           collector.defaults.stock_config);
  }
  return found;
}

}  // namespace cppd

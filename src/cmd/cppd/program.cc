// SPDX-License-Identifier: GPL-3.0-or-later
#include "program.h"

#include "collectors.h"
#include "faces.h"

#include <cppd/agent/process/heap.h>

#include <algorithm>
#include <clocale>
#include <string_view>

namespace cppd {
namespace {

constexpr std::string_view kSubcommands[] = {"run", "check", "test", "version", "-h", "--help"};

/// Is this call for the plugin rules? (design section 7)
bool is_plugin_call(int argc, char** argv) {
  const std::string_view executable{argv[0]};
  if (executable.ends_with(".plugin") || executable.ends_with(".plugin.exe")) return true;
  if (argc < 2) return false;
  const std::string_view first{argv[1]};
  if (std::ranges::find(kSubcommands, first) != std::end(kSubcommands)) return false;
  return first.starts_with('-') || (!first.empty() && first.find_first_not_of("0123456789") == std::string_view::npos);
}

}  // namespace

int main(int argc, char** argv, std::vector<CollectorInfo> more) {
  agent::set_up_heap();
  std::setlocale(LC_CTYPE, "");
  auto collectors = all_collectors();
  collectors.insert(collectors.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  if (is_plugin_call(argc, argv)) return run_plugin_face(plugin_name(argv[0]), argc, argv, collectors);
  return run_standalone_face(argc, argv, collectors);
}

}  // namespace cppd

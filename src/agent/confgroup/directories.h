// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Where configuration is looked for: the environment, the roots, and files in them. Source: agent contract 1.2, 1.3;
/// design section 11.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::agent {

/// The variables that the program reads, once. Empty means not set.
struct Environment {
  std::string user_config_dir;   ///< NETDATA_USER_CONFIG_DIR
  std::string stock_config_dir;  ///< NETDATA_STOCK_CONFIG_DIR
  std::string watch_path;        ///< NETDATA_PLUGINS_GOD_WATCH_PATH
  std::string lib_dir;           ///< NETDATA_LIB_DIR
  std::string plugins_dir;       ///< NETDATA_PLUGINS_DIR
  std::string host_prefix;       ///< NETDATA_HOST_PREFIX
  std::string log_level;         ///< NETDATA_LOG_LEVEL
  std::string netdata_version;   ///< NETDATA_VERSION, as written
  std::string home;              ///< HOME: what `~` stands for
  bool inside_k8s = false;       ///< KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are both set
  bool drop_tz = false;          ///< TZ begins with `:` and is to be removed from the process's environment
};

[[nodiscard]] Environment read_environment(const std::map<std::string, std::string>& variables);

/// What decides the roots, besides the environment.
struct DirectoryOptions {
  std::string plugin = "cpp.d";          ///< P: names the plugin file and the directory of the module files
  std::vector<std::string> config_dirs;  ///< of the command line; they replace all other user roots
  std::string executable_dir;            ///< where the program lies
  std::string build_user_dir;            ///< chosen when the program was built; may be empty
  std::string build_stock_dir;
  bool terminal = false;    ///< terminal mode: user, stock and watch variables do not count (P-6)
  bool standalone = false;  ///< `/etc/cppd` stands before the roots of the plugin
  /// Answers whether a directory exists; empty asks the file system.
  std::function<bool(const std::string&)> is_directory;
};

/// A file that was found in a root, or in the binary.
struct FoundFile {
  std::string path;  ///< for an embedded file `embedded:` and its name
  bool stock = false;
  std::optional<std::string_view> embedded{};  ///< its text, when it is not on disk
};

/// The roots in which configuration is looked for, in the order in which they count.
///
/// Threads   immutable once set up.
struct Directories {
  std::string plugin;
  std::vector<std::string> user_roots;
  std::string stock_root;
  std::string lib_dir;
  std::string host_prefix;
  std::vector<std::string> watch_paths;
  bool inside_k8s = false;
  /// Stock files inside the binary: name below a root (`cpp.d/linux.conf`) -> text. A file of that name in any root
  /// counts before them.
  std::map<std::string, std::string> embedded;

  /// User roots, then the stock root, each once.
  [[nodiscard]] std::vector<std::string> roots() const;

  /// The first of the roots that has `name`, a path below a root. A file that is there but cannot be read counts as
  /// found: it hides those behind it (P-7).
  [[nodiscard]] std::optional<FoundFile> find(std::string_view name) const;

  /// Regular files of every root's `folder` whose names end in `suffix`, and embedded ones, in the order of their base
  /// names; of equal base names the first counts (P-8).
  [[nodiscard]] std::vector<FoundFile> find_all(std::string_view folder, std::string_view suffix) const;

  /// Does `path` lie in the stock root? Whole components are compared (weak spot W20).
  [[nodiscard]] bool is_stock(std::string_view path) const;

  [[nodiscard]] std::string plugin_file() const { return plugin + ".conf"; }
  [[nodiscard]] std::string module_file(std::string_view module) const;

  /// Is there a plugin file or a module file on disk, in any root?
  [[nodiscard]] bool configured() const;
};

[[nodiscard]] Directories find_directories(const DirectoryOptions& options, const Environment& environment);

}  // namespace cppd::agent

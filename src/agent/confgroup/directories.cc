// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/agent/confgroup/directories.h>

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

namespace cppd::agent {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStandaloneRoot = "/etc/cppd";
constexpr std::string_view kUserRoots[] = {"/etc/netdata", "/opt/netdata/etc/netdata"};
constexpr std::string_view kStockRoots[] = {"/usr/lib/netdata/conf.d", "/opt/netdata/usr/lib/netdata/conf.d"};
constexpr std::string_view kUserRootBeside = "../../../../etc/netdata";
constexpr std::string_view kStockRootBeside = "../../../../usr/lib/netdata/conf.d";
constexpr std::string_view kEmbeddedPrefix = "embedded:";

/// Without `.`, `..`, doubled and closing slashes, so that equal directories are equal texts.
std::string normal(const fs::path& path) {
  auto text = path.lexically_normal().string();
  while (text.size() > 1 && text.back() == '/') text.pop_back();
  return text;
}

std::string expanded(const std::string& path, const std::string& home) {
  if (home.empty() || path.empty() || path[0] != '~' || (path.size() > 1 && path[1] != '/')) return normal(path);
  return normal(home + path.substr(1));
}

bool on_disk(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

class Finder {
 public:
  Finder(const DirectoryOptions& options, const Environment& environment)
      : options_{options},
        environment_{environment},
        is_directory_{options.is_directory ? options.is_directory : on_disk} {}

  [[nodiscard]] std::vector<std::string> user_roots() const {
    if (!options_.config_dirs.empty()) return options_.config_dirs;
    if (options_.standalone && is_directory_(std::string{kStandaloneRoot})) return {std::string{kStandaloneRoot}};
    if (!options_.terminal && !environment_.user_config_dir.empty()) return {environment_.user_config_dir};
    if (!options_.build_user_dir.empty()) return {options_.build_user_dir};
    auto beside = this->beside(kUserRootBeside);
    if (is_directory_(beside)) return {beside};
    std::vector<std::string> found;
    for (const auto root : kUserRoots) {
      if (is_directory_(std::string{root})) found.emplace_back(root);
    }
    if (found.empty()) found.push_back(beside);
    return found;
  }

  [[nodiscard]] std::string stock_root() const {
    if (!options_.terminal && !environment_.stock_config_dir.empty()) return environment_.stock_config_dir;
    if (!options_.build_stock_dir.empty()) return options_.build_stock_dir;
    auto beside = this->beside(kStockRootBeside);
    if (is_directory_(beside)) return beside;
    for (const auto root : kStockRoots) {
      if (is_directory_(std::string{root})) return std::string{root};
    }
    return beside;
  }

 private:
  [[nodiscard]] std::string beside(std::string_view relative) const {
    return normal(fs::path{options_.executable_dir} / relative);
  }

  const DirectoryOptions& options_;
  const Environment& environment_;
  std::function<bool(const std::string&)> is_directory_;
};

bool exists(const std::string& path) {
  struct stat info{};
  return ::stat(path.c_str(), &info) == 0 || errno != ENOENT;
}

/// Base names without extension, of the regular files of one directory.
void list_files(const std::string& directory, std::string_view suffix, std::map<std::string, std::string>& into) {
  std::error_code error;
  for (fs::directory_iterator at{directory, error}, end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    const auto name = at->path().filename().string();
    if (name.ends_with(suffix) && at->is_regular_file(ignored)) into.emplace(at->path().stem(), at->path());
  }
}

}  // namespace

Environment read_environment(const std::map<std::string, std::string>& variables) {
  const auto get = [&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string{} : found->second;
  };
  return {.user_config_dir = get("NETDATA_USER_CONFIG_DIR"),
          .stock_config_dir = get("NETDATA_STOCK_CONFIG_DIR"),
          .watch_path = get("NETDATA_PLUGINS_GOD_WATCH_PATH"),
          .lib_dir = get("NETDATA_LIB_DIR"),
          .plugins_dir = get("NETDATA_PLUGINS_DIR"),
          .host_prefix = get("NETDATA_HOST_PREFIX"),
          .log_level = get("NETDATA_LOG_LEVEL"),
          .netdata_version = get("NETDATA_VERSION"),
          .home = get("HOME"),
          .inside_k8s = !get("KUBERNETES_SERVICE_HOST").empty() && !get("KUBERNETES_SERVICE_PORT").empty(),
          .drop_tz = get("TZ").starts_with(':')};
}

std::vector<std::string> Directories::roots() const {
  auto all = user_roots;
  if (!stock_root.empty() && std::ranges::find(all, stock_root) == all.end()) all.push_back(stock_root);
  return all;
}

std::optional<FoundFile> Directories::find(std::string_view name) const {
  for (const auto& root : roots()) {
    auto path = (fs::path{root} / name).string();
    if (exists(path)) return FoundFile{.path = path, .stock = is_stock(path)};
  }
  const auto inside = embedded.find(std::string{name});
  if (inside == embedded.end()) return std::nullopt;
  return FoundFile{.path = fmt::format("{}{}", kEmbeddedPrefix, name), .stock = true, .embedded = inside->second};
}

std::vector<FoundFile> Directories::find_all(std::string_view folder, std::string_view suffix) const {
  std::map<std::string, FoundFile> by_name;
  for (const auto& root : roots()) {
    std::map<std::string, std::string> files;
    list_files((fs::path{root} / folder).string(), suffix, files);
    for (const auto& [name, path] : files) by_name.emplace(name, FoundFile{.path = path, .stock = is_stock(path)});
  }
  for (const auto& [name, text] : embedded) {
    const fs::path path{name};
    if (path.parent_path() != fs::path{folder} || !name.ends_with(suffix)) continue;
    by_name.emplace(path.stem(),
                    FoundFile{.path = fmt::format("{}{}", kEmbeddedPrefix, name), .stock = true, .embedded = text});
  }
  std::vector<FoundFile> found;
  found.reserve(by_name.size());
  for (auto& [name, file] : by_name) found.push_back(std::move(file));
  return found;
}

bool Directories::is_stock(std::string_view path) const {
  if (stock_root.empty()) return false;
  const auto whole = normal(path);
  if (!whole.starts_with(stock_root)) return false;
  return stock_root == "/" || whole.size() == stock_root.size() || whole[stock_root.size()] == '/';
}

std::string Directories::module_file(std::string_view module) const {
  return fmt::format("{}/{}.conf", plugin, module);
}

bool Directories::configured() const {
  for (const auto& root : roots()) {
    if (exists((fs::path{root} / plugin_file()).string())) return true;
    std::map<std::string, std::string> files;
    list_files((fs::path{root} / plugin).string(), ".conf", files);
    if (!files.empty()) return true;
  }
  return false;
}

Directories find_directories(const DirectoryOptions& options, const Environment& environment) {
  const Finder finder{options, environment};
  Directories found{.plugin = options.plugin,
                    .stock_root = expanded(finder.stock_root(), environment.home),
                    .lib_dir = environment.lib_dir,
                    .host_prefix = environment.host_prefix,
                    .inside_k8s = environment.inside_k8s};
  for (const auto& root : finder.user_roots()) {
    auto path = expanded(root, environment.home);
    if (std::ranges::find(found.user_roots, path) == found.user_roots.end())
      found.user_roots.push_back(std::move(path));
  }
  if (!options.terminal && !environment.watch_path.empty()) found.watch_paths.push_back(environment.watch_path);
  return found;
}

}  // namespace cppd::agent

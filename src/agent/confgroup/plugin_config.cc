// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/agent/confgroup/plugin_config.h>

#include <cppd/base/file.h>
#include <cppd/base/text.h>
#include <cppd/base/yaml_decode.h>

#include <fmt/format.h>

#include <algorithm>

namespace cppd::agent {
namespace {

constexpr std::string_view kKeys[] = {"enabled", "default_run", "max_procs", "modules"};

class PluginReader {
 public:
  PluginReader(const yaml::Document& document, const std::vector<std::string_view>& known)
      : document_{document}, known_{known}, decoder_{document, {.duplicate_keys = yaml::Severity::warning}} {}

  void read(PluginFile& into) {
    decoder_.each_entry(document_.root(), {}, [&](std::string_view key, const yaml::Node& value, const yaml::Path& at) {
      top_level(key, value, at, into.config);
    });
    into.warnings = decoder_.take_warnings();
    for (const auto& entry : document_.root().entries()) check_key(entry, into.warnings);
    if (const auto* modules = document_.root().find("modules"); modules != nullptr) {
      for (const auto& entry : modules->entries()) check_module(*entry.key, into.warnings);
    }
    into.errors = decoder_.take_errors();
  }

 private:
  void top_level(std::string_view key, const yaml::Node& value, const yaml::Path& at, PluginConfig& into) {
    if (key == "enabled") return decode_switch(value, at, into.enabled);
    if (key == "default_run") return decode_switch(value, at, into.default_run);
    if (key == "max_procs") return yaml::decode_yaml(decoder_, value, at, into.max_procs);
    if (key == "modules") {
      decoder_.each_entry(value, at, [&](std::string_view module, const yaml::Node& run, const yaml::Path& path) {
        bool on = false;
        yaml::decode_yaml(decoder_, run, path, on);
        into.modules.insert_or_assign(std::string{module}, on);
      });
    } else if (const auto run = value.as_bool()) {
      into.modules.emplace(key, *run);
    }
  }

  /// Nothing after the colon leaves the default.
  void decode_switch(const yaml::Node& value, const yaml::Path& at, bool& into) {
    if (!value.is_null()) yaml::decode_yaml(decoder_, value, at, into);
  }

  void check_key(const yaml::Entry& entry, std::vector<Error>& warnings) const {
    if (!entry.key->is_scalar()) return;
    const auto key = entry.key->text();
    if (std::ranges::find(kKeys, key) != std::end(kKeys)) return;
    if (entry.value->kind() == yaml::Kind::boolean && is_module(key)) return;
    std::vector<std::string_view> candidates(std::begin(kKeys), std::end(kKeys));
    candidates.insert(candidates.end(), known_.begin(), known_.end());
    const auto near = nearest(key, candidates);
    auto what = fmt::format("unknown key \"{}\"", key);
    if (!near.empty()) what += fmt::format("; did you mean \"{}\"?", near);
    warn(*entry.key, {}, std::move(what), warnings);
  }

  void check_module(const yaml::Node& key, std::vector<Error>& warnings) const {
    if (key.is_scalar() && !is_module(key.text())) warn(key, "modules", unknown_module(key.text(), known_), warnings);
  }

  [[nodiscard]] bool is_module(std::string_view name) const {
    return known_.empty() || std::ranges::find(known_, name) != known_.end();
  }

  void warn(const yaml::Node& at, std::string context, std::string what, std::vector<Error>& warnings) const {
    auto error = invalid_input(std::move(what));
    if (!context.empty()) error.context.push_back(std::move(context));
    error.location = document_.location(at);
    warnings.push_back(std::move(error));
  }

  const yaml::Document& document_;
  const std::vector<std::string_view>& known_;
  yaml::Decoder decoder_;
};

}  // namespace

PluginFile parse_plugin_config(std::string_view text, const std::string& path,
                               const std::vector<std::string_view>& known) {
  PluginFile file{.path = path};
  const auto document = yaml::Document::parse(text, path);
  if (!document) {
    file.errors.push_back(document.error());
    return file;
  }
  PluginReader{*document, known}.read(file);
  if (!file.errors.empty()) file.config = {};
  return file;
}

PluginFile read_plugin_config(const Directories& directories, const std::vector<std::string_view>& known) {
  const auto found = directories.find(directories.plugin_file());
  if (!found) return {};
  if (found->embedded) return parse_plugin_config(*found->embedded, found->path, known);
  const auto text = read_file(found->path);
  if (!text) return {.path = found->path, .errors = {text.error()}};
  return parse_plugin_config(*text, found->path, known);
}

bool module_enabled(const PluginConfig& config, std::string_view module, bool off_by_default) {
  if (const auto entry = config.modules.find(module); entry != config.modules.end()) return entry->second;
  return !off_by_default && config.default_run;
}

std::vector<const CollectorInfo*> select_modules(const PluginConfig& config, std::string_view only,
                                                 const std::vector<CollectorInfo>& collectors) {
  const bool all = only.empty() || only == "all";
  std::vector<const CollectorInfo*> selected;
  for (const auto& info : collectors) {
    const auto module = info.defaults.module;
    if (all ? module_enabled(config, module, info.defaults.disabled) : module == only) selected.push_back(&info);
  }
  std::ranges::sort(selected, {}, [](const CollectorInfo* info) { return info->defaults.module; });
  return selected;
}

std::vector<std::string_view> module_names(const std::vector<CollectorInfo>& collectors) {
  std::vector<std::string_view> names;
  names.reserve(collectors.size());
  for (const auto& info : collectors) names.push_back(info.defaults.module);
  return names;
}

std::string unknown_module(std::string_view module, const std::vector<std::string_view>& known) {
  const auto near = nearest(module, known);
  if (near.empty()) return fmt::format("unknown module \"{}\"", module);
  return fmt::format("unknown module \"{}\"; did you mean \"{}\"?", module, near);
}

}  // namespace cppd::agent

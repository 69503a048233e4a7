// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/agent/confgroup/module_file.h>

#include <cppd/agent/confgroup/plugin_config.h>
#include <cppd/base/file.h>
#include <cppd/base/text.h>

#include <boost/unordered/unordered_flat_set.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace cppd::agent {
namespace {

using NodeSet = boost::unordered_flat_set<const yaml::Node*>;

/// Every node at and below `node`, each visited once.
void collect_nodes(const yaml::Node& node, NodeSet& into) {
  if (!into.insert(&node).second) return;
  for (const auto* item : node.items()) collect_nodes(*item, into);
  for (const auto& entry : node.entries()) collect_nodes(*entry.value, into);
}

class FileReader {
 public:
  FileReader(std::shared_ptr<const yaml::Document> document, const FoundFile& file, const ModuleFileScope& scope)
      : document_{std::move(document)}, file_{file}, scope_{scope}, decoder_{*document_} {}

  ModuleFile run() {
    const auto& root = document_->root();
    if (root.is_mapping()) {
      static_form(root);
    } else if (root.is_sequence()) {
      list_form(root);
    } else if (!root.is_null()) {
      lose_file(root, {}, fmt::format("expected a mapping with jobs or a list of jobs, found {}", kind_of(root)));
    }
    into_.warnings = decoder_.take_errors();
    for (const auto* key : document_->duplicate_keys()) {
      warn(*key, fmt::format("key \"{}\" is written twice", key->text()));
    }
    return std::move(into_);
  }

 private:
  static std::string_view kind_of(const yaml::Node& node) { return yaml::kind_name(node.kind()); }

  void static_form(const yaml::Node& root) {
    const auto module = file_module(file_.path);
    const auto* info = running(module);
    if (info == nullptr) return;
    check_keys(root);
    auto defaults = module_defaults(info->defaults);
    apply_defaults(decoder_, root, {}, defaults);
    const auto* jobs = root.find("jobs");
    if (jobs == nullptr || jobs->is_null()) return;
    const yaml::Path list{.key = "jobs"};
    if (!jobs->is_sequence()) return lose_file(*jobs, list, fmt::format("expected a list, found {}", kind_of(*jobs)));
    for (std::size_t i = 0; i < jobs->items().size(); ++i) {
      add_job(*jobs->items()[i], yaml::Path{.parent = &list, .index = i}, info->defaults, defaults);
    }
  }

  void list_form(const yaml::Node& root) {
    const yaml::Path top{};
    for (std::size_t i = 0; i < root.items().size(); ++i) {
      const auto& item = *root.items()[i];
      const yaml::Path path{.parent = &top, .index = i};
      const yaml::Path module_path{.parent = &path, .key = "module"};
      if (!item.is_mapping()) {
        refuse(item, path, fmt::format("expected a mapping (job), found {}", kind_of(item)));
        continue;
      }
      const auto* module = item.find("module");
      if (module == nullptr || module->kind() != yaml::Kind::text || module->text().empty()) {
        refuse(module == nullptr ? item : *module, path, "module is missing");
      } else if (const auto* info = running(module->text())) {
        add_job(item, path, info->defaults, module_defaults(info->defaults));
      } else if (std::ranges::find(scope_.known, module->text()) != scope_.known.end()) {
        refuse(*module, module_path, fmt::format("module \"{}\" is not enabled", module->text()));
      } else {
        refuse(*module, module_path, unknown_module(module->text(), scope_.known));
      }
    }
  }

  void add_job(const yaml::Node& item, const yaml::Path& path, const CollectorDefaults& module,
               const JobDefaults& defaults) {
    auto provider = std::string{scope_.provider};
    std::ranges::replace(provider, ' ', '_');
    const JobRecipe recipe{.module = module.module,
                           .defaults = defaults,
                           .origin = {.type = file_.stock ? SourceType::stock : SourceType::user,
                                      .provider = std::string{scope_.provider},
                                      .source = fmt::format("discoverer={},file={}", provider, file_.path)},
                           .update_every_min = scope_.update_every_min};
    auto job = make_job(decoder_, document_, item, path, recipe);
    if (job && module.single_instance && job->name != module.module) {
      const yaml::Path name{.parent = &path, .key = "name"};
      auto error = error_at(item, name, fmt::format("the only job of {} is named after it", module.module));
      error.location = job->place();
      into_.refused.push_back(std::move(error));
    } else if (job) {
      into_.jobs.push_back(std::move(*job));
    } else {
      into_.refused.push_back(std::move(job.error()));
    }
  }

  [[nodiscard]] const CollectorInfo* running(std::string_view module) const {
    const auto found = std::ranges::find(scope_.modules, module, [](auto* info) { return info->defaults.module; });
    return found == scope_.modules.end() ? nullptr : *found;
  }

  /// Warns of keys that mean nothing. A part that jobs take over by an alias is no such key.
  void check_keys(const yaml::Node& root) {
    static const std::vector<std::string_view> known = {"jobs", "update_every", "autodetection_retry", "priority"};
    NodeSet used;
    if (const auto* jobs = root.find("jobs"); jobs != nullptr) collect_nodes(*jobs, used);
    for (const auto& entry : root.entries()) {
      if (!entry.key->is_scalar() || std::ranges::find(known, entry.key->text()) != known.end()) continue;
      NodeSet part;
      if (!entry.value->is_scalar()) collect_nodes(*entry.value, part);
      if (std::ranges::any_of(part, [&](const yaml::Node* node) { return used.contains(node); })) continue;
      const auto near = nearest(entry.key->text(), known);
      auto what = fmt::format("unknown key \"{}\"", entry.key->text());
      if (!near.empty()) what += fmt::format("; did you mean \"{}\"?", near);
      decoder_.fail(*entry.key, {}, std::move(what));
    }
  }

  [[nodiscard]] Error error_at(const yaml::Node& at, const yaml::Path& path, std::string what) const {
    auto error = invalid_input(std::move(what));
    if (auto context = path.text(); !context.empty()) error.context.push_back(std::move(context));
    error.location = document_->location(at);
    return error;
  }
  void refuse(const yaml::Node& at, const yaml::Path& path, std::string what) {
    into_.refused.push_back(error_at(at, path, std::move(what)));
  }
  void lose_file(const yaml::Node& at, const yaml::Path& path, std::string what) {
    into_.usable = false;
    refuse(at, path, std::move(what));
  }
  void warn(const yaml::Node& at, std::string what) { into_.warnings.push_back(error_at(at, {}, std::move(what))); }

  std::shared_ptr<const yaml::Document> document_;
  const FoundFile& file_;
  const ModuleFileScope& scope_;
  yaml::Decoder decoder_;
  ModuleFile into_;
};

ModuleFile lost(Error error) {
  ModuleFile file{.usable = false};
  file.refused.push_back(std::move(error));
  return file;
}

}  // namespace

std::string file_module(std::string_view path) {
  auto name = std::filesystem::path{path}.stem().string();
  return name == "wmi" ? "windows" : name;
}

ModuleFile parse_module_file(std::string_view text, const FoundFile& file, const ModuleFileScope& scope) {
  auto document = yaml::Document::parse(text, file.path);
  if (!document) return lost(std::move(document.error()));
  return FileReader{std::make_shared<const yaml::Document>(std::move(*document)), file, scope}.run();
}

ModuleFile read_module_file(const FoundFile& file, const ModuleFileScope& scope) {
  if (file.embedded) return parse_module_file(*file.embedded, file, scope);
  const auto text = read_file(file.path);
  if (!text) return lost(text.error());
  return parse_module_file(*text, file, scope);
}

}  // namespace cppd::agent

// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/agent/check/check.h>

#include <cppd/agent/check/template.h>
#include <cppd/agent/confgroup/discovery.h>
#include <cppd/agent/confgroup/module_file.h>
#include <cppd/agent/confgroup/plugin_config.h>
#include <cppd/base/file.h>

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <tuple>

namespace cppd::agent {
namespace {

class Checker {
 public:
  Checker(const CheckOptions& options, const std::vector<CollectorInfo>& collectors)
      : options_{options}, collectors_{collectors}, known_{module_names(collectors)} {
    for (const auto& info : collectors) scope_.modules.push_back(&info);
    scope_.known = known_;
  }

  CheckReport run() {
    plugin_file();
    module_files();
    for (const auto& info : collectors_) {
      if (info.defaults.chart_template.empty()) continue;
      ++report_.files;
      add(check_template(info.defaults.chart_template, fmt::format("embedded:{}/charts.yaml", info.defaults.module),
                         options_.allowed));
    }
    for (const auto& path : options_.templates) template_file(path);
    sort();
    return std::move(report_);
  }

 private:
  void plugin_file() {
    auto file = read_plugin_config(options_.directories, known_);
    if (file.path.empty()) return;
    ++report_.files;
    add(std::move(file.errors));
    add(std::move(file.warnings));
  }

  void module_files() {
    std::vector<JobConfig> jobs;
    for (const auto& file : all_module_files()) {
      const auto module = file_module(file.path);
      if (std::ranges::find(known_, module) == known_.end()) {
        unread_file(file, module);
        continue;
      }
      ++report_.files;
      auto read = read_module_file(file, scope_);
      add(std::move(read.refused));
      add(std::move(read.warnings));
      std::ranges::move(read.jobs, std::back_inserter(jobs));
    }
    for (const auto& job : jobs) check_job(job);
    add(choose_jobs(std::move(jobs)).doubled);
  }

  [[nodiscard]] std::vector<FoundFile> all_module_files() const {
    const auto& directories = options_.directories;
    auto files = directories.find_all(directories.plugin, ".conf");
    for (const auto& info : collectors_) {
      // A folder, a socket, or a stock file that is in the collector: not listed, but what the module would read.
      auto file = find_module_file(directories, info);
      const auto listed = [&](const FoundFile& other) { return other.path == file->path; };
      if (file && std::ranges::none_of(files, listed)) files.push_back(std::move(*file));
    }
    return files;
  }

  /// A file whose name is no module's: nobody reads it.
  void unread_file(const FoundFile& file, const std::string& module) {
    if (file.stock) return;
    ++report_.files;
    auto error = invalid_input(fmt::format("{}; the file is not read", unknown_module(module, known_)));
    error.location = Location{.file = file.path, .line = 1, .column = 1};
    report_.mistakes.push_back(std::move(error));
  }

  void check_job(const JobConfig& job) {
    const auto info = std::ranges::find(collectors_, job.module, [](const auto& one) { return one.defaults.module; });
    if (info == collectors_.end() || !info->make) return;
    std::vector<Error> found;
    try {
      auto made = info->make(*job.document, *job.node);
      found = made ? std::move(made->warnings) : std::move(made.error());
    } catch (const std::exception& failure) {
      found.push_back(invalid_input(failure.what()));
    }
    for (auto& error : found) {
      error.context.push_back(fmt::format("job {}", job.full_name));
      if (!error.location) error.location = job.place();
    }
    add(std::move(found));
  }

  void template_file(const std::string& path) {
    ++report_.files;
    const auto text = read_file(path);
    add(text ? check_template(*text, path, options_.allowed) : std::vector{text.error()});
  }

  void add(std::vector<Error> errors) { std::ranges::move(errors, std::back_inserter(report_.mistakes)); }

  /// Two parts may see one mistake; the one that knows more of its surroundings is kept.
  void sort() {
    const auto place = [](const Error& error) {
      const auto& at = error.location;
      return at ? std::tuple{std::string_view{at->file}, at->line, at->column} : std::tuple{std::string_view{}, 0U, 0U};
    };
    const auto before = [&](const Error& left, const Error& right) {
      return std::tuple{place(left), std::string_view{left.what}, right.context.size()} <
             std::tuple{place(right), std::string_view{right.what}, left.context.size()};
    };
    const auto same = [&](const Error& left, const Error& right) {
      return place(left) == place(right) && left.what == right.what;
    };
    auto& mistakes = report_.mistakes;
    std::ranges::sort(mistakes, before);
    const auto rest = std::ranges::unique(mistakes, same);
    mistakes.erase(rest.begin(), rest.end());
  }

  const CheckOptions& options_;
  const std::vector<CollectorInfo>& collectors_;
  std::vector<std::string_view> known_;
  ModuleFileScope scope_;
  CheckReport report_;
};

}  // namespace

std::string CheckReport::text() const {
  std::string out;
  for (const auto& mistake : mistakes) {
    auto line = mistake.text();
    std::ranges::replace_if(line, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    out += line + '\n';
  }
  return out + fmt::format("{} files, {} mistakes\n", files, mistakes.size());
}

CheckReport check(const CheckOptions& options, const std::vector<CollectorInfo>& collectors) {
  return Checker{options, collectors}.run();
}

}  // namespace cppd::agent

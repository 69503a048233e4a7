// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/agent/confgroup/discovery.h>

#include <cppd/agent/confgroup/module_file.h>

#include <boost/unordered/unordered_flat_map.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <tuple>

namespace cppd::agent {
namespace {

/// Does `left` take the name from `right`? In a full tie it does not.
bool outranks(const JobConfig& left, const JobConfig& right) {
  if (left.origin.type != right.origin.type) return left.origin.type > right.origin.type;
  return std::tie(left.origin.provider, left.origin.source) < std::tie(right.origin.provider, right.origin.source);
}

Error taken(const JobConfig& loser, const JobConfig& winner) {
  const auto place = winner.place();
  const auto whose = winner.module == loser.module ? std::string{} : fmt::format(" of module {}", winner.module);
  auto error = invalid_input(fmt::format("the name is taken by the job{} at {}:{}", whose, place.file, place.line));
  error.context.push_back(fmt::format("job {}", loser.full_name));
  error.location = loser.place();
  return error;
}

template <class T>
void append(std::vector<T>& into, std::vector<T>&& more) {
  into.insert(into.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

std::optional<FoundFile> find_module_file(const Directories& directories, const CollectorInfo& module) {
  const auto name = directories.module_file(module.defaults.module);
  if (auto found = directories.find(name)) return found;
  if (module.defaults.stock_config.empty()) return std::nullopt;
  return FoundFile{.path = "embedded:" + name, .stock = true, .embedded = module.defaults.stock_config};
}

Selection choose_jobs(std::vector<JobConfig> candidates) {
  boost::unordered_flat_map<std::string_view, std::size_t> best;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto [at, first] = best.emplace(candidates[i].full_name, i);
    if (!first && outranks(candidates[i], candidates[at->second])) at->second = i;
  }
  Selection selection;
  std::vector<bool> won(candidates.size());
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const auto& job = candidates[i];
    const auto& winner = candidates[best.at(job.full_name)];
    won[i] = &winner == &job;
    if (won[i]) continue;
    auto& list = winner.origin.type == job.origin.type ? selection.doubled : selection.outranked;
    list.push_back(taken(job, winner));
  }
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (won[i]) selection.chosen.push_back(std::move(candidates[i]));
  }
  return selection;
}

Discovery discover(const Directories& directories, const DiscoveryOptions& options,
                   const std::vector<CollectorInfo>& collectors) {
  Discovery found{.modules = select_modules(options.plugin, options.only_module, collectors)};
  const ModuleFileScope scope{
      .modules = found.modules, .known = module_names(collectors), .update_every_min = options.update_every_min};
  std::vector<JobConfig> candidates;
  for (const auto* module : found.modules) {
    const auto file = find_module_file(directories, *module);
    if (directories.inside_k8s && (!file || file->stock)) continue;
    if (!file) {
      candidates.push_back(
          dummy_job(module->defaults.module, module_defaults(module->defaults), options.update_every_min));
      continue;
    }
    auto read = read_module_file(*file, scope);
    append(candidates, std::move(read.jobs));
    append(found.refused, std::move(read.refused));
    append(found.warnings, std::move(read.warnings));
  }
  const bool one_module = !options.only_module.empty() && options.only_module != "all";
  if (one_module && !options.only_jobs.empty()) {
    std::erase_if(candidates, [&](const JobConfig& job) {
      return std::ranges::find(options.only_jobs, job.name) == options.only_jobs.end();
    });
  }
  auto selection = choose_jobs(std::move(candidates));
  found.jobs = std::move(selection.chosen);
  append(found.refused, std::move(selection.doubled));
  return found;
}

}  // namespace cppd::agent

// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/agent/confgroup/discovery.h>

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace cppd::agent {
namespace {

namespace fs = std::filesystem;

const std::vector<CollectorInfo> kCollectors = {
    {.defaults = {.module = "beta"}},
    {.defaults = {.module = "alpha"}},
    {.defaults = {.module = "alpha_x"}},
    {.defaults = {.module = "off", .disabled = true}},
    {.defaults = {.module = "stocked", .stock_config = "jobs: [{name: s}]"}}};

struct DiscoverCase {
  std::string name;
  std::map<std::string, std::string> files;
  std::string only_module;
  std::vector<std::string> only_jobs;
  bool inside_k8s = false;
  std::vector<std::string> jobs{};  // `full name, source type`
  std::string refused{};
  friend void PrintTo(const DiscoverCase& row, std::ostream* out) { *out << row.name; }
};

// Contract 1.5, 4.4 and S-8.
const DiscoverCase kDiscover[] = {
    {.name = "without_files", .jobs = {"alpha stock", "alpha_x stock", "beta stock", "stocked_s stock"}},
    {.name = "inside_k8s_without_files", .inside_k8s = true},
    {.name = "inside_k8s_with_files",
     .files = {{"user/cpp.d/alpha.conf", "jobs: [{name: a}]"}, {"stock/cpp.d/beta.conf", "jobs: [{name: b}]"}},
     .inside_k8s = true,
     .jobs = {"alpha_a user"}},
    {.name = "user_hides_stock",
     .files = {{"user/cpp.d/alpha.conf", "jobs: [{name: a}]"},
               {"stock/cpp.d/alpha.conf", "jobs: [{name: a}, {name: b}]"}},
     .only_module = "alpha",
     .jobs = {"alpha_a user"}},
    {.name = "user_hides_embedded", .files = {{"user/cpp.d/stocked.conf", "jobs: []"}}, .only_module = "stocked"},
    {.name = "only_module_all",
     .only_module = "all",
     .jobs = {"alpha stock", "alpha_x stock", "beta stock", "stocked_s stock"}},
    {.name = "only_module_is_off", .only_module = "off", .jobs = {"off stock"}},
    {.name = "only_module_unknown", .only_module = "nosuch"},
    {.name = "only_jobs",
     .files = {{"user/cpp.d/beta.conf", "jobs: [{name: x y}, {name: b}, {name: c}]"}},
     .only_module = "beta",
     .only_jobs = {"x_y", "c"},
     .jobs = {"beta_x_y user", "beta_c user"}},
    {.name = "only_jobs_without_a_module",
     .files = {{"user/cpp.d/beta.conf", "jobs: [{name: b}]"}},
     .only_jobs = {"zzz"},
     .jobs = {"alpha stock", "alpha_x stock", "beta_b user", "stocked_s stock"}},
    {.name = "name_twice_in_a_file",
     .files = {{"user/cpp.d/beta.conf", "jobs:\n  - {name: b, v: 1}\n  - {name: b, v: 2}\n"}},
     .only_module = "beta",
     .jobs = {"beta_b user"},
     .refused = "user/cpp.d/beta.conf:3:12: job beta_b: the name is taken by the job at user/cpp.d/beta.conf:2"},
    {.name = "greater_source_wins",  // a stock list names a job of a module with a user file
     .files = {{"stock/cpp.d/alpha.conf", "- {module: beta, name: b}"}, {"user/cpp.d/beta.conf", "jobs: [{name: b}]"}},
     .jobs = {"alpha_x stock", "beta_b user", "stocked_s stock"}},
    {.name = "smallest_origin_wins",
     .files = {{"user/cpp.d/beta.conf", "jobs: [{name: b}]"}, {"user/cpp.d/alpha.conf", "- {module: beta, name: b}"}},
     .jobs = {"beta_b user", "alpha_x stock", "stocked_s stock"},
     .refused = "user/cpp.d/beta.conf:1:15: job beta_b: the name is taken by the job at user/cpp.d/alpha.conf:1"},
    {.name = "full_names_collide",  // W19
     .files = {{"user/cpp.d/alpha.conf", "jobs: [{name: x_z}]"}, {"user/cpp.d/alpha_x.conf", "jobs: [{name: z}]"}},
     .jobs = {"alpha_x_z user", "beta stock", "stocked_s stock"},
     .refused = "user/cpp.d/alpha_x.conf:1:15: job alpha_x_z: the name is taken by the job of module alpha at "
                "user/cpp.d/alpha.conf:1"},
    {.name = "broken_file_costs_itself",
     .files = {{"user/cpp.d/alpha.conf", "jobs: [\n"}, {"user/cpp.d/alpha_x.conf", ""}},
     .jobs = {"beta stock", "stocked_s stock"},
     .refused = "user/cpp.d/alpha.conf:2:1: did not find expected node content (while parsing a flow node)"},
    {.name = "refused_names_do_not_stand_in_the_way",
     .files = {{"user/cpp.d/alpha.conf", "jobs: [{name: x=y}, {name: good}]"}},
     .only_module = "alpha",
     .jobs = {"alpha_good user"},
     .refused = "user/cpp.d/alpha.conf:1:15: jobs[0].name: unacceptable job name \"x=y\": contains '='"},
};

class Discover : public testing::TestWithParam<DiscoverCase> {
 protected:
  void TearDown() override { fs::remove_all(at_); }
  fs::path at_ = fs::path{testing::TempDir()} / ("cppd_discovery_" + std::to_string(::getpid()));
};

TEST_P(Discover, Gives) {
  const auto& row = GetParam();
  for (const auto& [name, text] : row.files) {
    fs::create_directories((at_ / name).parent_path());
    std::ofstream{at_ / name} << text;
  }
  const Directories directories{.plugin = "cpp.d",
                                .user_roots = {(at_ / "user").string()},
                                .stock_root = (at_ / "stock").string(),
                                .inside_k8s = row.inside_k8s};
  const auto found = discover(directories, {.only_module = row.only_module, .only_jobs = row.only_jobs}, kCollectors);
  std::vector<std::string> jobs;
  for (const auto& job : found.jobs)
    jobs.push_back(fmt::format("{} {}", job.full_name, source_type_name(job.origin.type)));
  EXPECT_EQ(jobs, row.jobs);
  auto refused = join_errors(found.refused);
  const auto prefix = at_.string() + "/";
  for (std::size_t at = 0; (at = refused.find(prefix, at)) != std::string::npos;) refused.erase(at, prefix.size());
  EXPECT_EQ(refused, row.refused);
}
INSTANTIATE_TEST_SUITE_P(Table, Discover, testing::ValuesIn(kDiscover), [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace cppd::agent

// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/agent/confgroup/directories.h>

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace cppd::agent {
namespace {

namespace fs = std::filesystem;
using Paths = std::vector<std::string>;
using Variables = std::map<std::string, std::string>;

struct RootsCase {
  std::string name;
  Variables variables;
  DirectoryOptions options;
  Paths existing;  // directories that are there
  Paths user_roots;
  std::string stock_root;
  friend void PrintTo(const RootsCase& row, std::ostream* out) { *out << row.name; }
};

const Variables kDaemon = {{"NETDATA_USER_CONFIG_DIR", "/e/user"}, {"NETDATA_STOCK_CONFIG_DIR", "/e/stock"}};
constexpr const char* kExecutable = "/opt/n/usr/libexec/netdata/plugins.d";

// Contract 1.3 and P-6; the standalone rows: design, section 11.
const RootsCase kRoots[] = {
    {"environment", kDaemon, {}, {}, {"/e/user"}, "/e/stock"},
    {"command_line_in_order_each_once", kDaemon, {.config_dirs = {"/b", "/a/", "/b"}}, {}, {"/b", "/a"}, "/e/stock"},
    {"home_is_expanded",
     {{"HOME", "/home/u"}},
     {.config_dirs = {"~/n"}, .build_stock_dir = "/s"},
     {},
     {"/home/u/n"},
     "/s"},
    {"build_time_after_environment", {}, {.build_user_dir = "/bu", .build_stock_dir = "/bs"}, {}, {"/bu"}, "/bs"},
    {"terminal_ignores_environment",
     kDaemon,
     {.build_user_dir = "/bu", .build_stock_dir = "/bs", .terminal = true},
     {},
     {"/bu"},
     "/bs"},
    {"beside_the_executable",
     {},
     {.executable_dir = kExecutable},
     {"/opt/n/etc/netdata", "/opt/n/usr/lib/netdata/conf.d", "/etc/netdata", "/usr/lib/netdata/conf.d"},
     {"/opt/n/etc/netdata"},
     "/opt/n/usr/lib/netdata/conf.d"},
    {"all_system_roots_that_exist",
     {},
     {.executable_dir = "/x/y/z/a/b"},
     {"/etc/netdata", "/opt/netdata/etc/netdata", "/opt/netdata/usr/lib/netdata/conf.d"},
     {"/etc/netdata", "/opt/netdata/etc/netdata"},
     "/opt/netdata/usr/lib/netdata/conf.d"},
    {"nothing_exists",
     {},
     {.executable_dir = kExecutable},
     {},
     {"/opt/n/etc/netdata"},
     "/opt/n/usr/lib/netdata/conf.d"},
    {"standalone_root", kDaemon, {.standalone = true}, {"/etc/cppd"}, {"/etc/cppd"}, "/e/stock"},
    {"standalone_without_its_root", kDaemon, {.standalone = true}, {}, {"/e/user"}, "/e/stock"},
    {"standalone_with_config_dir",
     kDaemon,
     {.config_dirs = {"/c"}, .standalone = true},
     {"/etc/cppd"},
     {"/c"},
     "/e/stock"},
};

class Roots : public testing::TestWithParam<RootsCase> {};
TEST_P(Roots, AreFound) {
  auto options = GetParam().options;
  options.is_directory = [](const std::string& path) {
    return std::ranges::find(GetParam().existing, path) != GetParam().existing.end();
  };
  const auto found = find_directories(options, read_environment(GetParam().variables));
  EXPECT_EQ(found.user_roots, GetParam().user_roots);
  EXPECT_EQ(found.stock_root, GetParam().stock_root);
}
INSTANTIATE_TEST_SUITE_P(Table, Roots, testing::ValuesIn(kRoots), [](const auto& row) { return row.param.name; });

struct StockCase {
  std::string_view name, root, path;
  bool stock;
  friend void PrintTo(const StockCase& row, std::ostream* out) { *out << row.name; }
};
constexpr StockCase kStock[] = {
    {"below", "/usr/lib/netdata/conf.d", "/usr/lib/netdata/conf.d/cpp.d/x.conf", true},
    {"itself", "/s", "/s", true},
    {"same_beginning", "/usr/lib/netdata/conf.d", "/usr/lib/netdata/conf.d2/cpp.d/x.conf", false},  // W20
    {"up_and_out", "/s/stock", "/s/stock/../user/x.conf", false},
    {"elsewhere", "/s", "/e/x.conf", false},
    {"no_stock_root", "", "/e/x.conf", false},
};
class IsStock : public testing::TestWithParam<StockCase> {};
TEST_P(IsStock, ComparesComponents) {
  const Directories directories{.stock_root = std::string{GetParam().root}};
  EXPECT_EQ(directories.is_stock(GetParam().path), GetParam().stock);
}
INSTANTIATE_TEST_SUITE_P(Table, IsStock, testing::ValuesIn(kStock),
                         [](const auto& row) { return std::string{row.param.name}; });

class Files : public testing::Test {
 protected:
  void SetUp() override {
    for (const auto* name : {"one/cpp.d/a.conf", "two/cpp.d/a.conf", "two/cpp.d/b.conf", "two/cpp.d/b.txt",
                             "stock/cpp.d/b.conf", "stock/cpp.d/c.conf"}) {
      fs::create_directories((at_ / name).parent_path());
      std::ofstream{at_ / name} << "jobs: []\n";
    }
    fs::create_directories(at_ / "stock/cpp.d/folder.conf");
    directories_.user_roots = {(at_ / "one").string(), (at_ / "two").string(), (at_ / "gone").string()};
    directories_.stock_root = (at_ / "stock").string();
    directories_.embedded = {{"cpp.d/c.conf", "hidden"}, {"cpp.d/d.conf", "text of d"}, {"other/e.conf", "no"}};
  }
  void TearDown() override { fs::remove_all(at_); }

  fs::path at_ = fs::path{testing::TempDir()} / ("cppd_directories_" + std::to_string(::getpid()));
  Directories directories_{.plugin = "cpp.d"};
};

TEST_F(Files, TheFirstRootCounts) {
  const auto a = directories_.find("cpp.d/a.conf");
  ASSERT_TRUE(a);
  EXPECT_EQ(a->path, (at_ / "one/cpp.d/a.conf").string());
  EXPECT_FALSE(a->stock);
  const auto c = directories_.find("cpp.d/c.conf");
  ASSERT_TRUE(c);
  EXPECT_EQ(c->path, (at_ / "stock/cpp.d/c.conf").string());
  EXPECT_TRUE(c->stock);
  EXPECT_FALSE(c->embedded);
  EXPECT_FALSE(directories_.find("cpp.d/nosuch.conf"));
}

TEST_F(Files, EmbeddedOnesComeLast) {
  const auto d = directories_.find("cpp.d/d.conf");
  ASSERT_TRUE(d);
  EXPECT_EQ(d->embedded, "text of d");
  EXPECT_TRUE(d->stock);
}

TEST_F(Files, OfEqualBaseNamesTheFirstCounts) {
  Paths found;
  for (const auto& file : directories_.find_all("cpp.d", ".conf")) found.push_back(file.path);
  EXPECT_EQ(found, (Paths{(at_ / "one/cpp.d/a.conf").string(), (at_ / "two/cpp.d/b.conf").string(),
                          (at_ / "stock/cpp.d/c.conf").string(), "embedded:cpp.d/d.conf"}));
}

TEST_F(Files, ConfiguredByAnyFileOnDisk) {
  EXPECT_TRUE(directories_.configured());
  const Directories bare{
      .plugin = "cpp.d", .user_roots = {(at_ / "one/cpp.d").string()}, .embedded = directories_.embedded};
  EXPECT_FALSE(bare.configured());
}

TEST(Environment, IsReadOnce) {
  const auto got = read_environment({{"NETDATA_LOG_LEVEL", "debug"},
                                     {"NETDATA_HOST_PREFIX", "/host"},
                                     {"NETDATA_LIB_DIR", "/lib/n"},
                                     {"NETDATA_VERSION", "v1.37.1"},
                                     {"KUBERNETES_SERVICE_HOST", "10.0.0.1"},
                                     {"KUBERNETES_SERVICE_PORT", ""},
                                     {"TZ", ":/etc/localtime"}});
  EXPECT_EQ(got.log_level, "debug");
  EXPECT_EQ(got.host_prefix, "/host");
  EXPECT_EQ(got.lib_dir, "/lib/n");
  EXPECT_EQ(got.netdata_version, "v1.37.1");
  EXPECT_FALSE(got.inside_k8s);
  EXPECT_TRUE(got.drop_tz);
}

}  // namespace
}  // namespace cppd::agent

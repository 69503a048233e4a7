// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/file.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace cppd {
namespace {

namespace fs = std::filesystem;

/// A scratch folder with one object of each kind that a configuration may name.
class ConfiguredFile : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = fs::temp_directory_path() / ("cppd_file_test_" + std::to_string(::getpid()));
    fs::create_directories(dir_ / "directory");
    write("full", std::string(kConfiguredFileBytesMax, 'x'));
    write("over", std::string(kConfiguredFileBytesMax + 1, 'x'));
    write("small", "hello");
    fs::create_symlink("small", dir_ / "link");
    fs::create_symlink("loop", dir_ / "loop");
    ASSERT_EQ(::mkfifo((dir_ / "fifo").c_str(), 0600), 0);
  }
  void TearDown() override { fs::remove_all(dir_); }

  void write(const char* name, const std::string& text) { std::ofstream{dir_ / name} << text; }
  [[nodiscard]] std::string path(const char* name) const { return (dir_ / name).string(); }

  fs::path dir_;
};

TEST_F(ConfiguredFile, ReadsRegularFilesUpToTheBound) {
  EXPECT_EQ(read_configured_file(path("small")).value(), "hello");
  EXPECT_EQ(read_configured_file(path("link")).value(), "hello");
  EXPECT_EQ(read_configured_file(path("full"))->size(), kConfiguredFileBytesMax);
}

TEST_F(ConfiguredFile, ReadsWhatComesWhenTheSizeIsNotKnown) {
  // Files of /proc are regular and say that they are empty.
  EXPECT_GT(read_configured_file("/proc/self/status")->size(), 100u);
  EXPECT_EQ(read_configured_file("/proc/self/status", 16).error().failure, FileFailure::too_large);
}

TEST_F(ConfiguredFile, TellsCausesApart) {
  const struct {
    const char* name;
    FileFailure failure;
    Errc code;
  } rows[] = {
      {"missing", FileFailure::not_found, Errc::unavailable},
      {"over", FileFailure::too_large, Errc::limit},
      {"directory", FileFailure::not_regular, Errc::invalid_input},
      {"fifo", FileFailure::not_regular, Errc::invalid_input},
      {"loop", FileFailure::other, Errc::unavailable},
      {"small/below", FileFailure::other, Errc::unavailable},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const auto got = read_configured_file(path(row.name));
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().failure, row.failure);
    EXPECT_EQ(got.error().error.code, row.code);
    EXPECT_NE(got.error().error.text().find(path(row.name)), std::string::npos);
  }
}

}  // namespace
}  // namespace cppd

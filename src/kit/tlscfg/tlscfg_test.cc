// SPDX-License-Identifier: GPL-3.0-or-later
// The cases of tests/vectors/web/tls.jsonl, run against load().
#include <cppd/kit/tlscfg/tlscfg.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace cppd::tlscfg {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::vector<json> cases() {
  std::vector<json> rows;
  std::ifstream file{CPPD_SOURCE_DIR "/tests/vectors/web/tls.jsonl"};
  for (std::string line; std::getline(file, line);) rows.push_back(json::parse(line));
  return rows;
}

class TlsVector : public testing::TestWithParam<json> {
 protected:
  void SetUp() override { fs::create_directories(dir_); }
  void TearDown() override { fs::remove_all(dir_); }

  void make(const json& file) const {
    const auto path = dir_ / file["name"].get<std::string>();
    if (file.value("kind", "") == "directory") {
      fs::create_directory(path);
      return;
    }
    auto text = file.value("content", "");
    if (const auto size = file.value("pad_to", std::size_t{0}); size > text.size()) text.resize(size, ' ');
    std::ofstream{path, std::ios::binary} << text;
  }

  [[nodiscard]] std::string path(const json& config, const char* key) const {
    auto text = config.value(key, "");
    if (const auto at = text.find("{dir}"); at != std::string::npos) text.replace(at, 5, dir_.string());
    return text;
  }

  fs::path dir_ = fs::temp_directory_path() / ("cppd_tlscfg_test_" + std::to_string(::getpid()));
};

std::string_view class_of(FileFailure failure) {
  switch (failure) {
    case FileFailure::not_found: return "not_found";
    case FileFailure::permission: return "permission";
    case FileFailure::not_regular: return "not_regular";
    case FileFailure::too_large: return "too_large";
    case FileFailure::other: break;
  }
  return "other";
}

TEST_P(TlsVector, LoadsAsTheReferenceDoes) {
  const auto& row = GetParam();
  if (row["quirk"] == "Q09") {
    GTEST_SKIP() << "a lone certificate or key is an error here, see LonePart";
  }
  for (const auto& file : row["input"]["files"]) make(file);
  const auto& config = row["input"]["config"];
  const auto& want = row["expect"];
  const auto got = load({.ca = path(config, "tls_ca"),
                         .cert = path(config, "tls_cert"),
                         .key = path(config, "tls_key"),
                         .skip_verify = config.value("tls_skip_verify", false)});
  if (want.contains("error")) {
    ASSERT_FALSE(got);
    const bool reading = std::ranges::find(want["classes"], json("safe_file")) != want["classes"].end();
    ASSERT_EQ(got.error().file.has_value(), reading) << got.error().error.text();
    if (reading && want["classes"].size() > 2)
      EXPECT_EQ(class_of(*got.error().file), want["classes"].back().get<std::string>());
    return;
  }
  ASSERT_TRUE(got) << got.error().error.text();
  ASSERT_EQ(got->has_value(), want["configured"].get<bool>());
  if (!got->has_value()) return;
  EXPECT_EQ(!(*got)->roots.empty(), want["own_roots"].get<bool>());
  EXPECT_EQ((*got)->certificate.empty() ? 0 : 1, want["client_certificates"].get<int>());
  EXPECT_EQ((*got)->skip_verify, want["skip_verify"].get<bool>());
}

INSTANTIATE_TEST_SUITE_P(Table, TlsVector, testing::ValuesIn(cases()), [](const auto& row) {
  auto name = row.param["name"].template get<std::string>();
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(LonePart, IsAnErrorThatNamesTheMissingKey) {
  const auto got = load({.cert = "/etc/hostname"});
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().error.text(), "/etc/hostname: tls_cert: needs tls_key as well");
  EXPECT_EQ(load({.key = "/k"}).error().error.text(), "/k: tls_key: needs tls_cert as well");
}

TEST(Roots, CountOnlyWhatParses) {
  std::string bundle;
  for (const auto& row : cases()) {
    if (row["name"] == "tls-ca-cert-and-junk") bundle = row["input"]["files"][0]["content"];
  }
  const auto path = fs::temp_directory_path() / ("cppd_tlscfg_junk_" + std::to_string(::getpid()));
  std::ofstream{path} << bundle;
  const auto got = load({.ca = path.string()});
  fs::remove(path);
  ASSERT_TRUE(got);
  EXPECT_EQ((*got)->root_count, 1u);
}

}  // namespace
}  // namespace cppd::tlscfg

// SPDX-License-Identifier: GPL-3.0-or-later
// The cases of tests/vectors/web that need no server: requests, joined paths, queries, files, the choice of the proxy.
#include <cppd/base/file.h>
#include <cppd/kit/web/proxy.h>
#include <cppd/kit/web/request.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

namespace cppd::web {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::string_view kUserAgent = "Netdata test.plugin/v1";

std::vector<json> cases(std::initializer_list<const char*> files) {
  std::vector<json> rows;
  for (const auto* name : files) {
    std::ifstream file{std::string{CPPD_SOURCE_DIR "/tests/vectors/web/"} + name};
    for (std::string line; std::getline(file, line);) rows.push_back(json::parse(line));
  }
  return rows;
}

std::string row_name(const testing::TestParamInfo<json>& row) {
  auto name = row.param["name"].get<std::string>();
  std::ranges::replace_if(name, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
  return name;
}

class Vector : public testing::TestWithParam<json> {
 protected:
  void SetUp() override {
    fs::create_directories(dir_);
    for (const auto& file : input().value("files", json::array())) make(file);
    const auto environment = GetParam().value("environment", json::object());
    for (const auto& [name, value] : environment.items()) {
      ::setenv(name.c_str(), value.get<std::string>().c_str(), 1);
      set_.push_back(name);
    }
  }
  void TearDown() override {
    for (const auto& name : set_) ::unsetenv(name.c_str());
    fs::remove_all(dir_);
  }

  [[nodiscard]] const json& input() const { return GetParam()["input"]; }
  [[nodiscard]] const json& want() const { return GetParam()["expect"]; }

  [[nodiscard]] std::string filled(std::string text) const {
    if (const auto at = text.find("{dir}"); at != std::string::npos) text.replace(at, 5, dir_.string());
    return text;
  }

  [[nodiscard]] ClientConfig config() const {
    const auto& keys = input()["config"];
    const auto text = [&](const char* key) { return filled(keys.value(key, "")); };
    ClientConfig config{.url = text("url"),
                        .username = text("username"),
                        .password = text("password"),
                        .bearer_token_file = text("bearer_token_file"),
                        .proxy_url = text("proxy_url"),
                        .proxy_username = text("proxy_username"),
                        .proxy_password = text("proxy_password"),
                        .method = text("method"),
                        .headers = {},
                        .body = text("body")};
    for (const auto& [name, value] : keys.value("headers", json::object()).items()) config.headers[name] = value;
    return config;
  }

  fs::path dir_ = fs::temp_directory_path() / ("cppd_web_vectors_" + std::to_string(::getpid()));

 private:
  void make(const json& file) const {
    const auto path = dir_ / file["name"].get<std::string>();
    const auto kind = file.value("kind", "");
    if (kind == "directory") {
      fs::create_directory(path);
    } else if (kind == "symlink") {
      fs::create_symlink(file["target"].get<std::string>(), path);
    } else if (kind == "fifo") {
      ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
    } else {
      std::string text;
      for (int i = 0; i < file.value("repeat", 1); ++i) text += file.value("content", "");
      if (const auto size = file.value("pad_to", std::size_t{0}); size > text.size()) text.resize(size, ' ');
      std::ofstream{path, std::ios::binary} << text;
    }
  }

  std::vector<std::string> set_;
};

using RequestVector = Vector;
TEST_P(RequestVector, IsBuiltAsTheReferenceBuildsIt) {
  const auto got = input().contains("path") ? Request::create(config(), kUserAgent, input()["path"].get<std::string>())
                                            : Request::create(config(), kUserAgent);
  if (want().contains("error")) {
    ASSERT_FALSE(got);
    EXPECT_FALSE(got.error().what.empty());
    return;
  }
  ASSERT_TRUE(got) << got.error().text();
  EXPECT_EQ(got->method(), want()["method"].get<std::string>());
  EXPECT_EQ(got->url().text(), want()["url"].get<std::string>());
  // An empty virtual host means that of the URL; the reference shows the empty one until it sends the request.
  if (want()["host"] != "") EXPECT_EQ(got->host(), want()["host"].get<std::string>());
  json headers = json::object();
  for (const auto& header : got->headers())
    headers[header.name].push_back(header.value == kUserAgent ? "{user_agent}" : header.value);
  EXPECT_EQ(headers, want()["headers"]);
  EXPECT_EQ(got->body(), want()["body"].is_null() ? "" : want()["body"].get<std::string>());
}
INSTANTIATE_TEST_SUITE_P(Table, RequestVector, testing::ValuesIn(cases({"request.jsonl"})), row_name);

using QueryVector = Vector;
TEST_P(QueryVector, IsEncoded) {
  const auto query = input().contains("params")
                         ? encode_query(input()["params"].get<std::map<std::string, std::string>>())
                         : encode_query(input()["key"].get<std::string>(), input()["value"].get<std::string>());
  EXPECT_EQ(query, want()["query"].get<std::string>());
}
INSTANTIATE_TEST_SUITE_P(Table, QueryVector, testing::ValuesIn(cases({"query.jsonl"})), row_name);

using FileVector = Vector;
TEST_P(FileVector, IsReadOrRefused) {
  const auto got = read_configured_file((dir_ / input()["read"].get<std::string>()).string());
  ASSERT_EQ(got.has_value(), !want().contains("error"));
  if (!got) {
    const auto classes = want()["classes"].get<std::set<std::string>>();
    EXPECT_EQ(got.error().failure == FileFailure::too_large, classes.contains("too_large"));
    EXPECT_EQ(got.error().failure == FileFailure::not_regular, classes.contains("not_regular"));
    EXPECT_EQ(got.error().failure == FileFailure::not_found, classes.contains("not_found"));
    return;
  }
  if (want().contains("content")) EXPECT_EQ(*got, want()["content"].get<std::string>());
  if (want().contains("length")) EXPECT_EQ(got->size(), want()["length"].get<std::size_t>());
}
INSTANTIATE_TEST_SUITE_P(Table, FileVector, testing::ValuesIn(cases({"safefile.jsonl"})), row_name);

using ProxyVector = Vector;
TEST_P(ProxyVector, IsChosen) {
  // Our own rules: the scheme is checked at once (Q08), and force_http2 with a proxy is refused by the client (Q06).
  if (!GetParam()["quirk"].is_null()) GTEST_SKIP() << "kept out: " << GetParam()["quirk"];
  const auto explicit_url = config().proxy_url;
  std::optional<Url> configured;
  if (!explicit_url.empty()) {
    auto url = parse_proxy_url(explicit_url);
    ASSERT_EQ(url.has_value(), !want().contains("error"));
    if (!url) return;
    configured = *std::move(url);
  }
  const ProxyEnvironment environment{ProxyEnvironment::read()};
  for (std::size_t i = 0; i < input()["ask_proxy_for"].size(); ++i) {
    const auto& answer = want()["proxy"][i];
    const auto target = Url::parse(input()["ask_proxy_for"][i].get<std::string>());
    SCOPED_TRACE(target->text());
    const auto got = configured ? Result<std::optional<Url>>{configured} : environment.choose(*target);
    ASSERT_EQ(got.has_value(), !answer.is_object());
    if (!got) continue;
    EXPECT_EQ(*got ? (*got)->text() : "direct", answer.is_null() ? "direct" : answer.get<std::string>());
  }
}
INSTANTIATE_TEST_SUITE_P(Table, ProxyVector, testing::ValuesIn(cases({"client.jsonl"})), row_name);

TEST(UserAgent, NamesProgramAndVersion) {
  EXPECT_EQ(default_user_agent("/usr/libexec/netdata/plugins.d/go.d.plugin", "v2.5.0"), "Netdata go.d.plugin/v2.5.0");
  EXPECT_EQ(default_user_agent("godplugin", "1"), "Netdata go.d.plugin/1");
  EXPECT_EQ(default_user_agent("cpp.d", "1"), "Netdata cpp.d.plugin/1");
}

TEST(UrlResolve, FollowsRfc3986) {
  // RFC 3986, 5.4.1 and 5.4.2, the rows that HTTP redirects meet.
  const auto base = Url::parse("http://a/b/c/d;p?q").value();
  const struct {
    const char* reference;
    const char* want;
  } rows[] = {
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g;x=1/../y", "http://a/b/c/y"},
      {"https://h/x", "https://h/x"},
  };
  for (const auto& row : rows)
    EXPECT_EQ(base.resolve(Url::parse(row.reference).value()).text(), row.want) << row.reference;
}

TEST(UrlText, PublicFormHidesUserInformation) {
  EXPECT_EQ(Url::parse("http://u:p@h/x?y#z").value().text_public(), "http://h/x?y");
}

TEST(Subdomain, CountsWholeLabels) {
  EXPECT_TRUE(same_or_subdomain("a.example.com", "example.com"));
  EXPECT_TRUE(same_or_subdomain("example.com", "example.com"));
  EXPECT_FALSE(same_or_subdomain("badexample.com", "example.com"));
  EXPECT_FALSE(same_or_subdomain("com", "example.com"));
  EXPECT_FALSE(same_or_subdomain("::1.2", "2"));
}

}  // namespace
}  // namespace cppd::web

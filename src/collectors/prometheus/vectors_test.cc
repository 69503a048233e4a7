// SPDX-License-Identifier: GPL-3.0-or-later
// Plays the recorded cases of tests/vectors/collectors/prometheus in this process: what the reference wrote, line by
// line.
#include <cppd/base/file.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <zlib.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <thread>

#include <unistd.h>

#include "../../kit/web/gzip_for_tests.h"
#include "../../kit/web/test_server.h"
#include "way_for_tests.h"

namespace cppd::prometheus_collector {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

const fs::path kCases = fs::path{CPPD_SOURCE_DIR} / "tests/vectors/collectors/prometheus";

std::string gunzip_file(const fs::path& path) {
  std::string text;
  const auto file = gzopen(path.c_str(), "rb");
  char piece[1 << 14];
  for (int got = 0; (got = gzread(file, piece, sizeof piece)) > 0;) text.append(piece, static_cast<std::size_t>(got));
  gzclose(file);
  return text;
}

/// A file of a case, stored as it is or as `NAME.gz`.
std::string read(const fs::path& path) {
  if (fs::exists(path)) return read_file(path).value();
  return gunzip_file(path.string() + ".gz");
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    if (end > at) lines.emplace_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

/// What a case does, or why it is not for this test.
struct Case {
  std::string name;
  json about;
  std::string job;
  std::map<std::string, std::vector<std::string>> sections;  // `cycle 1`, ..., `removed`
};

/// Cases of what is not there yet, or of another module, by the beginning of their names.
const std::pair<std::string_view, std::string_view> kNotYet[] = {
    {"profile-", "profiles"},
    {"mode-", "profiles"},
    {"stock-", "profiles"},
    {"real-haproxy-auto", "profiles"},
    {"real-node-exporter-auto", "profiles"},
    {"relabel-", "relabeling"},
    {"vnode", "virtual nodes are the job's"},
    {"reset-midway", "resets are the agent's"},
};
std::string_view not_yet(std::string_view name) {
  for (const auto& [prefix, why] : kNotYet) {
    if (name.starts_with(prefix)) return why;
  }
  return {};
}

Case load(const std::string& name) {
  const auto folder = kCases / name;
  Case loaded{.name = name, .about = json::parse(read(folder / "case.json")), .job = read(folder / "job.yaml")};
  if (!fs::exists(folder / "expected.txt") && !fs::exists(folder / "expected.txt.gz")) return loaded;
  std::string section;
  for (auto& line : lines_of(read(folder / "expected.txt"))) {
    if (line.starts_with('#')) {
      section = line.substr(1);
      loaded.sections[section];
    } else {
      replace_all(line, "{{plugin}}", "cpp.d");
      loaded.sections[section].push_back(std::move(line));
    }
  }
  return loaded;
}

std::string body_of(const Case& played, const json& response) {
  return response.contains("body_file") ? read(kCases / played.name / response["body_file"].get<std::string>())
                                        : response.value("body", "");
}

/// The scripted target: answers of the poll at hand.
class Target {
 public:
  explicit Target(const Case& played)
      : case_{played},
        server_{[this](web::test::Peer& peer, const web::test::Seen& seen) { return answer(peer, seen); },
                played.about.contains("server") && played.about["server"]["kind"] == "https"
                    ? web::test::TestServer::Kind::tls
                    : web::test::TestServer::Kind::plain} {}

  [[nodiscard]] std::string base() const { return server_.base(); }
  void turn_to(std::size_t poll) {
    const std::scoped_lock lock{mutex_};
    poll_ = poll;
  }
  /// Requests that fit no exchange, and headers that are not as the case wants them.
  [[nodiscard]] std::vector<std::string> complaints() const {
    const std::scoped_lock lock{mutex_};
    return complaints_;
  }
  [[nodiscard]] std::size_t requests() const { return server_.seen().size(); }

 private:
  json find(const web::test::Seen& seen) {
    const std::scoped_lock lock{mutex_};
    const auto& polls = case_.about.at("polls");
    for (const auto& exchange : polls.at(std::min(poll_, polls.size() - 1))) {
      const auto& wanted = exchange["request"];
      if (wanted.value("method", "GET") != seen.method || wanted.value("path", "") != seen.target) continue;
      if (wanted.contains("body") && wanted["body"] != seen.body) complaints_.push_back("body " + seen.body);
      for (const auto& [header, value] : wanted.value("headers", json::object()).items()) {
        auto text = value.is_null() ? std::string{} : value.get<std::string>();
        replace_all(text, "{{plugin}}", "cpp.d");
        if (text.find("{{any}}") != std::string::npos) continue;
        if (value.is_null() ? seen.has(header) : seen.header(header) != text)
          complaints_.push_back(header + ": " + seen.header(header));
      }
      return exchange["response"];
    }
    complaints_.push_back("unexpected " + seen.method + " " + seen.target);
    return json{{"status", 500}};
  }

  bool answer(web::test::Peer& peer, const web::test::Seen& seen) {
    const auto response = find(seen);
    if (response.contains("delay_ms"))
      std::this_thread::sleep_for(std::chrono::milliseconds{response["delay_ms"].get<int>()});
    if (response.contains("abort")) return false;
    auto body = body_of(case_, response);
    std::string headers;
    for (const auto& [name, value] : response.value("headers", json::object()).items()) {
      auto text = value.get<std::string>();
      replace_all(text, "{{url}}", server_.base());
      headers += name + ": " + text + "\r\n";
    }
    if (response.value("gzip", false)) {
      body = web::test::gzip(body);
      headers += "Content-Encoding: gzip\r\n";
    }
    return peer.reply(response.value("status", 200), body, headers);
  }

  const Case& case_;
  mutable std::mutex mutex_;
  std::size_t poll_ = 0;
  std::vector<std::string> complaints_;
  web::test::TestServer server_;
};

/// `{{us}}` stands for the microseconds of a BEGIN.
bool line_is(const std::string& want, const std::string& got) {
  const auto us = want.find("{{us}}");
  if (us == std::string::npos) return want == got;
  return got.starts_with(want.substr(0, us)) && got.size() > us &&
         std::ranges::all_of(got.substr(us), [](char c) { return c >= '0' && c <= '9'; });
}

/// Empty when equal.
std::string difference(const std::vector<std::string>& want, std::string_view text) {
  auto got = lines_of(text);
  if (got.size() == 1) got.clear();
  for (std::size_t i = 0; i < std::max(want.size(), got.size()); ++i) {
    const auto w = i < want.size() ? want[i] : "(nothing)";
    const auto g = i < got.size() ? got[i] : "(nothing)";
    if (!line_is(w, g)) return "line " + std::to_string(i + 1) + "\n  want " + w + "\n  got  " + g;
  }
  return {};
}

/// Reasons of which a case that is marked with a difference must leave one in the ledger: docs/differences.md.
bool ledger_explains(test::Way& way, const std::string& mark) {
  const std::map<std::string, std::vector<LossReason>> reasons{
      {"D1", {LossReason::series_invalid, LossReason::series_type_changed}},
      {"D2", {LossReason::chart_id_collision}},
      {"D3", {LossReason::chart_id_too_long}},
      {"D11", {LossReason::series_capped}},
  };
  return std::ranges::any_of(reasons.at(mark), [&](LossReason reason) { return way.lost(reason) > 0; });
}

class Vectors : public testing::TestWithParam<std::string> {
 protected:
  /// The folder `{{dir}}` of the case.
  fs::path write_files(const Case& played) {
    folder_ = fs::temp_directory_path() / ("cppd_prometheus_" + played.name + "_" + std::to_string(::getpid()));
    fs::create_directories(folder_);
    const auto files = played.about.value("files", json::object());
    for (const auto& [name, file] : files.items()) {
      const auto text = file.contains("text") ? file["text"].get<std::string>()
                                              : read(kCases / played.name / file["file"].get<std::string>());
      std::ofstream{folder_ / name} << text;
    }
    return folder_;
  }
  void TearDown() override {
    if (!folder_.empty()) fs::remove_all(folder_);
  }
  fs::path folder_;
};

std::vector<std::pair<std::string, std::string>> labels_of(const std::string& job) {
  std::map<std::string, std::string> sorted;
  const auto document = yaml::Document::parse(job);
  if (const auto* labels = document->root().find("labels")) {
    for (const auto& entry : labels->entries()) sorted[std::string{entry.key->text()}] = entry.value->text();
  }
  return {sorted.begin(), sorted.end()};
}

TEST_P(Vectors, AreWrittenAsRecorded) {
  if (const auto why = not_yet(GetParam()); !why.empty()) GTEST_SKIP() << why;
  auto played = load(GetParam());
  Target target{played};
  replace_all(played.job, "{{url}}", target.base());
  replace_all(played.job, "{{dir}}", write_files(played).string());
  test::Way way{played.job, played.about["job"], labels_of(played.job)};
  const auto mark = played.about["difference"].is_null() ? "" : played.about["difference"].get<std::string>();
  if (played.job.find("update_every: 2") != std::string::npos) way.set_update_every(2);

  const auto started = way.start();
  if (played.about["outcome"] == "failed" && mark.empty()) {
    ASSERT_FALSE(started);
    EXPECT_EQ(target.requests() == 0, played.about.value("stage", "") == "init" || !played.about.contains("polls") ||
                                          played.about.contains("expect_no_requests") ||
                                          played.name == "bearer-token-missing")
        << target.requests();
    return;
  }
  if (!started && played.about["outcome"] == "failed") return;  // marked, and still as the reference
  ASSERT_TRUE(started) << started.error().text();
  const auto polls =
      played.about.contains("polls") ? played.about["polls"].size() : played.about["cycles"].get<std::size_t>() + 1;
  std::string differs;
  for (std::size_t poll = 1; poll < polls; ++poll) {
    target.turn_to(poll);
    const auto text = way.cycle();
    differs = difference(played.sections["cycle " + std::to_string(poll)], text ? *text : std::string{});
    if (mark.empty()) EXPECT_EQ(differs, "") << "cycle " << poll << (text ? "" : ": " + text.error().text());
  }
  if (mark.empty()) {
    EXPECT_EQ(difference(played.sections["removed"], way.retire()), "");
  } else {
    EXPECT_TRUE(ledger_explains(way, mark)) << way.collector().ledger().summary();
  }
  way.reader.finish();
  EXPECT_EQ(way.reader.report(), "");
  EXPECT_THAT(target.complaints(), testing::IsEmpty());
}

std::vector<std::string> all_cases() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator{kCases}) {
    if (entry.is_directory()) names.push_back(entry.path().filename());
  }
  std::ranges::sort(names);
  return names;
}
INSTANTIATE_TEST_SUITE_P(Recorded, Vectors, testing::ValuesIn(all_cases()), [](const auto& row) {
  auto name = row.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(VectorFolder, IsThere) { EXPECT_GE(all_cases().size(), 127u); }

}  // namespace
}  // namespace cppd::prometheus_collector

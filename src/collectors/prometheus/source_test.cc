// SPDX-License-Identifier: GPL-3.0-or-later
// Pages from files. HTTP is tested with the collector.
#include "source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <filesystem>
#include <fstream>

#include <sys/stat.h>
#include <unistd.h>

namespace cppd::prometheus_collector {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

struct Text final : web::BodySink {
  Result<> chunk(std::string_view bytes) override {
    ++pieces;
    text += bytes;
    return ok;
  }
  std::string text;
  int pieces = 0;
};

class FilePages : public testing::Test {
 protected:
  FilePages() : folder_{fs::temp_directory_path() / ("cppd_source_" + std::to_string(::getpid()))} {
    fs::create_directories(folder_);
  }
  ~FilePages() override { fs::remove_all(folder_); }

  Result<std::string> fetch(const std::string& name, std::uint64_t bytes_max = 1 << 20) {
    JobContext job;
    asio::io_context loop;
    job.executor = loop.get_executor();
    auto source = Source::create(job, {.url = "file://" + (folder_ / name).string(), .max_body_bytes = bytes_max});
    if (!source) return std::unexpected(source.error());
    Text into;
    auto future = asio::co_spawn(loop, (*source)->fetch(into), asio::use_future);
    loop.run();
    if (auto done = future.get(); !done) return std::unexpected(done.error());
    pieces_ = into.pieces;
    return into.text;
  }
  void write(const std::string& name, std::string_view text) { std::ofstream{folder_ / name} << text; }

  fs::path folder_;
  int pieces_ = 0;
};

TEST_F(FilePages, AreReadAnewEachTime) {
  write("m.prom", "a 1\n");
  EXPECT_EQ(fetch("m.prom").value(), "a 1\n");
  write("m.prom", "a 2\nb 3\n");
  EXPECT_EQ(fetch("m.prom").value(), "a 2\nb 3\n");
}

TEST_F(FilePages, ComeInPieces) {
  const std::string text(100'000, 'x');
  write("m.prom", text);
  EXPECT_EQ(fetch("m.prom").value(), text);
  EXPECT_GT(pieces_, 1);
}

TEST_F(FilePages, AreBounded) {
  write("m.prom", std::string(1001, 'x'));
  const auto page = fetch("m.prom", 1000);
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, Errc::limit);
  EXPECT_THAT(page.error().text(), HasSubstr("m.prom: is larger than 1000 bytes"));
}

TEST_F(FilePages, ThatAreMissingAreUnavailable) {
  const auto page = fetch("nothing.prom");
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, Errc::unavailable);
  EXPECT_THAT(page.error().text(), HasSubstr("nothing.prom: No such file"));
}

TEST_F(FilePages, DoNotHangOnAFifo) {
  ASSERT_EQ(::mkfifo((folder_ / "fifo").c_str(), 0600), 0);
  const auto page = fetch("fifo");
  ASSERT_FALSE(page);
  EXPECT_THAT(page.error().text(), HasSubstr("fifo: is not a regular file"));
}

}  // namespace
}  // namespace cppd::prometheus_collector

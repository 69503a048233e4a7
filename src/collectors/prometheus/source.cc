// SPDX-License-Identifier: GPL-3.0-or-later
#include "source.h"

#include <cppd/kit/web/request.h>
#include <cppd/kit/web/url.h>

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cppd::prometheus_collector {
namespace {

constexpr std::string_view kFileScheme = "file://";
constexpr std::size_t kPieceBytes = std::size_t{32} << 10;

class HttpSource final : public Source {
 public:
  HttpSource(web::Client client, std::string url) : client_{std::move(client)}, url_{std::move(url)} {}

  /// Makes the request. A token file that cannot be read is asked for again with the next page.
  Result<> prepare() {
    if (request_) return ok;
    auto request = client_.request();
    if (!request) return std::unexpected(std::move(request.error()).in(url_));
    request->set_default_header("Accept", "text/plain;version=0.0.4;q=1,*/*;q=0.1");
    request_ = *std::move(request);
    return ok;
  }

  Task<Result<>> fetch(web::BodySink& sink) override {
    if (auto ready = prepare(); !ready) co_return ready;
    const auto response = co_await client_.fetch(*request_, sink);
    if (!response) co_return std::unexpected(response.error());
    if (!response->accepted) co_return std::unexpected(web::status_error(*request_, *response));
    co_return ok;
  }
  const std::string& url() const override { return url_; }

 private:
  web::Client client_;
  std::optional<web::Request> request_;
  std::string url_;
};

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_{fd} {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

/// A regular file, opened anew for each page. Nothing that could make a reader wait is read.
class FileSource final : public Source {
 public:
  FileSource(std::string url, std::uint64_t bytes_max)
      : url_{std::move(url)}, path_{url_.substr(kFileScheme.size())}, bytes_max_{bytes_max} {}

  Task<Result<>> fetch(web::BodySink& sink) override { co_return read(sink); }
  const std::string& url() const override { return url_; }

 private:
  [[nodiscard]] Result<> read(web::BodySink& sink) const {
    const Descriptor file{::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
    struct stat about{};
    if (file.get() < 0 || ::fstat(file.get(), &about) != 0) return failed();
    if (!S_ISREG(about.st_mode)) return std::unexpected(invalid_input("is not a regular file").in(url_));
    std::array<char, kPieceBytes> piece;
    for (std::uint64_t total = 0;;) {
      const auto got = ::read(file.get(), piece.data(), piece.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return failed();
      if (got == 0) return ok;
      total += static_cast<std::uint64_t>(got);
      if (total > bytes_max_)
        return std::unexpected(limit_reached(fmt::format("is larger than {} bytes", bytes_max_)).in(url_));
      if (auto taken = sink.chunk({piece.data(), static_cast<std::size_t>(got)}); !taken) return taken;
    }
  }
  [[nodiscard]] Result<> failed() const { return std::unexpected(unavailable(std::strerror(errno)).in(url_)); }

  std::string url_;
  std::string path_;
  std::uint64_t bytes_max_;
};

}  // namespace

Result<std::unique_ptr<Source>> Source::create(const JobContext& job, const web::ClientConfig& config) {
  if (config.url.empty()) return std::unexpected(invalid_input("is empty").in("url"));
  if (config.url.starts_with(kFileScheme)) return std::make_unique<FileSource>(config.url, config.max_body_bytes);
  const auto url = web::Url::parse(config.url);
  if (!url) return std::unexpected(Error{url.error()}.in("url"));
  auto client = web::Client::create(job.executor, config,
                                    {.user_agent = web::default_user_agent(job.plugin + ".plugin", job.version)});
  if (!client) return std::unexpected(std::move(client.error()));
  auto source = std::make_unique<HttpSource>(*std::move(client), url->text_public());
  if (auto ready = source->prepare(); !ready && ready.error().code == Errc::invalid_input)
    return std::unexpected(std::move(ready.error()));
  return source;
}

}  // namespace cppd::prometheus_collector

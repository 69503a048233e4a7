// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/file.h>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace cppd {
namespace {

class Descriptor {
 public:
  explicit Descriptor(const std::string& path) : fd_{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)} {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

Error failed(const std::string& path, int code) {
  auto error = unavailable(std::strerror(code));
  error.location = Location{.file = path};
  return error;
}

FileFailure failure_of(int code) {
  switch (code) {
    case ENOENT: return FileFailure::not_found;
    case EACCES:
    case EPERM: return FileFailure::permission;
    default: return FileFailure::other;
  }
}

Result<> read_all(int fd, const std::string& path, std::string& into, std::size_t bytes_max) {
  std::size_t used = 0;
  if (into.capacity() < 4096) into.reserve(4096);
  into.resize(into.capacity());
  for (;;) {
    if (used == into.size()) into.resize(into.size() * 2);
    const auto got = ::read(fd, into.data() + used, into.size() - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(failed(path, errno));
    if (got == 0) break;
    used += static_cast<std::size_t>(got);
    if (used > bytes_max) {
      auto error = limit_reached(fmt::format("file is larger than {} bytes", bytes_max));
      error.location = Location{.file = path};
      return std::unexpected(std::move(error));
    }
  }
  into.resize(used);
  return ok;
}

}  // namespace

std::expected<std::string, FileError> read_configured_file(const std::string& path, std::size_t bytes_max) {
  const Descriptor file{path};
  if (file.get() < 0) return std::unexpected(FileError{failure_of(errno), failed(path, errno)});
  struct stat info{};
  if (::fstat(file.get(), &info) != 0) return std::unexpected(FileError{FileFailure::other, failed(path, errno)});
  if (!S_ISREG(info.st_mode)) {
    auto error = invalid_input("not a regular file");
    error.location = Location{.file = path};
    return std::unexpected(FileError{FileFailure::not_regular, std::move(error)});
  }
  std::string text;
  if (auto done = read_all(file.get(), path, text, bytes_max); !done) {
    const auto failure = done.error().code == Errc::limit ? FileFailure::too_large : FileFailure::other;
    return std::unexpected(FileError{failure, std::move(done.error())});
  }
  return text;
}

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
  auto text = read_configured_file(path, bytes_max);
  if (!text) return std::unexpected(std::move(text.error().error));
  return *std::move(text);
}

Result<> read_pseudo_file(const std::string& path, std::string& into, std::size_t bytes_max) {
  const Descriptor file{path};
  if (file.get() < 0) return std::unexpected(failed(path, errno));
  return read_all(file.get(), path, into, bytes_max);
}

}  // namespace cppd

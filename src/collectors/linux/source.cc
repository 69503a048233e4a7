// SPDX-License-Identifier: GPL-3.0-or-later
#include "source.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

#include <fmt/format.h>

namespace cppd::linux_host {
namespace {

constexpr std::size_t kBytesMax = std::size_t{16} << 20;

}  // namespace

PolledFile::PolledFile(PolledFile&& other) noexcept
    : path_{std::move(other.path_)},
      buffer_{std::move(other.buffer_)},
      descriptor_{std::exchange(other.descriptor_, -1)} {}

PolledFile::~PolledFile() { close(); }

void PolledFile::close() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

Error PolledFile::failed(std::string_view what) {
  const auto reason = std::generic_category().message(errno);
  close();
  return unavailable(fmt::format("{}: {}: {}", path_, what, reason));
}

Result<std::string_view> PolledFile::read() {
  if (descriptor_ < 0) {
    descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor_ < 0) return std::unexpected(failed("cannot open"));
  }
  if (buffer_.empty()) buffer_.resize(4096);
  std::size_t size = 0;
  for (;;) {
    if (size == buffer_.size()) {
      if (size >= kBytesMax) {
        close();
        return std::unexpected(limit_reached(fmt::format("{}: larger than {} bytes", path_, kBytesMax)));
      }
      buffer_.resize(buffer_.size() * 2);
    }
    const auto count = ::pread(descriptor_, buffer_.data() + size, buffer_.size() - size, static_cast<off_t>(size));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(failed("cannot read"));
    if (count == 0) return std::string_view{buffer_.data(), size};
    size += static_cast<std::size_t>(count);
  }
}

DeviceKind device_kind(const std::string& folder, std::string_view name) {
  if (name.empty() || name == "." || name == "..") return DeviceKind::absent;
  auto node = fmt::format("{}/{}", folder, name);
  std::replace(node.begin() + static_cast<std::ptrdiff_t>(folder.size()) + 1, node.end(), '/', '!');
  if (::access(node.c_str(), F_OK) != 0) return DeviceKind::absent;
  node += "/device";
  return ::access(node.c_str(), F_OK) == 0 ? DeviceKind::physical : DeviceKind::virtual_;
}

}  // namespace cppd::linux_host

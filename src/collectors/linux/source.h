// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Where the collector meets the file system: files that are read every cycle, and what kind of device a name is.
#pragma once

#include <cppd/base/result.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace cppd::linux_host {

/// A file of procfs that is read again and again through one descriptor into one buffer.
///
/// Threads   confined.
class PolledFile {
 public:
  explicit PolledFile(std::string path) : path_{std::move(path)} {}
  ~PolledFile();
  PolledFile(PolledFile&& other) noexcept;
  PolledFile(const PolledFile&) = delete;
  PolledFile& operator=(const PolledFile&) = delete;
  PolledFile& operator=(PolledFile&&) = delete;

  /// The whole text as it is now.
  ///
  /// Lifetime  until the next call.
  /// Errors    unavailable when the file is not there or cannot be read; limit above 16 MiB. Each names the path.
  /// Cost      two system calls once the buffer has grown; opens the file only the first time and after an error.
  [[nodiscard]] Result<std::string_view> read();

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  [[nodiscard]] Error failed(std::string_view what);
  void close();

  std::string path_;
  std::string buffer_;
  int descriptor_ = -1;
};

enum class DeviceKind : std::uint8_t {
  absent,    ///< the folder has no such device: a partition, or one that has just gone
  physical,  ///< backed by a device of the system
  virtual_,  ///< made up by the kernel: loop, dm, md, bridge, veth
};

/// `folder` is sys/block or sys/class/net of the tree; a slash in `name` stands as an exclamation mark there.
[[nodiscard]] DeviceKind device_kind(const std::string& folder, std::string_view name);

}  // namespace cppd::linux_host

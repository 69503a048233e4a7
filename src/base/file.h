// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Reading files with a bound.
#pragma once

#include <cppd/base/result.h>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>

namespace cppd {

inline constexpr std::size_t kFileBytesMax = std::size_t{16} << 20;

/// The whole of a regular file.
///
/// Errors    unavailable when it cannot be opened or read, limit when it is larger than `bytes_max`, invalid_input when
/// it is
///           not a regular file. Each names the path.
[[nodiscard]] Result<std::string> read_file(const std::string& path, std::size_t bytes_max = kFileBytesMax);

/// As read_file, for files of /proc and /sys whose size is not known, into storage that is reused.
[[nodiscard]] Result<> read_pseudo_file(const std::string& path, std::string& into,
                                        std::size_t bytes_max = kFileBytesMax);

inline constexpr std::size_t kConfiguredFileBytesMax = std::size_t{1} << 20;

/// Why a configured file was refused, for callers that treat one cause apart.
enum class FileFailure : std::uint8_t { not_found, permission, not_regular, too_large, other };

struct FileError {
  FileFailure failure = FileFailure::other;
  Error error{};  ///< as read_file would give it
};

/// The whole of a file that a configuration names: tokens, certificates, keys.
///
/// A FIFO or a device does not hang: the file is opened without blocking and judged by its descriptor. A file that
/// grows while it is read is refused by what is read, not by what its size was.
///
/// Source    helpers contract, section 4.
[[nodiscard]] std::expected<std::string, FileError> read_configured_file(
    const std::string& path, std::size_t bytes_max = kConfiguredFileBytesMax);

}  // namespace cppd

// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Reading files with a bound.
#pragma once

#include <cppd/base/result.h>

#include <cstddef>
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

}  // namespace cppd

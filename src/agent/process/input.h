// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Lines from standard input, read by a thread of its own because files and terminals cannot be waited for together.
#pragma once

#include <functional>
#include <memory>
#include <string>

namespace cppd::agent {

/// Threads   the callbacks are called on the reader's thread.
/// Lifetime  the thread may outlive the object inside a read that never returns; it then calls nobody.
class InputReader {
 public:
  static constexpr std::size_t kLineBytesMax = 1 << 20;  ///< the rest of a longer line is skipped

  InputReader(int fd, std::function<void(std::string)> on_line, std::function<void()> on_end);
  ~InputReader();
  InputReader(const InputReader&) = delete;
  InputReader& operator=(const InputReader&) = delete;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace cppd::agent

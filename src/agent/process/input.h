// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Events from standard input, read by a thread of its own because files and terminals cannot be waited for together.
#pragma once

#include <cppd/netdataapi/ingress.h>

#include <functional>
#include <memory>

namespace cppd::agent {

/// Threads   the callbacks are called on the reader's thread.
/// Lifetime  the thread may outlive the object inside a read that never returns; it then calls nobody.
class InputReader {
 public:
  /// `short_calls` as in netdataapi::Ingress.
  InputReader(int fd, bool short_calls, netdataapi::Ingress::Handler on_event, std::function<void()> on_end);
  ~InputReader();
  InputReader(const InputReader&) = delete;
  InputReader& operator=(const InputReader&) = delete;

 private:
  struct Shared;
  std::shared_ptr<Shared> shared_;
};

}  // namespace cppd::agent

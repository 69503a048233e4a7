// SPDX-License-Identifier: GPL-3.0-or-later
#include "part.h"

namespace cppd::linux_host {

Result<> Part::collect() {
  const auto text = file_.read();
  if (!text) return std::unexpected(text.error());
  auto done = observe(*text);
  if (!done) return std::unexpected(std::move(done.error()).in(path()));
  return done;
}

}  // namespace cppd::linux_host

// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/result.h>

#include <fmt/format.h>

namespace cppd {

Error&& Error::in(std::string layer) && {
  context.push_back(std::move(layer));
  return std::move(*this);
}

std::string Error::text() const {
  std::string out;
  if (location) {
    out += location->file;
    if (location->line > 0) out += fmt::format(":{}:{}", location->line, location->column);
    out += ": ";
  }
  for (auto layer = context.rbegin(); layer != context.rend(); ++layer) out += *layer + ": ";
  return out + what;
}

Error invalid_input(std::string what) { return {.code = Errc::invalid_input, .what = std::move(what)}; }
Error unavailable(std::string what) { return {.code = Errc::unavailable, .what = std::move(what)}; }
Error limit_reached(std::string what) { return {.code = Errc::limit, .what = std::move(what)}; }
Error stopped() { return {.code = Errc::stopped, .what = "stopped"}; }

std::string join_errors(const std::vector<Error>& errors) {
  std::string out;
  for (const auto& error : errors) {
    if (!out.empty()) out += '\n';
    out += error.text();
  }
  return out;
}

}  // namespace cppd

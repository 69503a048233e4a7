// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Errors as values. What a peer, a file, a user or the clock can cause is a Result; a broken promise between our own
/// functions is an InternalError (internal_error.h).
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cppd {

/// Chosen by what the caller can do next, not by where it happened.
enum class Errc : std::uint8_t {
  invalid_input,  ///< config, template or payload is wrong: the same bytes will fail again
  unavailable,    ///< target down or too slow: the next cycle may succeed
  limit,          ///< a declared bound was reached (series, bytes, depth)
  stopped,        ///< shutdown was requested
};

/// A place in a file or text. Line and column are 1-based, 0 when unknown; `column` counts bytes.
struct Location {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  friend bool operator==(const Location&, const Location&) = default;
};

struct Error {
  Errc code = Errc::invalid_input;
  std::string what;                    ///< lower case, no full stop: "unit is empty"
  std::vector<std::string> context{};  ///< innermost first: "groups[2].charts[0].units", "job nginx_local"
  std::optional<Location> location{};  ///< file, line, column, when a file is to blame
  int status = 0;                      ///< code of an answer to the daemon; 0 when the layer has no opinion
  bool retryable = false;              ///< the same call may succeed later although `code` alone would not say so

  /// Adds one layer of context and returns the error, so that it can be passed on in one expression.
  Error&& in(std::string layer) &&;

  /// `file:line:column: context: what`, outermost context first.
  [[nodiscard]] std::string text() const;
};

[[nodiscard]] Error invalid_input(std::string what);
[[nodiscard]] Error unavailable(std::string what);
[[nodiscard]] Error limit_reached(std::string what);
[[nodiscard]] Error stopped();

template <class T = void>
using Result = std::expected<T, Error>;

/// The value of a successful Result<>: `return ok;`.
struct Ok {
  template <class E>
  operator std::expected<void, E>() const {  // NOLINT(google-explicit-constructor)
    return {};
  }
};
inline constexpr Ok ok;

/// Every error of a list, one per line, as they are printed.
[[nodiscard]] std::string join_errors(const std::vector<Error>& errors);

}  // namespace cppd

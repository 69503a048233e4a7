// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// URLs as the configuration writes them. Source: RFC 3986; helpers contract 2.2, 2.3; what Go's net/url accepts.
#pragma once

#include <cppd/base/result.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace cppd::web {

/// A parsed URL reference. Parts are kept in the spelling that goes on the wire: a path or fragment that was written
/// with characters that need escaping is escaped, one that was well-formed stays as it was.
///
/// Threads   a value.
class Url {
 public:
  /// Errors    invalid_input: no scheme before `:`, a control character, a bad escape, a character no host may have.
  [[nodiscard]] static Result<Url> parse(std::string_view text);

  /// `reference` seen from this URL: RFC 3986, section 5.2.
  [[nodiscard]] Url resolve(const Url& reference) const;

  /// The URL with `path` appended: segments are joined and cleaned, query and fragment stay, the trailing slash is that
  /// of `path`. A `?` or `#` in `path` is path text.
  [[nodiscard]] Url join(std::string_view path) const;

  [[nodiscard]] bool absolute() const { return !scheme.empty(); }
  [[nodiscard]] std::string text() const;
  /// As text(), without user information and fragment: for logs, errors and the Referer header.
  [[nodiscard]] std::string text_public() const;
  /// What a server is asked for: scheme, authority, path and query. Blanks in the query are escaped.
  [[nodiscard]] std::string text_request() const;
  /// The host without port and brackets.
  [[nodiscard]] std::string_view hostname() const;
  /// The port as written, empty when there is none.
  [[nodiscard]] std::string_view port() const;

  std::string scheme{};  ///< lower case, empty for a relative reference
  std::string opaque{};  ///< what follows the scheme when it is no slash
  std::optional<std::string> user{};
  std::optional<std::string> password{};  ///< both decoded
  std::string host{};                     ///< with port; decoded
  bool authority = false;                 ///< `//` was there, perhaps before nothing
  std::string path{};                     ///< escaped
  std::optional<std::string> query{};     ///< as written
  std::string fragment{};                 ///< escaped

 private:
  void append(std::string& into, bool with_user) const;
};

/// One pair, or all pairs in order of their keys, as `application/x-www-form-urlencoded`.
[[nodiscard]] std::string encode_query(std::string_view key, std::string_view value);
[[nodiscard]] std::string encode_query(const std::map<std::string, std::string>& pairs);

}  // namespace cppd::web

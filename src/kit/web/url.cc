// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/kit/web/url.h>

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace cppd::web {
namespace {

constexpr std::string_view kUnreserved = "-._~";
constexpr std::string_view kPathPlain = "$&+,/:;=@";               // stay as they are when a path is escaped afresh
constexpr std::string_view kPathLegal = "!$&'()*+,;=:@[]/%";       // may stay when a path was written so
constexpr std::string_view kFragmentPlain = "$&+,/:;=?@!()*";      // the same two for fragments
constexpr std::string_view kFragmentLegal = "!$&'()*+,;=:@[]/?%";  //
constexpr std::string_view kHostPlain = "!$&'()*+,;=:[]<>\"";
constexpr std::string_view kUserPlain = "$&+,;=";

bool alnum(char c) { return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'); }
bool alpha(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
bool control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }
bool plain(char c, std::string_view also) {
  return alnum(c) || kUnreserved.find(c) != std::string_view::npos || also.find(c) != std::string_view::npos;
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

void escape(std::string& into, std::string_view text, std::string_view also_plain) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (const char c : text) {
    if (plain(c, also_plain)) {
      into.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    into.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
  }
}

Result<std::string> unescape(std::string_view text) {
  std::string plain_text;
  plain_text.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain_text.push_back(text[i]);
      continue;
    }
    const int high = i + 1 < text.size() ? hex(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex(text[i + 2]) : -1;
    if (high < 0 || low < 0)
      return std::unexpected(invalid_input(fmt::format("invalid URL escape \"{}\"", text.substr(i, 3))));
    plain_text.push_back(static_cast<char>(high << 4 | low));
    i += 2;
  }
  return plain_text;
}

/// `text` as it is when it may stand so in a URL, otherwise decoded and escaped afresh.
Result<std::string> spelled(std::string_view text, std::string_view legal, std::string_view also_plain) {
  auto decoded = unescape(text);
  if (!decoded) return decoded;
  if (std::ranges::all_of(text, [&](char c) { return plain(c, legal); })) return std::string{text};
  std::string escaped;
  escape(escaped, *decoded, also_plain);
  return escaped;
}

/// A port may be missing after the colon; it is digits otherwise.
bool valid_port(std::string_view text) {
  if (text.empty()) return true;
  return text[0] == ':' && std::ranges::all_of(text.substr(1), [](char c) { return c >= '0' && c <= '9'; });
}

Result<std::string> parse_host(std::string_view text) {
  if (text.starts_with('[')) {
    const auto close = text.rfind(']');
    if (close == std::string_view::npos) return std::unexpected(invalid_input("missing ']' in host"));
    if (!valid_port(text.substr(close + 1)))
      return std::unexpected(invalid_input(fmt::format("invalid port \"{}\" after host", text.substr(close + 1))));
  } else if (const auto colon = text.rfind(':'); colon != std::string_view::npos && !valid_port(text.substr(colon))) {
    return std::unexpected(invalid_input(fmt::format("invalid port \"{}\" after host", text.substr(colon))));
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      // Only bytes that are not ASCII are escaped in a host; `%25` begins the zone of an IPv6 address.
      const bool zone = text.substr(i, 3) == "%25" && text.starts_with('[');
      if (!zone && (i + 1 >= text.size() || hex(text[i + 1]) < 8))
        return std::unexpected(invalid_input(fmt::format("invalid URL escape \"{}\"", text.substr(i, 3))));
    } else if (static_cast<unsigned char>(c) < 0x80 && !plain(c, kHostPlain)) {
      return std::unexpected(invalid_input(fmt::format("invalid character \"{}\" in host name", c)));
    }
  }
  return unescape(text);
}

Result<> parse_authority(std::string_view text, Url& url) {
  url.authority = true;
  if (const auto at = text.rfind('@'); at != std::string_view::npos) {
    const auto info = text.substr(0, at);
    text.remove_prefix(at + 1);
    if (!std::ranges::all_of(info, [](char c) { return plain(c, "!$&'()*+,;=:%@"); }))
      return std::unexpected(invalid_input("invalid user information in URL"));
    const auto colon = info.find(':');
    auto user = unescape(info.substr(0, colon));
    if (!user) return std::unexpected(user.error());
    url.user = *std::move(user);
    if (colon != std::string_view::npos) {
      auto password = unescape(info.substr(colon + 1));
      if (!password) return std::unexpected(password.error());
      url.password = *std::move(password);
    }
  }
  auto host = parse_host(text);
  if (!host) return std::unexpected(host.error());
  url.host = *std::move(host);
  return ok;
}

/// Cuts the scheme from the front of `text`.
Result<std::string> take_scheme(std::string_view& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (alpha(c)) continue;
    if (c == ':') {
      if (i == 0) return std::unexpected(invalid_input("missing protocol scheme"));
      std::string scheme{text.substr(0, i)};
      std::ranges::transform(scheme, scheme.begin(), [](char s) { return s >= 'A' && s <= 'Z' ? s | 0x20 : s; });
      text.remove_prefix(i + 1);
      return scheme;
    }
    const bool later = alnum(c) || c == '+' || c == '-' || c == '.';
    if (!later || i == 0) break;
  }
  return std::string{};
}

/// RFC 3986, 5.2.4, over an escaped path.
std::string without_dot_segments(std::string_view path) {
  std::vector<std::string_view> segments;
  bool slash_at_end = false;
  for (std::size_t from = 1; from <= path.size();) {
    const auto to = std::min(path.find('/', from), path.size());
    const auto segment = path.substr(from, to - from);
    slash_at_end = segment == "." || segment == "..";
    if (segment == "..") {
      if (!segments.empty()) segments.pop_back();
    } else if (segment != ".") {
      segments.push_back(segment);
    }
    from = to + 1;
  }
  std::string clean;
  for (const auto segment : segments) clean.append("/").append(segment);
  if (slash_at_end || clean.empty()) clean.push_back('/');
  return clean;
}

/// Both paths joined; empty segments, `.` and `..` are gone, and none climbs above the root.
std::string joined(std::string_view base, std::string_view more) {
  std::vector<std::string_view> segments;
  for (const auto part : {base, more}) {
    for (std::size_t from = 0; from < part.size();) {
      const auto to = std::min(part.find('/', from), part.size());
      const auto segment = part.substr(from, to - from);
      if (segment == "..") {
        if (!segments.empty()) segments.pop_back();
      } else if (!segment.empty() && segment != ".") {
        segments.push_back(segment);
      }
      from = to + 1;
    }
  }
  std::string path;
  for (const auto segment : segments) path.append("/").append(segment);
  return path;
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  const auto failed = [&](Error error) {
    return std::unexpected(std::move(error).in(fmt::format("URL \"{}\"", text)));
  };
  Url url;
  auto rest = text.substr(0, text.find('#'));
  if (rest.size() < text.size()) {
    auto fragment = spelled(text.substr(rest.size() + 1), kFragmentLegal, kFragmentPlain);
    if (!fragment) return failed(fragment.error());
    url.fragment = *std::move(fragment);
  }
  if (std::ranges::any_of(rest, control)) return failed(invalid_input("control character in URL"));
  auto scheme = take_scheme(rest);
  if (!scheme) return failed(scheme.error());
  url.scheme = *std::move(scheme);
  if (const auto mark = rest.find('?'); mark != std::string_view::npos) {
    url.query = std::string{rest.substr(mark + 1)};
    rest = rest.substr(0, mark);
  }
  if (!rest.starts_with('/')) {
    if (url.absolute()) {
      url.opaque = std::string{rest};
      return url;
    }
    if (rest.substr(0, rest.find('/')).find(':') != std::string_view::npos)
      return failed(invalid_input("the first path segment of a URL without scheme holds a colon"));
  } else if (rest.starts_with("//") && (url.absolute() || !rest.starts_with("///"))) {
    const auto end = std::min(rest.find('/', 2), rest.size());
    if (auto done = parse_authority(rest.substr(2, end - 2), url); !done) return failed(done.error());
    rest.remove_prefix(end);
  }
  auto path = spelled(rest, kPathLegal, kPathPlain);
  if (!path) return failed(path.error());
  url.path = *std::move(path);
  return url;
}

Url Url::resolve(const Url& reference) const {
  Url url = reference;
  url.fragment = reference.fragment;
  if (reference.absolute()) return url;
  url.scheme = scheme;
  if (reference.authority) {
    url.path = reference.path.empty() ? "" : without_dot_segments(reference.path);
    return url;
  }
  url.authority = authority;
  url.host = host;
  url.user = user;
  url.password = password;
  if (reference.path.empty()) {
    url.path = path;
    if (!reference.query) url.query = query;
    return url;
  }
  if (reference.path.starts_with('/')) {
    url.path = without_dot_segments(reference.path);
    return url;
  }
  const auto slash = path.rfind('/');
  url.path = without_dot_segments((slash == std::string::npos ? "/" : path.substr(0, slash + 1)) + reference.path);
  return url;
}

Url Url::join(std::string_view more) const {
  std::string escaped;
  if (std::ranges::all_of(more, [](char c) { return plain(c, kPathLegal); }) && unescape(more)) {
    escaped = more;
  } else {
    escape(escaped, more, kPathPlain);
  }
  Url url = *this;
  url.path = joined(path, escaped);
  const bool slash = more.ends_with('/') || (path == "/" && more.empty());
  if (slash && !url.path.ends_with('/')) url.path.push_back('/');
  if (host.empty() && !path.starts_with('/') && !authority && url.path.starts_with('/')) url.path.erase(0, 1);
  return url;
}

void Url::append(std::string& into, bool with_user) const {
  if (absolute()) into.append(scheme).append(":");
  if (!opaque.empty()) {
    into.append(opaque);
  } else {
    if (authority && (!host.empty() || !path.empty() || user)) into.append("//");
    if (with_user && user) {
      escape(into, *user, kUserPlain);
      if (password) {
        into.push_back(':');
        escape(into, *password, kUserPlain);
      }
      into.push_back('@');
    }
    escape(into, host, kHostPlain);
    if (!path.empty() && path[0] != '/' && !host.empty()) into.push_back('/');
    into.append(path);
  }
  if (query) into.append("?").append(*query);
}

std::string Url::text() const {
  std::string text;
  append(text, true);
  if (!fragment.empty()) text.append("#").append(fragment);
  return text;
}

std::string Url::text_public() const {
  std::string text;
  append(text, false);
  return text;
}

std::string Url::text_request() const {
  Url url = *this;
  if (url.query) {
    std::string escaped;
    for (const char c : *url.query) c == ' ' ? escaped.append("%20") : escaped.append(1, c);
    url.query = std::move(escaped);
  }
  return url.text_public();
}

std::string_view Url::hostname() const {
  const std::string_view text = host;
  if (text.starts_with('[')) return text.substr(1, text.rfind(']') - 1);
  return text.substr(0, text.find(':'));
}

std::string_view Url::port() const {
  const std::string_view text = host;
  const auto colon = text.find(':', text.starts_with('[') ? text.rfind(']') : 0);
  return colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
}

std::string encode_query(std::string_view key, std::string_view value) {
  std::string text;
  const auto append_encoded = [&](std::string_view part) {
    for (const char c : part) c == ' ' ? text.push_back('+') : escape(text, {&c, 1}, "");
  };
  append_encoded(key);
  text.push_back('=');
  append_encoded(value);
  return text;
}

std::string encode_query(const std::map<std::string, std::string>& pairs) {
  std::string text;
  for (const auto& [key, value] : pairs) {
    if (!text.empty()) text.push_back('&');
    text.append(encode_query(key, value));
  }
  return text;
}

}  // namespace cppd::web

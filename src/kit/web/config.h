// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The options that every HTTP collector embeds, flat at job level. Source: helpers contract 2.1.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace cppd::web {

inline constexpr std::uint64_t kBodyBytesMaxDefault = std::uint64_t{64} << 20;

/// Each member is a configuration key of the same name; empty means not set.
struct ClientConfig {
  std::string url{};
  std::string username{};  ///< Basic authentication when either is set
  std::string password{};
  std::string bearer_token_file{};  ///< wins over Basic; read before each request
  std::string proxy_url{};          ///< empty: what the environment says
  std::string proxy_username{};     ///< used when both are set, and shown to the proxy only
  std::string proxy_password{};
  std::string method{};                        ///< empty: GET
  std::map<std::string, std::string> headers;  ///< applied last, so they override ours; `Host` sets the virtual host
  std::string body{};
  std::chrono::nanoseconds timeout{};  ///< the whole request: connecting, TLS, redirects and body; 0: no limit
  bool not_follow_redirects = false;   ///< a redirect is an error
  bool force_http2 = false;            ///< nothing but HTTP/2: over TLS for https, without upgrade for http
  bool tls_skip_verify = false;
  std::string tls_ca{};
  std::string tls_cert{};
  std::string tls_key{};
  std::uint64_t max_body_bytes = kBodyBytesMaxDefault;  ///< after inflation
};

}  // namespace cppd::web

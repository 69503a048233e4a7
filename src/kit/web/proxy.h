// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Which proxy a request goes through. Source: helpers contract 2.4, proxy rules.
#pragma once

#include <cppd/base/result.h>
#include <cppd/kit/web/url.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::web {

/// What the environment says about proxies.
///
/// Threads   immutable after construction.
class ProxyEnvironment {
 public:
  /// Values of the variables; the upper-case name is read before the lower-case one.
  struct Variables {
    std::string http_proxy{};
    std::string https_proxy{};
    std::string no_proxy{};
    bool cgi = false;  ///< REQUEST_METHOD is set: HTTP_PROXY may come from a request's `Proxy` header and is refused
  };

  ProxyEnvironment() = default;
  explicit ProxyEnvironment(const Variables& variables);

  /// The environment of this process, as it was when it was first asked for.
  [[nodiscard]] static const ProxyEnvironment& process();
  /// The variables of this process as they are now.
  [[nodiscard]] static Variables read();

  /// The proxy for `target`, nothing for a direct connection. Loopback and `localhost` are never proxied.
  ///
  /// Errors    invalid_input when HTTP_PROXY would apply in a CGI environment.
  [[nodiscard]] Result<std::optional<Url>> choose(const Url& target) const;

 private:
  /// One entry of NO_PROXY.
  struct Exception {
    std::string host;         ///< lower case; a suffix beginning with a dot, or an address
    std::string port;         ///< empty: every port
    bool domain = false;      ///< `host` is a suffix
    bool whole_host = false;  ///< the domain itself is meant as well
    int prefix_bits = -1;     ///< `host` is a network of this many bits
  };

  [[nodiscard]] bool excepted(std::string_view host, std::string_view port) const;
  void add_exception(std::string_view entry);

  std::optional<Url> http_;
  std::optional<Url> https_;
  bool cgi_ = false;
  bool no_proxy_at_all_ = false;
  std::vector<Exception> exceptions_;
};

/// A proxy as the configuration names it.
///
/// Errors    invalid_input for a URL that does not parse, has no host, or a scheme other than http, https, socks5,
/// socks5h.
[[nodiscard]] Result<Url> parse_proxy_url(std::string_view text);

}  // namespace cppd::web

// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What is asked of a target. Source: helpers contract 2.2.
#pragma once

#include <cppd/base/result.h>
#include <cppd/kit/web/config.h>
#include <cppd/kit/web/url.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cppd::web {

struct Header {
  std::string name;
  std::string value;

  friend bool operator==(const Header&, const Header&) = default;
};

/// `Accept-encoding` becomes `Accept-Encoding`; a name that HTTP forbids stays as it is.
[[nodiscard]] std::string canonical_header_name(std::string_view name);

/// The value of a User-Agent header: `Netdata go.d.plugin/v2.5.0` for the executable `/usr/.../go.d.plugin`.
[[nodiscard]] std::string default_user_agent(std::string_view executable, std::string_view version);

[[nodiscard]] std::string basic_credentials(std::string_view username, std::string_view password);

/// A request made from the configuration, to be kept and sent again in each cycle.
///
/// Threads   a value.
class Request {
 public:
  /// For the configured URL.
  ///
  /// Errors    invalid_input for URL, method, an empty or oversized token file; unavailable when the file cannot be
  /// read.
  [[nodiscard]] static Result<Request> create(const ClientConfig& config, std::string_view user_agent);
  /// For the configured URL with `path` joined to it.
  [[nodiscard]] static Result<Request> create(const ClientConfig& config, std::string_view user_agent,
                                              std::string_view path);

  /// Sets a header the configuration does not set: what a user configured is kept.
  void set_default_header(std::string_view name, std::string_view value);
  /// Replaces the query of the URL, encoded already.
  void set_query(std::string query) {
    url_.query = std::move(query);
    changed();
  }
  /// Statuses other than 200 whose body is wanted too, for instance 503 of a health page.
  void accept_status(int status) { accepted_.push_back(status); }

  /// Reads the token file again, for tokens that rotate. Does nothing when none is configured.
  [[nodiscard]] Result<> refresh();

  [[nodiscard]] const std::string& method() const { return method_; }
  [[nodiscard]] const Url& url() const { return url_; }
  /// The virtual host.
  [[nodiscard]] std::string_view host() const { return host_.empty() ? std::string_view{url_.host} : host_; }
  [[nodiscard]] bool host_is_own() const { return !host_.empty() && host_ != url_.host; }
  [[nodiscard]] const std::vector<Header>& headers() const { return headers_; }
  [[nodiscard]] const std::string* header(std::string_view name) const;
  [[nodiscard]] const std::string& body() const { return body_; }
  [[nodiscard]] bool accepts(int status) const;
  /// Names what goes on the wire: equal for a request and its copies, another one after each change, never 0.
  [[nodiscard]] std::uint64_t revision() const { return revision_; }

  /// The request that follows a redirect: helpers contract 2.4, redirect semantics. `secrets` is false from the first
  /// hop to a foreign host on: credentials and cookies do not leave the target's domain, nor come back to it.
  [[nodiscard]] Request redirected(int status, const Url& to, bool relative, bool secrets) const;

 private:
  static Result<Request> build(const ClientConfig& config, std::string_view user_agent, Url url);
  void set(std::string_view name, std::string_view value);
  void remove(std::string_view name);
  void changed();

  std::string method_;
  Url url_;
  std::string host_;
  std::vector<Header> headers_;
  std::vector<std::string> configured_;  ///< canonical names of headers that came from the configuration
  std::string body_;
  std::string token_file_;
  std::vector<int> accepted_;
  std::uint64_t revision_ = 0;
};

/// What HTTP forbids in the headers of `request`, found before anything is sent.
[[nodiscard]] Result<> check_headers(const Request& request);

/// `host` is `domain` or below it. Addresses have no subdomains.
[[nodiscard]] bool same_or_subdomain(std::string_view host, std::string_view domain);

}  // namespace cppd::web

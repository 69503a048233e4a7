// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/kit/web/config_description.h>

namespace cppd::web {

void describe(ConfigDescription<ClientConfig>& config) {
  config.field("url", &ClientConfig::url, "what to ask")
      .field("username", &ClientConfig::username, "name for Basic authentication")
      .field("password", &ClientConfig::password, "password for Basic authentication")
      .field("bearer_token_file", &ClientConfig::bearer_token_file, "file with a bearer token, read before each request")
      .field("proxy_url", &ClientConfig::proxy_url, "proxy; empty: what the environment says")
      .field("proxy_username", &ClientConfig::proxy_username, "name that is shown to the proxy only")
      .field("proxy_password", &ClientConfig::proxy_password, "password that is shown to the proxy only")
      .field("method", &ClientConfig::method, "request method; empty: GET")
      .field("body", &ClientConfig::body, "request body")
      .field("headers", &ClientConfig::headers, "request headers; they override those of the program")
      .field("timeout", &ClientConfig::timeout, "limit of the whole request; 0: none")
      .field("not_follow_redirects", &ClientConfig::not_follow_redirects, "a redirect is an error")
      .field("force_http2", &ClientConfig::force_http2, "nothing but HTTP/2")
      .field("tls_ca", &ClientConfig::tls_ca, "file with the roots to trust instead of the system's")
      .field("tls_cert", &ClientConfig::tls_cert, "file with the client certificate")
      .field("tls_key", &ClientConfig::tls_key, "file with the key of the client certificate")
      .field("tls_skip_verify", &ClientConfig::tls_skip_verify, "trust any certificate")
      .field("max_body_bytes", &ClientConfig::max_body_bytes, "limit of an answer's body, after inflation");
}

}  // namespace cppd::web

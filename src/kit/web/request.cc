// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/kit/web/request.h>

#include <cppd/base/file.h>
#include <cppd/base/text.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <utility>

namespace cppd::web {
namespace {

bool token_character(char c) {
  constexpr std::string_view kAlso = "!#$%&'*+-.^_`|~";
  const bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
  return letter || (c >= '0' && c <= '9') || kAlso.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) { return !text.empty() && std::ranges::all_of(text, token_character); }

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t at) {
      return at < bytes.size() ? std::uint32_t{static_cast<unsigned char>(bytes[at])} : 0u;
    };
    const std::uint32_t group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    text.push_back(kDigits[group >> 18]);
    text.push_back(kDigits[group >> 12 & 63]);
    text.push_back(i + 1 < bytes.size() ? kDigits[group >> 6 & 63] : '=');
    text.push_back(i + 2 < bytes.size() ? kDigits[group & 63] : '=');
  }
  return text;
}

bool inside_kubernetes() {
  const auto set = [](const char* name) { return std::getenv(name) != nullptr && *std::getenv(name) != '\0'; };
  return set("KUBERNETES_SERVICE_HOST") && set("KUBERNETES_SERVICE_PORT");
}

/// The value of the Authorization header; empty when the file is a service account that exists in a cluster only.
Result<std::string> bearer(const std::string& path) {
  constexpr const char* kContext = "bearer token file";
  const auto text = read_configured_file(path);
  if (!text) {
    const bool optional = path.starts_with("/var/run/secrets/") && text.error().failure == FileFailure::not_found;
    if (optional && !inside_kubernetes()) return std::string{};
    auto error = text.error().error;
    return std::unexpected(std::move(error).in(kContext));
  }
  const auto token = trim(*text);
  if (token.empty()) {
    auto error = invalid_input("is empty");
    error.location = Location{.file = path};
    return std::unexpected(std::move(error).in(kContext));
  }
  return "Bearer " + std::string{token};
}

}  // namespace

std::string canonical_header_name(std::string_view name) {
  std::string canonical{name};
  if (!is_token(name)) return canonical;
  bool start = true;
  for (char& c : canonical) {
    if (start && c >= 'a' && c <= 'z') c = static_cast<char>(c & ~0x20);
    if (!start && c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    start = c == '-';
  }
  return canonical;
}

std::string default_user_agent(std::string_view executable, std::string_view version) {
  auto name = executable.substr(executable.rfind('/') + 1);
  for (const std::string_view suffix : {".exe", ".plugin"})
    if (name.ends_with(suffix)) name.remove_suffix(suffix.size());
  if (name == "godplugin") name = "go.d";
  return fmt::format("Netdata {}.plugin/{}", name, version);
}

std::string basic_credentials(std::string_view username, std::string_view password) {
  return "Basic " + base64(fmt::format("{}:{}", username, password));
}

Result<Request> Request::create(const ClientConfig& config, std::string_view user_agent) {
  auto url = Url::parse(config.url);
  if (!url) return std::unexpected(url.error());
  return build(config, user_agent, *std::move(url));
}

Result<Request> Request::create(const ClientConfig& config, std::string_view user_agent, std::string_view path) {
  const auto url = Url::parse(config.url);
  if (!url) return std::unexpected(url.error());
  return build(config, user_agent, url->join(path));
}

Result<Request> Request::build(const ClientConfig& config, std::string_view user_agent, Url url) {
  Request request;
  request.method_ = config.method.empty() ? "GET" : config.method;
  if (!is_token(request.method_))
    return std::unexpected(invalid_input(fmt::format("\"{}\" is not a HTTP method", config.method)).in("method"));
  request.url_ = std::move(url);
  request.body_ = config.body;
  request.set("User-Agent", user_agent);
  for (const auto& [name, value] : config.headers) request.configured_.push_back(canonical_header_name(name));
  if (!config.bearer_token_file.empty()) {
    request.token_file_ = config.bearer_token_file;
    if (auto done = request.refresh(); !done) return std::unexpected(done.error());
  } else if (!config.username.empty() || !config.password.empty()) {
    request.set("Authorization", basic_credentials(config.username, config.password));
  }
  if (!config.proxy_username.empty() && !config.proxy_password.empty())
    request.set("Proxy-Authorization", basic_credentials(config.proxy_username, config.proxy_password));
  for (const auto& [name, value] : config.headers) {
    if (ascii_lower(name) == "host") {
      request.host_ = value;
    } else {
      request.set(name, value);
    }
  }
  return request;
}

Result<> Request::refresh() {
  if (token_file_.empty()) return ok;
  const auto token = bearer(token_file_);
  if (!token) return std::unexpected(token.error());
  // A configured header wins, but a token file that cannot be read is an error all the same.
  if (std::ranges::find(configured_, "Authorization") != configured_.end()) return ok;
  const auto* known = header("Authorization");
  if (token->empty() && known != nullptr) remove("Authorization");
  if (!token->empty() && (known == nullptr || *known != *token)) set("Authorization", *token);
  return ok;
}

void Request::changed() {
  static std::atomic<std::uint64_t> last{0};
  revision_ = last.fetch_add(1, std::memory_order_relaxed) + 1;
}

void Request::set_default_header(std::string_view name, std::string_view value) {
  if (std::ranges::find(configured_, canonical_header_name(name)) == configured_.end()) set(name, value);
}

void Request::set(std::string_view name, std::string_view value) {
  changed();
  auto canonical = canonical_header_name(name);
  const auto at = std::ranges::find(headers_, canonical, &Header::name);
  if (at != headers_.end()) {
    at->value = value;
  } else {
    headers_.push_back({.name = std::move(canonical), .value = std::string{value}});
  }
}

void Request::remove(std::string_view name) {
  changed();
  std::erase_if(headers_, [&](const Header& header) { return header.name == name; });
}

const std::string* Request::header(std::string_view name) const {
  const auto at = std::ranges::find(headers_, name, &Header::name);
  return at == headers_.end() ? nullptr : &at->value;
}

bool Request::accepts(int status) const {
  return status == 200 || std::ranges::find(accepted_, status) != accepted_.end();
}

Request Request::redirected(int status, const Url& to, bool relative, bool secrets) const {
  Request next = *this;
  if (status == 301 || status == 302 || status == 303) {
    if (method_ != "HEAD") next.method_ = "GET";
    next.body_.clear();
    for (const auto* name : {"Content-Type", "Content-Encoding", "Content-Language", "Content-Location"})
      next.remove(name);
  }
  next.url_ = to;
  next.changed();
  if (!relative) next.host_.clear();
  if (!secrets) {
    for (const auto* name : {"Authorization", "Www-Authenticate", "Cookie", "Cookie2", "Proxy-Authenticate"})
      next.remove(name);
    next.token_file_.clear();
  }
  const bool configured = std::ranges::find(configured_, "Referer") != configured_.end();
  if (configured) return next;
  next.remove("Referer");
  if (!(url_.scheme == "https" && to.scheme == "http")) next.set("Referer", url_.text_public());
  return next;
}

Result<> check_headers(const Request& request) {
  const auto bad_value = [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F; };
  for (const auto& header : request.headers()) {
    if (!is_token(header.name))
      return std::unexpected(invalid_input(fmt::format("\"{}\" is not a header name", header.name)));
    if (std::ranges::any_of(header.value, bad_value))
      return std::unexpected(
          invalid_input(fmt::format("the value of header {} holds a control character", header.name)));
  }
  if (std::ranges::any_of(request.host(), [&](char c) { return bad_value(c) || c == ' ' || c == '\t'; }))
    return std::unexpected(invalid_input("the virtual host holds a blank or control character"));
  return ok;
}

bool same_or_subdomain(std::string_view host, std::string_view domain) {
  if (host == domain) return true;
  if (host.find_first_of(":%") != std::string_view::npos) return false;
  return host.size() > domain.size() && host.ends_with(domain) && host[host.size() - domain.size() - 1] == '.';
}

}  // namespace cppd::web

// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/kit/web/proxy.h>

#include <arpa/inet.h>
#include <cppd/base/text.h>

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <utility>

namespace cppd::web {
namespace {

/// An address as 16 bytes, IPv4 mapped into IPv6.
using Address = std::array<std::uint8_t, 16>;

std::optional<Address> parse_address(std::string_view text) {
  const std::string terminated{text.substr(0, text.find('%'))};
  Address address{};
  if (::inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1) return address;
  address = {};
  address[10] = address[11] = 0xFF;
  if (::inet_pton(AF_INET, terminated.c_str(), address.data() + 12) == 1) return address;
  return std::nullopt;
}

bool is_v4(const Address& address) {
  for (int i = 0; i < 10; ++i)
    if (address[i] != 0) return false;
  return address[10] == 0xFF && address[11] == 0xFF;
}

bool is_loopback(const Address& address) {
  if (is_v4(address)) return address[12] == 127;
  Address one{};
  one[15] = 1;
  return address == one;
}

bool in_network(const Address& address, const Address& network, int bits) {
  for (int bit = 0; bit < bits; ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80 >> bit % 8);
    if ((address[bit / 8] & mask) != (network[bit / 8] & mask)) return false;
  }
  return true;
}

/// A value without scheme is a host; what cannot be understood is no proxy.
std::optional<Url> parse_variable(const std::string& text) {
  if (text.empty()) return std::nullopt;
  auto url = Url::parse(text);
  if (url && url->absolute() && !url->host.empty()) return *std::move(url);
  if (auto prefixed = Url::parse("http://" + text)) return *std::move(prefixed);
  return std::nullopt;
}

std::string variable(const char* upper, const char* lower) {
  for (const char* name : {upper, lower}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return {};
}

std::string_view default_port(std::string_view scheme) { return scheme == "https" ? "443" : "80"; }

}  // namespace

ProxyEnvironment::ProxyEnvironment(const Variables& variables)
    : http_{parse_variable(variables.http_proxy)}, https_{parse_variable(variables.https_proxy)}, cgi_{variables.cgi} {
  std::string_view rest = variables.no_proxy;
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    add_exception(trim(rest.substr(0, comma)));
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 1);
  }
}

void ProxyEnvironment::add_exception(std::string_view entry) {
  if (entry.empty()) return;
  if (entry == "*") {
    no_proxy_at_all_ = true;
    return;
  }
  Exception exception{.host = ascii_lower(entry), .port = {}};
  if (const auto slash = exception.host.find('/'); slash != std::string::npos) {
    const auto network = parse_address(std::string_view{exception.host}.substr(0, slash));
    int bits = -1;
    const char* end = exception.host.data() + exception.host.size();
    const auto read = std::from_chars(exception.host.data() + slash + 1, end, bits);
    const bool v4 = network && is_v4(*network);
    if (network && read.ec == std::errc{} && read.ptr == end && bits >= 0 && bits <= (v4 ? 32 : 128)) {
      exception.prefix_bits = bits + (v4 ? 96 : 0);
      exception.host.resize(slash);
      exceptions_.push_back(std::move(exception));
      return;
    }
  }
  const bool bracketed = exception.host.starts_with('[');
  const auto colon = exception.host.rfind(':');
  if (bracketed || (colon != std::string::npos && exception.host.find(':') == colon)) {
    const auto close = bracketed ? exception.host.find(']') : colon;
    if (close == std::string::npos) return;
    const auto port_colon = exception.host.find(':', close);
    if (port_colon != std::string::npos) exception.port = exception.host.substr(port_colon + 1);
    exception.host = exception.host.substr(bracketed ? 1 : 0, close - (bracketed ? 1 : 0));
  }
  if (exception.host.empty()) return;
  if (!parse_address(exception.host)) {
    exception.domain = true;
    if (exception.host.starts_with("*."))
      exception.host.erase(0, 1);
    else if (!exception.host.starts_with('.')) {
      exception.whole_host = true;
      exception.host.insert(0, 1, '.');
    }
  }
  exceptions_.push_back(std::move(exception));
}

bool ProxyEnvironment::excepted(std::string_view host, std::string_view port) const {
  const auto address = parse_address(host);
  if (host == "localhost" || (address && is_loopback(*address)) || no_proxy_at_all_) return true;
  for (const auto& exception : exceptions_) {
    if (!exception.port.empty() && exception.port != port) continue;
    if (exception.domain) {
      const std::string_view suffix = exception.host;
      if (host.ends_with(suffix) || (exception.whole_host && host == suffix.substr(1))) return true;
      continue;
    }
    const auto other = parse_address(exception.host);
    if (!address || !other) continue;
    const int bits = exception.prefix_bits < 0 ? 128 : exception.prefix_bits;
    if (is_v4(*address) == is_v4(*other) && in_network(*address, *other, bits)) return true;
  }
  return false;
}

Result<std::optional<Url>> ProxyEnvironment::choose(const Url& target) const {
  const bool https = target.scheme == "https";
  if (!https && target.scheme != "http") return std::nullopt;
  const auto& proxy = https ? https_ : http_;
  if (!proxy) return std::nullopt;
  const auto port = target.port().empty() ? default_port(target.scheme) : target.port();
  if (excepted(ascii_lower(target.hostname()), port)) return std::nullopt;
  if (!https && cgi_) return std::unexpected(invalid_input("HTTP_PROXY is refused while REQUEST_METHOD is set"));
  return proxy;
}

ProxyEnvironment::Variables ProxyEnvironment::read() {
  return {.http_proxy = variable("HTTP_PROXY", "http_proxy"),
          .https_proxy = variable("HTTPS_PROXY", "https_proxy"),
          .no_proxy = variable("NO_PROXY", "no_proxy"),
          .cgi = std::getenv("REQUEST_METHOD") != nullptr && *std::getenv("REQUEST_METHOD") != '\0'};
}

const ProxyEnvironment& ProxyEnvironment::process() {
  static const ProxyEnvironment environment{read()};
  return environment;
}

Result<Url> parse_proxy_url(std::string_view text) {
  auto url = Url::parse(text);
  if (!url) return url;
  const auto& scheme = url->scheme;
  const bool known = scheme == "http" || scheme == "https" || scheme == "socks5" || scheme == "socks5h";
  if (!known) return std::unexpected(invalid_input("is not a http, https, socks5 or socks5h URL"));
  if (url->host.empty()) return std::unexpected(invalid_input("has no host"));
  return url;
}

}  // namespace cppd::web

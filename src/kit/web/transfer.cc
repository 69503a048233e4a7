// SPDX-License-Identifier: GPL-3.0-or-later
#include "transfer.h"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace cppd::web {
namespace {

/// Each client keeps one, and its pages stay resident once a body has filled them. libcurl passes no longer pieces on.
constexpr long kReceiveBufferBytes = 16L << 10;
/// The reference keeps connections without an age limit. A server has closed them long before; this closes those of
/// targets that nobody asks any more.
constexpr long kIdleSecondsMax = 3600;

std::size_t on_header(char* bytes, std::size_t size, std::size_t count, void* receiver) {
  const auto length = size * count;
  return static_cast<Receiver*>(receiver)->header({bytes, length}) ? length : 0;
}

std::size_t on_body(char* bytes, std::size_t size, std::size_t count, void* receiver) {
  const auto length = size * count;
  // One less than was offered ends the transfer, for an empty piece as well.
  return static_cast<Receiver*>(receiver)->body({bytes, length}) ? length : length - 1;
}

CURLcode on_tls_context(CURL*, void* context, void* http2) {
  auto* tls = static_cast<SSL_CTX*>(context);
  SSL_CTX_set_options(tls, SSL_OP_NO_RENEGOTIATION);
  static constexpr unsigned char kOnlyHttp2[] = {2, 'h', '2'};
  if (http2 != nullptr) SSL_CTX_set_alpn_protos(tls, kOnlyHttp2, sizeof kOnlyHttp2);
  return CURLE_OK;
}

/// libcurl before 8.0 sets HTTP/2 up anew on a kept connection without TLS, and fails (curl issue 10634).
bool keeps_clear_http2() {
  static const bool keeps = curl().version_info(CURLVERSION_NOW)->version_num >= 0x080000;
  return keeps;
}

/// Headers that libcurl writes itself from what it sends.
bool written_by_transport(std::string_view name) {
  return name == "Content-Length" || name == "Transfer-Encoding" || name == "Trailer" || name == "Proxy-Authorization";
}

std::string_view default_proxy_port(std::string_view scheme) {
  if (scheme == "http") return "80";
  return scheme == "https" ? "443" : "1080";
}

/// Error texts of libcurl begin with a capital letter, ours do not.
std::string lower_start(std::string text) {
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (text.size() > 1 && upper(text[0]) && !upper(text[1])) text[0] = static_cast<char>(text[0] | 0x20);
  return text;
}

}  // namespace

Transfer::Transfer(Loop& loop, const asio::any_io_executor& executor, const TransferSettings& settings)
    : woken{executor}, receiver{loop.inflaters()}, loop_{loop}, easy_{curl().easy_init()}, http2_{settings.http2} {
  if (easy_ == nullptr) throw std::bad_alloc();
  loop_.adopt(easy_);
  set_fixed(settings);
}

Transfer::~Transfer() {
  stop();
  curl().easy_cleanup(easy_);
}

void Transfer::set_fixed(const TransferSettings& settings) {
  curl().easy_setopt(easy_, CURLOPT_PRIVATE, static_cast<TransferEnd*>(this));
  curl().easy_setopt(easy_, CURLOPT_ERRORBUFFER, error_.data());
  curl().easy_setopt(easy_, CURLOPT_HEADERFUNCTION, on_header);
  curl().easy_setopt(easy_, CURLOPT_HEADERDATA, &receiver);
  curl().easy_setopt(easy_, CURLOPT_WRITEFUNCTION, on_body);
  curl().easy_setopt(easy_, CURLOPT_WRITEDATA, &receiver);
  curl().easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  // Without it, ending a transfer waits for a name that is still being resolved.
  curl().easy_setopt(easy_, CURLOPT_QUICK_EXIT, 1L);
  curl().easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl().easy_setopt(easy_, CURLOPT_PATH_AS_IS, 1L);
  curl().easy_setopt(easy_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl().easy_setopt(easy_, CURLOPT_BUFFERSIZE, kReceiveBufferBytes);
  curl().easy_setopt(easy_, CURLOPT_MAXAGE_CONN, kIdleSecondsMax);
  curl().easy_setopt(easy_, CURLOPT_TCP_KEEPALIVE, 1L);
  // The choice of the proxy is ours: libcurl must not read the environment.
  curl().easy_setopt(easy_, CURLOPT_PROXY, "");
  curl().easy_setopt(easy_, CURLOPT_NOPROXY, "");
  curl().easy_setopt(easy_, CURLOPT_HEADEROPT, static_cast<long>(CURLHEADER_SEPARATE));
  const long version = settings.http2 ? CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE : CURL_HTTP_VERSION_1_1;
  curl().easy_setopt(easy_, CURLOPT_HTTP_VERSION, version);
  curl().easy_setopt(easy_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl().easy_setopt(easy_, CURLOPT_PROXY_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl().easy_setopt(easy_, CURLOPT_SSL_CTX_FUNCTION, on_tls_context);
  curl().easy_setopt(easy_, CURLOPT_SSL_CTX_DATA, settings.http2 ? this : nullptr);
  if (settings.tls != nullptr) set_tls(*settings.tls);
  if (settings.tls != nullptr && !settings.tls->roots.empty()) return;
  // libcurl keeps the parsed roots of the system only when they come from a file, not from a folder.
  char* roots = nullptr;
  curl().easy_getinfo(easy_, CURLINFO_CAINFO, &roots);
  if (roots != nullptr && ::access(roots, R_OK) == 0) {
    curl().easy_setopt(easy_, CURLOPT_CAPATH, nullptr);
    curl().easy_setopt(easy_, CURLOPT_PROXY_CAPATH, nullptr);
  }
}

void Transfer::set_tls(const tlscfg::Material& material) {
  const auto blob = [&](CURLoption option, CURLoption of_proxy, const std::string& text) {
    if (text.empty()) return;
    curl_blob borrowed{.data = const_cast<char*>(text.data()), .len = text.size(), .flags = CURL_BLOB_NOCOPY};
    curl().easy_setopt(easy_, option, &borrowed);
    curl().easy_setopt(easy_, of_proxy, &borrowed);
  };
  blob(CURLOPT_CAINFO_BLOB, CURLOPT_PROXY_CAINFO_BLOB, material.roots);
  blob(CURLOPT_SSLCERT_BLOB, CURLOPT_PROXY_SSLCERT_BLOB, material.certificate);
  blob(CURLOPT_SSLKEY_BLOB, CURLOPT_PROXY_SSLKEY_BLOB, material.private_key);
  if (!material.skip_verify) return;
  for (const auto option :
       {CURLOPT_SSL_VERIFYPEER, CURLOPT_SSL_VERIFYHOST, CURLOPT_PROXY_SSL_VERIFYPEER, CURLOPT_PROXY_SSL_VERIFYHOST})
    curl().easy_setopt(easy_, option, 0L);
}

Result<> Transfer::prepare(const Request& request, const std::optional<Url>& proxy) {
  const auto& url = request.url();
  fresh_connections_ = http2_ && url.scheme == "http" && !keeps_clear_http2();
  if (url.scheme != "http" && url.scheme != "https")
    return std::unexpected(invalid_input("is not a http or https URL"));
  if (url.hostname().empty()) return std::unexpected(invalid_input("URL has no host"));
  if (auto done = check_headers(request); !done) return done;
  prepared_revision_ = 0;
  if (const auto code = curl().easy_setopt(easy_, CURLOPT_URL, url.text_request().c_str()); code != CURLE_OK)
    return std::unexpected(invalid_input(lower_start(curl().easy_strerror(code))));
  set_method(request);
  set_proxy(proxy);
  set_headers(request, proxy);
  prepared_revision_ = request.revision();
  return ok;
}

void Transfer::set_method(const Request& request) {
  const auto& method = request.method();
  curl().easy_setopt(easy_, CURLOPT_NOBODY, 0L);
  curl().easy_setopt(easy_, CURLOPT_HTTPGET, 1L);
  curl().easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, nullptr);
  if (method == "HEAD") {
    curl().easy_setopt(easy_, CURLOPT_NOBODY, 1L);
    return;
  }
  if (!request.body().empty() || method == "POST" || method == "PUT" || method == "PATCH") {
    curl().easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body().size()));
    curl().easy_setopt(easy_, CURLOPT_COPYPOSTFIELDS, request.body().data());
  }
  if (method != "GET" || !request.body().empty()) curl().easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, method.c_str());
}

void Transfer::add(List& list, const std::string& line) {
  auto* longer = curl().slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(list.release());
  list.reset(longer);
}

void Transfer::set_headers(const Request& request, const std::optional<Url>& proxy) {
  headers_.reset();
  proxy_headers_.reset();
  if (request.host_is_own()) add(headers_, fmt::format("Host: {}", request.host()));
  for (const auto& header : request.headers()) {
    if (written_by_transport(header.name)) continue;
    if (!header.value.empty()) {
      add(headers_, fmt::format("{}: {}", header.name, header.value));
    } else if (header.name != "User-Agent") {
      add(headers_, header.name + ";");  // libcurl's spelling of an empty value
    }
  }
  const auto& url = request.url();
  if (url.user && request.header("Authorization") == nullptr)
    add(headers_, "Authorization: " + basic_credentials(*url.user, url.password.value_or("")));
  const bool ranged = request.header("Range") != nullptr;
  if (request.method() != "HEAD" && !ranged && request.header("Accept-Encoding") == nullptr)
    add(headers_, "Accept-Encoding: gzip");
  for (const char* unwanted : {"Accept", "Content-Type", "Expect"})
    if (request.header(unwanted) == nullptr) add(headers_, std::string{unwanted} + ":");

  if (const auto* credentials = request.header("Proxy-Authorization"); credentials != nullptr) {
    add(proxy_headers_, "Proxy-Authorization: " + *credentials);
  } else if (proxy && proxy->user) {
    add(proxy_headers_, "Proxy-Authorization: " + basic_credentials(*proxy->user, proxy->password.value_or("")));
  }
  add(proxy_headers_, "Proxy-Connection:");
  curl().easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_.get());
  curl().easy_setopt(easy_, CURLOPT_PROXYHEADER, proxy_headers_.get());
}

void Transfer::set_proxy(const std::optional<Url>& proxy) {
  if (!proxy) {
    curl().easy_setopt(easy_, CURLOPT_PROXY, "");
    return;
  }
  const bool socks = proxy->scheme.starts_with("socks5");
  const auto port = proxy->port().empty() ? fmt::format(":{}", default_proxy_port(proxy->scheme)) : "";
  auto host = proxy->host;
  if (host.ends_with(':')) host.pop_back();
  // Names are resolved by the SOCKS proxy in both spellings.
  const auto text = fmt::format("{}://{}{}", socks ? "socks5h" : proxy->scheme, host, port);
  curl().easy_setopt(easy_, CURLOPT_PROXY, text.c_str());
  const bool credentials = socks && proxy->user;
  curl().easy_setopt(easy_, CURLOPT_PROXYUSERNAME, credentials ? proxy->user->c_str() : nullptr);
  curl().easy_setopt(easy_, CURLOPT_PROXYPASSWORD, credentials ? proxy->password.value_or("").c_str() : nullptr);
}

void Transfer::start(bool keep_connection) {
  over_ = false;
  error_[0] = '\0';
  curl().easy_setopt(easy_, CURLOPT_FRESH_CONNECT, fresh_connections_ ? 1L : 0L);
  curl().easy_setopt(easy_, CURLOPT_FORBID_REUSE, keep_connection && !fresh_connections_ ? 0L : 1L);
  loop_.start(easy_);
}

void Transfer::stop() { loop_.stop(easy_); }

void Transfer::finished(CURLcode code) {
  over_ = true;
  code_ = code;
  woken.cancel();
}

Result<> Transfer::outcome() {
  if (code_ == CURLE_OK || receiver.cut_unwanted() || receiver.failed()) return ok;
  switch (code_) {
    case CURLE_URL_MALFORMAT: return std::unexpected(invalid_input(lower_start(curl().easy_strerror(code_))));
    case CURLE_COULDNT_CONNECT: {
      // libcurl's own text holds the time it took, which makes each log line another one.
      long number = 0;
      curl().easy_getinfo(easy_, CURLINFO_OS_ERRNO, &number);
      if (number == 0) break;
      return std::unexpected(unavailable(fmt::format("cannot connect: {}", std::strerror(static_cast<int>(number)))));
    }
    default: break;
  }
  return std::unexpected(unavailable(lower_start(error_[0] != '\0' ? error_.data() : curl().easy_strerror(code_))));
}

}  // namespace cppd::web

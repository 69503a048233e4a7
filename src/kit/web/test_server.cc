// SPDX-License-Identifier: GPL-3.0-or-later
#include "test_server.h"

#include <arpa/inet.h>
#include <cppd/base/text.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <stdexcept>

namespace cppd::web::test {
namespace {

std::string pem(const std::function<void(BIO*)>& write) {
  BIO* bio = BIO_new(BIO_s_mem());
  write(bio);
  char* data = nullptr;
  const auto bytes = BIO_get_mem_data(bio, &data);
  std::string text{data, static_cast<std::size_t>(bytes)};
  BIO_free(bio);
  return text;
}

Certificate make_certificate() {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  auto* name = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_EXTENSION* address = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
  X509_add_ext(certificate, address, -1);
  X509_EXTENSION_free(address);
  X509_sign(certificate, key, EVP_sha256());
  Certificate made{
      .certificate = pem([&](BIO* bio) { PEM_write_bio_X509(bio, certificate); }),
      .private_key = pem([&](BIO* bio) { PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr); })};
  X509_free(certificate);
  EVP_PKEY_free(key);
  return made;
}

int choose_protocol(SSL*, const unsigned char** out, unsigned char* length, const unsigned char* offered,
                    unsigned offered_length, void* wanted) {
  const std::string_view name{static_cast<const char*>(wanted)};
  for (unsigned i = 0; i < offered_length; i += offered[i] + 1u) {
    if (std::string_view{reinterpret_cast<const char*>(offered + i + 1), offered[i]} != name) continue;
    *out = offered + i + 1;
    *length = offered[i];
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// A server that speaks HTTP/2 speaks HTTP/1.1 too, and the client's only offer decides.
int choose_any_protocol(SSL* tls, const unsigned char** out, unsigned char* length, const unsigned char* offered,
                        unsigned offered_length, void*) {
  for (const char* name : {"h2", "http/1.1"}) {
    const int chosen = choose_protocol(tls, out, length, offered, offered_length, const_cast<char*>(name));
    if (chosen == SSL_TLSEXT_ERR_OK) return chosen;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

ssl_ctx_st* make_context(bool http2) {
  auto* context = SSL_CTX_new(TLS_server_method());
  const auto& made = test_certificate();
  BIO* bio = BIO_new_mem_buf(made.certificate.data(), static_cast<int>(made.certificate.size()));
  X509* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  bio = BIO_new_mem_buf(made.private_key.data(), static_cast<int>(made.private_key.size()));
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  SSL_CTX_use_certificate(context, certificate);
  SSL_CTX_use_PrivateKey(context, key);
  X509_free(certificate);
  EVP_PKEY_free(key);
  static char http1[] = "http/1.1";
  SSL_CTX_set_alpn_select_cb(context, http2 ? choose_any_protocol : choose_protocol, http1);
  return context;
}

bool same_name(std::string_view a, std::string_view b) { return ascii_lower(a) == ascii_lower(b); }

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return fd;
  ::close(fd);
  return -1;
}

}  // namespace

const Certificate& test_certificate() {
  static const Certificate certificate = make_certificate();
  return certificate;
}

std::string Seen::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (same_name(key, name)) return value;
  return {};
}

bool Seen::has(std::string_view name) const {
  return std::ranges::any_of(headers, [&](const auto& header) { return same_name(header.first, name); });
}

bool Peer::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = tls_ != nullptr ? SSL_write(tls_, bytes.data(), static_cast<int>(bytes.size()))
                                      : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Peer::reply(int status, std::string_view body, std::string_view headers) {
  return write(fmt::format("HTTP/1.1 {} x\r\n{}Content-Length: {}\r\n\r\n{}", status, headers, body.size(), body));
}

bool Peer::read_more() {
  std::array<char, 16384> piece;
  const auto got =
      tls_ != nullptr ? SSL_read(tls_, piece.data(), piece.size()) : ::recv(fd_, piece.data(), piece.size(), 0);
  if (got <= 0) return false;
  buffer.append(piece.data(), static_cast<std::size_t>(got));
  return true;
}

bool Peer::closed_by_client() { return !read_more(); }

void Peer::tunnel_to(std::uint16_t port) {
  const int other = connect_to(port);
  std::array<pollfd, 2> both{
      {{.fd = fd_, .events = POLLIN, .revents = 0}, {.fd = other, .events = POLLIN, .revents = 0}}};
  std::array<char, 16384> piece;
  while (other >= 0 && ::poll(both.data(), both.size(), -1) > 0) {
    const int from = both[0].revents != 0 ? 0 : 1;
    const auto got = ::recv(both[from].fd, piece.data(), piece.size(), 0);
    if (got <= 0) break;
    if (::send(both[1 - from].fd, piece.data(), static_cast<std::size_t>(got), MSG_NOSIGNAL) != got) break;
  }
  if (other >= 0) ::close(other);
}

TestServer::TestServer(Script script, Kind kind) : script_{std::move(script)}, kind_{kind} {
  if (kind == Kind::tls || kind == Kind::tls_h2) tls_ = make_context(kind == Kind::tls_h2);
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), length) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) != 0)
    throw std::runtime_error("no free port");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread{[this] { accept_all(); }};
}

TestServer::~TestServer() {
  stopping_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    const std::lock_guard lock{mutex_};
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
  }
  for (auto& thread : threads_) thread.join();
  ::close(listener_);
  if (tls_ != nullptr) SSL_CTX_free(tls_);
}

std::string TestServer::base() const {
  return fmt::format("{}://127.0.0.1:{}", tls_ != nullptr ? "https" : "http", port_);
}

std::vector<Seen> TestServer::seen() const {
  const std::lock_guard lock{mutex_};
  return seen_;
}

void TestServer::record(const Seen& seen) {
  const std::lock_guard lock{mutex_};
  seen_.push_back(seen);
}

void TestServer::accept_all() {
  while (!stopping_) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    const int number = ++connections_;
    const std::lock_guard lock{mutex_};
    open_.push_back(fd);
    threads_.emplace_back([this, fd, number] { serve(fd, number); });
  }
}

void TestServer::serve(int fd, int number) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);  // OpenSSL writes without MSG_NOSIGNAL
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  SSL* tls = nullptr;
  bool http2 = kind_ == Kind::h2c;
  bool usable = true;
  if (tls_ != nullptr) {
    tls = SSL_new(tls_);
    SSL_set_fd(tls, fd);
    usable = SSL_accept(tls) == 1;
    const unsigned char* protocol = nullptr;
    unsigned length = 0;
    SSL_get0_alpn_selected(tls, &protocol, &length);
    http2 = length == 2;
  }
  if (usable) {
    Peer peer{fd, tls};
    http2 ? serve_http2(peer, number) : serve_http1(peer, number);
  }
  if (tls != nullptr) {
    if (usable) SSL_shutdown(tls);
    SSL_free(tls);
  }
  const std::lock_guard lock{mutex_};
  std::erase(open_, fd);
  ::close(fd);
}

void TestServer::serve_http1(Peer& peer, int number) {
  for (;;) {
    std::size_t end;
    while ((end = peer.buffer.find("\r\n\r\n")) == std::string::npos)
      if (!peer.read_more()) return;
    const auto head = peer.buffer.substr(0, end + 2);
    peer.buffer.erase(0, end + 4);
    Seen seen;
    seen.connection = number;
    std::size_t from = head.find("\r\n");
    const auto first = head.find(' ');
    const auto last = head.rfind(' ', from);
    seen.method = head.substr(0, first);
    seen.target = head.substr(first + 1, last - first - 1);
    seen.protocol = head.substr(last + 1, from - last - 1);
    for (from += 2; from < head.size();) {
      const auto to = head.find("\r\n", from);
      const auto line = std::string_view{head}.substr(from, to - from);
      const auto colon = line.find(':');
      seen.headers.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
      from = to + 2;
    }
    const auto length = seen.header("Content-Length");
    const std::size_t bytes = length.empty() ? 0 : std::stoul(length);
    while (peer.buffer.size() < bytes)
      if (!peer.read_more()) return;
    seen.body = peer.buffer.substr(0, bytes);
    peer.buffer.erase(0, bytes);
    record(seen);
    if (!script_(peer, seen)) return;
  }
}

void TestServer::serve_http2(Peer& peer, int number) {
  using namespace std::string_view_literals;
  constexpr auto kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"sv;
  const auto have = [&](std::size_t bytes) {
    while (peer.buffer.size() < bytes)
      if (!peer.read_more()) return false;
    return true;
  };
  if (!have(kPreface.size()) || !peer.buffer.starts_with(kPreface)) return;
  peer.buffer.erase(0, kPreface.size());
  peer.write("\0\0\0\x04\0\0\0\0\0"sv);  // our SETTINGS
  while (have(9)) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(peer.buffer[i]); };
    const std::size_t length = byte(0) << 16 | byte(1) << 8 | byte(2);
    const int type = byte(3);
    const int flags = byte(4);
    const auto stream = peer.buffer.substr(5, 4);
    if (!have(9 + length)) return;
    peer.buffer.erase(0, 9 + length);
    if (type == 4 && (flags & 1) == 0) peer.write("\0\0\0\x04\x01\0\0\0\0"sv);
    if (type != 1) continue;
    Seen seen;
    seen.protocol = "HTTP/2.0";
    seen.connection = number;
    record(seen);
    // HEADERS with the indexed field `:status: 200`, then the whole body in one DATA frame.
    peer.write(std::string{"\0\0\x01\x01\x04"sv} + stream + "\x88");
    peer.write(std::string{"\0\0\x02\0\x01"sv} + stream + "ok");
  }
}

}  // namespace cppd::web::test

// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/kit/tlscfg/tlscfg.h>

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <string_view>
#include <utility>

namespace cppd::tlscfg {
namespace {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;

Bio reader(std::string_view text) { return Bio{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))}; }

/// Without it OpenSSL would ask for a passphrase on the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

LoadError wrong(std::string what, const char* key, const std::string& path) {
  ERR_clear_error();
  auto error = invalid_input(std::move(what));
  error.location = Location{.file = path};
  return {.file = std::nullopt, .error = std::move(error).in(key)};
}

std::expected<std::string, LoadError> read(const char* key, const std::string& path) {
  auto text = read_configured_file(path);
  if (text) return *std::move(text);
  auto& failed = text.error();
  return std::unexpected(LoadError{.file = failed.failure, .error = std::move(failed.error).in(key)});
}

/// Keeps the certificates of `bundle` that parse, as PEM. TLS libraries refuse a whole bundle for one damaged block.
std::string well_formed_certificates(std::string_view bundle, std::size_t& count) {
  constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
  constexpr std::string_view kEnd = "-----END CERTIFICATE-----";
  std::string kept;
  for (auto from = bundle.find(kBegin); from != std::string_view::npos; from = bundle.find(kBegin, from)) {
    const auto end = bundle.find(kEnd, from);
    if (end == std::string_view::npos) break;
    const auto block = bundle.substr(from, end + kEnd.size() - from);
    from = end + kEnd.size();
    const auto bio = reader(block);
    const Certificate certificate{PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr)};
    if (!certificate) continue;
    kept.append(block).push_back('\n');
    ++count;
  }
  ERR_clear_error();
  return kept;
}

std::expected<void, LoadError> check_pair(const Keys& keys, const Material& material) {
  const auto certificate_bio = reader(material.certificate);
  const Certificate certificate{PEM_read_bio_X509(certificate_bio.get(), nullptr, no_passphrase, nullptr)};
  if (!certificate) return std::unexpected(wrong("holds no PEM certificate", "tls_cert", keys.cert));
  const auto key_bio = reader(material.private_key);
  const Key key{PEM_read_bio_PrivateKey(key_bio.get(), nullptr, no_passphrase, nullptr)};
  if (!key) return std::unexpected(wrong("holds no PEM private key without passphrase", "tls_key", keys.key));
  if (X509_check_private_key(certificate.get(), key.get()) != 1)
    return std::unexpected(wrong(fmt::format("does not belong to the certificate {}", keys.cert), "tls_key", keys.key));
  return {};
}

}  // namespace

std::expected<std::optional<Material>, LoadError> load(const Keys& keys) {
  if (keys == Keys{}) return std::nullopt;
  Material material;
  material.skip_verify = keys.skip_verify;
  if (!keys.ca.empty()) {
    const auto bundle = read("tls_ca", keys.ca);
    if (!bundle) return std::unexpected(bundle.error());
    material.roots = well_formed_certificates(*bundle, material.root_count);
    if (material.root_count == 0) return std::unexpected(wrong("holds no PEM certificate", "tls_ca", keys.ca));
  }
  if (keys.cert.empty() != keys.key.empty()) {
    const bool lone_cert = keys.key.empty();
    return std::unexpected(wrong(lone_cert ? "needs tls_key as well" : "needs tls_cert as well",
                                 lone_cert ? "tls_cert" : "tls_key", lone_cert ? keys.cert : keys.key));
  }
  if (!keys.cert.empty()) {
    auto certificate = read("tls_cert", keys.cert);
    if (!certificate) return std::unexpected(certificate.error());
    auto key = read("tls_key", keys.key);
    if (!key) return std::unexpected(key.error());
    material.certificate = *std::move(certificate);
    material.private_key = *std::move(key);
    if (auto pair = check_pair(keys, material); !pair) return std::unexpected(pair.error());
  }
  return material;
}

}  // namespace cppd::tlscfg

// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// TLS of a client, as configured. Source: helpers contract, section 3.
#pragma once

#include <cppd/base/file.h>
#include <cppd/base/result.h>

#include <cstddef>
#include <expected>
#include <optional>
#include <string>

namespace cppd::tlscfg {

/// The keys `tls_ca`, `tls_cert`, `tls_key` (paths) and `tls_skip_verify`.
struct Keys {
  std::string ca{};
  std::string cert{};
  std::string key{};
  bool skip_verify = false;

  friend bool operator==(const Keys&, const Keys&) = default;
};

/// What the keys name, read and checked. All texts are PEM; empty ones are not configured.
struct Material {
  std::string roots{};        ///< they replace the roots of the system; certificates that do not parse are left out
  std::string certificate{};  ///< leaf first, then its chain
  std::string private_key{};
  std::size_t root_count = 0;
  bool skip_verify = false;  ///< neither the chain nor the host name is checked
};

struct LoadError {
  std::optional<FileFailure> file{};  ///< set when a file could not be read; absent when its content is wrong
  Error error{};
};

/// Reads the files. Nothing when no key is set: the library's defaults and the roots of the system apply.
///
/// Errors    a file that cannot be read, roots without one certificate, a certificate without a key or the reverse, a
/// pair
///           that does not match, a key with a passphrase. Each names key and path.
[[nodiscard]] std::expected<std::optional<Material>, LoadError> load(const Keys& keys);

}  // namespace cppd::tlscfg

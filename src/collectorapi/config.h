// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Configuration described once: keys, types, defaults and help of a collector's Config, from which decoding, help and
/// schemas come. Keys that every job has (name, update_every, ...) belong to the framework and are not described here.
#pragma once

#include <cppd/base/duration.h>
#include <cppd/base/result.h>
#include <cppd/base/yaml_decode.h>

#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace cppd {

/// What a reader of the documentation sees of one key.
struct ConfigField {
  std::string key;
  std::string type;  ///< `text`, `integer`, `number`, `bool`, `duration`, `list`, `map`
  std::string help;
};

/// Keys of every job; the framework reads them. Source: agent contract 4.5.
[[nodiscard]] bool is_common_job_key(std::string_view key);

namespace detail {

template <class T>
[[nodiscard]] std::string config_type() {
  if constexpr (std::is_same_v<T, bool>)
    return "bool";
  else if constexpr (std::is_integral_v<T>)
    return "integer";
  else if constexpr (std::is_floating_point_v<T>)
    return "number";
  else if constexpr (std::is_same_v<T, std::string>)
    return "text";
  else if constexpr (std::is_same_v<T, std::chrono::nanoseconds>)
    return "duration";
  else if constexpr (requires(T list) { list.push_back(*list.begin()); })
    return "list";
  else
    return "map";
}

}  // namespace detail

/// The keys of one Config. A collector fills it in a free function `describe(ConfigDescription<Config>&)`.
template <class Config>
class ConfigDescription {
 public:
  using Decode = std::function<void(yaml::Decoder&, const yaml::Node&, const yaml::Path&, Config&)>;

  /// A key and the member it sets. The member's initialiser is the default.
  template <class T>
  ConfigDescription& field(std::string_view key, T Config::* member, std::string_view help) {
    return add({.key = std::string{key}, .type = detail::config_type<T>(), .help = std::string{help}},
               [member](yaml::Decoder& decoder, const yaml::Node& node, const yaml::Path& path, Config& config) {
                 if constexpr (std::is_same_v<T, std::chrono::nanoseconds>) {
                   decode_duration(decoder, node, path, config.*member);
                 } else {
                   decode_yaml(decoder, node, path, config.*member);
                 }
               });
  }
  /// All keys of a described part, flat at the level of the job.
  template <class Part>
  ConfigDescription& embed(Part Config::* member) {
    ConfigDescription<Part> part;
    describe(part);
    for (auto& [field, decode] : part.take()) {
      add(std::move(field),
          [member, decode = std::move(decode)](yaml::Decoder& decoder, const yaml::Node& node, const yaml::Path& path,
                                               Config& config) { decode(decoder, node, path, config.*member); });
    }
    return *this;
  }
  /// A key that is read in a way of its own.
  ConfigDescription& add(ConfigField field, Decode decode) {
    fields_.emplace_back(std::move(field), std::move(decode));
    return *this;
  }

  /// Reads one job, a mapping. Null leaves the default; keys that nobody knows become warnings.
  ///
  /// Errors    every value of a wrong type or out of range, with its place.
  [[nodiscard]] std::expected<Config, std::vector<Error>> decode(const yaml::Document& document, const yaml::Node& job,
                                                                 std::vector<Error>& warnings) const;

  [[nodiscard]] std::vector<ConfigField> fields() const {
    std::vector<ConfigField> out;
    for (const auto& [field, decode] : fields_) out.push_back(field);
    return out;
  }
  [[nodiscard]] std::vector<std::pair<ConfigField, Decode>> take() { return std::move(fields_); }

 private:
  static void decode_duration(yaml::Decoder& decoder, const yaml::Node& node, const yaml::Path& path,
                              std::chrono::nanoseconds& into) {
    Duration value{into};
    decode_yaml(decoder, node, path, value);
    into = value.value;
  }
  std::vector<std::pair<ConfigField, Decode>> fields_;
};

/// A warning for a key that nobody knows, with the nearest known one.
[[nodiscard]] Error unknown_key(const yaml::Document& document, const yaml::Node& key,
                                const std::vector<std::string_view>& known);

template <class Config>
std::expected<Config, std::vector<Error>> ConfigDescription<Config>::decode(const yaml::Document& document,
                                                                            const yaml::Node& job,
                                                                            std::vector<Error>& warnings) const {
  Config config;
  yaml::Decoder decoder{document, {.unknown_keys = yaml::Severity::warning}};
  const yaml::Path root{};
  std::vector<std::string_view> known;
  for (const auto& [field, decode_field] : fields_) known.push_back(field.key);
  for (const auto& entry : job.entries()) {
    const auto key = entry.key->text();
    bool found = is_common_job_key(key);
    for (const auto& [field, decode_field] : fields_) {
      if (field.key != key) continue;
      found = true;
      if (!entry.value->is_null()) decode_field(decoder, *entry.value, yaml::Path{.parent = &root, .key = key}, config);
    }
    if (!found) warnings.push_back(unknown_key(document, *entry.key, known));
  }
  for (auto& warning : decoder.take_warnings()) warnings.push_back(std::move(warning));
  if (decoder.failed()) return std::unexpected(decoder.take_errors());
  return config;
}

}  // namespace cppd

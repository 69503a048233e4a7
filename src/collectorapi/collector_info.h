// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What the program knows of a collector before it makes one: its module name, defaults, configuration keys and
/// factory.
#pragma once

#include <cppd/collectorapi/collector.h>
#include <cppd/collectorapi/config.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cppd {

/// What a collector says of itself. Source: agent contract 2.2.
struct CollectorDefaults {
  std::string_view module;
  std::string_view summary{};  ///< one line for lists
  std::chrono::seconds update_every{1};
  std::chrono::seconds autodetection_retry{0};  ///< 0: no retry
  bool disabled = false;                        ///< runs only when a configuration names it
  std::string_view chart_template{};            ///< when it is the same for every job
  std::string_view stock_config{};              ///< text of `<module>.conf` when no file of that name is on disk
  bool single_instance = false;                 ///< at most one job, named after its module
};

struct MadeCollector {
  std::unique_ptr<Collector> collector;
  std::vector<Error> warnings;  ///< unknown keys
};

struct CollectorInfo {
  CollectorDefaults defaults;
  std::vector<ConfigField> fields;
  /// Decodes a job and makes its collector; cheap, no I/O. Errors    every mistake of the configuration.
  std::function<std::expected<MadeCollector, std::vector<Error>>(const yaml::Document&, const yaml::Node& job)> make;
};

/// The description of a collector whose `Config` is described by a free function
/// `describe(ConfigDescription<Config>&)`.
template <class C>
[[nodiscard]] CollectorInfo describe_collector(const CollectorDefaults& defaults) {
  using Config = typename C::Config;
  ConfigDescription<Config> description;
  describe(description);
  auto fields = description.fields();
  return {.defaults = defaults,
          .fields = std::move(fields),
          .make = [description = std::move(description)](const yaml::Document& document, const yaml::Node& job)
              -> std::expected<MadeCollector, std::vector<Error>> {
            MadeCollector made;
            auto config = description.decode(document, job, made.warnings);
            if (!config) return std::unexpected(std::move(config.error()));
            made.collector = std::make_unique<C>(std::move(*config));
            return made;
          }};
}

}  // namespace cppd

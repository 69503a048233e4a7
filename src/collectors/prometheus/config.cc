// SPDX-License-Identifier: GPL-3.0-or-later
#include "config.h"

#include <cppd/base/text.h>
#include <cppd/kit/web/config_description.h>

namespace cppd::prometheus_collector {
namespace {

/// `profiles: {mode: none}` asks for what happens anyway.
bool asks_for_profiles(const yaml::Node& node) {
  const auto* mode = node.is_mapping() ? node.find("mode") : nullptr;
  return mode == nullptr || ascii_lower(trim(mode->text())) != "none";
}

}  // namespace

void decode_yaml(yaml::Decoder& decoder, const yaml::Node& node, const yaml::Path& path, SelectorConfig& into) {
  decoder.mapping(node, path, "selector", {{"allow", into.allow}, {"deny", into.deny}});
}

void decode_yaml(yaml::Decoder& decoder, const yaml::Node& node, const yaml::Path& path, FallbackConfig& into) {
  decoder.mapping(node, path, "fallback_type", {{"gauge", into.gauge}, {"counter", into.counter}});
}

void describe(ConfigDescription<Config>& config) {
  config.embed(&Config::http)
      .field("app", &Config::app, "second segment of contexts; empty: the name of the job")
      .field("selector", &Config::selector, "series to take: lists `allow` and `deny` of series selectors")
      .field("fallback_type", &Config::fallback_type,
             "globs over names without a declared type: lists `gauge` and `counter`")
      .field("max_time_series", &Config::max_time_series,
             "limit on all series, tested when the job starts; the excess is cut; 0: none")
      .field("max_time_series_per_metric", &Config::max_time_series_per_metric,
             "limit on the series of one metric; the excess is cut; 0: none")
      .field("expected_prefix", &Config::expected_prefix, "the job starts only when a metric's name begins so");
  config.add({.key = "relabeling", .type = "list", .help = "not yet supported"},
             [](yaml::Decoder&, const yaml::Node& node, const yaml::Path&, Config& into) {
               if (!node.is_sequence() || !node.items().empty()) into.ignored_keys.emplace_back("relabeling");
             });
  config.add({.key = "profiles", .type = "map", .help = "not yet supported"},
             [](yaml::Decoder&, const yaml::Node& node, const yaml::Path&, Config& into) {
               if (asks_for_profiles(node)) into.ignored_keys.emplace_back("profiles");
             });
}

}  // namespace cppd::prometheus_collector

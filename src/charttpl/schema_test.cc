// SPDX-License-Identifier: GPL-3.0-or-later
// The schema and the decoder know the same keys and the same types. Recorded templates: tests/schema.
#include <cppd/base/yaml.h>
#include <cppd/charttpl/decode.h>
#include <cppd/charttpl/marshal.h>
#include <cppd/charttpl/schema.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "random_spec.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <set>

namespace cppd::charttpl {
namespace {

using nlohmann::json;

const json& whole_schema() {
  static const json parsed = json::parse(schema());
  return parsed;
}

/// Follows `$ref`; what stands beside it counts first.
json resolved(json part) {
  while (part.contains("$ref")) {
    const auto target = whole_schema().at(json::json_pointer{part["$ref"].get<std::string>().substr(1)});
    part.erase("$ref");
    for (const auto& [key, value] : target.items()) {
      if (!part.contains(key)) part[key] = value;
    }
  }
  return part;
}

using Keys = std::set<std::string>;  // "chart.title": the kind of mapping that `what` of the decoder names, and a key

/// Every key that the schema knows, with the way to it; recursion into groups ends at the first.
void collect(const json& part, const std::string& path, std::map<std::string, json>& into) {
  const auto here = resolved(part);
  if (here.contains("items")) return collect(here["items"], path + "[0]", into);
  if (!here.contains("properties")) return;
  for (const auto& [key, value] : here["properties"].items()) {
    const auto way = path.empty() ? key : path + "." + key;
    if (way == "groups[0].groups") {
      into[way] = resolved(value);
      continue;
    }
    into[way] = resolved(value);
    collect(value, way, into);
  }
}

std::map<std::string, json> properties() {
  std::map<std::string, json> out;
  collect(whole_schema(), "", out);
  return out;
}

void collect_written(const yaml::Node& node, const std::string& path, Keys& into) {
  for (const auto* item : node.items()) collect_written(*item, path + "[0]", into);
  for (const auto& entry : node.entries()) {
    const auto way = (path.empty() ? "" : path + ".") + std::string{entry.key->text()};
    into.insert(way);
    if (way != "groups[0].groups") collect_written(*entry.value, way, into);
  }
}

/// The keys that marshal writes of specs with something in every field: those of the decoder, as what it writes is read
/// back as the same spec.
Keys written_keys() {
  Keys keys;
  RandomSpecs random{1};
  for (int i = 0; i < 200; ++i) {
    const auto text = marshal(random.next());
    if (!text) throw std::runtime_error(text.error().text());
    const auto document = yaml::Document::parse(*text);
    if (!document) throw std::runtime_error(document.error().text());
    collect_written(document->root(), "", keys);
  }
  return keys;
}

TEST(Schema, HasTheKeysOfTheDecoder) {
  Keys known;
  for (const auto& [way, part] : properties()) known.insert(way);
  EXPECT_EQ(known, written_keys());
}

struct Kind {
  std::string_view type, yaml;  // as the schema calls it
};
constexpr Kind kKinds[] = {{"null", "null"},        {"boolean", "true"}, {"integer", "7"},
                           {"string", "some text"}, {"array", "[]"},     {"object", "{}"}};

/// A template that has nothing but `value` at `way`.
std::string only(std::string_view way, std::string_view value) {
  std::string out, close;
  while (true) {
    const auto end = std::min(way.find('.'), way.size());
    auto key = way.substr(0, end);
    const bool list = key.ends_with("[0]");
    if (list) key.remove_suffix(3);
    out += fmt::format("{{{}: {}", key, list ? "[" : "");
    close.insert(0, list ? "]}" : "}");
    if (end == way.size()) return out + std::string{value} + close;
    way.remove_prefix(end + 1);
  }
}

bool schema_takes(const json& part, const Kind& kind) {
  if (part.contains("enum")) return kind.type == "string" || kind.type == "null";
  const auto types = part.at("type");
  const auto has = [&](std::string_view type) {
    return types.is_array() ? std::ranges::find(types, json(type)) != types.end() : types == json(type);
  };
  // Required values may not be null, which is a rule of the second stage.
  return has(kind.type) || (kind.type == "integer" && has("number"));
}

/// Does the first stage take it? What is required and what words are known is for the second.
bool decoder_takes(std::string_view way, const Kind& kind) {
  const auto spec = decode(only(way, kind.yaml));
  return spec || spec.error().stage == Stage::semantic;
}

TEST(Schema, HasTheTypesOfTheDecoder) {
  for (const auto& [way, part] : properties()) {
    for (const auto& kind : kKinds) {
      SCOPED_TRACE(fmt::format("{}: {}", way, kind.type));
      if (kind.type == "null") {
        EXPECT_TRUE(decoder_takes(way, kind));  // null is the absent value everywhere
      } else if (part.contains("enum") && (kind.type == "boolean" || kind.type == "integer")) {
        EXPECT_TRUE(decoder_takes(way, kind));  // text, but none of the words
      } else {
        EXPECT_EQ(decoder_takes(way, kind), schema_takes(part, kind)) << only(way, kind.yaml);
      }
    }
  }
}

TEST(Schema, ItemsOfListsHaveTheTypesOfTheDecoder) {
  std::size_t lists = 0;
  for (const auto& [way, part] : properties()) {
    if (!part.contains("items")) continue;
    ++lists;
    const auto item = resolved(part["items"]);
    for (const auto& kind : kKinds) {
      if (kind.type == "null") continue;
      SCOPED_TRACE(fmt::format("{}[0]: {}", way, kind.type));
      EXPECT_EQ(decoder_takes(way + "[0]", kind), schema_takes(item, kind)) << only(way + "[0]", kind.yaml);
    }
  }
  EXPECT_EQ(lists, 17u);
}

TEST(Schema, EveryMappingIsClosed) {
  for (const auto& [name, part] : whole_schema()["$defs"].items()) {
    if (part.contains("properties")) EXPECT_EQ(part.value("additionalProperties", json(true)), json(false)) << name;
  }
}

}  // namespace
}  // namespace cppd::charttpl

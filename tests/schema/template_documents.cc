// SPDX-License-Identifier: GPL-3.0-or-later
// Prints the templates of vector files as JSON documents, one a line: {"name", "result", "difference", "document"}.
// Aliases and merge keys are followed. Left out: what is no YAML, and what has a key twice, as JSON cannot say that.
#include <cppd/base/text.h>
#include <cppd/base/yaml.h>

#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>
#include <iostream>

namespace {

using nlohmann::json;

json value_of(const cppd::yaml::Node& node);

json number_of(const cppd::yaml::Node& node) {
  const auto text = cppd::to_valid_utf8(node.text());
  if (node.kind() == cppd::yaml::Kind::integer) {
    if (const auto value = node.as_int64()) return *value;
    if (const auto value = node.as_uint64()) return *value;
  }
  const auto value = node.as_double();
  return value && std::isfinite(*value) ? json(*value) : json(text);
}

json mapping_of(const cppd::yaml::Node& node) {
  auto out = json::object();
  for (const auto& entry : node.entries()) out[cppd::to_valid_utf8(entry.key->text())] = value_of(*entry.value);
  return out;
}

json value_of(const cppd::yaml::Node& node) {
  switch (node.kind()) {
    case cppd::yaml::Kind::null: return nullptr;
    case cppd::yaml::Kind::boolean: return node.as_bool().value_or(false);
    case cppd::yaml::Kind::integer:
    case cppd::yaml::Kind::floating: return number_of(node);
    case cppd::yaml::Kind::text: return cppd::to_valid_utf8(node.text());
    case cppd::yaml::Kind::mapping: return mapping_of(node);
    case cppd::yaml::Kind::sequence: break;
  }
  auto out = json::array();
  for (const auto* item : node.items()) out.push_back(value_of(*item));
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    std::ifstream file{argv[i]};
    for (std::string line; std::getline(file, line);) {
      const auto row = json::parse(line);
      const auto document = cppd::yaml::Document::parse(row.at("yaml").get<std::string>());
      if (!document || !document->duplicate_keys().empty()) continue;
      std::cout << json{{"name", row.at("name")},
                        {"result", row.at("result")},
                        {"difference", row.at("difference")},
                        {"document", value_of(document->root())}}
                << '\n';
    }
    if (!file.eof()) {
      std::cerr << argv[i] << ": cannot be read\n";
      return 1;
    }
  }
}

// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/charttpl/decode.h>

#include <cppd/base/file.h>
#include <cppd/base/yaml_decode.h>
#include <cppd/charttpl/validate.h>

#include <charconv>

namespace cppd::charttpl {

// The functions that yaml::Decoder finds by the namespace of what it decodes.

using yaml::Decoder;
using yaml::Node;
using yaml::Path;

static Mark mark_of(const Node& node) { return {node.line(), node.column()}; }

/// Of the value under `key`; of the mapping when it lacks the key.
static Mark mark_of(const Node& node, std::string_view key) {
  const auto* value = node.find(key);
  return mark_of(value == nullptr ? node : *value);
}

static void mark_items(const Node& node, std::string_view key, Marks& into) {
  const auto* list = node.find(key);
  if (list == nullptr) return;
  into.of.clear();
  for (const auto* item : list->items()) into.of.push_back(mark_of(*item));
}

static void decode_yaml(Decoder& decoder, const Node& node, const Path& path, SelectorSpec& into) {
  decoder.mapping(node, path, "selector", {{"allow", into.allow}, {"deny", into.deny}});
  mark_items(node, "allow", into.allow_marks);
  mark_items(node, "deny", into.deny_marks);
}

static void decode_yaml(Decoder& decoder, const Node& node, const Path& path, AutogenRuleSpec& into) {
  decoder.mapping(node, path, "rule", {{"scope", into.scope}, {"selector", into.selector}});
}

static void decode_yaml(Decoder& decoder, const Node& node, const Path& path, AutogenSpec& into) {
  decoder.mapping(node, path, "autogen",
                  {{"enabled", into.enabled},
                   {"rules", into.rules},
                   {"max_type_id_len", into.max_type_id_len},
                   {"expire_after_success_cycles", into.expire_after_success_cycles}});
}

static void decode_yaml(Decoder& decoder, const Node& node, const Path& path, EngineSpec& into) {
  decoder.mapping(node, path, "engine", {{"selector", into.selector}, {"autogen", into.autogen}});
}

static void decode_yaml(Decoder& decoder, const Node& node, const Path& path, InstancesSpec& into) {
  into.mark = mark_of(node);
  decoder.mapping(node, path, "instances",
                  {{"by_labels", into.by_labels}, {"optional_by_labels", into.optional_by_labels}});
}

static void decode_yaml(Decoder& decoder, const Node& node, const Path& path, ChartDefaultsSpec& into) {
  decoder.mapping(node, path, "chart_defaults",
                  {{"label_promotion", into.label_promotion}, {"instances", into.instances}});
}

static void decode_yaml(Decoder& decoder, const Node& node, const Path& path, DimensionLifecycleSpec& into) {
  into.mark = mark_of(node);
  decoder.mapping(node, path, "lifecycle.dimensions",
                  {{"max_dims", into.max_dims}, {"expire_after_cycles", into.expire_after_cycles}});
}

static void decode_yaml(Decoder& decoder, const Node& node, const Path& path, LifecycleSpec& into) {
  decoder.mapping(node, path, "lifecycle",
                  {{"max_instances", into.max_instances},
                   {"expire_after_cycles", into.expire_after_cycles},
                   {"dimensions", into.dimensions}});
}

static void decode_yaml(Decoder& decoder, const Node& node, const Path& path, DimensionOptionsSpec& into) {
  decoder.mapping(
      node, path, "options",
      {{"multiplier", into.multiplier}, {"divisor", into.divisor}, {"hidden", into.hidden}, {"float", into.is_float}});
}

static void decode_yaml(Decoder& decoder, const Node& node, const Path& path, DimensionSpec& into) {
  into.mark = mark_of(node);
  into.selector_mark = mark_of(node, "selector");
  into.name_mark = mark_of(node, node.find("name_from_label") == nullptr ? "name" : "name_from_label");
  decoder.mapping(node, path, "dimension",
                  {{"selector", into.selector},
                   {"name", into.name},
                   {"name_from_label", into.name_from_label},
                   {"options", into.options}});
}

static void decode_yaml(Decoder& decoder, const Node& node, const Path& path, VariableSpec& into) {
  into.mark = mark_of(node);
  into.selector_mark = mark_of(node, "selector");
  decoder.mapping(node, path, "variable", {{"selector", into.selector}, {"name", into.name}});
}

static void decode_yaml(Decoder& decoder, const Node& node, const Path& path, ChartSpec& into) {
  into.mark = mark_of(node);
  into.id_mark = mark_of(node, "id");
  decoder.mapping(node, path, "chart",
                  {{"id", into.id},
                   {"title", into.title},
                   {"family", into.family},
                   {"context", into.context},
                   {"units", into.units},
                   {"algorithm", into.algorithm},
                   {"aggregation", into.aggregation},
                   {"type", into.type},
                   {"priority", into.priority},
                   {"label_promotion", into.label_promotion},
                   {"instances", into.instances},
                   {"lifecycle", into.lifecycle},
                   {"dimensions", into.dimensions},
                   {"variables", into.variables}});
}

static void decode_yaml(Decoder& decoder, const Node& node, const Path& path, GroupSpec& into) {
  into.mark = mark_of(node);
  decoder.mapping(node, path, "group",
                  {{"family", into.family},
                   {"context_namespace", into.context_namespace},
                   {"metrics", into.metrics},
                   {"chart_defaults", into.chart_defaults},
                   {"charts", into.charts},
                   {"groups", into.groups}});
  mark_items(node, "metrics", into.metric_marks);
}

static void decode_yaml(Decoder& decoder, const Node& node, const Path& path, Spec& into) {
  decoder.mapping(node, path, "template",
                  {{"version", into.version},
                   {"context_namespace", into.context_namespace},
                   {"engine", into.engine},
                   {"groups", into.groups}});
}

namespace {

constexpr std::string_view kDecodeFailed = "charttpl: decode failed";
constexpr std::string_view kSemanticFailed = "charttpl: semantic validation failed";

Rejection rejection(Stage stage, std::vector<Error> errors) {
  for (auto& error : errors) {
    error.context.emplace_back(stage == Stage::decode ? kDecodeFailed : kSemanticFailed);
  }
  return {.stage = stage, .errors = std::move(errors)};
}

/// The node at a field path, `groups[0].charts[2].title`, or the last one on the way that exists.
const Node& locate(const Node& root, std::string_view path) {
  const auto* node = &root;
  while (!path.empty()) {
    const Node* next = nullptr;
    if (path.starts_with('[')) {
      std::size_t index = 0;
      std::from_chars(path.data() + 1, path.data() + path.size(), index);
      if (index < node->items().size()) next = node->items()[index];
      path.remove_prefix(path.find(']') + 1);
    } else {
      if (path.starts_with('.')) path.remove_prefix(1);
      const auto key = path.substr(0, path.find_first_of(".["));
      next = node->find(key);
      path.remove_prefix(key.size());
    }
    if (next == nullptr) break;
    node = next;
  }
  return *node;
}

}  // namespace

std::expected<Spec, Rejection> decode(std::string_view text, std::string file) {
  const auto document = yaml::Document::parse(text, std::move(file));
  if (!document) return std::unexpected(rejection(Stage::decode, {document.error()}));
  Spec spec;
  Decoder decoder{*document};
  decode_yaml(decoder, document->root(), {}, spec);
  if (decoder.failed()) return std::unexpected(rejection(Stage::decode, decoder.take_errors()));

  apply_defaults(spec);
  spec.file.name = document->file();
  auto errors = validate(spec);
  if (errors.empty()) return spec;
  for (auto& error : errors) error.location = document->location(locate(document->root(), error.context.back()));
  return std::unexpected(rejection(Stage::semantic, std::move(errors)));
}

std::expected<Spec, Rejection> decode_file(const std::string& path) {
  auto text = read_file(path);
  if (!text) return std::unexpected(rejection(Stage::decode, {std::move(text.error())}));
  return decode(*text, path);
}

std::expected<Validated, Rejection> decode_validated(std::string_view yaml, std::string file) {
  auto spec = decode(yaml, std::move(file));
  if (!spec) return std::unexpected(std::move(spec.error()));
  auto rules = compile_rules(*spec);
  if (!rules) return std::unexpected(rejection(Stage::semantic, {std::move(rules.error())}));
  return Validated{.spec = std::move(*spec), .autogen_rules = std::move(*rules)};
}

}  // namespace cppd::charttpl

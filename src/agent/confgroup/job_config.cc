// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/agent/confgroup/job_config.h>

#include <cppd/agent/confgroup/job_name.h>
#include <cppd/base/internal_error.h>

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <bit>

namespace cppd::agent {
namespace {

/// Hashes a tree so that the order of keys does not count.
class Hasher {
 public:
  [[nodiscard]] static std::uint64_t text(std::string_view text, std::uint64_t seed) {
    return XXH64(text.data(), text.size(), seed);
  }
  [[nodiscard]] static std::uint64_t number(std::uint64_t value, std::uint64_t seed) {
    return XXH64(&value, sizeof value, seed);
  }
  [[nodiscard]] static std::uint64_t pair(std::string_view key, std::uint64_t value) { return text(key, value); }

  [[nodiscard]] static std::uint64_t node(const yaml::Node& node) {
    const auto kind = static_cast<std::uint64_t>(node.kind());
    switch (node.kind()) {
      case yaml::Kind::null: return number(0, kind);
      case yaml::Kind::boolean: return number(node.as_bool().value_or(false) ? 1 : 0, kind);
      case yaml::Kind::integer:
        if (const auto value = node.as_int64()) return number(static_cast<std::uint64_t>(*value), kind);
        return text(node.text(), kind);
      case yaml::Kind::floating: return number(std::bit_cast<std::uint64_t>(node.as_double().value_or(0)), kind);
      case yaml::Kind::text: return text(node.text(), kind);
      case yaml::Kind::sequence: {
        std::uint64_t sum = number(node.items().size(), kind);
        for (const auto* item : node.items()) sum = number(Hasher::node(*item), sum);
        return sum;
      }
      case yaml::Kind::mapping: {
        std::uint64_t sum = 0;
        for (const auto& [key, value] : effective(node)) sum += pair(key, Hasher::node(*value));
        return number(sum, kind);
      }
    }
    return 0;
  }

  /// The entries that count: of equal keys the last.
  [[nodiscard]] static std::map<std::string_view, const yaml::Node*> effective(const yaml::Node& mapping) {
    std::map<std::string_view, const yaml::Node*> entries;
    for (const auto& entry : mapping.entries()) {
      if (entry.key->is_scalar()) entries.insert_or_assign(entry.key->text(), entry.value);
    }
    return entries;
  }
};

constexpr std::string_view kResolvedKeys[] = {"module", "name", "update_every", "autodetection_retry", "priority"};
constexpr std::string_view kInternalKeys[] = {"__source__", "__source_type__", "__provider__"};

std::uint64_t hash_of(const JobConfig& job) {
  std::uint64_t sum =
      Hasher::pair("module", Hasher::text(job.module, 0)) + Hasher::pair("name", Hasher::text(job.name, 0));
  sum += Hasher::pair("update_every", static_cast<std::uint64_t>(job.update_every.count()));
  sum += Hasher::pair("autodetection_retry", static_cast<std::uint64_t>(job.autodetection_retry.count()));
  sum += Hasher::pair("priority", static_cast<std::uint64_t>(job.priority));
  for (const auto& [key, value] : Hasher::effective(*job.node)) {
    if (std::ranges::find(kResolvedKeys, key) != std::end(kResolvedKeys)) continue;
    if (std::ranges::find(kInternalKeys, key) != std::end(kInternalKeys)) continue;
    sum += Hasher::pair(key, Hasher::node(*value));
  }
  return sum;
}

/// The integer under `key`; anything else is told and counts as absent, null silently.
std::optional<std::int64_t> integer_key(yaml::Decoder& decoder, const yaml::Node& mapping, const yaml::Path& path,
                                        std::string_view key, std::int64_t min) {
  const auto* node = mapping.find(key);
  if (node == nullptr || node->is_null()) return std::nullopt;
  const yaml::Path at{.parent = &path, .key = key};
  const auto value = node->kind() == yaml::Kind::integer ? node->as_int64() : std::nullopt;
  if (!value) {
    decoder.fail_kind(*node, at, "an integer");
  } else if (*value < min) {
    decoder.fail(*node, at, fmt::format("{} counts as absent, the least is {}", *value, min));
    return std::nullopt;
  }
  return value;
}

std::chrono::seconds seconds_of(std::int64_t value) {
  return std::chrono::seconds{std::clamp<std::int64_t>(value, 0, kIntervalMax.count())};
}

void read_labels(yaml::Decoder& decoder, const yaml::Node& job, const yaml::Path& path,
                 std::map<std::string, std::string>& into) {
  const auto* labels = job.find("labels");
  if (labels == nullptr) return;
  const yaml::Path at{.parent = &path, .key = "labels"};
  decoder.each_entry(*labels, at, [&](std::string_view key, const yaml::Node& value, const yaml::Path& place) {
    if (value.kind() == yaml::Kind::text) {
      into.insert_or_assign(std::string{key}, std::string{value.text()});
    } else {
      decoder.fail_kind(value, place, "text");
    }
  });
}

void read_common_keys(yaml::Decoder& decoder, const yaml::Node& node, const yaml::Path& path, JobConfig& into) {
  read_labels(decoder, node, path, into.labels);
  if (const auto* vnode = node.find("vnode"); vnode != nullptr && !vnode->is_null()) {
    const yaml::Path at{.parent = &path, .key = "vnode"};
    if (vnode->kind() == yaml::Kind::text) {
      into.vnode = vnode->text();
    } else {
      decoder.fail_kind(*vnode, at, "text");
    }
  }
  if (const auto* only = node.find("function_only"); only != nullptr && !only->is_null()) {
    const yaml::Path at{.parent = &path, .key = "function_only"};
    if (const auto value = only->as_bool()) {
      into.function_only = *value;
    } else {
      decoder.fail_kind(*only, at, "a bool");
    }
  }
}

/// The cleaned name. A name that is no text, such as 127, counts as absent: the job is named after its module.
Result<std::string> read_name(yaml::Decoder& decoder, const yaml::Node& job, const yaml::Path& path,
                              std::string_view module) {
  const auto* node = job.find("name");
  if (node == nullptr || node->is_null()) return std::string{module};
  const yaml::Path at{.parent = &path, .key = "name"};
  if (node->kind() != yaml::Kind::text) {
    decoder.fail_kind(*node, at, "text");
    return std::string{module};
  }
  if (node->text().empty()) return std::string{module};
  auto name = clean_job_name(node->text());
  if (const auto fine = check_job_name(name); !fine) {
    auto error = invalid_input(fmt::format("unacceptable job name \"{}\": {}", name, fine.error().what));
    error.context.push_back(at.text());
    error.location = decoder.document().location(*node);
    return std::unexpected(std::move(error));
  }
  return name;
}

}  // namespace

std::string_view source_type_name(SourceType type) {
  switch (type) {
    case SourceType::other: return "";
    case SourceType::stock: return "stock";
    case SourceType::discovered: return "discovered";
    case SourceType::user: return "user";
    case SourceType::dyncfg: return "dyncfg";
  }
  return "";
}

JobDefaults module_defaults(const CollectorDefaults& module) {
  JobDefaults defaults;
  if (module.update_every.count() > 0) defaults.update_every = module.update_every;
  if (module.autodetection_retry.count() > 0) defaults.autodetection_retry = module.autodetection_retry;
  return defaults;
}

void apply_defaults(yaml::Decoder& decoder, const yaml::Node& mapping, const yaml::Path& path, JobDefaults& into) {
  constexpr auto kAny = std::numeric_limits<std::int64_t>::min();
  if (const auto value = integer_key(decoder, mapping, path, "update_every", 1)) into.update_every = seconds_of(*value);
  if (const auto value = integer_key(decoder, mapping, path, "autodetection_retry", kAny)) {
    into.autodetection_retry = seconds_of(*value);
  }
  if (const auto value = integer_key(decoder, mapping, path, "priority", 1)) into.priority = *value;
}

std::string JobConfig::uid() const {
  return fmt::format("{}_{}_{}_{}_{}", source_type_name(origin.type), origin.provider, origin.source, full_name, hash);
}

Location JobConfig::place() const {
  const auto* name_node = node->find("name");
  return document->location(name_node != nullptr ? *name_node : *node);
}

Result<JobConfig> make_job(yaml::Decoder& decoder, std::shared_ptr<const yaml::Document> document,
                           const yaml::Node& node, const yaml::Path& path, const JobRecipe& recipe) {
  if (!node.is_mapping()) {
    auto error = invalid_input(fmt::format("expected a mapping (job), found {}", yaml::kind_name(node.kind())));
    error.context.push_back(path.text());
    error.location = document->location(node);
    return std::unexpected(std::move(error));
  }
  auto name = read_name(decoder, node, path, recipe.module);
  auto values = recipe.defaults;
  apply_defaults(decoder, node, path, values);
  if (!name) return std::unexpected(std::move(name.error()));
  JobConfig job{.module = std::string{recipe.module},
                .name = std::move(*name),
                .full_name = {},
                .update_every = std::max(values.update_every, recipe.update_every_min),
                .autodetection_retry = values.autodetection_retry,
                .priority = values.priority,
                .origin = recipe.origin,
                .document = std::move(document),
                .node = &node};
  job.full_name = full_job_name(job.module, job.name);
  read_common_keys(decoder, node, path, job);
  job.hash = hash_of(job);
  return job;
}

JobConfig dummy_job(std::string_view module, const JobDefaults& defaults, std::chrono::seconds update_every_min) {
  auto parsed = yaml::Document::parse("{}", "internal");
  require(parsed.has_value(), "an empty mapping is YAML");
  auto document = std::make_shared<const yaml::Document>(std::move(*parsed));
  yaml::Decoder decoder{*document};
  const JobRecipe recipe{.module = module,
                         .defaults = defaults,
                         .origin = {.type = SourceType::stock, .provider = "dummy", .source = "internal"},
                         .update_every_min = update_every_min};
  auto job = make_job(decoder, document, document->root(), {}, recipe);
  require(job.has_value(), "a module's name is the name of a job");
  return std::move(*job);
}

}  // namespace cppd::agent

// SPDX-License-Identifier: GPL-3.0-or-later
// The labels that a chart carries. Source: charts contract 4.8.
#include <cppd/base/text.h>
#include <cppd/chartengine/engine.h>

#include <xxhash.h>

#include <algorithm>

namespace cppd::chartengine {
namespace {

bool listed(const std::vector<std::string>& list, std::string_view key) {
  return std::ranges::find(list, key) != list.end();
}

}  // namespace

/// Identity labels and promoted labels of the chart over `visible_`, into `label_ids_` in key order (P32 to P37).
std::uint64_t Engine::work_out_labels(const Chart& chart) {
  label_ids_.clear();
  const auto& table = store_->labels();
  const auto* authored = chart.chart_template == kAutogen ? nullptr : &table_->program->charts()[chart.chart_template];
  const auto set_of = [&](std::uint32_t i) {
    return table.ids(store_->label_set(metrix::SeriesId{chart.contributors[i].series}));
  };
  // Keys that name a dimension of this chart are structure, not labels.
  const auto names_dimension = [&](std::string_view key) {
    return std::ranges::any_of(visible_, [&](std::uint32_t i) {
      const auto& contributor = chart.contributors[i];
      if (!table_->routes[contributor.route].inferred) return false;
      const auto& descriptor = store_->descriptor_of(metrix::SeriesId{contributor.series});
      switch (descriptor.role) {
        case metrix::Role::histogram_bucket: return key == "le";
        case metrix::Role::summary_quantile: return key == "quantile";
        case metrix::Role::stateset_state: return key == descriptor.name;
        case metrix::Role::measureset_field: return key == "measure_field";
        default: return false;
      }
    });
  };
  const auto identifies = [&](const Label& label) {
    if (authored == nullptr) return false;
    const auto& policy = authored->instances;
    if (listed(policy.optional, label.key)) return !blank(label.value);
    return listed(policy.required, label.key) || (policy.include_all && !listed(policy.excluded, label.key));
  };
  for (const auto id : set_of(visible_.front())) {
    const auto label = table.label(id);
    if (label.key == "_collect_job") continue;
    if (identifies(label)) {
      label_ids_.push_back(id);
      continue;
    }
    if (authored) {
      if (listed(authored->instances.optional, label.key) || listed(authored->labels.exclusions, label.key)) continue;
      if (!authored->labels.automatic && !listed(authored->labels.keys, label.key)) continue;
    }
    if (names_dimension(label.key)) continue;
    const bool common = std::ranges::all_of(visible_, [&](std::uint32_t i) {
      const auto ids = set_of(i);
      return std::ranges::find(ids, id) != ids.end();
    });
    if (common) label_ids_.push_back(id);
  }
  // Series with other label keys may have the same id; each key of the identity keeps the first value seen.
  if (authored && !authored->instances.is_static()) {
    for (const auto i : visible_) {
      for (const auto id : set_of(i)) {
        const auto label = table.label(id);
        if (label.key == "_collect_job" || !identifies(label)) continue;
        const auto at =
            std::ranges::lower_bound(label_ids_, label.key, {}, [&](auto have) { return table.label(have).key; });
        if (at == label_ids_.end() || table.label(*at).key != label.key) label_ids_.insert(at, id);
      }
    }
  }
  std::uint64_t hash = 1;
  for (const auto id : label_ids_) {
    const auto label = table.label(id);
    hash = XXH3_64bits_withSeed(label.key.data(), label.key.size(), hash);
    hash = XXH3_64bits_withSeed(label.value.data(), label.value.size(), hash);
  }
  return hash;
}

}  // namespace cppd::chartengine

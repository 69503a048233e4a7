// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/text.h>
#include <cppd/chartemit/definition_writer.h>
#include <cppd/netdataapi/sanitize.h>
#include <cppd/netdataapi/wire.h>

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace cppd::chartemit {
namespace {

using chartengine::ChartMeta;
using chartengine::DimensionAttributes;
using netdataapi::clean_id;
using netdataapi::clean_value;

constexpr std::string_view kCollectJob = "_collect_job";
constexpr std::size_t kFastLabelBytes = 4096;

char* put(char* at, std::string_view text) {
  std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

std::int64_t or_one(std::int64_t number) { return number == 0 ? 1 : number; }

}  // namespace

void DefinitionWriter::describe(const Environment& environment) {
  environment_ = &environment;
  chart_head_ = fmt::format("CHART '{}.", clean_id(environment.type_id));
  chart_end_ = fmt::format("' '{}' '{}'\n", clean_value(environment.plugin), clean_value(environment.module));
  job_labels_.clear();
  for (const auto& [key, value] : environment.labels) {
    if (key == kCollectJob || clean_id(key).empty()) continue;
    job_labels_.push_back({key, fmt::format("CLABEL '{}' '{}' '2'\n", clean_id(key), clean_value(value))});
  }
  labels_end_.clear();
  if (!blank(environment.job)) {
    labels_end_ = fmt::format("CLABEL '{}' '{}' '1'\nCLABEL_COMMIT\n", kCollectJob, clean_value(environment.job));
  }
  meta_ = nullptr;
}

void DefinitionWriter::begin(netdataapi::Frame& frame) {
  frame_ = &frame;
  meta_ = nullptr;
  dimension_tail_.clear();
}

void DefinitionWriter::render_chart_tail(const ChartMeta& meta) {
  meta_ = &meta;
  chart_tail_ =
      fmt::format("' '' '{}' '{}' '{}' '{}' '{}' '{}' '{}' '", clean_value(meta.title), clean_value(meta.units),
                  clean_value(meta.family), clean_value(meta.context), chart_type_name(meta.type), meta.priority,
                  environment_->update_every <= 0 ? 1 : environment_->update_every);
}

void DefinitionWriter::chart(const ChartMeta& meta, std::string_view id, bool obsolete) {
  if (meta_ != &meta) render_chart_tail(meta);
  frame_->append(chart_head_);
  frame_->append(id);
  frame_->append(chart_tail_);
  if (obsolete) frame_->append("obsolete");
  frame_->append(chart_end_);
}

void DefinitionWriter::render_dimension_tail(const DimensionAttributes& attributes, bool obsolete) {
  attributes_ = attributes;
  obsolete_ = obsolete;
  std::string options;
  const auto add = [&](bool set, std::string_view word) {
    if (!set) return;
    if (!options.empty()) options += ' ';
    options += word;
  };
  add(attributes.hidden, "hidden");
  add(obsolete, "obsolete");
  add(attributes.is_float, "type=float");
  dimension_tail_ = fmt::format("' '{}' '{}' '{}' '{}'\n", algorithm_name(attributes.algorithm),
                                or_one(attributes.multiplier), or_one(attributes.divisor), options);
}

void DefinitionWriter::dimension(const DimensionAttributes& attributes, std::string_view name, bool obsolete) {
  if (dimension_tail_.empty() || obsolete_ != obsolete || attributes_ != attributes) {
    render_dimension_tail(attributes, obsolete);
  }
  frame_->append("DIMENSION '");
  frame_->append(name);
  frame_->append("' '");
  frame_->append(name);
  frame_->append(dimension_tail_);
}

/// False when nothing is left of the key.
bool DefinitionWriter::label(std::string_view key, std::string_view value) {
  if (netdataapi::surely_clean_id(key) && netdataapi::surely_clean_value(value) &&
      key.size() + value.size() < kFastLabelBytes) [[likely]] {
    char* at = frame_->reserve(key.size() + value.size() + 32);
    if (at == nullptr) return true;
    at = put(at, "CLABEL '");
    at = put(at, key);
    at = put(at, "' '");
    at = put(at, value);
    frame_->advance(put(at, "' '1'\n"));
    return true;
  }
  if (clean_id(key).empty()) return false;
  netdataapi::write_label(*frame_, key, value, netdataapi::LabelSource::automatic);
  return true;
}

void DefinitionWriter::labels(const chartengine::Engine& engine, std::span<const metrix::LabelId> labels) {
  bool any = false;
  for (const auto& [key, line] : job_labels_) {
    if (std::ranges::any_of(labels, [&](auto id) { return engine.label(id).key == key; })) continue;
    frame_->append(line);
    any = true;
  }
  for (const auto id : labels) {
    const auto [key, value] = engine.label(id);
    any = label(key, value) || any;
  }
  if (!labels_end_.empty())
    frame_->append(labels_end_);
  else if (any)
    netdataapi::write_label_commit(*frame_);
}

}  // namespace cppd::chartemit

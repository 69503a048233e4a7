// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/kit/prometheus/classify.h>

#include <algorithm>

namespace cppd::prometheus {
namespace {

constexpr std::string_view kBucket = "_bucket", kSum = "_sum", kCount = "_count";

std::string_view without(std::string_view name, std::string_view suffix) {
  return name.substr(0, name.size() - suffix.size());
}

bool has_label(Labels labels, std::string_view key) {
  return std::ranges::find(labels, key, &Label::key) != labels.end();
}

/// The verdict on a sum or count once its family is known to be a summary or a histogram.
Component total_of(FamilyType type, bool is_sum) {
  if (type == FamilyType::summary) return is_sum ? Component::summary_sum : Component::summary_count;
  return is_sum ? Component::histogram_sum : Component::histogram_count;
}

bool has_parts(FamilyType type) { return type == FamilyType::summary || type == FamilyType::histogram; }

}  // namespace

std::string_view family_name(std::string_view name, Component component) {
  switch (component) {
    case Component::scalar:
    case Component::summary_quantile: return name;
    case Component::histogram_bucket: return without(name, kBucket);
    case Component::histogram_sum:
    case Component::summary_sum: return without(name, kSum);
    case Component::histogram_count:
    case Component::summary_count: return without(name, kCount);
  }
  return name;
}

std::string_view structural_label(Component component) {
  if (component == Component::histogram_bucket) return "le";
  if (component == Component::summary_quantile) return "quantile";
  return {};
}

FamilyType Classifier::type_of(std::string_view name) const {
  const auto found = types_.find(name);
  return found == types_.end() ? FamilyType::unknown : found->second;
}

void Classifier::declare(std::string_view name, FamilyType type, std::vector<Sample>& verdicts) {
  settle(name, type, verdicts);
}

/// Notes the type of a family and lets go what waited for it.
void Classifier::settle(std::string_view family, FamilyType type, std::vector<Sample>& verdicts) {
  types_[family] = type;
  const auto found = waiting_for_.find(family);
  if (found == waiting_for_.end()) return;
  for (const auto index : found->second) {
    auto& waiting = waiting_[index];
    waiting.released = true;
    const auto component = has_parts(type) ? total_of(type, waiting.is_sum) : Component::scalar;
    verdicts.push_back({waiting.series, component, has_parts(type) ? type : FamilyType::unknown});
  }
  waiting_for_.erase(found);
}

void Classifier::add(std::uint32_t series, std::string_view name, Labels labels, std::vector<Sample>& verdicts) {
  const auto declared = type_of(name);
  const auto may_be = [&](FamilyType type) { return declared == FamilyType::unknown || declared == type; };
  if (has_label(labels, "quantile")) {
    if (!may_be(FamilyType::summary)) return verdicts.push_back({series, Component::scalar, declared});
    if (declared != FamilyType::summary) settle(name, FamilyType::summary, verdicts);
    return verdicts.push_back({series, Component::summary_quantile, FamilyType::summary});
  }
  if (name.ends_with(kBucket) && has_label(labels, "le")) {
    if (!may_be(FamilyType::histogram)) return verdicts.push_back({series, Component::scalar, declared});
    const auto family = without(name, kBucket);
    if (type_of(family) != FamilyType::histogram) settle(family, FamilyType::histogram, verdicts);
    return verdicts.push_back({series, Component::histogram_bucket, FamilyType::histogram});
  }
  const bool own_type = declared == FamilyType::counter || declared == FamilyType::gauge;
  if (!own_type && name.ends_with(kSum)) return add_total(series, name, true, verdicts);
  if (!own_type && name.ends_with(kCount)) return add_total(series, name, false, verdicts);
  verdicts.push_back({series, Component::scalar, declared});
}

void Classifier::add_total(std::uint32_t series, std::string_view name, bool is_sum, std::vector<Sample>& verdicts) {
  const auto family = without(name, is_sum ? kSum : kCount);
  const auto type = type_of(family);
  if (has_parts(type)) return verdicts.push_back({series, total_of(type, is_sum), type});
  waiting_for_[family].push_back(static_cast<std::uint32_t>(waiting_.size()));
  waiting_.push_back({series, name, is_sum});
}

void Classifier::finish(std::vector<Sample>& verdicts) {
  for (const auto& waiting : waiting_) {
    if (!waiting.released) verdicts.push_back({waiting.series, Component::scalar, type_of(waiting.name)});
  }
  types_.clear();
  waiting_.clear();
  waiting_for_.clear();
}

}  // namespace cppd::prometheus

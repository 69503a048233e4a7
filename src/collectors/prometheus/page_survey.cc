// SPDX-License-Identifier: GPL-3.0-or-later
#include "page_survey.h"

#include "metadata.h"

#include <algorithm>
#include <limits>

namespace cppd::prometheus_collector {
namespace {

using prometheus::Component;
using prometheus::FamilyType;
using prometheus::RememberedSample;

/// Series of one family that may stay whatever the others have.
std::size_t most_of_family(const SeriesLimits& limits) {
  auto most = std::numeric_limits<std::uint64_t>::max();
  if (limits.family_max > 0) most = limits.family_max;
  if (limits.page_max > 0) most = std::min(most, limits.page_max);
  return most;
}

}  // namespace

PageSurvey::PageSurvey(prometheus::ScrapeMemory& page) : page_{page} {
  std::uint32_t last = 0;
  page_.for_each_sample([&](const RememberedSample& sample) {
    const auto name = prometheus::family_name(sample.name, sample.component);
    if (families_.empty() || families_[last].name != name) last = find_or_add(name);
    auto& family = families_[last];
    ++family.lines;
    // Parts of a histogram or summary make the family one; of scalars, the first type that is declared counts.
    if (sample.component != Component::scalar || family.type == FamilyType::unknown) family.type = sample.type;
    line_families_.push_back(last);
  });
}

std::uint32_t PageSurvey::find_or_add(std::string_view name) {
  if (const auto found = index_.find(name); found != index_.end()) return found->second;
  const auto number = static_cast<std::uint32_t>(families_.size());
  families_.push_back({.name = std::string{name}});
  index_.emplace(families_.back().name, number);
  return number;
}

void PageSurvey::judge(const FallbackTypes& fallback, FamilyBook& book) {
  bool any_fresh = false;
  std::vector<bool> fresh(families_.size());
  for (std::size_t i = 0; i < families_.size(); ++i) {
    auto& family = families_[i];
    family.verdict = prometheus_collector::judge(family.name, family.type, fallback);
    if (!family.verdict.charted()) continue;
    const auto answer = book.admit(family.name, family.verdict.kind);
    if (answer == FamilyBook::Answer::drifted) family.verdict = {.loss = LossReason::series_type_changed};
    if (family.verdict.charted()) family.record = &book.record(family.name);
    fresh[i] = answer == FamilyBook::Answer::fresh;
    any_fresh = any_fresh || fresh[i];
  }
  find_namesakes();
  if (!any_fresh) return;
  page_.for_each_help([&](std::string_view name, std::string_view text) {
    const auto found = index_.find(name);
    if (found != index_.end() && fresh[found->second]) families_[found->second].record->title = chart_title(text);
  });
}

void PageSurvey::find_namesakes() {
  for (auto& family : families_) {
    if (!family.verdict.charted() || metrix::structured(family.verdict.kind)) continue;
    for (const auto part : {Component::histogram_sum, Component::histogram_count}) {
      const auto base = prometheus::family_name(family.name, part);
      if (base.size() == family.name.size()) continue;
      const auto found = index_.find(base);
      if (found == index_.end() || !metrix::structured(families_[found->second].verdict.kind)) continue;
      family.namesake = &families_[found->second];
    }
  }
}

bool PageSurvey::within(const SeriesLimits& limits) const {
  std::uint64_t total = 0;
  for (const auto& family : families_) {
    if (!family.verdict.charted()) continue;
    if (limits.family_max > 0 && family.lines > limits.family_max) return false;
    total += family.lines;
  }
  return limits.page_max == 0 || total <= limits.page_max;
}

/// Lines may repeat a series, so series have to be told apart before they are counted.
void PageSurvey::collect_first(const SeriesLimits& limits) {
  const auto most = most_of_family(limits);
  std::string packed;
  std::size_t line = 0;
  page_.for_each_sample([&](const RememberedSample& sample) {
    auto& family = family_of(line++);
    if (!family.verdict.charted()) return;
    if (limits.page_max == 0 && family.lines <= limits.family_max) return;
    pack_labels(sample.labels, prometheus::structural_label(sample.component), packed);
    family.first.add(packed, most);
  });
}

void PageSurvey::limit(const SeriesLimits& limits) {
  if (within(limits)) return;
  collect_first(limits);
  std::vector<FamilyOnPage*> by_name;
  for (auto& family : families_) {
    if (family.verdict.charted()) by_name.push_back(&family);
  }
  std::ranges::sort(by_name, {}, &FamilyOnPage::name);
  std::uint64_t left = limits.page_max;
  for (auto* family : by_name) {
    if (limits.page_max > 0) {
      const bool larger_than_page = family->first.cut() && most_of_family(limits) != limits.family_max;
      page_limit_reached_ = page_limit_reached_ || larger_than_page || family->first.size() > left;
      family->first.shrink(left);
      left -= family->first.size();
    }
    family->cut = family->first.cut();
  }
}

}  // namespace cppd::prometheus_collector

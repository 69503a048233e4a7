// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/kit/prometheus/families.h>
#include <cppd/kit/prometheus/number.h>

#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <openssl/sha.h>

#include <algorithm>
#include <string>

namespace cppd::prometheus {
namespace {

std::size_t hash_of(std::string_view text) { return std::hash<std::string_view>{}(text); }

/// Labels but the one that tells parts apart.
std::vector<Label> base_labels(Labels labels, Component component) {
  std::vector<Label> base{labels.begin(), labels.end()};
  if (const auto key = structural_label(component); !key.empty())
    std::erase_if(base, [&](const Label& label) { return label.key == key; });
  return base;
}

std::string_view value_of(Labels labels, std::string_view key) {
  const auto found = std::ranges::find(labels, key, &Label::key);
  return found == labels.end() ? std::string_view{} : found->value;
}

double bound_of(std::string_view text) { return parse_go_float(text).value_or(0); }

bool is_summary(const Sample& sample) {
  return sample.component == Component::scalar ? sample.type == FamilyType::summary
                                               : sample.component >= Component::summary_quantile;
}

/// Puts samples where they belong.
class Assembler {
 public:
  explicit Assembler(const Exposition& page) : page_{page} {}

  std::vector<Family> run() {
    for (const auto& sample : page_.samples()) add(sample);
    for (const auto& help : page_.help()) {
      if (const auto place = by_name_.find(help.name); place != by_name_.end())
        families_[place->second].help = help.text;
    }
    std::ranges::sort(families_, {}, &Family::name);
    return std::move(families_);
  }

 private:
  void add(const Sample& sample) {
    const auto& series = page_.series()[sample.series];
    const auto labels = page_.labels(series);
    const auto index = family_of(family_name(series.name, sample.component));
    auto& family = families_[index];
    const bool has_parts = sample.type == FamilyType::summary || sample.type == FamilyType::histogram;
    if (sample.component != Component::scalar || family.type == FamilyType::unknown) family.type = sample.type;
    if (!has_parts) {
      family.metrics.push_back({{labels.begin(), labels.end()}, Scalar{sample.type, series.value}});
      return;
    }
    auto base = base_labels(labels, sample.component);
    auto& metric = family.metrics[metric_of(index, std::move(base), is_summary(sample))];
    set_part(metric, sample.component, series.value, value_of(labels, structural_label(sample.component)));
  }

  std::size_t family_of(std::string_view name) {
    const auto [place, added] = by_name_.try_emplace(name, families_.size());
    if (added) families_.push_back({name, {}, FamilyType::unknown, {}});
    return place->second;
  }

  /// The entry of a histogram or summary with these labels, made when it is missing.
  std::size_t metric_of(std::size_t family, std::vector<Label> labels, bool summary) {
    std::size_t key = family * 2 + (summary ? 1 : 0);
    for (const auto& label : labels) {
      boost::hash_combine(key, hash_of(label.key));
      boost::hash_combine(key, hash_of(label.value));
    }
    auto& candidates = grouped_[key];
    auto& metrics = families_[family].metrics;
    for (const auto& [of_family, at] : candidates) {
      if (of_family != family || metrics[at].labels != labels) continue;
      if (std::holds_alternative<Summary>(metrics[at].value) == summary) return at;
    }
    candidates.emplace_back(family, metrics.size());
    metrics.push_back({std::move(labels), Scalar{}});
    if (summary)
      metrics.back().value = Summary{};
    else
      metrics.back().value = Histogram{};
    return metrics.size() - 1;
  }

  static void set_part(Metric& metric, Component component, double value, std::string_view bound) {
    auto* summary = std::get_if<Summary>(&metric.value);
    auto* histogram = std::get_if<Histogram>(&metric.value);
    switch (component) {
      case Component::scalar: break;  // a value that its family has no place for
      case Component::summary_quantile: summary->quantiles.emplace_back(bound_of(bound), value); break;
      case Component::summary_sum: summary->sum = value; break;
      case Component::summary_count: summary->count = value; break;
      case Component::histogram_bucket: histogram->buckets.emplace_back(bound_of(bound), value); break;
      case Component::histogram_sum: histogram->sum = value; break;
      case Component::histogram_count: histogram->count = value; break;
    }
  }

  const Exposition& page_;
  std::vector<Family> families_;
  boost::unordered_flat_map<std::string_view, std::size_t> by_name_;
  boost::unordered_flat_map<std::size_t, std::vector<std::pair<std::size_t, std::size_t>>> grouped_;
};

/// Compares samples by what they are part of. Two labels equal to the structural key, which are legal, count as they
/// stand, so comparing name, component and all labels is the same as comparing base and bound.
struct SamePart {
  const Exposition* page;

  const Series& series(std::uint32_t sample) const { return page->series()[page->samples()[sample].series]; }
  bool operator()(std::uint32_t a, std::uint32_t b) const {
    return page->samples()[a].component == page->samples()[b].component && series(a).name == series(b).name &&
           std::ranges::equal(page->labels(series(a)), page->labels(series(b)));
  }
  std::size_t operator()(std::uint32_t sample) const {
    auto hash = hash_of(series(sample).name);
    for (const auto& label : page->labels(series(sample))) {
      boost::hash_combine(hash, hash_of(label.key));
      boost::hash_combine(hash, hash_of(label.value));
    }
    return hash;
  }
};

void append_counted(std::string& into, std::string_view text) {
  for (std::size_t i = 0; i < 8; ++i) into += static_cast<char>(std::uint64_t{text.size()} >> (8 * i) & 0xFF);
  into += text;
}

void append_labels(std::string& into, Labels labels, std::string_view but) {
  for (const auto& label : labels) {
    if (label.key == "__name__" || (!but.empty() && label.key == but)) continue;
    append_counted(into, label.key);
    append_counted(into, label.value);
  }
}

Digest digest(std::string_view text) {
  Digest out{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data());
  return out;
}

}  // namespace

std::vector<Family> assemble(const Exposition& page) { return Assembler{page}.run(); }

std::vector<Duplicate> find_duplicates(const Exposition& page) {
  std::vector<Duplicate> duplicates;
  const SamePart same{&page};
  boost::unordered_flat_set<std::uint32_t, SamePart, SamePart> seen{page.samples().size(), same, same};
  for (std::uint32_t i = 0; i < page.samples().size(); ++i) {
    const auto [first, added] = seen.insert(i);
    if (!added) duplicates.push_back({*first, i});
  }
  return duplicates;
}

Digest raw_identity(std::string_view name, Labels labels) {
  std::string text;
  append_counted(text, name);
  append_labels(text, labels, {});
  return digest(text);
}

Digest labels_identity(Labels labels, Component component) {
  std::string text;
  append_labels(text, labels, structural_label(component));
  return digest(text);
}

}  // namespace cppd::prometheus

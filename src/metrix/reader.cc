// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/internal_error.h>
#include <cppd/metrix/reader.h>

#include <algorithm>

namespace cppd::metrix {

bool StateSetReading::on(std::string_view state) const {
  return std::ranges::any_of(states, [&](const auto& one) { return one.first == state && one.second; });
}

Reader::Reader(const Store& store, const ReadOptions& options)
    : store_{store},
      epoch_{store.epoch()},
      scope_{store.find_scope(options.scope)},
      raw_{options.raw},
      flatten_{options.flatten} {}

void Reader::check() const {
  require(store_.epoch() == epoch_, "a reader is used before the next commit or abort only");
}

const CollectMeta& Reader::collect_meta() const {
  check();
  return store_.meta();
}

bool Reader::visible(SeriesId id) const {
  check();
  return raw_ ? store_.committed()[index_of(id)].seen != 0 : store_.visible(id);
}

bool Reader::shown(SeriesId id) const {
  return visible(id) && (flatten_ || store_.descriptor_of(id).role == Role::none);
}

std::span<const SeriesId> Reader::all() const {
  check();
  return scope_ ? store_.ordered(*scope_) : std::span<const SeriesId>{};
}

std::span<const SeriesId> Reader::named(std::string_view name) const {
  const auto range = std::ranges::equal_range(
      all(), name, {}, [&](SeriesId id) -> std::string_view { return store_.descriptor_of(id).name; });
  return {range.begin(), range.end()};
}

Reader::Series Reader::series() const { return {*this, all()}; }
Reader::Series Reader::family(std::string_view name) const { return {*this, named(name)}; }

std::vector<SeriesId> Reader::Series::list() const {
  std::vector<SeriesId> ids;
  for (const auto id : *this) ids.push_back(id);
  return ids;
}

/// The number with this name and these labels that the view has, visible or not.
std::optional<SeriesId> Reader::present(std::string_view name, Labels wanted) const {
  check();
  if (!scope_) return std::nullopt;
  if (const auto ref = store_.find(name, wanted, *scope_); ref && store_.find_bundle(*ref) == nullptr)
    return SeriesId{ref->index};
  if (!flatten_) return std::nullopt;
  const auto set = store_.labels().find(wanted);
  if (!set) return std::nullopt;
  const auto range = named(name);
  const auto found = std::ranges::lower_bound(
      range, *set, [&](LabelSetId a, LabelSetId b) { return store_.labels().compare(a, b) < 0; },
      [&](SeriesId id) { return store_.label_set(id); });
  if (found == range.end() || store_.label_set(*found) != *set) return std::nullopt;
  return *found;
}

std::optional<SeriesId> Reader::find(std::string_view name, Labels labels) const {
  const auto id = present(name, labels);
  return id && visible(*id) ? id : std::nullopt;
}

double Reader::value(SeriesId id) const {
  check();
  return store_.committed()[index_of(id)].value;
}

std::optional<double> Reader::value(std::string_view name, Labels labels) const {
  const auto id = find(name, labels);
  return id ? std::optional{value(*id)} : std::nullopt;
}

std::optional<double> Reader::delta(std::string_view name, Labels labels) const {
  const auto id = find(name, labels);
  return id ? delta(*id) : std::nullopt;
}

std::optional<double> Reader::delta(SeriesId id) const {
  check();
  const auto& series = store_.committed()[index_of(id)];
  const auto& descriptor = store_.descriptor_of(id);
  if (descriptor.kind != Kind::counter || descriptor.window == Window::cycle) return std::nullopt;
  if (series.previous_seen == 0 || series.seen != series.previous_seen + 1) return std::nullopt;
  const bool sum = descriptor.role == Role::histogram_sum || descriptor.role == Role::summary_sum;
  if (sum && series.value < series.previous) return std::nullopt;  // sums are signed: no reset can be told
  return series.value >= series.previous ? series.value - series.previous : series.value;
}

std::string_view Reader::name(SeriesId id) const {
  check();
  return store_.descriptor_of(id).name;
}

void Reader::labels(SeriesId id, std::vector<Label>& into) const {
  check();
  store_.labels().labels(store_.label_set(id), into);
}

SeriesMeta Reader::meta(SeriesId id) const {
  check();
  const auto& descriptor = store_.descriptor_of(id);
  return {store_.committed()[index_of(id)].seen, descriptor.kind, descriptor.source, descriptor.role};
}

/// The visible structured series of this kind.
const Bundle* Reader::point(std::string_view name, Labels labels, Kind kind) const {
  check();
  if (!scope_ || flatten_) return nullptr;
  const auto ref = store_.find(name, labels, *scope_);
  const auto* bundle = ref ? store_.find_bundle(*ref) : nullptr;
  if (bundle == nullptr || !visible(SeriesId{bundle->parts.front()})) return nullptr;
  const bool same = store_.descriptor_of(SeriesId{bundle->parts.front()}).source == kind;
  return same || kind == Kind::unknown ? bundle : nullptr;
}

std::optional<HistogramReading> Reader::histogram(std::string_view name, Labels labels) const {
  const auto* bundle = point(name, labels, Kind::histogram);
  if (bundle == nullptr) return std::nullopt;
  const auto& bounds = bundle->shape->schema.bounds;
  HistogramReading reading{.count = part(*bundle, bounds.size() + 1), .sum = part(*bundle, bounds.size() + 2)};
  double below = 0;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    below += part(*bundle, i);
    reading.buckets.push_back({bounds[i], below});
  }
  return reading;
}

std::optional<SummaryReading> Reader::summary(std::string_view name, Labels labels) const {
  const auto* bundle = point(name, labels, Kind::summary);
  if (bundle == nullptr) return std::nullopt;
  const auto& quantiles = bundle->shape->schema.quantiles;
  SummaryReading reading{.count = part(*bundle, quantiles.size()), .sum = part(*bundle, quantiles.size() + 1)};
  for (std::size_t i = 0; i < quantiles.size(); ++i) reading.quantiles.push_back({quantiles[i], part(*bundle, i)});
  return reading;
}

std::optional<StateSetReading> Reader::state_set(std::string_view name, Labels labels) const {
  const auto* bundle = point(name, labels, Kind::stateset);
  if (bundle == nullptr) return std::nullopt;
  StateSetReading reading;
  const auto& states = bundle->shape->schema.states;
  for (std::size_t i = 0; i < states.size(); ++i) reading.states.emplace_back(states[i], part(*bundle, i) != 0);
  return reading;
}

std::optional<MeasureSetReading> Reader::measure_set(std::string_view name, Labels labels) const {
  const auto* bundle = point(name, labels, Kind::measureset);
  if (bundle == nullptr) return std::nullopt;
  MeasureSetReading reading;
  for (std::size_t i = 0; i < bundle->parts.size(); ++i) reading.values.push_back(part(*bundle, i));
  return reading;
}

std::optional<SeriesMeta> Reader::series_meta(std::string_view name, Labels labels) const {
  if (const auto id = find(name, labels)) return meta(*id);
  const auto* bundle = point(name, labels, Kind::unknown);
  if (bundle == nullptr) return std::nullopt;
  const auto part = meta(SeriesId{bundle->parts.front()});
  return SeriesMeta{part.last_seen_success_seq, part.source, part.source, Role::none};
}

const MetricMeta* Reader::metric_meta(std::string_view name) const {
  check();
  if (!scope_) return nullptr;
  for (const auto id : named(name)) {
    const auto& descriptor = store_.descriptor_of(id);
    if (flatten_ || descriptor.role == Role::none) return &descriptor.meta;
  }
  if (flatten_) return nullptr;
  const auto* metric = store_.structured_metric(name);
  if (metric == nullptr) return nullptr;
  const auto& part = store_.descriptor(metric->shape->parts.front().descriptor);
  const bool here = std::ranges::any_of(
      named(part.name), [&](SeriesId id) { return store_.descriptor_of(id).authority == metric->authority; });
  return here ? &metric->meta : nullptr;
}

std::vector<HostScope> Reader::host_scopes() const {
  check();
  std::vector<HostScope> hosts;
  for (const auto id : store_.host_scopes()) hosts.push_back(store_.host_scope(id));
  return hosts;
}

std::vector<HostScope> Reader::visible_host_scopes() const {
  check();
  std::vector<HostScope> hosts;
  for (const auto id : store_.host_scopes()) {
    if (store_.visible(id)) hosts.push_back(store_.host_scope(id));
  }
  return hosts;
}

}  // namespace cppd::metrix

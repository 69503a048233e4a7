// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/internal_error.h>
#include <cppd/metrix/reader.h>

#include <algorithm>

namespace cppd::metrix {

Reader::Reader(const Store& store, ReadOptions options) : store_{store}, epoch_{store.epoch()} {
  const auto committed = store.committed();
  for (std::uint32_t index = 1; index < committed.size(); ++index) {
    const auto id = static_cast<SeriesId>(index);
    if (committed[index].seen == 0 || store.host_scope(store.scope_of(id)).key != options.scope) continue;
    if (options.raw || fresh(id)) series_.push_back(id);
  }
  std::ranges::sort(series_, [&](SeriesId a, SeriesId b) { return store.before(a, b); });
}

void Reader::check() const {
  require(store_.epoch() == epoch_, "a reader is used before the next commit or abort only");
}

std::span<const SeriesId> Reader::series() const {
  check();
  return series_;
}

bool Reader::fresh(SeriesId id) const {
  const auto& meta = store_.meta();
  if (store_.descriptor_of(id).freshness == Freshness::committed) return true;
  return meta.last_attempt_status == AttemptStatus::success &&
         store_.committed()[index_of(id)].seen == meta.last_success_seq;
}

std::optional<double> Reader::value(std::string_view name, Labels wanted) const {
  check();
  std::vector<Label> have;
  for (const auto id : series_) {
    if (store_.descriptor_of(id).name != name) continue;
    labels(id, have);
    if (std::ranges::equal(have, wanted)) return store_.committed()[index_of(id)].value;
  }
  return std::nullopt;
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

void Reader::labels(SeriesId id, std::vector<Label>& into) const {
  check();
  store_.labels().labels(store_.label_set(id), into);
}

}  // namespace cppd::metrix

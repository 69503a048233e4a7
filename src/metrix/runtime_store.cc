// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/metrix/runtime_store.h>

#include <algorithm>

namespace cppd::metrix {
namespace {

constexpr auto kForever = std::chrono::hours{24 * 365 * 100};
/// The last write of a series that is not there: older than any retention.
constexpr SteadyTime kNever{-2 * kForever};

std::uint32_t whole_seconds(std::chrono::nanoseconds span) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(span).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(seconds, 1, 0xFFFF'FFFF));
}

}  // namespace

RuntimeStore::RuntimeStore(RuntimeStoreOptions options, const Clock& clock)
    : clock_{clock},
      ttl_{options.ttl > options.ttl.zero() ? std::min<std::chrono::nanoseconds>(options.ttl, kForever) : kForever},
      sweep_every_{options.sweep_every},
      max_series_{options.max_series},
      start_{clock.now()},
      store_{{.expire_after_success_cycles = 0, .descriptor_grace_cycles = whole_seconds(ttl_), .immediate = true},
             &ledger_},
      written_(1, kNever),
      sweep_at_{start_ + std::min<std::chrono::nanoseconds>(ttl_, kForever)} {}

Ledger RuntimeStore::ledger() const {
  const MutexLock lock{mutex_};
  return ledger_;
}

void RuntimeStore::refuse(LossReason reason) {
  const MutexLock lock{mutex_};
  ledger_.count(reason);
}

void RuntimeStore::settle_slots() {
  store_.tidy();
  if (written_.size() < store_.source_slots()) written_.resize(store_.source_slots(), kNever);
}

void RuntimeStore::drop(std::uint32_t source, LossReason reason) {
  written_[source] = kNever;
  store_.drop(source, reason);
}

bool RuntimeStore::make_way(SeriesRef ref, std::uint32_t source, SteadyTime now) {
  if (now >= sweep_at_) sweep(now);  // what is too old does not stand in the way of its name
  if (written_[source] != kNever) drop(source, LossReason::series_expired);
  if (store_.established(ref)) return true;
  ledger_.count(LossReason::sample_kind_conflict, store_.name_of(ref));
  return false;
}

bool RuntimeStore::settle_birth(std::uint32_t source) {
  if (!store_.present(source)) {
    written_[source] = kNever;
    return false;
  }
  enforce_cap(source);
  return true;
}

void RuntimeStore::get_ready() {
  if (const auto now = clock_.now(); now >= sweep_at_) sweep(now);
  store_.settle_quantiles();
}

/// Source: metrix contract 8.8. The series that was just written stays.
void RuntimeStore::enforce_cap(std::uint32_t newest) {
  while (max_series_ > 0 && store_.series_count() > max_series_) {
    std::uint32_t oldest = newest;
    store_.for_each_source([&](std::uint32_t source) {
      if (source == newest) return;
      if (oldest != newest && written_[source] > written_[oldest]) return;
      if (oldest != newest && written_[source] == written_[oldest] &&
          !store_.key_before(SeriesId{source}, SeriesId{oldest}))
        return;
      oldest = source;
    });
    if (oldest == newest) return;
    drop(oldest, LossReason::series_capped);
  }
}

void RuntimeStore::sweep(SteadyTime now) {
  auto oldest = now;
  store_.for_each_source([&](std::uint32_t source) {
    if (now - written_[source] >= ttl_)
      drop(source, LossReason::series_expired);
    else
      oldest = std::min(oldest, written_[source]);
  });
  store_.sweep_names_at(static_cast<std::uint64_t>((now - start_) / std::chrono::seconds{1}) + 1);
  store_.tidy();
  sweep_at_ = std::max(oldest + ttl_, now + sweep_every_);
}

}  // namespace cppd::metrix

// SPDX-License-Identifier: GPL-3.0-or-later
#include "checks.h"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <set>

namespace cppd::model {

using namespace metrix;

namespace {

const std::vector<std::string> kScopeKeys{"", "k", "kk", "\xc3\xa4", "nowhere"};

std::vector<Label> views(const Pairs& labels) {
  std::vector<Label> made;
  for (const auto& [key, value] : labels) made.push_back({key, value});
  return made;
}

std::string text_of(const std::optional<double>& number) { return number ? fmt::format("{}", *number) : "nothing"; }
std::string text_of(const MetricMeta& meta) {
  return fmt::format("[{} {} {} {} {}]", quoted(meta.description), quoted(meta.chart_family), meta.chart_priority,
                     quoted(meta.unit), meta.is_float);
}
std::string text_of(const SeriesMeta& meta) {
  return fmt::format("[seen {} {} of {} {}]", meta.last_seen_success_seq, kind_name(meta.kind), kind_name(meta.source),
                     role_name(meta.role));
}
std::string text_of(const std::vector<HostScope>& hosts) {
  std::string text;
  for (const auto& host : hosts)
    text += fmt::format("({} {} {} {})", quoted(host.key), host.guid, host.hostname, model::text_of(host.labels));
  return text.empty() ? "none" : text;
}
std::string text_of(const std::vector<double>& values) { return fmt::format("({})", fmt::join(values, " ")); }

bool same(const std::optional<double>& a, const std::optional<double>& b) {
  return a.has_value() == b.has_value() && (!a || model::same(*a, *b));
}
bool same(const std::vector<double>& a, const std::vector<double>& b) {
  return std::ranges::equal(a, b, [](double x, double y) { return model::same(x, y); });
}

std::string series_text(const std::string& scope, const std::string& name, const Pairs& labels) {
  return fmt::format("{}{}{}", scope.empty() ? "" : quoted(scope) + " ", quoted(name), model::text_of(labels));
}

std::string read_text(const std::string& scope, bool raw, bool flatten) {
  return fmt::format("read {}{}of scope {}", raw ? "raw " : "", flatten ? "flattened " : "", quoted(scope));
}

}  // namespace

std::string_view check_name(Check check) {
#define CPPD_MODEL_CHECK(name) #name,
  static constexpr std::string_view kNames[] = {CPPD_MODEL_CHECKS(CPPD_MODEL_CHECK)};
#undef CPPD_MODEL_CHECK
  return kNames[static_cast<std::size_t>(check)];
}

void Checker::expect(Check check, bool holds, const auto& text) {
  ++counts_[static_cast<std::size_t>(check)];
  if (!holds && !difference_) difference_ = Difference{check, text()};
}

std::optional<Difference> Checker::after(Do what, Outcome expected, Outcome got) {
  expect(Check::outcome, expected == got || (got == Outcome::unsaid && expected != Outcome::ignored), [&] {
    return fmt::format("outcome {}, the model says {}", static_cast<int>(got), static_cast<int>(expected));
  });
  for (std::size_t i = 0; i < kLossReasons; ++i) {
    const auto reason = static_cast<LossReason>(i);
    const auto want = model_.losses()[i], have = subject_.ledger().counted(reason);
    expect(Check::ledger, want == have,
           [&] { return fmt::format("ledger {}: {}, the model says {}", loss_reason_name(reason), have, want); });
  }
  const bool closed = (what == Do::commit || what == Do::abort) && got == Outcome::done;
  constexpr std::size_t kManySeries = 60;  // from here on they are looked at with the end of a cycle only
  if (!closed && model_.series().size() > kManySeries) return difference_;
  flat_ = model_.flat();
  if (!closed) {
    list("", true, true);
    return difference_;
  }
  collected();
  scopes();
  for (const auto& scope : kScopeKeys) lists(scope);
  if (what == Do::commit && !difference_) changes();
  references();
  return difference_;
}

std::optional<Difference> Checker::drained() {
  const auto& store = subject_.store();
  expect(Check::drained, store.series_count() == 0 && store.name_count() == 0, [&] {
    return fmt::format("{} series and {} names are left of a store that nobody uses", store.series_count(),
                       store.name_count());
  });
  return difference_;
}

void Checker::collected() {
  const auto& store = subject_.store();
  const Reader reader{store};
  const auto& have = reader.collect_meta();
  const auto& want = model_.meta();
  const auto text = [](const CollectMeta& m) {
    return fmt::format("attempt {} {} success {} evicted {} dropped {}", m.last_attempt_seq,
                       status_name(m.last_attempt_status), m.last_success_seq, m.evicted_descriptors, m.dropped_names);
  };
  expect(Check::collect_meta, text(have) == text(want) && store.success_clock() == model_.clock(), [&] {
    return fmt::format("{} clock {}, the model says {} clock {}", text(have), store.success_clock(), text(want),
                       model_.clock());
  });
  expect(Check::series_count, store.series_count() == model_.series().size() && store.part_count() == flat_.size(),
         [&] {
           return fmt::format("{} series of {} parts, the model says {} of {}", store.series_count(),
                              store.part_count(), model_.series().size(), flat_.size());
         });
  expect(Check::name_count, store.name_count() == model_.name_count(),
         [&] { return fmt::format("{} names, the model says {}", store.name_count(), model_.name_count()); });
  const auto window = subject_.retention_window();
  expect(Check::retention_window, window == model_.retention_window(),
         [&] { return fmt::format("retention window {}, the model says {}", window, model_.retention_window()); });
}

void Checker::scopes() {
  const Reader reader{subject_.store()};
  const auto have = reader.host_scopes(), want = model_.host_scopes(false);
  expect(Check::scopes, have == want,
         [&] { return fmt::format("host scopes {}, the model says {}", text_of(have), text_of(want)); });
  const auto seen = reader.visible_host_scopes(), should = model_.host_scopes(true);
  expect(Check::visible_scopes, seen == should,
         [&] { return fmt::format("visible host scopes {}, the model says {}", text_of(seen), text_of(should)); });
}

void Checker::lists(const std::string& scope) {
  for (const bool raw : {true, false}) {
    for (const bool flatten : {true, false}) {
      list(scope, raw, flatten);
      lookups(scope, raw, flatten);
    }
    points(scope, raw);
  }
  const auto turn = model_.meta().last_attempt_seq;  // one view in turn: there are many names to ask for
  absent(scope, turn % 2 == 0, turn % 4 < 2);
  metas(scope, false);
  metas(scope, true);
}

void Checker::list(const std::string& scope, bool raw, bool flatten) {
  std::vector<const Flat*> want;
  for (const auto& flat : flat_) {
    if (flat.scope == scope && (raw || flat.visible) && (flatten || flat.meta.role == Role::none))
      want.push_back(&flat);
  }
  const auto have = subject_.read({.raw = raw, .flatten = flatten, .scope = scope});
  const auto where = read_text(scope, raw, flatten);
  for (std::size_t i = 0; i < std::max(want.size(), have.size()); ++i) {
    const bool both = i < want.size() && i < have.size();
    expect(Check::order, both && have[i].name == want[i]->name && have[i].labels == want[i]->labels, [&] {
      return fmt::format("{}, place {}: {}, the model says {}", where, i + 1,
                         i < have.size() ? series_text(scope, have[i].name, have[i].labels) : "nothing",
                         i < want.size() ? series_text(scope, want[i]->name, want[i]->labels) : "nothing");
    });
    if (!both || difference_) return;
    const auto& flat = *want[i];
    const auto& shown = have[i];
    const auto what = fmt::format("{}: {}", where, series_text(scope, flat.name, flat.labels));
    expect(Check::value, model::same(shown.value, flat.value),
           [&] { return fmt::format("{} is {}, the model says {}", what, shown.value, flat.value); });
    expect(Check::delta, same(shown.delta, flat.delta), [&] {
      return fmt::format("{}: delta {}, the model says {}", what, text_of(shown.delta), text_of(flat.delta));
    });
    expect(Check::series_meta, shown.meta == flat.meta,
           [&] { return fmt::format("{}: {}, the model says {}", what, text_of(shown.meta), text_of(flat.meta)); });
    const auto& metric = subject_.store().descriptor_of(shown.id).meta;
    expect(Check::metric_meta, metric == flat.metric,
           [&] { return fmt::format("{}: {}, the model says {}", what, text_of(metric), text_of(flat.metric)); });
    const auto key = key_of(scope, flat.name, flat.labels);
    expect(Check::identity,
           subject_.store().series_key(shown.id) == key &&
               subject_.store().series_hash(shown.id) == XXH64(key.data(), key.size(), 0),
           [&] { return fmt::format("{}: another identity than {}", what, quoted(key)); });
  }
}

/// Every number of the scope, by name and labels: there when the view shows it.
void Checker::lookups(const std::string& scope, bool raw, bool flatten) {
  const Reader reader{subject_.store(), {.raw = raw, .flatten = flatten, .scope = scope}};
  for (const auto& flat : flat_) {
    if (flat.scope != scope) continue;
    const bool there = (raw || flat.visible) && (flatten || flat.meta.role == Role::none);
    const auto labels = views(flat.labels);
    const auto want = there ? std::optional{flat.value} : std::nullopt;
    const auto have = reader.value(flat.name, labels);
    expect(Check::lookup, same(have, want), [&] {
      return fmt::format("{}: value of {} is {}, the model says {}", read_text(scope, raw, flatten),
                         series_text(scope, flat.name, flat.labels), text_of(have), text_of(want));
    });
    const auto delta = reader.delta(flat.name, labels);
    expect(Check::lookup, same(delta, there ? flat.delta : std::nullopt), [&] {
      return fmt::format("{}: delta of {} is {}", read_text(scope, raw, flatten),
                         series_text(scope, flat.name, flat.labels), text_of(delta));
    });
    if (!there) continue;
    const auto meta = reader.series_meta(flat.name, labels);
    expect(Check::lookup, meta && *meta == flat.meta, [&] {
      return fmt::format("{}: no meta of {}", read_text(scope, raw, flatten),
                         series_text(scope, flat.name, flat.labels));
    });
  }
}

/// Names and labels of the alphabet: found if and only if there is such a number.
void Checker::absent(const std::string& scope, bool raw, bool flatten) {
  const Reader reader{subject_.store(), {.raw = raw, .flatten = flatten, .scope = scope}};
  for (const auto& name : all_names()) {
    for (auto labels : all_labels()) {
      std::ranges::sort(labels);
      const bool there = std::ranges::any_of(flat_, [&](const Flat& flat) {
        return flat.scope == scope && flat.name == name && flat.labels == labels && (raw || flat.visible) &&
               (flatten || flat.meta.role == Role::none);
      });
      expect(Check::absent, reader.find(name, views(labels)).has_value() == there, [&] {
        return fmt::format("{}: {} is {}", read_text(scope, raw, flatten), series_text(scope, name, labels),
                           there ? "not found" : "found");
      });
    }
  }
}

/// Structured series as what they are.
void Checker::points(const std::string& scope, bool raw) {
  const Reader typed{subject_.store(), {.raw = raw, .scope = scope}};
  const Reader flattened{subject_.store(), {.raw = raw, .flatten = true, .scope = scope}};
  for (const auto& one : model_.series()) {
    if (one.scope != scope) continue;
    point(typed, one, raw || model_.visible(one));
    point(flattened, one, false);
  }
}

void Checker::point(const Reader& reader, const Series& series, bool there) {
  const auto& authority = series.descriptor->authority;
  const auto& name = series.descriptor->name;
  const auto labels = views(series.labels);
  const auto want = [&](Kind kind) { return there && authority.kind == kind; };
  const auto text = [&] {
    return fmt::format("{} {} is not what the model says: {}, {}", kind_name(authority.kind),
                       series_text(series.scope, name, series.labels), there ? "there" : "not there",
                       text_of(series.values));
  };
  const auto& values = series.values;
  const auto histogram = reader.histogram(name, labels);
  bool holds = histogram.has_value() == want(Kind::histogram);
  if (holds && histogram) {
    const auto count = authority.bounds.size();
    holds = histogram->buckets.size() == count && model::same(histogram->count, values[count + 1]) &&
            model::same(histogram->sum, values[count + 2]);
    double below = 0;
    for (std::size_t i = 0; holds && i < count; ++i) {
      below += values[i];
      holds = histogram->buckets[i].upper_bound == authority.bounds[i] &&
              model::same(histogram->buckets[i].cumulative_count, below);
    }
  }
  expect(Check::histogram, holds, text);
  const auto summary = reader.summary(name, labels);
  holds = summary.has_value() == want(Kind::summary);
  if (holds && summary) {
    std::vector<double> have, quantiles;
    for (const auto& one : summary->quantiles) {
      quantiles.push_back(one.quantile);
      have.push_back(one.value);
    }
    have.insert(have.end(), {summary->count, summary->sum});
    holds = quantiles == authority.quantiles && same(have, values);
  }
  expect(Check::summary, holds, text);
  const auto states = reader.state_set(name, labels);
  holds = states.has_value() == want(Kind::stateset);
  if (holds && states) {
    holds = states->states.size() == values.size();
    for (std::size_t i = 0; holds && i < values.size(); ++i)
      holds = states->states[i] == std::pair{authority.states[i], values[i] != 0};
  }
  expect(Check::state_set, holds, text);
  const auto measures = reader.measure_set(name, labels);
  holds = measures.has_value() == want(Kind::measureset);
  if (holds && measures) holds = same(measures->values, values);
  expect(Check::measure_set, holds, text);
  if (outputs_of(*series.descriptor).front().role == Role::none || reader.flattened()) return;
  const auto meta = reader.series_meta(name, labels);
  const SeriesMeta expected{series.seen, authority.kind, authority.kind, Role::none};
  expect(Check::series_meta, meta.has_value() == there && (!there || *meta == expected), text);
}

/// Of every name that may be there: what one of its metrics says in this scope.
void Checker::metas(const std::string& scope, bool flatten) {
  const Reader reader{subject_.store(), {.flatten = flatten, .scope = scope}};
  std::set<std::string> names(all_names().begin(), all_names().end());
  for (const auto& flat : flat_) names.insert(flat.name);
  for (const auto& name : names) {
    std::vector<MetricMeta> said;
    for (const auto& flat : flat_) {
      if (flatten && flat.scope == scope && flat.name == name) said.push_back(flat.metric);
    }
    for (const auto& one : model_.series()) {
      if (!flatten && one.scope == scope && one.descriptor->name == name) said.push_back(one.descriptor->meta());
    }
    const auto* have = reader.metric_meta(name);
    const bool holds = have == nullptr ? said.empty() : std::ranges::find(said, *have) != said.end();
    expect(Check::metric_meta, holds, [&] {
      return fmt::format("{}: metric {} is {}, the model says {}", read_text(scope, false, flatten), quoted(name),
                         have ? text_of(*have) : "not there", said.empty() ? "not there" : text_of(said.front()));
    });
  }
}

/// What the store says was born, has died and is described otherwise, against what it showed at the last commit.
void Checker::changes() {
  std::map<SeriesId, Known> now;
  std::size_t place = 0;
  for (const auto& scope : kScopeKeys) {
    place = static_cast<std::size_t>(std::ranges::lower_bound(flat_, scope, {}, &Flat::scope) - flat_.begin());
    for (const auto id : Reader{subject_.store(), {.raw = true, .flatten = true, .scope = scope}}.series()) {
      now[id] = {flat_[place].life, flat_[place].metric};
      ++place;
    }
  }
  const auto& said = subject_.store().changes();
  std::vector<SeriesId> born, died;
  for (const auto& [id, known] : now) {
    const auto before = known_.find(id);
    if (before == known_.end() || before->second.life != known.life) born.push_back(id);
  }
  for (const auto& [id, known] : known_) {
    const auto after = now.find(id);
    if (after == now.end() || after->second.life != known.life) died.push_back(id);
  }
  const auto sorted = [](std::span<const SeriesId> ids) {
    std::vector<SeriesId> list{ids.begin(), ids.end()};
    std::ranges::sort(list);
    return list;
  };
  expect(Check::born, sorted(said.born) == born && said.clock == model_.clock(),
         [&] { return fmt::format("{} series born, the model says {}", said.born.size(), born.size()); });
  expect(Check::died, sorted(said.died) == died,
         [&] { return fmt::format("{} series died, the model says {}", said.died.size(), died.size()); });
  for (const auto& [id, known] : now) {
    const auto before = known_.find(id);
    if (before == known_.end() || before->second.life != known.life) continue;
    const auto descriptor = subject_.store().committed()[index_of(id)].descriptor;
    const bool told = std::ranges::find(said.redescribed, descriptor) != said.redescribed.end();
    const bool retired = std::ranges::find(said.retired, descriptor) != said.retired.end();
    expect(Check::redescribed, !retired && (told || before->second.metric == known.metric), [&] {
      return fmt::format("series {} {}", index_of(id),
                         retired ? "has a retired descriptor" : "is described otherwise, and nobody told");
    });
  }
  known_ = std::move(now);
}

/// References whose handles are gone are good while their series is present or held by others.
void Checker::references() {
  for (int slot = 0; slot < kSlots; ++slot) {
    const auto& ref = model_.dropped()[static_cast<std::size_t>(slot)];
    if (!ref || !ref->known) continue;
    expect(Check::references, subject_.dropped_alive(slot) == ref->alive, [&] {
      return fmt::format("the reference that was h{}, {}, is {}", slot,
                         series_text("", ref->handle.descriptor->name, ref->handle.labels),
                         ref->alive ? "stale" : "still good");
    });
  }
}

}  // namespace cppd::model

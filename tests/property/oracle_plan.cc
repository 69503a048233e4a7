// SPDX-License-Identifier: GPL-3.0-or-later
// One cycle of one host: who owns a chart, what the caps leave, labels, values, what expires; and the text of all that.
// Source: charts contract 4.4, 4.5, 4.8, 4.10, 5.3.
#include "oracle.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace cppd::property {
namespace {

/// What this cycle shows of a dimension.
struct Observed {
  LiveDimension as;
  std::string reducer;
  double value = 0;
  int count = 0;
  bool mixed = false;
};

struct Contribution {
  const Sample* sample;
  Route route;
};

/// What this cycle shows of a chart.
struct Seen {
  std::string owner;
  int chart_template = -1;
  Meta meta;
  Lifecycle life;
  std::vector<Contribution> contributions;
  std::map<std::string, Observed> dimensions;
  bool displaces = false;
};

double reduced(const Observed& so_far, double value) {
  const double have = so_far.value;
  if (so_far.reducer == "sum") return have + value;
  if (so_far.reducer == "min") return std::isnan(have) ? value : std::isnan(value) ? have : std::min(have, value);
  if (so_far.reducer == "max") return std::isnan(have) ? value : std::isnan(value) ? have : std::max(have, value);
  const double k = so_far.count + 1;
  if (std::isnan(have) || std::isnan(value)) return std::numeric_limits<double>::quiet_NaN();
  if (std::isinf(have)) return std::isinf(value) && value != have ? std::numeric_limits<double>::quiet_NaN() : have;
  if (std::isinf(value)) return value;
  if (std::isinf(value - have)) return have * ((k - 1) / k) + value / k;
  return std::fma(value - have, 1 / k, have);
}

void observe(Seen& chart, const Sample& sample, const Route& route) {
  auto& dimension = chart.dimensions[route.dimension];
  if (dimension.count == 0) {
    dimension.as = {route.shape, 0, route.is_static, route.rule, route.bound};
    dimension.reducer = route.reducer;
    dimension.value = sample.value;
  } else {
    dimension.mixed = dimension.mixed || dimension.as.shape.algorithm != route.shape.algorithm;
    dimension.value = reduced(dimension, sample.value);
  }
  ++dimension.count;
}

/// P30.
auto place(const std::string& name, const LiveDimension& dimension) {
  return std::tuple{dimension.is_static ? 0
                    : dimension.bound   ? 2
                                        : 1,
                    dimension.is_static ? dimension.rule : 0, dimension.bound.value_or(0), name};
}

template <class Dimensions, class Get>
std::vector<std::string> in_order(const Dimensions& dimensions, Get get) {
  std::vector<std::string> names;
  for (const auto& [name, one] : dimensions) names.push_back(name);
  std::sort(names.begin(), names.end(), [&](const auto& a, const auto& b) {
    return place(a, get(dimensions.at(a))) < place(b, get(dimensions.at(b)));
  });
  return names;
}

/// L1.
bool expired(std::uint64_t now, std::uint64_t last_seen, std::uint64_t after) {
  return after > 0 && last_seen != 0 && now > last_seen && now - last_seen >= after;
}

/// P32 to P37.
std::map<std::string, std::string> labels_of(const Seen& chart, const std::vector<Template>& templates) {
  std::map<std::string, std::string> out;
  std::set<std::string> reserved;
  for (const auto& [sample, route] : chart.contributions) {
    for (const auto& key : route.identity) out.try_emplace(key, *sample->label(key));
    if (!route.name_key.empty()) reserved.insert(route.name_key);
  }
  const auto* from = chart.chart_template < 0 ? nullptr : &templates[static_cast<std::size_t>(chart.chart_template)];
  if (from) {
    reserved.insert(from->not_promoted.begin(), from->not_promoted.end());
    reserved.insert(from->optional.begin(), from->optional.end());
  }
  std::map<std::string, std::string> promoted;
  for (const auto& [key, value] : chart.contributions.front().sample->labels) {
    const bool wanted = !from || from->promote_all || from->promoted.contains(key);
    const bool common = std::all_of(chart.contributions.begin(), chart.contributions.end(), [&](const auto& one) {
      const auto* theirs = one.sample->label(key);
      return theirs != nullptr && *theirs == value;
    });
    if (wanted && common && !reserved.contains(key) && !out.contains(key)) promoted.emplace(key, value);
  }
  out.merge(promoted);
  out.erase("_collect_job");
  return out;
}

/// One host's cycle, phase by phase.
class Build {
 public:
  Build(const Oracle& oracle, const std::vector<Template>& templates, const Job& job, const Lifecycle& autogen_life,
        const Charts& charts, std::uint64_t now)
      : oracle_{oracle}, templates_{templates}, job_{job}, autogen_life_{autogen_life}, live_{charts}, now_{now} {}

  Expected run(const std::vector<Sample>& samples, std::int64_t microseconds, const std::string& guid) {
    route(samples);
    out_.charts = live_;
    cap_charts();
    for (auto& [id, chart] : seen_) {
      if (chart.displaces) forget_dimensions(out_.charts[id]);
      cap_dimensions(id, chart);
    }
    for (auto& [id, chart] : seen_) materialize(id, chart, microseconds);
    expire();
    for (const auto& sample : samples) settle(sample);
    find_twins();
    const auto definitions = created_ + grown_ + relabelled_;
    const auto rest = updates_ + capped_dimensions_ + expired_dimensions_ + capped_charts_ + expired_charts_;
    if (!definitions.empty() || !rest.empty() || !out_.redefinitions.empty()) {
      out_.before = host_line(guid) + definitions;
      out_.after = rest;
    }
    return std::move(out_);
  }

 private:
  void feature(std::string_view name) { out_.features.emplace_back(name); }
  void lose(LossReason reason, std::uint64_t times = 1) { out_.losses[reason] += times; }

  /// P13 to P17.
  void route(const std::vector<Sample>& samples) {
    for (const auto& sample : samples) {
      auto& fate = fates_[&sample];
      auto routes = oracle_.routes(sample, fate.losses, out_.features);
      if (!sample.fresh) {
        if (!routes.empty()) feature("not written this cycle");
        continue;
      }
      if (routes.empty() && !fate.losses.empty()) lose(fate.losses.front());
      if (!routes.empty()) std::ranges::for_each(fate.losses, [&](auto loss) { lose(loss); });
      for (auto& one : routes) accept(sample, std::move(one), fate);
    }
    for (auto& [id, chart] : seen_) {
      for (const auto& [sample, route] : chart.contributions) {
        if (route.heat && chart.meta.type != "heatmap") feature("heatmap forced");
        if (route.heat) chart.meta.type = "heatmap";
        observe(chart, *sample, route);
      }
    }
  }
  void accept(const Sample& sample, Route route, Fate& fate) {
    const auto live = live_.find(route.chart);
    auto seen = seen_.find(route.chart);
    std::string owner = seen != seen_.end() ? seen->second.owner : live != live_.end() ? live->second.owner : "";
    if (!owner.empty() && owner != route.owner) {
      if (!owner.starts_with("__autogen__:") || route.chart_template < 0) {
        lose(LossReason::chart_id_collision);
        fate.losses.push_back(LossReason::chart_id_collision);
        feature(route.chart_template < 0 ? "autogen meets a template's chart" : "two templates, one id");
        return;
      }
      feature("autogen displaced");
      if (seen != seen_.end()) {
        lose(LossReason::chart_id_collision, seen->second.contributions.size());
        for (const auto& one : seen->second.contributions)
          fates_[one.sample].losses.push_back(LossReason::chart_id_collision);
        seen_.erase(seen);
      }
      seen = seen_.end();
      displaced_.insert(route.chart);
    }
    if (seen == seen_.end()) {
      const auto& life =
          route.chart_template < 0 ? autogen_life_ : templates_[static_cast<std::size_t>(route.chart_template)].life;
      seen = seen_.emplace(route.chart, Seen{route.owner, route.chart_template, route.meta, life, {}, {}, false}).first;
      seen->second.displaces = displaced_.contains(route.chart) && live != live_.end();
    }
    if (!route.identity.empty()) feature("instance of a chart");
    seen->second.contributions.push_back({&sample, std::move(route)});
  }

  /// L5.
  void cap_charts() {
    std::map<std::string, std::vector<std::string>> observed;
    for (const auto& [id, chart] : seen_) observed[chart.owner].push_back(id);
    for (const auto& [owner, ids] : observed) {
      const auto max = seen_.at(ids.front()).life.max_charts;
      if (max == 0) continue;
      std::vector<std::string> idle;
      std::vector<std::string> fresh;
      std::size_t existing = 0;
      for (const auto& [id, chart] : live_) {
        if (chart.owner != owner) continue;
        ++existing;
        if (!seen_.contains(id)) idle.push_back(id);
      }
      for (const auto& id : ids) {
        if (!live_.contains(id) || live_.at(id).owner != owner) fresh.push_back(id);
      }
      auto over = existing + fresh.size() > max ? existing + fresh.size() - max : 0;
      std::sort(idle.begin(), idle.end(), [&](const auto& a, const auto& b) {
        return std::tie(live_.at(a).last_seen, a) < std::tie(live_.at(b).last_seen, b);
      });
      for (const auto& id : idle) {
        if (over == 0) break;
        --over;
        feature("chart evicted");
        capped_charts_ += chart_line(job_, id, live_.at(id).meta, true);
        out_.charts.erase(id);
      }
      for (auto id = fresh.rbegin(); id != fresh.rend() && over > 0; ++id, --over) {
        lose(LossReason::chart_capped);
        for (const auto& one : seen_.at(*id).contributions)
          fates_[one.sample].losses.push_back(LossReason::chart_capped);
        seen_.erase(*id);
      }
    }
  }

  /// L6.
  void cap_dimensions(const std::string& id, Seen& chart) {
    const auto max = chart.life.max_dimensions;
    const auto live = out_.charts.find(id);
    if (max == 0) return;
    std::map<std::string, LiveDimension> known;
    if (live != out_.charts.end()) known = live->second.dimensions;
    std::vector<std::string> idle;
    for (const auto& [name, one] : known) {
      if (!chart.dimensions.contains(name)) idle.push_back(name);
    }
    auto fresh = in_order(chart.dimensions, [](const auto& one) { return one.as; });
    std::erase_if(fresh, [&](const auto& name) { return known.contains(name); });
    auto over = known.size() + fresh.size() > max ? known.size() + fresh.size() - max : 0;
    std::sort(idle.begin(), idle.end(), [&](const auto& a, const auto& b) {
      return std::tie(known.at(a).last_seen, a) < std::tie(known.at(b).last_seen, b);
    });
    for (const auto& name : idle) {
      if (over == 0) return;
      --over;
      feature("dimension evicted");
      evicted_[id].emplace_back(name, known.at(name).shape);
      live->second.dimensions.erase(name);
    }
    for (auto name = fresh.rbegin(); name != fresh.rend() && over > 0; ++name, --over) {
      lose(LossReason::dimension_capped);
      for (const auto& [sample, route] : chart.contributions) {
        if (route.dimension == *name) fates_[sample].losses.push_back(LossReason::dimension_capped);
      }
      chart.dimensions.erase(*name);
    }
  }

  static void forget_dimensions(LiveChart& chart) {
    for (const auto& [name, one] : chart.dimensions) chart.left_over.insert(name);
    chart.dimensions.clear();
  }

  void materialize(const std::string& id, Seen& chart, std::int64_t microseconds) {
    const bool fresh = !out_.charts.contains(id);
    auto& live = out_.charts[id];
    const auto labels = labels_of(chart, templates_);
    const bool relabelled = !fresh && (chart.displaces || labels != live.labels);
    const auto definition = chart_line(job_, id, chart.meta, false);
    if (!fresh && !relabelled && chart.meta != live.meta) {
      feature("chart redefined");
      out_.redefinitions.push_back(definition);
    }
    if (relabelled) feature("labels replaced");
    live.owner = chart.owner;
    live.chart_template = chart.chart_template;
    live.meta = chart.meta;
    live.life = chart.life;
    live.labels = labels;
    live.last_seen = now_;

    std::string new_dimensions;
    const auto names = in_order(chart.dimensions, [](const auto& one) { return one.as; });
    for (const auto& name : names) {
      const auto& one = chart.dimensions.at(name);
      if (one.mixed) lose(LossReason::dimension_kind_conflict);
      const auto known = live.dimensions.find(name);
      if (known == live.dimensions.end()) {
        new_dimensions += dimension_line(name, one.as.shape, false);
        live.dimensions[name] = one.as;
        live.left_over.erase(name);
        any_new_[id] = true;
      } else if (known->second.shape != one.as.shape) {
        feature("dimension redefined");
        out_.redefinitions.push_back(definition + dimension_line(name, one.as.shape, false));
        known->second.shape = one.as.shape;
      }
      live.dimensions[name].last_seen = now_;
    }
    if (fresh)
      created_ += definition + label_lines(job_, labels) + new_dimensions;
    else if (any_new_[id])
      grown_ += definition + new_dimensions;
    if (relabelled) relabelled_ += definition + label_lines(job_, labels);
    update(id, live, chart, microseconds);
    for (const auto& [name, shape] : evicted_[id]) capped_dimensions_ += definition + dimension_line(name, shape, true);
  }

  void update(const std::string& id, const LiveChart& live, const Seen& chart, std::int64_t microseconds) {
    updates_ += fmt::format("BEGIN '{}.{}'{}\n", wire_id(job_.type_id), wire_id(id),
                            microseconds > 0 ? fmt::format(" {}", microseconds) : "");
    for (const auto& name : in_order(live.dimensions, [](const auto& one) { return one; })) {
      const auto one = chart.dimensions.find(name);
      if (wire_id(name).empty()) {
        if (one != chart.dimensions.end() && std::isfinite(one->second.value)) lose(LossReason::wire_text_refused);
        continue;
      }
      LossReason reason{};
      bool lost = false;
      std::string text;
      if (one != chart.dimensions.end())
        text = number_text(one->second.value, live.dimensions.at(name).shape.is_float, &reason, &lost);
      if (lost) lose(reason);
      if (one == chart.dimensions.end())
        feature("a gap");
      else if (text.empty())
        feature("a value that is no number");
      else if (one->second.count > 1)
        feature("reduced by " + one->second.reducer);
      out_.sets[{id, name}] = text;
      updates_ += fmt::format("SET '{}' = {}\n", wire_id(name), text);
    }
    updates_ += "END\n\n";
  }

  /// L1, L3.
  void expire() {
    std::vector<std::string> gone;
    for (auto& [id, chart] : out_.charts) {
      if (!seen_.contains(id) && expired(now_, chart.last_seen, chart.life.expire)) {
        feature("chart expired");
        expired_charts_ += chart_line(job_, id, chart.meta, true);
        gone.push_back(id);
        continue;
      }
      std::erase_if(chart.dimensions, [&](const auto& one) {
        if (!expired(now_, one.second.last_seen, chart.life.expire_dimensions)) return false;
        feature("dimension expired");
        expired_dimensions_ +=
            chart_line(job_, id, chart.meta, false) + dimension_line(one.first, one.second.shape, true);
        return true;
      });
    }
    for (const auto& id : gone) out_.charts.erase(id);
  }

  void settle(const Sample& sample) {
    auto& fate = fates_[&sample];
    if (!sample.fresh) return;
    fate.series = sample.name;
    for (const auto& [key, value] : sample.labels) fate.series += fmt::format(" {}={:?}", key, value);
    for (const auto& [id, chart] : seen_) {
      for (const auto& [whose, route] : chart.contributions) {
        if (whose != &sample || !chart.dimensions.contains(route.dimension)) continue;
        fate.places.emplace_back(id, route.dimension);
        if (wire_id(route.dimension).empty()) fate.losses.push_back(LossReason::wire_text_refused);
      }
    }
    out_.fates.push_back(fate);
  }

  /// Names that are one on the wire.
  void find_twins() {
    std::map<std::string, std::string> charts;
    const auto note = [&](const std::string& id) {
      const auto [at, is_new] = charts.emplace(received_id(id), id);
      out_.twins = out_.twins || (!is_new && at->second != id) || wire_id(id).empty();
    };
    for (const auto& [id, chart] : live_) note(id);
    for (const auto& [id, chart] : out_.charts) {
      note(id);
      std::set<std::string> names;
      std::set<std::string> raw;
      for (const auto& [name, one] : chart.dimensions) raw.insert(name);
      if (const auto before = live_.find(id); before != live_.end()) {
        for (const auto& [name, one] : before->second.dimensions) raw.insert(name);
      }
      for (const auto& name : raw) {
        if (!wire_id(name).empty()) out_.twins = out_.twins || !names.insert(received_id(name)).second;
      }
    }
  }

  const Oracle& oracle_;
  const std::vector<Template>& templates_;
  const Job& job_;
  const Lifecycle& autogen_life_;
  const Charts& live_;
  std::uint64_t now_;
  Expected out_;
  std::map<std::string, Seen> seen_;
  std::set<std::string> displaced_;
  std::map<const Sample*, Fate> fates_;
  std::map<std::string, std::vector<std::pair<std::string, Shape>>> evicted_;
  std::map<std::string, bool> any_new_;
  std::string created_, grown_, relabelled_, updates_, capped_dimensions_, expired_dimensions_, capped_charts_,
      expired_charts_;
};

}  // namespace

Expected Oracle::plan(const Charts& charts, const std::vector<Sample>& samples, std::uint64_t now,
                      std::int64_t microseconds, const std::string& guid) const {
  return Build{*this, templates_, job_, autogen_life_, charts, now}.run(samples, microseconds, guid);
}

std::string Oracle::retire(const Charts& charts, const std::string& guid) const {
  std::string out;
  for (const auto& [id, chart] : charts) out += chart_line(job_, id, chart.meta, true);
  return out.empty() ? out : host_line(guid) + out;
}

}  // namespace cppd::property

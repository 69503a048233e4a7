// SPDX-License-Identifier: GPL-3.0-or-later
// What readers see: metrix contract 1.5, 4.6, 5.8, 5.9, 7.
#include "model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <tuple>

namespace cppd::model {

using namespace metrix;

namespace {

/// Texts of the numbers of the alphabet, as 7.6.3 wants them.
std::string number_text(double number) {
  static const std::vector<std::pair<double, std::string>> kTexts{{0, "0"},
                                                                  {0.00001, "1e-05"},
                                                                  {0.001, "0.001"},
                                                                  {0.1, "0.1"},
                                                                  {0.25, "0.25"},
                                                                  {0.5, "0.5"},
                                                                  {1, "1"},
                                                                  {1.5, "1.5"},
                                                                  {2, "2"},
                                                                  {3, "3"},
                                                                  {5, "5"},
                                                                  {7, "7"},
                                                                  {100, "100"},
                                                                  {1e6, "1e+06"},
                                                                  {-1, "-1"},
                                                                  {-5, "-5"},
                                                                  {1.7e308, "1.7e+308"}};
  for (const auto& [value, text] : kTexts) {
    if (value == number) return text;
  }
  throw std::logic_error("a bound that the table of texts lacks");
}

}  // namespace

std::vector<Output> outputs_of(const Descriptor& descriptor) {
  const auto& name = descriptor.name;
  const auto& authority = descriptor.authority;
  const bool is_float = descriptor.is_float.value;
  std::vector<Output> made;
  switch (authority.kind) {
    case Kind::histogram:
      for (const double bound : authority.bounds) {
        made.push_back({name + "_bucket", "le", number_text(bound), Kind::counter, Role::histogram_bucket, is_float});
      }
      made.push_back({name + "_bucket", "le", "+Inf", Kind::counter, Role::histogram_bucket, is_float});
      made.push_back({name + "_count", "", "", Kind::counter, Role::histogram_count, is_float});
      made.push_back({name + "_sum", "", "", Kind::counter, Role::histogram_sum, is_float});
      break;
    case Kind::summary:
      for (const double q : authority.quantiles) {
        made.push_back({name, "quantile", number_text(q), Kind::gauge, Role::summary_quantile, is_float});
      }
      made.push_back({name + "_count", "", "", Kind::counter, Role::summary_count, is_float});
      made.push_back({name + "_sum", "", "", Kind::counter, Role::summary_sum, is_float});
      break;
    case Kind::stateset:
      for (const auto& state : authority.states) {
        made.push_back({name, name, state, Kind::gauge, Role::stateset_state, is_float});
      }
      break;
    case Kind::measureset:
      for (const auto& field : authority.fields) {
        made.push_back({name + "_" + field.name, "measure_field", field.name,
                        authority.counter_fields ? Kind::counter : Kind::gauge, Role::measureset_field,
                        field.is_float});
      }
      break;
    default: made.push_back({name, "", "", authority.kind, Role::none, is_float}); break;
  }
  return made;
}

bool Model::visible(const Series& series) const {
  if (series.descriptor->authority.freshness == Freshness::committed) return true;
  return meta_.last_attempt_status == AttemptStatus::success && series.seen == meta_.last_success_seq;
}

std::uint64_t Model::retention_window() const {
  if (options_.expire_after_success_cycles == 0) return std::numeric_limits<std::uint64_t>::max();
  const std::uint64_t expire = options_.expire_after_success_cycles;
  return expire + options_.descriptor_grace_cycles.value_or(options_.expire_after_success_cycles);
}

std::vector<Flat> Model::flat() const {
  std::vector<Flat> all;
  for (const auto& one : series_) {
    const auto outputs = outputs_of(*one.descriptor);
    const auto& authority = one.descriptor->authority;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const auto& output = outputs[i];
      Flat flat{.scope = one.scope, .name = output.name, .labels = one.labels, .value = one.values.at(i)};
      if (!output.key.empty()) flat.labels.emplace_back(output.key, output.text);
      std::ranges::sort(flat.labels);
      flat.meta = {one.seen, output.kind, authority.kind, output.role};
      flat.metric = one.descriptor->meta();
      flat.metric.is_float = output.is_float;
      flat.visible = visible(one);
      flat.life = one.life;
      const bool in_a_row = one.before_seen != 0 && one.seen == one.before_seen + 1;
      if (output.kind == Kind::counter && authority.window == Window::cumulative && in_a_row) {
        const double now = one.values[i], before = one.before[i];
        const bool sum = output.role == Role::histogram_sum || output.role == Role::summary_sum;
        if (!(now < before))
          flat.delta = now - before;
        else if (!sum)
          flat.delta = now;
      }
      all.push_back(std::move(flat));
    }
  }
  std::ranges::sort(all, {}, [](const Flat& f) { return std::tuple{f.scope, f.name, packed(f.labels)}; });
  return all;
}

std::vector<HostScope> Model::host_scopes(bool visible_only) const {
  std::map<std::string, HostScope> found;
  for (const auto& one : series_) {
    if (!visible_only || visible(one)) found[one.scope] = scopes_.at(one.scope);
  }
  std::vector<HostScope> hosts;
  for (const auto& [key, host] : found) hosts.push_back(host);
  return hosts;
}

std::string packed(const Pairs& labels) {
  std::string key;
  for (const auto& [label, value] : labels) key += label + '\xff' + value + '\xff';
  return key;
}

std::string key_of(const std::string& scope, const std::string& name, const Pairs& labels) {
  return (scope.empty() ? "" : scope + '\xff') + name + (labels.empty() ? "" : '\xfe' + packed(labels));
}

bool same(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

}  // namespace cppd::model

// SPDX-License-Identifier: GPL-3.0-or-later
// The rule about chart ids (diff D2). Source: charts contract P15 and P24 to P27.
#include "lint_model.h"

#include <boost/unordered/unordered_flat_map.hpp>
#include <cppd/netdataapi/sanitize.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace cppd::agent {
namespace {

using Values = std::vector<std::string_view>;  // sorted
constexpr std::size_t kFixedIdsMax = 64;       // of one selector
constexpr std::size_t kProofsMax = 2'000;      // pairs of charts of one template that are told apart by patterns only

/// A chart, and what its selectors say of the labels that name its instances.
struct Identity {
  const LintChart* chart;
  std::vector<std::optional<Values>> required;  ///< for each required label all its values, when they are listed

  [[nodiscard]] const chartengine::InstancePolicy& policy() const { return chart->instances; }
};

template <class Predicate>
bool each_selector(const LintChart& chart, Predicate predicate) {
  return std::ranges::all_of(
      chart.dimensions(), [&](const LintSelector& selector) { return selector.facts && predicate(*selector.facts); });
}

Identity identity_of(const LintChart& chart) {
  Identity out{&chart, {}};
  for (const auto& key : chart.instances.required) {
    Values all;
    const bool listed = each_selector(chart, [&](const matcher::SelectorFacts& facts) {
      const auto values = facts.values(key);
      if (values) all.insert(all.end(), values->begin(), values->end());
      return values.has_value();
    });
    std::ranges::sort(all);
    out.required.push_back(listed ? std::optional{std::move(all)} : std::nullopt);
  }
  return out;
}

bool disjoint(const Values& left, const Values& right) {
  Values both;
  std::ranges::set_intersection(left, right, std::back_inserter(both));
  return both.empty();
}

/// Is it proved that label `mine` of one chart and `theirs` of the other never have one value?
bool apart(const LintChart& left, std::string_view mine, const LintChart& right, std::string_view theirs) {
  return each_selector(left, [&](const matcher::SelectorFacts& a) {
    return each_selector(right, [&](const matcher::SelectorFacts& b) { return a.values_apart(mine, b, theirs); });
  });
}

bool required_apart(const Identity& left, const Identity& right) {
  for (std::size_t i = 0; i < left.required.size(); ++i) {
    const auto& a = left.required[i];
    const auto& b = right.required[i];
    if (a && b ? disjoint(*a, *b)
               : apart(*left.chart, left.policy().required[i], *right.chart, right.policy().required[i])) {
      return true;
    }
  }
  return false;
}

/// Is some label of `keys` always there, so that each id has a part for it?
bool always_has_one(const LintChart& chart, const std::vector<std::string>& keys) {
  return std::ranges::any_of(keys, [&](const std::string& key) {
    return each_selector(chart, [&](const matcher::SelectorFacts& facts) { return facts.requires_text(key); });
  });
}

bool takes_part(const chartengine::InstancePolicy& policy, const std::string& key) {
  return std::ranges::find(policy.required, key) != policy.required.end() ||
         std::ranges::find(policy.optional, key) != policy.optional.end() ||
         (policy.include_all && !std::ranges::binary_search(policy.excluded, key));
}

/// Labels that are part of the identity and that the first selector says something of.
std::vector<std::string> constrained_parts(const LintChart& chart) {
  auto keys = chart.selectors.front().keys;
  std::erase_if(keys, [&](const std::string& key) { return !takes_part(chart.instances, key); });
  return keys;
}

/// Does one of `keys` tell the charts apart by its value, as one of them always has it?
bool told_apart(const LintChart& left, const LintChart& right, const std::vector<std::string>& keys) {
  return std::ranges::any_of(keys, [&](const std::string& key) {
    return takes_part(right.instances, key) && apart(left, key, right, key) &&
           (always_has_one(left, {key}) || always_has_one(right, {key}));
  });
}

/// One of two charts has a part for each label: they meet where the series have the same ones.
bool open_ones_meet(const LintChart& left, const LintChart& right) {
  if (right.instances.is_static()) return !left.instances.is_static() && open_ones_meet(right, left);
  if (!left.instances.is_static()) return !told_apart(left, right, constrained_parts(left));
  return right.instances.required.empty() && !always_has_one(right, constrained_parts(right));
}

/// Can two charts of one base id have one id, as far as their selectors let them?
bool can_meet(const Identity& left, const Identity& right) {
  const auto& a = left.policy();
  const auto& b = right.policy();
  if (a.include_all || b.include_all) return open_ones_meet(*left.chart, *right.chart);
  if (a.required.size() != b.required.size() || required_apart(left, right)) return false;
  if (always_has_one(*left.chart, a.optional) != always_has_one(*right.chart, b.optional)) return false;
  return !told_apart(*left.chart, *right.chart, a.optional);
}

/// Do lists of values, and numbers of labels, not settle it?
bool needs_proof(const Identity& left, const Identity& right) {
  const auto open = [](const Identity& each) { return each.policy().include_all || !each.policy().optional.empty(); };
  if (open(left) || open(right)) return true;
  const auto listed = [](const auto& values) { return values.has_value(); };
  return left.required.size() == right.required.size() &&
         !(std::ranges::all_of(left.required, listed) && std::ranges::all_of(right.required, listed));
}

/// As the engine makes a part of an id of a value (P25, P26).
std::string id_part(std::string_view value) {
  std::string part;
  for (const char c : value) {
    if (c != '\'') part += c == '\\' || c == ' ' || c == '.' ? '_' : c;
  }
  return part.empty() ? "empty" : part;
}

/// Every id that series of one selector can give; none when it does not list the values.
std::vector<std::string> fixed_ids(const LintChart& chart, const LintSelector& selector) {
  if (chart.instances.include_all || !chart.instances.optional.empty() || !selector.facts) return {};
  std::vector<std::string> ids{chart.base_id};
  for (const auto& key : chart.instances.required) {
    const auto values = selector.facts->values(key);
    if (!values || ids.size() * values->size() > kFixedIdsMax) return {};
    std::vector<std::string> longer;
    for (const auto& id : ids) {
      for (const auto value : *values) longer.push_back(id + '_' + id_part(value));
    }
    ids = std::move(longer);
  }
  return ids;
}

/// What the reader makes of an id: those that are one to it are one.
std::string read_as(std::string_view id) { return netdataapi::received(netdataapi::clean_id(id)); }

/// The chart that can have the id of another: of the same base id, or of another that labels extend to the same.
class TakenIds {
 public:
  explicit TakenIds(Findings& findings) : findings_{findings} {}

  void offer(const LintChart& chart) {
    auto& earlier = by_base_[read_as(chart.base_id)];
    auto identity = identity_of(chart);
    const auto other = std::ranges::find_if(earlier, [&](const Identity& each) { return meet(each, identity); });
    if (other != earlier.end()) {
      tell(chart, *other->chart);
    } else {
      offer_fixed(chart);
    }
    earlier.push_back(std::move(identity));
  }

 private:
  bool meet(const Identity& left, const Identity& right) {
    if (needs_proof(left, right)) {
      if (proofs_left_ == 0) return false;
      --proofs_left_;
    }
    return can_meet(left, right);
  }

  void offer_fixed(const LintChart& chart) {
    bool told = false;
    for (const auto& selector : chart.dimensions()) {
      for (auto& id : fixed_ids(chart, selector)) {
        const auto [at, added] = by_id_.try_emplace(read_as(id), &chart);
        if (added || told || read_as(at->second->base_id) == read_as(chart.base_id)) continue;
        told = true;
        add(chart, fmt::format("the id {} is also one of the chart at line {}; whichever comes second is not shown, so "
                               "rename one",
                               id, at->second->spec->mark.line));
      }
    }
  }

  void tell(const LintChart& chart, const LintChart& other) {
    const auto line = other.spec->mark.line;
    if (chart.instances.is_static() && other.instances.is_static()) {
      add(chart, fmt::format("the id is taken by the chart at line {}, so this one is not shown; rename one", line));
    } else {
      add(chart,
          fmt::format("labels can give this chart and the one at line {} the same id, and whichever comes second is "
                      "not shown; rename one",
                      line));
    }
  }

  void add(const LintChart& chart, std::string what) {
    findings_.add("same-id", fmt::format("chart {}", chart.base_id), chart.spec->mark, std::move(what));
  }

  Findings& findings_;
  std::size_t proofs_left_ = kProofsMax;
  boost::unordered_flat_map<std::string, std::vector<Identity>> by_base_;
  boost::unordered_flat_map<std::string, const LintChart*> by_id_;
};

}  // namespace

void find_same_id(const LintModel& model, Findings& findings) {
  TakenIds taken{findings};
  for (const auto& chart : model.charts) taken.offer(chart);
}

}  // namespace cppd::agent

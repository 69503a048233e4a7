// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What a job has to tell after a commit, worked out the slow way: everything anew in each cycle, over maps and
/// strings. It shares with the engine the decoded template and the matcher, and nothing else. Source: charts contract
/// sections 4 and 5, with docs/differences.md.
#pragma once

#include "story.h"

#include <cppd/base/ledger.h>
#include <cppd/charttpl/rule.h>
#include <cppd/matcher/selector.h>
#include <cppd/metrix/store.h>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cppd::property {

/// A number of the store, as a reader shows it.
struct Sample {
  std::string name;
  Pairs labels;
  double value = 0;
  metrix::Kind kind = metrix::Kind::unknown, source = metrix::Kind::unknown;
  metrix::Role role = metrix::Role::none;
  bool fresh = false;
  bool is_float = false;
  metrix::MetricMeta family_meta;  ///< of the family, else of the name

  [[nodiscard]] const std::string* label(std::string_view key) const;
};

struct Lifecycle {
  std::uint64_t max_charts = 0, expire = 5, max_dimensions = 0, expire_dimensions = 0;
};

struct Meta {
  std::string title, units, family, context, type;
  std::int64_t priority = 70000;
  friend bool operator==(const Meta&, const Meta&) = default;
};

struct Shape {
  std::string algorithm;
  std::int64_t multiplier = 1, divisor = 1;
  bool hidden = false, is_float = false;
  friend bool operator==(const Shape&, const Shape&) = default;
};

/// One chart and dimension that a series feeds.
struct Route {
  std::string chart, owner;  ///< chart id and template id
  std::string dimension;
  int chart_template = -1;  ///< -1: autogen
  int rule = 0;
  bool is_static = false, heat = false;
  std::optional<double> bound;  ///< of a bucket whose name is its `le`
  Shape shape;
  Meta meta;
  std::string reducer = "sum";
  std::vector<std::string> identity;  ///< label keys that are in the id
  std::string name_key;               ///< label key that names the dimension by inference
};

struct DimensionRule {
  matcher::Selector selector;
  std::string name, name_from;
  charttpl::DimensionOptionsSpec options;
};

struct Template {
  std::string id, base;
  Meta meta;
  std::string algorithm, reducer;
  std::vector<std::string> required, optional, excluded;
  bool every_label = false;
  bool promote_all = true;
  std::set<std::string> promoted, not_promoted;
  Lifecycle life;
  std::vector<DimensionRule> rules;
};

struct LiveDimension {
  Shape shape;
  std::uint64_t last_seen = 0;
  bool is_static = false;
  int rule = 0;
  std::optional<double> bound;
};

struct LiveChart {
  std::string owner;
  int chart_template = -1;
  Meta meta;
  Lifecycle life;
  std::map<std::string, std::string> labels;
  std::uint64_t last_seen = 0;
  std::map<std::string, LiveDimension> dimensions;
  std::set<std::string> left_over;  ///< of a chart that it displaced; the reader has them still (charts K13)
};

using Charts = std::map<std::string, LiveChart>;

/// Where one fresh sample went: to places on charts, or to a reason of the ledger, or both.
struct Fate {
  std::string series;
  std::vector<std::pair<std::string, std::string>> places;  ///< chart and dimension
  std::vector<LossReason> losses;
};

/// What has to come out for one host.
struct Expected {
  Charts charts;                           ///< after it
  std::string before;                      ///< text up to redefinitions, HOST included; without the host's definition
  std::vector<std::string> redefinitions;  ///< blocks in any order
  std::string after;                       ///< updates and removals
  std::vector<Fate> fates;
  std::map<std::pair<std::string, std::string>, std::string> sets;  ///< text by chart and dimension
  std::map<LossReason, std::uint64_t> losses;
  std::map<LossReason, std::uint64_t> stale;  ///< losses of series that were not written
  std::vector<std::string> features;          ///< what this build made use of
  bool twins = false;                         ///< two names with one text on the wire (charts K18)
  bool unsettled = false;                     ///< contract and engine differ, and that is known: README.md

  [[nodiscard]] bool empty() const { return before.empty() && redefinitions.empty() && after.empty(); }
};

struct Job {
  std::string type_id, name;
  Pairs labels;
};

/// The template in the form that the oracle uses, and what it says of one host.
class Oracle {
 public:
  Oracle(const charttpl::Spec& spec, Job job);

  /// `microseconds` as BEGIN has them; `now` counts successful cycles.
  [[nodiscard]] Expected plan(const Charts& charts, const std::vector<Sample>& samples, std::uint64_t now,
                              std::int64_t microseconds, const std::string& guid) const;
  /// Declares all charts obsolete.
  [[nodiscard]] std::string retire(const Charts& charts, const std::string& guid) const;
  /// Errors come as reasons.
  [[nodiscard]] std::vector<Route> routes(const Sample& sample, std::vector<LossReason>& losses,
                                          std::vector<std::string>& features) const;

 private:
  void add_group(const charttpl::GroupSpec& group, std::string path, std::vector<std::string> families,
                 std::vector<std::string> contexts);
  [[nodiscard]] std::optional<Route> route_by(std::size_t chart, std::size_t rule, const Sample& sample,
                                              LossReason& loss) const;
  [[nodiscard]] std::optional<Route> autogen(const Sample& sample, LossReason& loss) const;

  Job job_;
  std::vector<Template> templates_;
  matcher::SelectorList selector_;
  bool autogen_ = false;
  std::vector<charttpl::AutogenRule> rules_;
  std::size_t autogen_bytes_ = 1200;
  Lifecycle autogen_life_;
  std::string namespace_;
};

// Texts (oracle_text.cc): E1, E2, E5.
[[nodiscard]] std::string trimmed(std::string_view text);
[[nodiscard]] std::string wire_value(std::string_view text);
[[nodiscard]] std::string wire_id(std::string_view text);
/// wire_id() as the receiver reads it: a backslash says that the next character is meant (R3).
[[nodiscard]] std::string received_id(std::string_view text);
[[nodiscard]] std::string id_part(std::string_view text);
[[nodiscard]] std::string chart_line(const Job& job, const std::string& id, const Meta& meta, bool obsolete);
[[nodiscard]] std::string dimension_line(const std::string& name, const Shape& shape, bool obsolete);
[[nodiscard]] std::string label_lines(const Job& job, const std::map<std::string, std::string>& labels);
[[nodiscard]] std::string number_text(double value, bool is_float, LossReason* loss, bool* lost);
[[nodiscard]] std::string host_line(const std::string& guid);
[[nodiscard]] std::string host_definition(const metrix::HostScope& host);

}  // namespace cppd::property

// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What the engines of one store have in common: the compiled template, the definitions that its routes lead to, and
/// where each series went. A series belongs to one host scope, so one table serves any number of engines.
#pragma once

#include <cppd/chartengine/names.h>
#include <cppd/chartengine/plan.h>
#include <cppd/chartengine/program.h>
#include <cppd/chartengine/routing.h>
#include <cppd/metrix/store.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::chartengine {

inline constexpr std::uint32_t kNoIndex = 0xFFFF'FFFF;
inline constexpr std::uint32_t kAutogenTemplate = 0xFFFF'FFFE;  ///< of charts without one; sorts after all others

/// One way in which series reach a dimension; shared by all that have it in common.
struct Route {
  std::uint32_t chart_template = kAutogenTemplate;
  std::uint32_t rule = 0;
  std::uint32_t meta = 0;
  std::uint32_t attributes = 0;
  Reducer reducer = Reducer::sum;
  bool static_name = false;
  bool bucket = false;
  bool inferred = false;
  bool variable = false;  ///< of the chart, not a dimension (diff D9)
  friend bool operator==(const Route&, const Route&) = default;
};

/// Threads   confined to the shard of its job.
struct RouteTable {
  RouteTable(std::shared_ptr<const Program> compiled, std::string_view type_id);

  [[nodiscard]] std::uint32_t intern(const Route& route);
  [[nodiscard]] std::uint32_t intern(const DimensionAttributes& dimension);
  [[nodiscard]] std::uint32_t intern(const ChartMeta& meta);
  /// What autogen says of a chart of this descriptor; worked out once.
  [[nodiscard]] std::uint32_t autogen_meta_of(metrix::DescriptorId descriptor, const RoutedSeries& source,
                                              std::string_view family);
  /// Makes room for what the last commit of `store` added, and forgets what it said of descriptors that changed.
  void follow(const metrix::Store& store);
  /// Routed series whose descriptors the last commit changed: to be taken off their charts and routed again.
  [[nodiscard]] std::vector<std::uint32_t> redescribed_series(const metrix::Store& store) const;
  /// No series has been routed anywhere.
  void forget_series(std::size_t slots);
  [[nodiscard]] std::size_t bytes() const;

  /// By route and by meta: kNoIndex while nobody uses it; after forget_unused() where it went.
  struct Places {
    std::vector<std::uint32_t> routes;
    std::vector<std::uint32_t> metas;
  };
  /// Are there twice as many routes and metas as the last search left? What it frees pays for it.
  [[nodiscard]] bool worth_forgetting() const { return routes.size() + metas.size() >= forget_at_; }
  [[nodiscard]] Places places() const;
  /// Frees what no engine has marked in `places`; the engines then follow. No attempt is outstanding.
  void forget_unused(Places& places);

  std::shared_ptr<const Program> program;
  Router router;
  std::vector<std::uint32_t> template_metas;    ///< by template; odd ones are the heatmap forms
  std::vector<std::uint32_t> template_ranks;    ///< by template: its place in the byte order of their ids
  std::vector<std::uint32_t> capped_templates;  ///< those with max_instances, in the order of their ids
  LifecyclePolicy autogen_lifecycle;

  TextArena texts;  ///< ids of charts, names of dimensions
  NameTable names{texts};
  std::vector<ChartMeta> metas;
  std::vector<DimensionAttributes> attributes;
  std::vector<Route> routes;

  // By series slot; charts are numbered by the engine of the series.
  std::vector<std::uint32_t> first_chart;  ///< kNoIndex, or the first chart it feeds
  boost::unordered_flat_map<std::uint32_t, std::vector<std::uint32_t>> more_charts;
  std::vector<bool> departed;  ///< taken off its charts in this synchronization
  std::vector<bool> lost;      ///< wholly or in part: its engine has it in a list

 private:
  struct RouteHash {
    std::size_t operator()(const Route& route) const;
  };
  struct AttributesHash {
    std::size_t operator()(const DimensionAttributes& dimension) const;
  };
  boost::unordered_flat_map<std::string, std::uint32_t> meta_index_;
  std::vector<std::uint32_t> autogen_metas_;  // by descriptor; kNoIndex when not known
  boost::unordered_flat_map<DimensionAttributes, std::uint32_t, AttributesHash> attributes_index_;
  boost::unordered_flat_map<Route, std::uint32_t, RouteHash> routes_index_;
  static constexpr std::size_t kForgetAt = 1024;
  std::size_t forget_at_ = kForgetAt;
};

}  // namespace cppd::chartengine

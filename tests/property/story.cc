// SPDX-License-Identifier: GPL-3.0-or-later
#include "story.h"

#include <cppd/charttpl/marshal.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

namespace cppd::property {

std::string_view end_name(End end) {
  constexpr std::string_view kNames[] = {"commit", "abort", "refuse", "refuse_one", "refuse_and_try", "reload"};
  return kNames[static_cast<std::size_t>(end)];
}

const metrix::HostScope& host_of(int scope) {
  static const std::array<metrix::HostScope, kScopes> kHosts{
      metrix::HostScope{}, metrix::HostScope{"a", "11111111-2222-3333-4444-555555555555", "one", {{"re'g", "e'u"}}},
      metrix::HostScope{"b", "21111111-2222-3333-4444-555555555555", "two", {}}};
  return kHosts.at(static_cast<std::size_t>(scope));
}

std::string text_of(const Story& story) {
  std::string out;
  const auto yaml = charttpl::marshal(story.spec);
  out += yaml ? *yaml : std::string{"(not a template)\n"};
  out += fmt::format("store: expire={} max={}; job {:?} {}\n", story.store.expire_after_success_cycles,
                     story.store.max_series, story.job, story.job_labels);
  for (std::size_t i = 0; i < story.cycles.size(); ++i) {
    out += fmt::format("cycle {}: {}\n", i + 1, end_name(story.cycles[i].end));
    for (const auto& write : story.cycles[i].writes) {
      out += fmt::format("  {}{} {} {} scope={} {}", metrix::kind_name(write.kind), write.counts ? "(counter)" : "",
                         write.name, write.labels, write.scope, write.numbers);
      const auto& meta = write.meta;
      if (meta != metrix::MetricMeta{})
        out += fmt::format(" meta {:?} {:?} {:?} {} {}", meta.description, meta.chart_family, meta.unit,
                           meta.chart_priority, meta.is_float);
      out += '\n';
    }
  }
  return out;
}

}  // namespace cppd::property

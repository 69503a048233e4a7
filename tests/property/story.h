// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What is drawn: a template and what a collector writes in each cycle.
#pragma once

#include <cppd/charttpl/spec.h>
#include <cppd/metrix/types.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace cppd::property {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// One write of a collector; numbers as its kind needs them.
struct Write {
  metrix::Kind kind = metrix::Kind::gauge;
  bool counts = false;  ///< measure set: of counters
  std::string name;
  Pairs labels;
  int scope = 0;  ///< 0 is the default scope
  std::vector<double> numbers;
  metrix::MetricMeta meta;  ///< what is empty is not declared
};

/// How a cycle ends.
enum class End : std::uint8_t {
  commit,
  abort,           ///< collection fails
  refuse,          ///< the writer refuses every frame
  refuse_one,      ///< and here the first only
  refuse_and_try,  ///< every frame, and then the same cycle is published again
  reload,          ///< committed; after it the charts are retired and the template is loaded again
  count_,
};
[[nodiscard]] std::string_view end_name(End end);

struct Cycle {
  End end = End::commit;
  std::vector<Write> writes;
};

struct Story {
  charttpl::Spec spec;
  metrix::StoreOptions store;
  std::string job;  ///< blank: no `_collect_job`
  Pairs job_labels;
  std::vector<Cycle> cycles;
};

/// Hosts of the scopes; the first is the daemon's own.
[[nodiscard]] const metrix::HostScope& host_of(int scope);
inline constexpr int kScopes = 3;

[[nodiscard]] Story draw(std::uint64_t seed);
/// The template as YAML, then the cycles.
[[nodiscard]] std::string text_of(const Story& story);

}  // namespace cppd::property

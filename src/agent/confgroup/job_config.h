// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The configuration of one job, with everything resolved that does not need its collector. Source: agent contract 2.4,
/// 4.1, 4.3, 4.5.
#pragma once

#include <cppd/base/result.h>
#include <cppd/base/yaml_decode.h>
#include <cppd/collectorapi/collector_info.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::agent {

/// Where a configuration comes from. Of two with one full name, the greater type counts.
enum class SourceType : std::uint8_t { other = 0, stock = 2, discovered = 4, user = 8, dyncfg = 16 };
[[nodiscard]] std::string_view source_type_name(SourceType type);

struct JobOrigin {
  SourceType type = SourceType::other;
  std::string provider{};  ///< `file reader`, `dummy`, `dyncfg`, ...
  std::string source{};    ///< `discoverer=file_reader,file=/etc/netdata/cpp.d/linux.conf`
};

inline constexpr std::int64_t kJobPriorityDefault = 70000;
/// Longer intervals count as this; it keeps every sum of times in range.
inline constexpr std::chrono::seconds kIntervalMax{std::numeric_limits<std::int32_t>::max()};

/// What holds for a job whose own keys say nothing.
struct JobDefaults {
  std::chrono::seconds update_every{1};
  std::chrono::seconds autodetection_retry{0};  ///< 0: no retry
  std::int64_t priority = kJobPriorityDefault;
};
[[nodiscard]] JobDefaults module_defaults(const CollectorDefaults& module);

/// Lays the keys `update_every`, `autodetection_retry` and `priority` of a mapping over `into`. Only integers count; of
/// them, a retry of 0 or less is off, and an interval or priority of 0 or less is as if it were not there (C-12, weak
/// spot W40).
///
/// Errors    go to `decoder`; what is at fault counts as absent.
void apply_defaults(yaml::Decoder& decoder, const yaml::Node& mapping, const yaml::Path& path, JobDefaults& into);

/// One job.
///
/// Threads   immutable; copies share the document.
struct JobConfig {
  std::string module;
  std::string name;       ///< cleaned (4.2)
  std::string full_name;  ///< FULL (4.1)
  std::chrono::seconds update_every{1};
  std::chrono::seconds autodetection_retry{0};  ///< 0: no retry
  std::int64_t priority = kJobPriorityDefault;
  std::map<std::string, std::string> labels{};
  std::string vnode{};
  bool function_only = false;
  JobOrigin origin{};
  std::shared_ptr<const yaml::Document> document{};
  const yaml::Node* node = nullptr;  ///< the job's mapping in `document`, for the collector to decode
  std::uint64_t hash = 0;  ///< structural, over the keys of the job and what was resolved; order does not count

  /// Tells this configuration from every other one of the same name.
  [[nodiscard]] std::string uid() const;
  /// Of the name, or of the job when it has none.
  [[nodiscard]] Location place() const;
};

/// What a job is made from besides its own keys.
struct JobRecipe {
  std::string_view module;
  JobDefaults defaults{};
  JobOrigin origin{};
  std::chrono::seconds update_every_min{1};  ///< of the command line (C-13)
};

/// Makes the job of a mapping. Wrong common keys are told to `decoder` and count as absent.
///
/// Errors    it is no mapping, or its name is refused; with place and path.
/// Lifetime  the job shares `document`, which is that of `decoder`.
[[nodiscard]] Result<JobConfig> make_job(yaml::Decoder& decoder, std::shared_ptr<const yaml::Document> document,
                                         const yaml::Node& node, const yaml::Path& path, const JobRecipe& recipe);

/// The one job of a module that no file configures (8.2): it is named after its module and has no keys.
[[nodiscard]] JobConfig dummy_job(std::string_view module, const JobDefaults& defaults,
                                  std::chrono::seconds update_every_min);

}  // namespace cppd::agent

// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/text.h>
#include <cppd/collectorapi/config.h>

#include <fmt/format.h>

#include <algorithm>

namespace cppd {
namespace {

constexpr std::string_view kCommonKeys[] = {"name",     "module", "update_every", "autodetection_retry",
                                            "priority", "labels", "vnode",        "function_only"};

}  // namespace

bool is_common_job_key(std::string_view key) { return std::ranges::find(kCommonKeys, key) != std::end(kCommonKeys); }

Error unknown_key(const yaml::Document& document, const yaml::Node& key, const std::vector<std::string_view>& known) {
  auto candidates = known;
  candidates.insert(candidates.end(), std::begin(kCommonKeys), std::end(kCommonKeys));
  const auto near = nearest(key.text(), candidates);
  auto error = invalid_input(near.empty() ? fmt::format("unknown key `{}`", key.text())
                                          : fmt::format("unknown key `{}`, did you mean `{}`?", key.text(), near));
  error.location = document.location(key);
  return error;
}

}  // namespace cppd

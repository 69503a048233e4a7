// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The rules for instance labels, V20 to V30. Private to charttpl.
#pragma once

#include <cppd/base/result.h>
#include <cppd/charttpl/spec.h>

#include <string>
#include <vector>

namespace cppd::charttpl {

/// Appends an error with its field path.
void add_error(std::vector<Error>& errors, std::string path, std::string reason);

/// `path` is that of the `instances` object.
void validate_instances(const InstancesSpec& instances, const std::string& path, std::vector<Error>& errors);

}  // namespace cppd::charttpl

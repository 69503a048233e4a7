// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The program: two faces of one file, told apart by its name. A collector outside the tree is a main() of its own:
///
///     int main(int argc, char** argv) { return cppd::main(argc, argv, {my_collector()}); }
#pragma once

#include <cppd/collectorapi/collector_info.h>

#include <vector>

namespace cppd {

/// Runs the program with the collectors of this tree and `more`. The exit status of the process.
[[nodiscard]] int main(int argc, char** argv, std::vector<CollectorInfo> more = {});

}  // namespace cppd

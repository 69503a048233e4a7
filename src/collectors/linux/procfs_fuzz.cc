// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes through every parser; names must lie inside the text.
#include <cstdlib>

#include "procfs.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cppd::linux_host;  // NOLINT(google-build-using-namespace)
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  std::vector<DiskStat> disks;
  std::vector<InterfaceStat> interfaces;
  (void)parse_stat(text);
  (void)parse_loadavg(text);
  (void)parse_meminfo(text);
  (void)parse_diskstats(text, disks);
  (void)parse_net_dev(text, interfaces);
  (void)parse_pressure(text);
  (void)parse_uptime(text);
  for (const auto& disk : disks) {
    if (disk.name.data() < text.data() || disk.name.data() + disk.name.size() > text.data() + size) std::abort();
  }
  for (const auto& interface : interfaces) {
    if (interface.name.empty()) std::abort();
  }
  return 0;
}

// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What the kernel's text files say, as plain numbers. Each function takes the whole text of one file; none touches the
/// file system. Columns that a newer kernel appends are skipped, those that an older one lacks are zero.
///
/// Source: Documentation/filesystems/proc.rst, Documentation/admin-guide/iostats.rst and
/// Documentation/accounting/psi.rst of Linux 6.1.
#pragma once

#include <cppd/base/result.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace cppd::linux_host {

enum class CpuMode : std::uint8_t { user, nice, system, idle, iowait, irq, softirq, steal, guest, guest_nice, count_ };
inline constexpr std::size_t kCpuModes = static_cast<std::size_t>(CpuMode::count_);
/// `guest_nice` for CpuMode::guest_nice.
[[nodiscard]] std::string_view cpu_mode_name(CpuMode mode);

/// Ticks since boot, by CpuMode. Guest time is taken out of user, guest_nice out of nice, so that the sum is all time.
using CpuTicks = std::array<std::uint64_t, kCpuModes>;

/// Of /proc/stat; times are those of all CPUs together.
struct Stat {
  CpuTicks ticks{};
  std::uint32_t cpu_count = 0;
  std::uint64_t context_switches = 0, interrupts = 0, forks = 0;
  std::uint64_t running = 0, blocked = 0;  ///< processes
};
/// Errors    invalid_input when the line of all CPUs is missing or a number is none; names the line.
[[nodiscard]] Result<Stat> parse_stat(std::string_view text);

/// Of /proc/loadavg.
struct LoadAverage {
  double load1 = 0, load5 = 0, load15 = 0;
  std::uint64_t active = 0;  ///< scheduling entities that exist: processes and threads
};
[[nodiscard]] Result<LoadAverage> parse_loadavg(std::string_view text);

/// Of /proc/meminfo, in bytes.
struct Memory {
  std::uint64_t total_bytes = 0, free_bytes = 0, buffers_bytes = 0, cached_bytes = 0, reclaimable_bytes = 0;
  std::uint64_t shared_bytes = 0;
  std::optional<std::uint64_t> available_bytes;  ///< since Linux 3.14

  /// Page cache and reclaimable slabs, without shared memory, which the kernel counts as cached.
  [[nodiscard]] std::uint64_t page_cache_bytes() const;
  /// What is left of the total.
  [[nodiscard]] std::uint64_t used_bytes() const;
};
/// Errors    invalid_input when MemTotal or MemFree is missing.
[[nodiscard]] Result<Memory> parse_meminfo(std::string_view text);

/// One line of /proc/diskstats: a disk or a partition.
struct DiskStat {
  std::string_view name;
  std::uint64_t reads = 0, read_sectors = 0;  ///< a sector is 512 bytes, whatever the disk's own size
  std::uint64_t writes = 0, written_sectors = 0;
  std::uint64_t busy_milliseconds = 0;
};
/// Replaces `into`.
///
/// Borrows   `text` must outlive `into`.
/// Cost      one pass; allocates only while `into` grows.
[[nodiscard]] Result<> parse_diskstats(std::string_view text, std::vector<DiskStat>& into);

struct Traffic {
  std::uint64_t bytes = 0, packets = 0, errors = 0, drops = 0;
};
/// One line of /proc/net/dev.
struct InterfaceStat {
  std::string_view name;
  Traffic received, sent;
  std::uint64_t multicast_packets = 0;  ///< received
};
/// Replaces `into`. Borrows and Cost as parse_diskstats.
[[nodiscard]] Result<> parse_net_dev(std::string_view text, std::vector<InterfaceStat>& into);

/// One line of a file in /proc/pressure: the share of time in which tasks waited for the resource.
struct Stall {
  double percent10 = 0, percent60 = 0, percent300 = 0;  ///< of the last 10, 60 and 300 seconds
  std::uint64_t total_microseconds = 0;
};
struct Pressure {
  Stall some;                 ///< at least one task waited
  std::optional<Stall> full;  ///< all tasks that were not idle waited; for the CPU since Linux 5.13
};
[[nodiscard]] Result<Pressure> parse_pressure(std::string_view text);

/// Seconds since boot. Of /proc/uptime.
[[nodiscard]] Result<double> parse_uptime(std::string_view text);

}  // namespace cppd::linux_host

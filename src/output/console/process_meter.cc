// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/output/console/process_meter.h>

#include <cppd/base/file.h>

#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <string>

namespace cppd::output {
namespace {

constexpr std::chrono::milliseconds kWindow{900};

std::chrono::microseconds cpu_time() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) {
    return std::chrono::seconds{time.tv_sec} + std::chrono::microseconds{time.tv_usec};
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

/// Source    proc(5), /proc/pid/statm: size and resident, in pages.
std::uint64_t resident_bytes() {
  std::string text;
  if (!read_pseudo_file("/proc/self/statm", text)) return 0;
  const auto space = text.find(' ');
  std::uint64_t pages = 0;
  if (space != std::string::npos) std::from_chars(text.data() + space + 1, text.data() + text.size(), pages);
  return pages * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
}

}  // namespace

ProcessMeter::ProcessMeter(const Clock& clock) : clock_{clock}, since_{clock.now()}, cpu_{cpu_time()} {}

ProcessUsage ProcessMeter::measure() {
  const auto now = clock_.now();
  const auto passed = std::chrono::duration<double>(now - since_);
  if (passed >= kWindow) {
    const auto cpu = cpu_time();
    last_.cpu_percent = 100 * std::chrono::duration<double>(cpu - cpu_).count() / passed.count();
    cpu_ = cpu;
    since_ = now;
  }
  last_.rss_bytes = resident_bytes();
  return last_;
}

}  // namespace cppd::output

// SPDX-License-Identifier: GPL-3.0-or-later
#include "procfs.h"

#include <charconv>
#include <system_error>

#include <fmt/format.h>

namespace cppd::linux_host {
namespace {

constexpr std::array<std::string_view, kCpuModes> kCpuModeNames{"user", "nice",    "system", "idle",  "iowait",
                                                                "irq",  "softirq", "steal",  "guest", "guest_nice"};

/// Takes lines off a text and words off a line.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_{text} {}

  bool next_line() {
    if (rest_.empty()) return false;
    const auto end = std::min(rest_.find('\n'), rest_.size());
    line_ = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    ++number_;
    return true;
  }

  /// The next word, empty at the end of the line.
  std::string_view word() {
    const auto begin = std::min(line_.find_first_not_of(" \t"), line_.size());
    const auto end = std::min(line_.find_first_of(" \t", begin), line_.size());
    const auto found = line_.substr(begin, end - begin);
    line_.remove_prefix(end);
    return found;
  }

  /// Everything before `separator`, which is taken too; empty when there is none.
  std::string_view until(char separator) {
    const auto end = line_.find(separator);
    if (end == std::string_view::npos) return {};
    const auto found = line_.substr(0, end);
    line_.remove_prefix(end + 1);
    return found;
  }

  /// The next word as a number; `missing` when the line has ended. Remembers a word that is none.
  template <class Number>
  Number number(Number missing = {}) {
    const auto text = word();
    if (text.empty()) {
      ended_ = true;
      return missing;
    }
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) failed_ = true;
    return value;
  }
  std::uint64_t count() { return number<std::uint64_t>(); }

  /// Skips the words that a caller has no use for.
  void skip(int words) {
    while (words-- > 0) (void)word();
  }

  [[nodiscard]] bool at_end() const { return line_.find_first_not_of(" \t") == std::string_view::npos; }
  /// A number was none, or is missing although the file's format has always had it.
  [[nodiscard]] bool damaged() const { return failed_ || ended_; }
  [[nodiscard]] bool failed() const { return failed_; }
  [[nodiscard]] Error damage(std::string_view what) const {
    return invalid_input(fmt::format("line {}: {}", number_, what));
  }

 private:
  std::string_view rest_, line_;
  std::uint32_t number_ = 0;
  bool failed_ = false;
  bool ended_ = false;
};

/// Subtracts without going below zero: the kernel updates the two at different times.
std::uint64_t minus(std::uint64_t a, std::uint64_t b) { return a > b ? a - b : 0; }

/// Reads `key=number`; false for anything else.
template <class Number>
bool read_pair(std::string_view word, std::string_view key, Number& into) {
  if (!word.starts_with(key) || word.size() <= key.size() || word[key.size()] != '=') return false;
  word.remove_prefix(key.size() + 1);
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), into);
  return error == std::errc{} && end == word.data() + word.size();
}

bool read_stall(Scanner& line, Stall& into) {
  return read_pair(line.word(), "avg10", into.percent10) && read_pair(line.word(), "avg60", into.percent60) &&
         read_pair(line.word(), "avg300", into.percent300) && read_pair(line.word(), "total", into.total_microseconds);
}

}  // namespace

std::string_view cpu_mode_name(CpuMode mode) { return kCpuModeNames.at(static_cast<std::size_t>(mode)); }

Result<Stat> parse_stat(std::string_view text) {
  Stat stat;
  bool all_cpus = false;
  for (Scanner line{text}; line.next_line();) {
    const auto name = line.word();
    if (name == "cpu") {
      all_cpus = true;
      for (auto& ticks : stat.ticks) ticks = line.count();
      if (line.failed()) return std::unexpected(line.damage("a CPU time is not a number"));
      const auto take = [&](CpuMode from, CpuMode part) {
        auto& whole = stat.ticks[static_cast<std::size_t>(from)];
        whole = minus(whole, stat.ticks[static_cast<std::size_t>(part)]);
      };
      take(CpuMode::user, CpuMode::guest);
      take(CpuMode::nice, CpuMode::guest_nice);
      continue;
    }
    if (name.starts_with("cpu")) {
      ++stat.cpu_count;
      continue;
    }
    std::uint64_t* into = nullptr;
    if (name == "ctxt") into = &stat.context_switches;
    if (name == "intr") into = &stat.interrupts;
    if (name == "processes") into = &stat.forks;
    if (name == "procs_running") into = &stat.running;
    if (name == "procs_blocked") into = &stat.blocked;
    if (into == nullptr) continue;
    *into = line.count();
    if (line.damaged()) return std::unexpected(line.damage(fmt::format("{} is not a number", name)));
  }
  if (!all_cpus) return std::unexpected(invalid_input("no line of all CPUs"));
  return stat;
}

Result<LoadAverage> parse_loadavg(std::string_view text) {
  Scanner line{text};
  LoadAverage load;
  if (!line.next_line()) return std::unexpected(invalid_input("empty"));
  load.load1 = line.number<double>();
  load.load5 = line.number<double>();
  load.load15 = line.number<double>();
  const auto entities = line.word();  // "running/all"
  const auto slash = entities.find('/');
  if (line.damaged() || slash == std::string_view::npos) return std::unexpected(line.damage("not a load average"));
  const auto all = entities.substr(slash + 1);
  const auto [end, error] = std::from_chars(all.data(), all.data() + all.size(), load.active);
  if (error != std::errc{} || end != all.data() + all.size()) return std::unexpected(line.damage("not a load average"));
  return load;
}

std::uint64_t Memory::page_cache_bytes() const { return minus(cached_bytes + reclaimable_bytes, shared_bytes); }
std::uint64_t Memory::used_bytes() const { return minus(total_bytes, free_bytes + page_cache_bytes() + buffers_bytes); }

Result<Memory> parse_meminfo(std::string_view text) {
  Memory memory;
  bool total = false;
  bool free = false;
  for (Scanner line{text}; line.next_line();) {
    const auto name = line.until(':');
    std::uint64_t* into = nullptr;
    if (name == "MemTotal") into = &memory.total_bytes, total = true;
    if (name == "MemFree") into = &memory.free_bytes, free = true;
    if (name == "MemAvailable") into = &memory.available_bytes.emplace();
    if (name == "Buffers") into = &memory.buffers_bytes;
    if (name == "Cached") into = &memory.cached_bytes;
    if (name == "SReclaimable") into = &memory.reclaimable_bytes;
    if (name == "Shmem") into = &memory.shared_bytes;
    if (into == nullptr) continue;
    *into = line.count() * 1024;
    if (line.damaged() || line.word() != "kB")
      return std::unexpected(line.damage(fmt::format("{} is not in kB", name)));
  }
  if (!total || !free) return std::unexpected(invalid_input("no MemTotal or no MemFree"));
  return memory;
}

Result<> parse_diskstats(std::string_view text, std::vector<DiskStat>& into) {
  into.clear();
  for (Scanner line{text}; line.next_line();) {
    if (line.at_end()) continue;
    DiskStat disk;
    line.skip(2);  // major, minor
    disk.name = line.word();
    disk.reads = line.count();
    line.skip(1);  // merged
    disk.read_sectors = line.count();
    line.skip(1);  // milliseconds
    disk.writes = line.count();
    line.skip(1);
    disk.written_sectors = line.count();
    line.skip(2);  // milliseconds; in flight
    disk.busy_milliseconds = line.count();
    if (line.damaged()) return std::unexpected(line.damage("not a line of disk statistics"));
    into.push_back(disk);
  }
  return ok;
}

Result<> parse_net_dev(std::string_view text, std::vector<InterfaceStat>& into) {
  into.clear();
  Scanner line{text};
  if (!line.next_line() || !line.next_line()) return std::unexpected(invalid_input("no heading"));
  while (line.next_line()) {
    if (line.at_end()) continue;
    InterfaceStat interface;
    auto name = line.until(':');
    name.remove_prefix(std::min(name.find_first_not_of(' '), name.size()));
    interface.name = name;
    for (auto* into_count : {&interface.received.bytes, &interface.received.packets, &interface.received.errors,
                             &interface.received.drops}) {
      *into_count = line.count();
    }
    line.skip(3);  // fifo, frame, compressed
    interface.multicast_packets = line.count();
    for (auto* into_count :
         {&interface.sent.bytes, &interface.sent.packets, &interface.sent.errors, &interface.sent.drops}) {
      *into_count = line.count();
    }
    if (line.damaged() || name.empty()) return std::unexpected(line.damage("not a line of interface statistics"));
    into.push_back(interface);
  }
  return ok;
}

Result<Pressure> parse_pressure(std::string_view text) {
  Pressure pressure;
  bool some = false;
  for (Scanner line{text}; line.next_line();) {
    const auto kind = line.word();
    if (kind != "some" && kind != "full") continue;
    Stall& stall = kind == "some" ? pressure.some : pressure.full.emplace();
    if (!read_stall(line, stall)) return std::unexpected(line.damage("not a line of averages and a total"));
    some = some || kind == "some";
  }
  if (!some) return std::unexpected(invalid_input("no line 'some'"));
  return pressure;
}

Result<double> parse_uptime(std::string_view text) {
  Scanner line{text};
  if (!line.next_line()) return std::unexpected(invalid_input("empty"));
  const auto seconds = line.number<double>();
  if (line.damaged()) return std::unexpected(line.damage("not an uptime"));
  return seconds;
}

}  // namespace cppd::linux_host

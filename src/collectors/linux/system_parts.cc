// SPDX-License-Identifier: GPL-3.0-or-later
#include <unistd.h>

#include <cmath>

#include "part.h"
#include "procfs.h"

namespace cppd::linux_host {
namespace {

class StatPart final : public Part {
 public:
  StatPart(const std::string& root, const metrix::SnapshotMeter& meter)
      : Part{root + "/proc/stat"},
        running_{meter.gauge("running_processes")},
        blocked_{meter.gauge("blocked_processes")},
        forks_{meter.counter("forks_total")},
        context_switches_{meter.counter("context_switches_total")},
        interrupts_{meter.counter("interrupts_total")} {
    const auto time = meter.vec("cpu_time_ratio", {"mode"}).gauge();
    for (std::size_t i = 0; i < kCpuModes; ++i) modes_[i] = time(cpu_mode_name(static_cast<CpuMode>(i)));
  }

 private:
  Result<> observe(std::string_view text) override {
    const auto stat = parse_stat(text);
    if (!stat) return std::unexpected(stat.error());
    observe_ratios(stat->ticks);
    running_.observe(static_cast<double>(stat->running));
    blocked_.observe(static_cast<double>(stat->blocked));
    forks_.observe_total(static_cast<double>(stat->forks));
    context_switches_.observe_total(static_cast<double>(stat->context_switches));
    interrupts_.observe_total(static_cast<double>(stat->interrupts));
    return ok;
  }

  /// Shares of the time since the call before; nothing the first time, and when no tick has passed.
  void observe_ratios(const CpuTicks& now) {
    CpuTicks passed{};
    std::uint64_t all = 0;
    for (std::size_t i = 0; i < kCpuModes; ++i) {
      // iowait may fall, and every counter does when a CPU goes offline.
      passed[i] = now[i] > before_[i] ? now[i] - before_[i] : 0;
      all += passed[i];
    }
    before_ = now;
    if (!std::exchange(has_before_, true) || all == 0) return;
    for (std::size_t i = 0; i < kCpuModes; ++i) {
      modes_[i].observe(static_cast<double>(passed[i]) / static_cast<double>(all));
    }
  }

  std::array<metrix::Gauge, kCpuModes> modes_;
  metrix::Gauge running_, blocked_;
  metrix::Counter forks_, context_switches_, interrupts_;
  CpuTicks before_{};
  bool has_before_ = false;
};

class LoadPart final : public Part {
 public:
  LoadPart(const std::string& root, const metrix::SnapshotMeter& meter)
      : Part{root + "/proc/loadavg"}, active_{meter.gauge("active_processes")} {
    const auto load = meter.vec("load_average_processes", {"minutes"}).gauge();
    load1_ = load("1");
    load5_ = load("5");
    load15_ = load("15");
  }

 private:
  Result<> observe(std::string_view text) override {
    const auto load = parse_loadavg(text);
    if (!load) return std::unexpected(load.error());
    load1_.observe(load->load1);
    load5_.observe(load->load5);
    load15_.observe(load->load15);
    active_.observe(static_cast<double>(load->active));
    return ok;
  }

  metrix::Gauge load1_, load5_, load15_, active_;
};

class MemoryPart final : public Part {
 public:
  MemoryPart(const std::string& root, const metrix::SnapshotMeter& meter)
      : Part{root + "/proc/meminfo"},
        free_{meter.gauge("memory_free_bytes")},
        used_{meter.gauge("memory_used_bytes")},
        cached_{meter.gauge("memory_cached_bytes")},
        buffers_{meter.gauge("memory_buffers_bytes")},
        available_{meter.gauge("memory_available_bytes")} {}

 private:
  Result<> observe(std::string_view text) override {
    const auto memory = parse_meminfo(text);
    if (!memory) return std::unexpected(memory.error());
    free_.observe(static_cast<double>(memory->free_bytes));
    used_.observe(static_cast<double>(memory->used_bytes()));
    cached_.observe(static_cast<double>(memory->page_cache_bytes()));
    buffers_.observe(static_cast<double>(memory->buffers_bytes));
    if (memory->available_bytes) available_.observe(static_cast<double>(*memory->available_bytes));
    return ok;
  }

  metrix::Gauge free_, used_, cached_, buffers_, available_;
};

class UptimePart final : public Part {
 public:
  UptimePart(const std::string& root, const metrix::SnapshotMeter& meter)
      : Part{root + "/proc/uptime"}, uptime_{meter.gauge("uptime_seconds")} {}

 private:
  Result<> observe(std::string_view text) override {
    const auto seconds = parse_uptime(text);
    if (!seconds) return std::unexpected(seconds.error());
    uptime_.observe(std::floor(*seconds));  // its chart counts whole seconds
    return ok;
  }

  metrix::Gauge uptime_;
};

/// The kernel prints two decimals of a percentage; dividing whole numbers keeps the share as short.
double share(double percent) { return std::round(percent * 100) / 1e4; }

class PressurePart final : public Part {
 public:
  PressurePart(const std::string& root, const char* resource, const metrix::SnapshotMeter& meter)
      : Part{root + "/proc/pressure/" + resource}, some_{meter, resource, "some"}, full_{meter, resource, "full"} {}

 private:
  struct Instruments {
    Instruments(const metrix::SnapshotMeter& meter, const char* resource, const char* tasks) {
      const auto ratio = meter.vec("pressure_ratio", {"resource", "tasks", "seconds"}).gauge();
      ratio10 = ratio(resource, tasks, "10");
      ratio60 = ratio(resource, tasks, "60");
      ratio300 = ratio(resource, tasks, "300");
      stall = meter.vec("pressure_stall_seconds_total", {"resource", "tasks"}).counter()(resource, tasks);
    }
    void observe(const Stall& measured) const {
      ratio10.observe(share(measured.percent10));
      ratio60.observe(share(measured.percent60));
      ratio300.observe(share(measured.percent300));
      stall.observe_total(static_cast<double>(measured.total_microseconds) / 1e6);
    }
    metrix::Gauge ratio10, ratio60, ratio300;
    metrix::Counter stall;
  };

  Result<> observe(std::string_view text) override {
    const auto pressure = parse_pressure(text);
    if (!pressure) return std::unexpected(pressure.error());
    some_.observe(pressure->some);
    if (pressure->full) full_.observe(*pressure->full);
    return ok;
  }

  Instruments some_, full_;
};

}  // namespace

void add_system_parts(Parts& parts, const metrix::SnapshotMeter& meter, const std::string& root) {
  parts.push_back(std::make_unique<StatPart>(root, meter));
  parts.push_back(std::make_unique<LoadPart>(root, meter));
  parts.push_back(std::make_unique<MemoryPart>(root, meter));
  parts.push_back(std::make_unique<UptimePart>(root, meter));
  for (const char* resource : {"cpu", "io", "memory"}) {
    // A kernel without pressure information has no such files, and one with `psi=0` does not let them be opened.
    PolledFile probe{root + "/proc/pressure/" + resource};
    if (probe.read()) parts.push_back(std::make_unique<PressurePart>(root, resource, meter));
  }
}

}  // namespace cppd::linux_host

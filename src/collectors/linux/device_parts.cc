// SPDX-License-Identifier: GPL-3.0-or-later
#include "device_list.h"
#include "part.h"
#include "procfs.h"

namespace cppd::linux_host {
namespace {

/// A total over devices that come and go: what they moved since they were met. It never falls with one that left.
class Total {
 public:
  void add(std::uint64_t before, std::uint64_t now) { sum_ += now > before ? now - before : 0; }
  [[nodiscard]] double value() const { return static_cast<double>(sum_); }

 private:
  std::uint64_t sum_ = 0;
};

/// What disks and interfaces have in common: a folder of sysfs, names, kinds, and totals over the physical ones.
struct Device {
  std::string name;
  DeviceKind kind = DeviceKind::absent;
  bool wanted = false;   ///< the patterns take the name, and it is a whole device
  bool charted = false;  ///< it has moved something, so it has instruments
  std::uint64_t in_bytes = 0, out_bytes = 0;
};

class DevicePart : public Part {
 protected:
  DevicePart(std::string path, std::string folder, matcher::SimplePatterns names, metrix::Counter in,
             metrix::Counter out)
      : Part{std::move(path)},
        folder_{std::move(folder)},
        names_{std::move(names)},
        in_bytes_{std::move(in)},
        out_bytes_{std::move(out)} {}

  void meet(Device& device, std::string_view name, std::uint64_t in_bytes, std::uint64_t out_bytes) const {
    device.name = name;
    device.in_bytes = in_bytes;
    device.out_bytes = out_bytes;
    device.kind = device_kind(folder_, name);
    device.wanted = device.kind != DeviceKind::absent && names_.matches(name);
  }

  /// Takes the device's bytes into the totals, which cover all physical devices, wanted or not.
  void add(Device& device, std::uint64_t in_bytes, std::uint64_t out_bytes) {
    if (device.kind == DeviceKind::physical) {
      in_.add(device.in_bytes, in_bytes);
      out_.add(device.out_bytes, out_bytes);
      any_physical_ = true;
    }
    device.in_bytes = in_bytes;
    device.out_bytes = out_bytes;
  }

  void observe_totals() {
    if (!any_physical_) return;
    in_bytes_.observe_total(in_.value());
    out_bytes_.observe_total(out_.value());
  }

 private:
  std::string folder_;
  matcher::SimplePatterns names_;
  metrix::Counter in_bytes_, out_bytes_;
  Total in_, out_;
  bool any_physical_ = false;
};

class DisksPart final : public DevicePart {
 public:
  DisksPart(const std::string& root, const metrix::SnapshotMeter& meter, matcher::SimplePatterns names)
      : DevicePart{root + "/proc/diskstats", root + "/sys/block", std::move(names),
                   meter.counter("disks_read_bytes_total"), meter.counter("disks_written_bytes_total")},
        read_bytes_{meter.vec("disk_read_bytes_total", {"device", "device_type"}).counter()},
        written_bytes_{meter.vec("disk_written_bytes_total", {"device", "device_type"}).counter()},
        reads_{meter.vec("disk_reads_total", {"device", "device_type"}).counter()},
        writes_{meter.vec("disk_writes_total", {"device", "device_type"}).counter()},
        busy_{meter.vec("disk_busy_seconds_total", {"device", "device_type"}).counter()} {}

 private:
  struct Disk : Device {
    metrix::Counter read_bytes, written_bytes, reads, writes, busy;
  };

  Result<> observe(std::string_view text) override {
    if (auto parsed = parse_diskstats(text, lines_); !parsed) return parsed;
    disks_.start();
    for (const auto& line : lines_) {
      const auto read = line.read_sectors * kSectorBytes;
      const auto written = line.written_sectors * kSectorBytes;
      auto& disk = disks_.next(line.name, [&] {
        Disk made;
        meet(made, line.name, read, written);
        return made;
      });
      add(disk, read, written);
      if (!disk.wanted) continue;
      if (!disk.charted) {
        if (line.reads + line.writes == 0) continue;
        chart(disk);
      }
      disk.read_bytes.observe_total(static_cast<double>(disk.in_bytes));
      disk.written_bytes.observe_total(static_cast<double>(disk.out_bytes));
      disk.reads.observe_total(static_cast<double>(line.reads));
      disk.writes.observe_total(static_cast<double>(line.writes));
      disk.busy.observe_total(static_cast<double>(line.busy_milliseconds) / 1e3);
    }
    disks_.finish();
    observe_totals();
    return ok;
  }

  void chart(Disk& disk) const {
    const auto* const type = disk.kind == DeviceKind::physical ? "physical" : "virtual";
    disk.charted = true;
    disk.read_bytes = read_bytes_(disk.name, type);
    disk.written_bytes = written_bytes_(disk.name, type);
    disk.reads = reads_(disk.name, type);
    disk.writes = writes_(disk.name, type);
    disk.busy = busy_(disk.name, type);
  }

  static constexpr std::uint64_t kSectorBytes = 512;

  metrix::Vec<metrix::Counter, 2> read_bytes_, written_bytes_, reads_, writes_, busy_;
  std::vector<DiskStat> lines_;
  DeviceList<Disk> disks_;
};

class InterfacesPart final : public DevicePart {
 public:
  InterfacesPart(const std::string& root, const metrix::SnapshotMeter& meter, matcher::SimplePatterns names)
      : DevicePart{root + "/proc/net/dev", root + "/sys/class/net", std::move(names),
                   meter.counter("interfaces_receive_bytes_total"), meter.counter("interfaces_transmit_bytes_total")},
        received_{meter, "receive"},
        sent_{meter, "transmit"},
        multicast_{meter.vec("interface_receive_multicast_packets_total", {"device", "interface_type"}).counter()} {}

 private:
  struct Direction {
    metrix::Counter bytes, packets, errors, drops;
    void observe(const Traffic& traffic) const {
      bytes.observe_total(static_cast<double>(traffic.bytes));
      packets.observe_total(static_cast<double>(traffic.packets));
      errors.observe_total(static_cast<double>(traffic.errors));
      drops.observe_total(static_cast<double>(traffic.drops));
    }
  };
  struct DirectionVecs {
    using Counters = metrix::Vec<metrix::Counter, 2>;
    DirectionVecs(const metrix::SnapshotMeter& meter, const std::string& verb) {
      const auto vec = [&](const char* what) {
        return meter.vec("interface_" + verb + what, {"device", "interface_type"}).counter();
      };
      bytes = vec("_bytes_total");
      packets = vec("_packets_total");
      errors = vec("_errors_total");
      drops = vec("_drops_total");
    }
    [[nodiscard]] Direction of(const std::string& name, const char* type) const {
      return {bytes(name, type), packets(name, type), errors(name, type), drops(name, type)};
    }
    Counters bytes, packets, errors, drops;
  };
  struct Interface : Device {
    Direction received, sent;
    metrix::Counter multicast;
  };

  Result<> observe(std::string_view text) override {
    if (auto parsed = parse_net_dev(text, lines_); !parsed) return parsed;
    interfaces_.start();
    for (const auto& line : lines_) {
      auto& interface = interfaces_.next(line.name, [&] {
        Interface made;
        meet(made, line.name, line.received.bytes, line.sent.bytes);
        return made;
      });
      add(interface, line.received.bytes, line.sent.bytes);
      if (!interface.wanted) continue;
      if (!interface.charted) {
        if (line.received.bytes + line.sent.bytes == 0) continue;
        chart(interface);
      }
      interface.received.observe(line.received);
      interface.sent.observe(line.sent);
      interface.multicast.observe_total(static_cast<double>(line.multicast_packets));
    }
    interfaces_.finish();
    observe_totals();
    return ok;
  }

  void chart(Interface& interface) const {
    const auto* const type = interface.kind == DeviceKind::physical ? "real" : "virtual";
    interface.charted = true;
    interface.received = received_.of(interface.name, type);
    interface.sent = sent_.of(interface.name, type);
    interface.multicast = multicast_(interface.name, type);
  }

  DirectionVecs received_, sent_;
  metrix::Vec<metrix::Counter, 2> multicast_;
  std::vector<InterfaceStat> lines_;
  DeviceList<Interface> interfaces_;
};

}  // namespace

void add_device_parts(Parts& parts, const metrix::SnapshotMeter& meter, const std::string& root, DeviceFilter filter) {
  parts.push_back(std::make_unique<DisksPart>(root, meter, std::move(filter.disks)));
  parts.push_back(std::make_unique<InterfacesPart>(root, meter, std::move(filter.interfaces)));
}

}  // namespace cppd::linux_host

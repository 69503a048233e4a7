// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The collector is a list of parts; each reads one file and feeds the instruments that come of it. A part that fails
/// costs its own metrics only.
#pragma once

#include <cppd/base/result.h>
#include <cppd/matcher/pattern.h>
#include <cppd/metrix/instrument.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "source.h"

namespace cppd::linux_host {

/// Threads   confined to the shard of the job.
class Part {
 public:
  explicit Part(std::string path) : file_{std::move(path)} {}
  virtual ~Part() = default;
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;

  /// Reads the file and observes what it says.
  ///
  /// Errors    name the file.
  /// Cost      allocates only when the file has grown or names something new.
  [[nodiscard]] Result<> collect();

  [[nodiscard]] const std::string& path() const { return file_.path(); }

 protected:
  [[nodiscard]] virtual Result<> observe(std::string_view text) = 0;

 private:
  PolledFile file_;
};

using Parts = std::vector<std::unique_ptr<Part>>;

/// CPU, load, memory, uptime, and pressure where the kernel measures it. (system_parts.cc)
void add_system_parts(Parts& parts, const metrix::SnapshotMeter& meter, const std::string& root);

/// Disks and network interfaces whose names the patterns take. (device_parts.cc)
struct DeviceFilter {
  matcher::SimplePatterns disks, interfaces;
};
void add_device_parts(Parts& parts, const metrix::SnapshotMeter& meter, const std::string& root, DeviceFilter filter);

}  // namespace cppd::linux_host

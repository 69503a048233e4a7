// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// A job as the test drives it: a real store, publisher and Netdata sink, and an output that takes or refuses frames.
#pragma once

#include "oracle.h"
#include "story.h"

#include <cppd/base/ledger.h>
#include <cppd/jobruntime/publisher.h>
#include <cppd/metrix/store.h>
#include <cppd/netdataapi/frame.h>

#include <memory>
#include <string>
#include <vector>

namespace cppd::property {

/// What an output does with frames that have text.
enum class Taking : std::uint8_t { all, none, all_but_first };

/// One frame, or nothing to tell.
struct Frame {
  std::string host;  ///< key of the scope
  std::string text;
  bool taken = true;
};

class Subject {
 public:
  explicit Subject(const Story& story);
  ~Subject();

  [[nodiscard]] Result<> load(const charttpl::Spec& spec);
  /// A collection; the numbers are there after it.
  void collect(const Cycle& cycle);
  [[nodiscard]] std::vector<Frame> publish(Taking taking, std::int64_t elapsed_us);
  [[nodiscard]] const jobruntime::Published& published() const { return published_; }
  [[nodiscard]] std::vector<Frame> retire();

  /// Everything that the store has for a host.
  [[nodiscard]] std::vector<Sample> samples(const std::string& scope) const;
  [[nodiscard]] std::uint64_t now() const { return store_->success_clock(); }
  [[nodiscard]] const Ledger& ledger() const { return ledger_; }

 private:
  class Output;
  void write(const Write& write);

  Ledger ledger_;
  netdataapi::FramePool pool_{4096};
  std::unique_ptr<metrix::Store> store_;
  std::unique_ptr<Output> output_;
  std::unique_ptr<jobruntime::Publisher> publisher_;
  jobruntime::Published published_;
};

}  // namespace cppd::property

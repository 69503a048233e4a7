// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// A template and captured pages, without a job: what `explain --template` and `try` work on.
#pragma once

#include <cppd/base/ledger.h>
#include <cppd/base/result.h>
#include <cppd/chartengine/explain.h>
#include <cppd/collectors/prometheus/pages.h>
#include <cppd/jobruntime/publisher.h>
#include <cppd/metrix/store.h>

#include <string>
#include <vector>

namespace cppd {

/// The pages become consecutive cycles, a second apart, as if the prometheus collector had fetched them.
///
/// Threads   confined.
class TemplateRun {
 public:
  /// `job` is the name of the job that the charts are said to be of.
  explicit TemplateRun(const std::string& job);

  /// Errors    every mistake of the template, with its place.
  [[nodiscard]] std::vector<Error> load(const std::string& template_file);
  /// One cycle; `-` reads standard input. What is wrong with single lines is in mistakes().
  ///
  /// Errors    the file cannot be read, or has no sample.
  [[nodiscard]] Result<> page(const std::string& file, jobruntime::JobOutput& output);

  [[nodiscard]] const std::vector<Error>& mistakes() const { return mistakes_; }
  [[nodiscard]] chartengine::Explanation explain() const;
  [[nodiscard]] Ledger& ledger() { return ledger_; }
  [[nodiscard]] const std::string& type_id() const { return type_id_; }

 private:
  std::string type_id_;
  Ledger ledger_;
  metrix::Store store_{{}, &ledger_};
  prometheus_collector::PageReader reader_{store_};
  jobruntime::Publisher publisher_;
  std::vector<Error> mistakes_;
  bool first_ = true;
};

}  // namespace cppd

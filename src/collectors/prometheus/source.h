// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Where pages come from: an HTTP endpoint, or a file.
#pragma once

#include <cppd/base/result.h>
#include <cppd/base/task.h>
#include <cppd/collectorapi/collector.h>
#include <cppd/kit/web/client.h>

#include <memory>
#include <string>
#include <string_view>

namespace cppd::prometheus_collector {

/// Fetches one page after the other, in pieces.
///
/// Threads   confined to the shard of its job.
class Source {
 public:
  virtual ~Source() = default;

  /// Passes the page to `sink` piece by piece.
  ///
  /// Errors    each names the URL; part of the page may have been passed before.
  /// Borrows   `sink`, until the task is done.
  [[nodiscard]] virtual Task<Result<>> fetch(web::BodySink& sink) = 0;
  /// For messages: no user information.
  [[nodiscard]] virtual const std::string& url() const = 0;

  /// By the scheme of the URL. Reads TLS files; asks nothing of the network.
  ///
  /// Errors    invalid_input for what cannot be asked.
  [[nodiscard]] static Result<std::unique_ptr<Source>> create(const JobContext& job, const web::ClientConfig& config);
};

}  // namespace cppd::prometheus_collector

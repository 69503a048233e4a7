// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What one hop of a request receives, judged as it comes. Private to this module.
#pragma once

#include <cppd/base/result.h>
#include <cppd/kit/web/client.h>

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "inflate.h"

namespace cppd::web {

/// Headers and body of one hop. Only the body of an accepted answer reaches the sink; others are read so far as it is
/// cheaper than a new connection, and dropped.
///
/// Threads   confined to its shard.
class Receiver {
 public:
  /// All header lines of a hop together, interim answers included. Patched libcurl of Debian has a bound of 300 KiB.
  static constexpr std::size_t kHeaderBytesMax = std::size_t{256} << 10;
  /// Body of an answer that nobody wants.
  static constexpr std::size_t kUnwantedBytesMax = std::size_t{256} << 10;

  explicit Receiver(InflaterPool& pool) : pool_{pool} {}
  ~Receiver() { release(); }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  /// Borrows   all three until release().
  void begin(const Request& request, BodySink& sink, std::uint64_t body_bytes_max);
  /// Whether the transfer may go on. `line` is one header line or a status line, with its line end.
  [[nodiscard]] bool header(std::string_view line) noexcept;
  [[nodiscard]] bool body(std::string_view bytes) noexcept;
  /// After the last byte: an error that was met on the way, or that the body ends too early. An exception that left the
  /// sink is thrown from here.
  [[nodiscard]] Result<> end();
  void release();

  /// An unwanted body was too long to be read: the hop is as good as complete.
  [[nodiscard]] bool cut_unwanted() const { return cut_unwanted_; }
  [[nodiscard]] bool failed() const { return failure_.has_value() || thrown_; }
  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] const std::string& content_type() const { return content_type_; }
  [[nodiscard]] const std::string& location() const { return location_; }
  [[nodiscard]] std::uint64_t body_bytes() const { return body_bytes_; }
  /// 301, 302, 303, 307 or 308 that names a place.
  [[nodiscard]] bool redirect() const;

 private:
  [[nodiscard]] bool announces_too_much(std::string_view length) const;
  [[nodiscard]] Error too_long() const;
  void start_body();
  [[nodiscard]] Result<> accept(std::string_view bytes);
  [[nodiscard]] Result<> pass_on(std::string_view bytes);
  void start_answer(std::string_view line);

  InflaterPool& pool_;
  const Request* request_ = nullptr;
  BodySink* sink_ = nullptr;
  std::uint64_t body_bytes_max_ = 0;

  std::size_t header_bytes_ = 0;
  int status_ = 0;
  bool gzip_ = false;
  bool body_started_ = false;
  bool cut_unwanted_ = false;
  std::uint64_t wire_bytes_ = 0;
  std::uint64_t body_bytes_ = 0;
  std::string content_type_;
  std::string location_;
  std::unique_ptr<Inflater> inflater_;
  std::optional<Error> failure_;
  std::exception_ptr thrown_;
};

}  // namespace cppd::web

// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Logging with levels, attributes and limits. Records go to a LogSink; the program owns one, tests bring their own.
/// Source: agent contract 1.9 (levels, limiters, attributes).
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cppd {

/// In rising order of importance; `off` silences everything.
enum class LogLevel : std::uint8_t { debug, info, notice, warning, error, off };

/// Any case; `err`, `warn` are known; `emergency`, `alert` and `critical` mean off. Empty for other words.
[[nodiscard]] std::optional<LogLevel> parse_log_level(std::string_view word);
[[nodiscard]] std::string_view log_level_name(LogLevel level);

using LogAttributes = std::vector<std::pair<std::string, std::string>>;

/// Threads   implementations are safe from any thread.
class LogSink {
 public:
  virtual ~LogSink() = default;
  virtual void write(LogLevel level, std::string_view message, const LogAttributes& attributes) = 0;
};

enum class LogFormat : std::uint8_t {
  logfmt,  ///< `time=... level=... msg=... plugin=...`, for the daemon
  human,   ///< one readable line, coloured on a terminal
};

/// Writes records to standard error, each with one write.
[[nodiscard]] std::shared_ptr<LogSink> stderr_log_sink(LogFormat format, bool coloured);

/// A cheap-to-copy handle: sink, level and attributes. Loggers derived from one another share level, mute and limits.
///
/// Threads   safe from any thread.
class Logger {
 public:
  /// Drops everything.
  Logger();
  Logger(std::shared_ptr<LogSink> sink, LogLevel level);

  /// The same logger with one more attribute on each record.
  [[nodiscard]] Logger with(std::string key, std::string value) const;

  [[nodiscard]] bool enabled(LogLevel level) const;
  void log(LogLevel level, std::string_view message) const;

  void debug(std::string_view message) const { log(LogLevel::debug, message); }
  void info(std::string_view message) const { log(LogLevel::info, message); }
  void notice(std::string_view message) const { log(LogLevel::notice, message); }
  void warning(std::string_view message) const { log(LogLevel::warning, message); }
  void error(std::string_view message) const { log(LogLevel::error, message); }

  /// A logger that lets at most `count` records of `key` pass in each window; a window of zero never ends.
  ///
  /// Cost      calls suppressed by level consume no budget. The first call for a key fixes its count and window.
  [[nodiscard]] Logger limit(std::string_view key, std::uint32_t count, std::chrono::nanoseconds window) const;
  /// At most one record of `key` until reset_once(); collectors see one per cycle.
  [[nodiscard]] Logger once(std::string_view key) const;
  void reset_once() const;

  /// While muted, nothing is written. Shared by loggers of one scope.
  void mute(bool muted) const;
  /// A logger with limits and a mute of its own; attributes and sink are kept.
  [[nodiscard]] Logger own_scope() const;

 private:
  struct Shared;
  struct Limit {
    std::string key;
    std::uint32_t count;
    std::chrono::nanoseconds window;
    bool once;
  };

  std::shared_ptr<LogSink> sink_;
  LogLevel level_ = LogLevel::off;
  std::shared_ptr<const LogAttributes> attributes_;
  std::shared_ptr<Shared> shared_;
  std::shared_ptr<const Limit> limit_;
};

}  // namespace cppd

// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/logger.h>

#include <cppd/base/clock.h>
#include <cppd/base/mutex.h>
#include <cppd/base/text.h>

#include <unistd.h>

#include <atomic>
#include <ctime>
#include <map>
#include <unordered_set>

namespace cppd {
namespace {

constexpr std::pair<std::string_view, LogLevel> kWords[] = {
    {"debug", LogLevel::debug},  {"info", LogLevel::info},       {"notice", LogLevel::notice},
    {"warn", LogLevel::warning}, {"warning", LogLevel::warning}, {"err", LogLevel::error},
    {"error", LogLevel::error},  {"emergency", LogLevel::off},   {"alert", LogLevel::off},
    {"critical", LogLevel::off},
};

/// A logfmt value: quoted when it holds anything but plain characters.
void append_value(std::string& out, std::string_view value) {
  bool plain = !value.empty();
  for (const unsigned char c : value) plain = plain && c > ' ' && c != '"' && c != '=' && c != '\\' && c != 0x7f;
  if (plain) {
    out += value;
    return;
  }
  out += '"';
  for (const char c : value) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default: out += c;
    }
  }
  out += '"';
}

std::string iso_time(WallTime now) {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  const std::time_t seconds = milliseconds / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  return fmt::format("{}.{:03}Z", text, milliseconds % 1000);
}

class StderrSink final : public LogSink {
 public:
  StderrSink(LogFormat format, bool coloured) : format_{format}, coloured_{coloured} {}

  void write(LogLevel level, std::string_view message, const LogAttributes& attributes) override {
    std::string line;
    if (format_ == LogFormat::logfmt) {
      if (!journal_) line = "time=" + iso_time(system_clock().wall()) + ' ';
      line += fmt::format("level={} msg=", log_level_name(level));
      append_value(line, message);
    } else {
      line = coloured_ ? fmt::format("\x1b[{}m{:>7}\x1b[0m ", colour(level), log_level_name(level))
                       : fmt::format("{:>7} ", log_level_name(level));
      line += message;
    }
    for (const auto& [key, value] : attributes) {
      line += ' ';
      line += key;
      line += '=';
      append_value(line, value);
    }
    line += '\n';
    // Nobody is left to tell when standard error itself fails.
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
  }

 private:
  static int colour(LogLevel level) {
    switch (level) {
      case LogLevel::error: return 31;
      case LogLevel::warning: return 33;
      case LogLevel::debug: return 90;
      default: return 36;
    }
  }

  LogFormat format_;
  bool coloured_;
  bool journal_ = ::getenv("JOURNAL_STREAM") != nullptr;
};

}  // namespace

std::optional<LogLevel> parse_log_level(std::string_view word) {
  const auto lower = ascii_lower(word);
  for (const auto& [name, level] : kWords) {
    if (lower == name) return level;
  }
  return std::nullopt;
}

std::string_view log_level_name(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return "debug";
    case LogLevel::info: return "info";
    case LogLevel::notice: return "notice";
    case LogLevel::warning: return "warning";
    case LogLevel::error: return "error";
    case LogLevel::off: break;
  }
  return "off";
}

std::shared_ptr<LogSink> stderr_log_sink(LogFormat format, bool coloured) {
  return std::make_shared<StderrSink>(format, coloured);
}

struct Logger::Shared {
  struct Window {
    SteadyTime began;
    std::uint32_t passed;
  };
  static constexpr std::size_t kKeysMax = 4096;

  std::atomic<bool> muted{false};
  Mutex mutex;
  std::map<std::string, Window, std::less<>> windows CPPD_GUARDED_BY(mutex);
  std::unordered_set<std::string> once CPPD_GUARDED_BY(mutex);
};

Logger::Logger() : attributes_{std::make_shared<LogAttributes>()}, shared_{std::make_shared<Shared>()} {}

Logger::Logger(std::shared_ptr<LogSink> sink, LogLevel level)
    : sink_{std::move(sink)},
      level_{level},
      attributes_{std::make_shared<LogAttributes>()},
      shared_{std::make_shared<Shared>()} {}

Logger Logger::with(std::string key, std::string value) const {
  auto attributes = std::make_shared<LogAttributes>(*attributes_);
  attributes->emplace_back(std::move(key), std::move(value));
  Logger copy = *this;
  copy.attributes_ = std::move(attributes);
  return copy;
}

bool Logger::enabled(LogLevel level) const {
  return sink_ && level >= level_ && level_ != LogLevel::off && !shared_->muted.load(std::memory_order_relaxed);
}

void Logger::log(LogLevel level, std::string_view message) const {
  if (!enabled(level)) return;
  if (limit_) {
    const MutexLock lock{shared_->mutex};
    if (limit_->once) {
      if (!shared_->once.insert(limit_->key).second) return;
    } else {
      const auto now = system_clock().now();
      if (shared_->windows.size() >= Shared::kKeysMax) {
        std::erase_if(shared_->windows,
                      [&](const auto& entry) { return now - entry.second.began > std::chrono::hours{1}; });
      }
      auto [entry, fresh] = shared_->windows.try_emplace(limit_->key, Shared::Window{now, 0});
      auto& window = entry->second;
      if (!fresh && limit_->window.count() > 0 && now - window.began >= limit_->window) window = {now, 0};
      if (window.passed >= limit_->count) return;
      ++window.passed;
    }
  }
  sink_->write(level, message, *attributes_);
}

Logger Logger::limit(std::string_view key, std::uint32_t count, std::chrono::nanoseconds window) const {
  Logger copy = *this;
  copy.limit_ = std::make_shared<Limit>(
      Limit{std::string{key}, std::max(count, 1u), std::max(window, std::chrono::nanoseconds{0}), false});
  return copy;
}

Logger Logger::once(std::string_view key) const {
  Logger copy = *this;
  copy.limit_ = std::make_shared<Limit>(Limit{std::string{key}, 1, std::chrono::nanoseconds{0}, true});
  return copy;
}

void Logger::reset_once() const {
  const MutexLock lock{shared_->mutex};
  shared_->once.clear();
}

void Logger::mute(bool muted) const { shared_->muted.store(muted, std::memory_order_relaxed); }

Logger Logger::own_scope() const {
  Logger copy = *this;
  copy.shared_ = std::make_shared<Shared>();
  return copy;
}

}  // namespace cppd

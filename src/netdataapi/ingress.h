// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What the daemon writes to the standard input of the plugin, in pieces of any size, as events.
/// Source: agent contract 6.1 (F-1 to F-8), P-22; diff D10, D13.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cppd::netdataapi {

/// Bytes of a command, its line end not counted.
inline constexpr std::size_t kCommandBytesMax = 15487;
/// Bytes of the payload of a call.
inline constexpr std::size_t kPayloadBytesMax = std::size_t{20} << 20;
inline constexpr std::chrono::seconds kCallTimeoutMax{120};

/// A call: `FUNCTION`, or `FUNCTION_PAYLOAD` with what came before its end.
struct Call {
  std::string uid;  ///< any text; who answers looks at valid_uid() first
  std::chrono::seconds timeout{};
  std::string method;             ///< first word of the call's text
  std::vector<std::string> args;  ///< its other words
  std::string access;
  std::string source;
  bool has_payload = false;
  std::string payload;
  std::string content_type;

  friend bool operator==(const Call&, const Call&) = default;
};

struct Cancel {
  std::string uid;
  friend bool operator==(const Cancel&, const Cancel&) = default;
};

/// A call that is not to be served, but to be answered with `status`: 400, 413 or 499. The uid is valid.
struct Reject {
  std::string uid;
  int status = 0;
  friend bool operator==(const Reject&, const Reject&) = default;
};

/// A line that is not understood and cannot be answered (diff D10).
struct SkippedLine {
  static constexpr std::size_t kStartBytesMax = 80;
  std::string start;
  friend bool operator==(const SkippedLine&, const SkippedLine&) = default;
};

/// Nothing comes after it.
struct Quit {
  friend bool operator==(const Quit&, const Quit&) = default;
};

using InputEvent = std::variant<Call, Cancel, Reject, SkippedLine, Quit>;

/// Cuts the input into events.
///
/// Shape     the same events for the same bytes, however they are cut.
/// Cost      lines are looked at where they lie; only lines and payloads that are not complete yet are copied.
///           Holds at most kPayloadBytesMax and two commands, twice that for the moment when a payload grows.
/// Threads   confined.
class Ingress {
 public:
  using Handler = std::function<void(InputEvent)>;

  /// With `short_calls`, a daemon that is too old for access and source may leave them out (diff D13).
  explicit Ingress(Handler handler, bool short_calls = false)
      : handler_{std::move(handler)}, short_calls_{short_calls} {}

  void feed(std::string_view bytes);
  /// The input has ended: what is open is refused, and no further event comes.
  void finish();

  /// Memory of lines and payloads that are not complete.
  [[nodiscard]] std::size_t held_bytes() const { return line_.capacity() + call_.payload.capacity(); }

 private:
  enum class State : std::uint8_t {
    command,    ///< between commands
    payload,    ///< in the payload of call_
    overflown,  ///< in a payload that is too long
    refused,    ///< in the payload of a call that has its answer
    ended,
  };

  void add_to_line(std::string_view piece);
  void add_to_payload(std::string_view piece);
  void end_line();
  void command_line(std::string_view line);
  void payload_line();
  [[nodiscard]] bool command_in_payload(const std::string& line);
  void begin(Call call);
  void refuse(std::string_view line);
  void skip(std::string_view line);
  void quit();
  void complete_payload();
  void cancel_payload();
  void give_up_payload(int status);
  void overflow();

  Handler handler_;
  bool short_calls_;
  State state_ = State::command;
  Call call_;
  std::size_t line_start_ = 0;  ///< of the open line in call_.payload
  std::string line_;            ///< the open line outside of a payload, or in one that is not kept
  bool line_too_long_ = false;
};

}  // namespace cppd::netdataapi

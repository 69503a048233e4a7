// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Writing YAML: block style, two columns per level, text quoted where it would read back as something else.
#pragma once

#include <cppd/base/result.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace cppd::yaml {

/// Emits one document. Keys are written with text(), each before its value.
///
/// Threads   confined.
class Writer {
 public:
  Writer();
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void begin_mapping();
  void end_mapping();
  void begin_sequence();
  void end_sequence();

  /// Text that is not UTF-8 is written as `!!binary`.
  void text(std::string_view value);
  /// As it stands, unquoted: for numbers that the caller has formatted.
  void plain(std::string_view value);
  void integer(std::int64_t value);
  void unsigned_integer(std::uint64_t value);
  void boolean(bool value);
  /// Shortest digits that read back as the same double.
  void number(double value);
  void null();

  /// The document. The writer is used up.
  ///
  /// Errors    calls that did not form one document; nothing of it is returned then.
  [[nodiscard]] Result<std::string> finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cppd::yaml

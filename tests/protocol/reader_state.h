// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What the reader remembers between lines. Private to the reader's sources: reader.cc has the stream, the hosts and
/// the table of commands, reader_charts.cc the charts, reader_control.cc the rest.
#pragma once

#include "protocol/reader.h"

#include <set>
#include <unordered_map>

namespace cppd::protocol {

class Reader::State {
 public:
  explicit State(Options options) : options_{options} {}

  void line(std::string_view text);
  void finish();

  Counters counters;
  std::vector<Violation> violations;
  std::uint64_t violation_count = 0;
  std::string rest;  ///< of a line that is not complete yet
  std::unordered_map<std::string, std::unique_ptr<Chart>> charts;

  static void key_of(std::string_view host, std::string_view id, std::string& into);

 private:
  /// Between which lines we are.
  enum class Scope : std::uint8_t { idle, definition, obsoletion, update, host_definition, result, disabled };

  struct Command {
    std::string_view name;
    std::string_view pattern;  ///< of its fields: q 'quoted', d "quoted", b bare; what follows ? is optional
    void (State::*handle)();
  };
  static const std::vector<Command>& commands();
  static bool matches(std::string_view pattern, const std::vector<Field>& fields);

  void break_rule(Rule rule, std::string what);
  void empty_line();
  void dispatch(std::string_view text);
  /// Leaves a definition or an update for what `next` begins; reports what they miss.
  void close_definition();
  void close_update(std::string_view next);
  [[nodiscard]] const std::string& field(std::size_t index) const { return line_.fields[index].text; }

  // reader.cc
  void host();
  void host_define();
  void host_label();
  void host_define_end();
  [[nodiscard]] bool hosts_allowed();

  // reader_charts.cc
  void chart();
  [[nodiscard]] bool read_chart(Chart& into, bool& obsolete);
  void label();
  void label_commit();
  void labels_are_committed();
  void dimension();
  [[nodiscard]] bool read_dimension(Dimension& into, bool& obsolete);
  void begin();
  void set();
  [[nodiscard]] Dimension* next_to_set(std::string_view id);
  void set_value(Dimension& dimension, std::string_view text);
  void variable();
  void end();

  // reader_control.cc
  void config();
  void function();
  void function_del();
  void result_begin();
  void progress();
  void disable();
  void control_frame();

  Options options_;
  Line line_;
  Scope scope_ = Scope::idle;
  bool blank_due_ = false;
  bool host_seen_ = false;
  std::string host_;  ///< selected; empty for localhost
  std::set<std::string, std::less<>> hosts_defined_;
  std::string host_being_defined_, host_label_before_;
  bool hostname_label_ = false;

  Chart* chart_ = nullptr;  ///< being defined or updated; null inside an update that was refused
  std::map<std::string, Label, std::less<>> labels_;  ///< not committed yet
  std::size_t cursor_ = 0;                            ///< place in chart_->dimensions behind the last SET
  std::string key_;
};

}  // namespace cppd::protocol

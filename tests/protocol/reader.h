// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// An independent, strict reader of what a plugin writes to the daemon. It shares no code with our emitter; every test
/// that looks at output looks through it. The rules and their sources: README.md in this folder.
#pragma once

#include "protocol/fields.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::protocol {

/// Which promise a line breaks. One name per row of the README's table.
enum class Rule : std::uint8_t {
  line_control,         ///< a control character, or a last line without LF
  line_written,         ///< fields are separated by one space and quoted as charts 5.2 shows
  line_command,         ///< the command is one of the protocol
  line_fields,          ///< as many fields as the command has, quoted or bare as it demands
  blank_after,          ///< an empty line follows HOST, HOST_DEFINE_END, END and control frames
  blank_inside,         ///< no empty line between BEGIN and END, or in a host definition
  host_selected,        ///< HOST comes before the first chart
  host_forbidden,       ///< no HOST lines for a daemon that does not know them
  host_known,           ///< HOST names localhost or a UUID that was defined
  host_define,          ///< HOST_DEFINE, its labels and its end stand together
  chart_id,             ///< type and id on both sides of the first dot, neither empty
  chart_length,         ///< type.id has at most 1200 bytes
  chart_fields,         ///< name empty; chart type, priority, interval and options valid
  chart_obsolete,       ///< only a defined chart is made obsolete, and no line belongs to it
  label_outside,        ///< CLABEL and CLABEL_COMMIT belong to a chart definition
  label_fields,         ///< key not empty, source 1 or 2
  label_commit,         ///< CLABEL_COMMIT after at least one CLABEL, and never forgotten
  dimension_outside,    ///< DIMENSION belongs to a chart definition
  dimension_fields,     ///< id not empty and equal to the name; algorithm, factors, options valid
  dimension_duplicate,  ///< no dimension twice in one definition
  dimension_obsolete,   ///< only a live dimension is made obsolete
  begin_known,          ///< BEGIN after its CHART on this host, and not after its obsoletion
  begin_fields,         ///< microseconds, when given, are a positive integer
  set_outside,          ///< SET between BEGIN and END
  set_known,            ///< SET names a live dimension of the chart
  set_duplicate,        ///< no dimension twice in one BEGIN
  set_order,            ///< dimensions keep their order from update to update
  set_integer,          ///< an integer for a dimension without type=float
  set_decimal,          ///< a fixed decimal for one with type=float
  set_shortest,         ///< no more digits than needed to read the same value back
  variable,             ///< VARIABLE CHART inside a chart definition or an update, with a number
  end_outside,          ///< END closes a BEGIN
  end_missing,          ///< a BEGIN is closed before the next chart, update or host, and before the end
  control_fields,       ///< CONFIG and FUNCTION lines are well-formed
  control_inside,       ///< control frames do not interleave with charts
  result_end,           ///< FUNCTION_RESULT_BEGIN has its end
  after_disable,        ///< nothing follows DISABLE
  count_,
};

/// `set_order` for Rule::set_order.
[[nodiscard]] std::string_view rule_name(Rule rule);

struct Violation {
  std::uint64_t line;  ///< 1-based
  Rule rule;
  std::string what;
};

struct Label {
  std::string value;
  int source = 0;

  friend bool operator==(const Label&, const Label&) = default;
};

struct Dimension {
  std::string id, algorithm;
  std::int64_t multiplier = 1, divisor = 1;
  bool hidden = false, is_float = false;
  std::string text;             ///< of the last SET; empty for a gap
  std::optional<double> value;  ///< the same as a number
  std::uint64_t sets = 0;       ///< SET lines, gaps included
  std::uint64_t seen = 0;       ///< the chart's update that set it last
  std::uint64_t defined = 0;    ///< the chart's definition that named it last
};

struct Chart {
  std::string host, id, title, units, family, context, type, plugin, module;
  std::int64_t priority = 0, update_every = 0;
  bool obsolete = false;
  std::map<std::string, Label, std::less<>> labels;
  /// Live ones in the order of their SET lines; those never set come last, in the order of definition.
  std::vector<Dimension> dimensions;
  std::uint64_t updates = 0;       ///< BEGIN lines
  std::uint64_t definitions = 0;   ///< CHART lines, the obsoleting one not counted
  std::uint64_t microseconds = 0;  ///< of the last BEGIN, 0 when it had none

  [[nodiscard]] const Dimension* dimension(std::string_view dimension_id) const;
};

struct Counters {
  std::uint64_t lines = 0, keepalives = 0;
  std::uint64_t charts = 0;  ///< CHART lines that created a chart
  std::uint64_t charts_obsoleted = 0;
  std::uint64_t dimensions = 0;  ///< DIMENSION lines that created a dimension
  std::uint64_t dimensions_obsoleted = 0;
  std::uint64_t updates = 0;         ///< BEGIN lines
  std::uint64_t sets = 0, gaps = 0;  ///< SET lines, and those among them without a value
  std::uint64_t configs = 0, functions = 0, results = 0;
};

enum class HostLines : std::uint8_t { required, optional, forbidden };

struct Options {
  HostLines hosts = HostLines::required;
  bool hosts_are_uuids = true;  ///< off for recorded vectors that use short names
};

/// Reads a stream piece by piece, keeps what it says, and lists where it breaks a rule.
///
/// Shape     a broken line is reported once and has no effect; reading goes on with the next.
/// Threads   confined.
class Reader {
 public:
  explicit Reader(Options options = {});
  ~Reader();

  /// Takes any piece of the stream; a line may span pieces.
  void feed(std::string_view piece);
  /// The stream has ended: reports what is still open.
  void finish();

  /// The first thousand; violation_count() has them all.
  [[nodiscard]] const std::vector<Violation>& violations() const;
  [[nodiscard]] std::uint64_t violation_count() const;
  /// One per line, `line 12: set_order: what`; empty when the stream is good so far.
  [[nodiscard]] std::string report() const;

  [[nodiscard]] const Counters& counters() const;

  /// The chart, obsolete or not; null when the stream never defined it. `host` is empty for localhost.
  ///
  /// Lifetime  until the next feed().
  [[nodiscard]] const Chart* chart(std::string_view id, std::string_view host = {}) const;
  /// All charts that are not obsolete, by host and id.
  [[nodiscard]] std::vector<const Chart*> live_charts() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace cppd::protocol

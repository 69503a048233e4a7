// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/reader.h"

#include <algorithm>
#include <array>
#include <tuple>

#include <fmt/format.h>

#include "protocol/reader_state.h"

namespace cppd::protocol {
namespace {

constexpr std::size_t kViolationsMax = 1000;

constexpr std::array<std::string_view, static_cast<std::size_t>(Rule::count_)> kRuleNames{
    "line_control",       "line_written",  "line_command",      "line_fields",      "blank_after",
    "blank_inside",       "host_selected", "host_forbidden",    "host_known",       "host_define",
    "chart_id",           "chart_length",  "chart_fields",      "chart_obsolete",   "label_outside",
    "label_fields",       "label_commit",  "dimension_outside", "dimension_fields", "dimension_duplicate",
    "dimension_obsolete", "begin_known",   "begin_fields",      "set_outside",      "set_known",
    "set_duplicate",      "set_order",     "set_integer",       "set_decimal",      "set_shortest",
    "variable",           "end_outside",   "end_missing",       "control_fields",   "control_inside",
    "result_end",         "after_disable"};
static_assert(!kRuleNames.back().empty(), "every rule has a name");

std::string_view fault_text(LineFault fault) {
  switch (fault) {
    case LineFault::spacing: return "fields are separated by exactly one space";
    case LineFault::open_quote: return "a quoted field does not end (does a backslash stand before its quote?)";
    case LineFault::adjacent: return "a character follows a closing quote (does a backslash stand before it?)";
    case LineFault::bare: return "a quote, backslash or equals sign in a bare field";
    case LineFault::none: break;
  }
  return "";
}

}  // namespace

std::string_view rule_name(Rule rule) { return kRuleNames.at(static_cast<std::size_t>(rule)); }

const Dimension* Chart::dimension(std::string_view dimension_id) const {
  const auto found = std::ranges::find(dimensions, dimension_id, &Dimension::id);
  return found == dimensions.end() ? nullptr : &*found;
}

Reader::Reader(Options options) : state_{std::make_unique<State>(options)} {}
Reader::~Reader() = default;

void Reader::feed(std::string_view piece) {
  std::string& rest = state_->rest;
  for (auto end = piece.find('\n'); end != std::string_view::npos; end = piece.find('\n')) {
    if (rest.empty()) {
      state_->line(piece.substr(0, end));
    } else {
      rest += piece.substr(0, end);
      state_->line(rest);
      rest.clear();
    }
    piece.remove_prefix(end + 1);
  }
  rest += piece;
}

void Reader::finish() { state_->finish(); }
const std::vector<Violation>& Reader::violations() const { return state_->violations; }
std::uint64_t Reader::violation_count() const { return state_->violation_count; }
const Counters& Reader::counters() const { return state_->counters; }

std::string Reader::report() const {
  std::string text;
  for (const auto& [line, rule, what] : state_->violations) {
    text += fmt::format("line {}: {}: {}\n", line, rule_name(rule), what);
  }
  return text;
}

const Chart* Reader::chart(std::string_view id, std::string_view host) const {
  std::string key;
  State::key_of(host, id, key);
  const auto found = state_->charts.find(key);
  return found == state_->charts.end() ? nullptr : found->second.get();
}

std::vector<const Chart*> Reader::live_charts() const {
  std::vector<const Chart*> live;
  for (const auto& [key, chart] : state_->charts) {
    if (!chart->obsolete) live.push_back(chart.get());
  }
  std::ranges::sort(live, {}, [](const Chart* chart) { return std::tie(chart->host, chart->id); });
  return live;
}

void Reader::State::key_of(std::string_view host, std::string_view id, std::string& into) {
  into.assign(host);
  into += '\n';
  into += id;
}

const std::vector<Reader::State::Command>& Reader::State::commands() {
  // The two commands of every cycle come first.
  static const std::vector<Command> all{
      {"SET", "qb?b", &State::set},
      {"BEGIN", "q?b", &State::begin},
      {"END", "", &State::end},
      {"HOST", "q", &State::host},
      {"CHART", "qqqqqqqqqqqq", &State::chart},
      {"DIMENSION", "qqqqqq", &State::dimension},
      {"CLABEL", "qqq", &State::label},
      {"CLABEL_COMMIT", "", &State::label_commit},
      {"VARIABLE", "bqbb", &State::variable},
      {"HOST_DEFINE", "qq", &State::host_define},
      {"HOST_LABEL", "qq", &State::host_label},
      {"HOST_DEFINE_END", "", &State::host_define_end},
      {"CONFIG", "bb?bbbbqqbb", &State::config},
      {"FUNCTION", "bdbddbbb", &State::function},
      {"FUNCTION_DEL", "bd", &State::function_del},
      {"FUNCTION_RESULT_BEGIN", "bbbb", &State::result_begin},
      {"FUNCTION_PROGRESS", "bbb", &State::progress},
      {"DISABLE", "", &State::disable},
  };
  return all;
}

bool Reader::State::matches(std::string_view pattern, const std::vector<Field>& fields) {
  std::size_t at = 1;
  bool optional = false;
  for (const char wanted : pattern) {
    if (wanted == '?') {
      optional = true;
      continue;
    }
    if (at == fields.size()) return optional;
    const auto quote = fields[at++].quote;
    if (quote != (wanted == 'q' ? Quote::single_quote : wanted == 'd' ? Quote::double_quote : Quote::none))
      return false;
  }
  return at == fields.size();
}

void Reader::State::break_rule(Rule rule, std::string what) {
  ++violation_count;
  if (violations.size() < kViolationsMax) violations.push_back({counters.lines, rule, std::move(what)});
}

void Reader::State::line(std::string_view text) {
  ++counters.lines;
  if (scope_ == Scope::result) {
    if (text == "FUNCTION_RESULT_END") {
      scope_ = Scope::idle;
      blank_due_ = true;
    }
    return;
  }
  if (text.empty()) return empty_line();
  if (blank_due_) {
    blank_due_ = false;
    break_rule(Rule::blank_after, "an empty line is missing before this one");
  }
  if (scope_ == Scope::disabled) return break_rule(Rule::after_disable, "a line after DISABLE");
  if (text.find_first_of(std::string_view{"\0\r", 2}) != std::string_view::npos) {
    return break_rule(Rule::line_control, "NUL or carriage return in the line");
  }
  dispatch(text);
}

void Reader::State::empty_line() {
  if (blank_due_) {
    blank_due_ = false;
  } else if (scope_ == Scope::update || scope_ == Scope::host_definition) {
    break_rule(Rule::blank_inside, "an empty line inside an update or a host definition");
  } else {
    close_definition();
    ++counters.keepalives;
  }
}

void Reader::State::dispatch(std::string_view text) {
  // A gap ends in a space after the equals sign, the one line that may.
  if (text.starts_with("SET ") && text.ends_with(" = ")) {
    text.remove_suffix(1);
  } else if (text.starts_with("SET ") && text.ends_with(" =")) {
    return break_rule(Rule::line_written, "a SET without value keeps the space after its equals sign");
  }
  split(text, line_);
  const std::string_view name = line_.fields.empty() ? std::string_view{} : std::string_view{line_.fields[0].text};
  const auto command = std::ranges::find(commands(), name, &Command::name);
  if (line_.fault != LineFault::none) {
    // A BEGIN or an END that cannot be read still opens and closes, or every line behind it would be blamed.
    if (name == "BEGIN") chart_ = nullptr, scope_ = Scope::update;
    if (name == "END") scope_ = Scope::idle, blank_due_ = true;
    return break_rule(Rule::line_written, std::string(fault_text(line_.fault)));
  }
  if (command == commands().end()) return break_rule(Rule::line_command, fmt::format("unknown command {}", name));
  if (!matches(command->pattern, line_.fields)) {
    return break_rule(Rule::line_fields, fmt::format("{} has other fields, or other quotes", name));
  }
  (this->*command->handle)();
}

void Reader::State::finish() {
  if (!rest.empty()) {
    ++counters.lines;
    break_rule(Rule::line_control, "the last line has no line feed");
  }
  close_update("the end");
  close_definition();
  if (scope_ == Scope::host_definition) break_rule(Rule::host_define, "HOST_DEFINE without its end");
  if (scope_ == Scope::result) break_rule(Rule::result_end, "FUNCTION_RESULT_BEGIN without its end");
  if (blank_due_) break_rule(Rule::blank_after, "an empty line is missing at the end");
  rest.clear();
  scope_ = Scope::idle;
  blank_due_ = false;
}

void Reader::State::close_definition() {
  labels_are_committed();
  if (scope_ == Scope::definition || scope_ == Scope::obsoletion) {
    scope_ = Scope::idle;
    chart_ = nullptr;
  }
}

void Reader::State::close_update(std::string_view next) {
  if (scope_ != Scope::update) return;
  break_rule(Rule::end_missing, fmt::format("{} before the END of {}", next, chart_ ? chart_->id : "a refused BEGIN"));
  scope_ = Scope::idle;
  chart_ = nullptr;
}

bool Reader::State::hosts_allowed() {
  if (options_.hosts != HostLines::forbidden) return true;
  break_rule(Rule::host_forbidden, "this daemon does not know HOST lines");
  return false;
}

void Reader::State::host() {
  close_update("HOST");
  close_definition();
  if (scope_ == Scope::host_definition) {
    scope_ = Scope::idle;
    break_rule(Rule::host_define, "HOST before HOST_DEFINE_END");
  }
  blank_due_ = true;
  if (!hosts_allowed()) return;
  host_seen_ = true;
  host_ = field(1);
  if (!host_.empty() && !hosts_defined_.contains(host_)) {
    break_rule(Rule::host_known, fmt::format("host '{}' was not defined", host_));
  }
}

void Reader::State::host_define() {
  close_update("HOST_DEFINE");
  close_definition();
  if (scope_ == Scope::host_definition) break_rule(Rule::host_define, "HOST_DEFINE before HOST_DEFINE_END");
  scope_ = Scope::host_definition;
  host_being_defined_ = field(1);
  host_label_before_.clear();
  hostname_label_ = false;
  if (!hosts_allowed()) return;
  if (host_being_defined_.empty() || (options_.hosts_are_uuids && !is_uuid(host_being_defined_))) {
    break_rule(Rule::host_known, fmt::format("'{}' is not a UUID", host_being_defined_));
  }
  if (field(2).empty()) break_rule(Rule::host_define, "the hostname is empty");
}

void Reader::State::host_label() {
  if (scope_ != Scope::host_definition) return break_rule(Rule::host_define, "HOST_LABEL outside a host definition");
  if (field(1).empty()) return break_rule(Rule::host_define, "a host label without a key");
  if (field(1) <= host_label_before_) return break_rule(Rule::host_define, "host labels are not in the order of keys");
  host_label_before_ = field(1);
  hostname_label_ = hostname_label_ || field(1) == "_hostname";
}

void Reader::State::host_define_end() {
  if (scope_ != Scope::host_definition) return break_rule(Rule::host_define, "HOST_DEFINE_END without HOST_DEFINE");
  scope_ = Scope::idle;
  blank_due_ = true;
  hosts_defined_.insert(host_being_defined_);
  if (!hostname_label_) break_rule(Rule::host_define, "the label _hostname is missing");
}

}  // namespace cppd::protocol

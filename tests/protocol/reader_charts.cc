// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "protocol/reader_state.h"

namespace cppd::protocol {
namespace {

constexpr std::size_t kTypeIdBytesMax = 1200;
constexpr std::array<std::string_view, 4> kChartTypes{"line", "area", "stacked", "heatmap"};
constexpr std::array<std::string_view, 4> kChartOptions{"obsolete", "detail", "hidden", "store_first"};
constexpr std::array<std::string_view, 4> kAlgorithms{"absolute", "incremental", "percentage-of-absolute-row",
                                                      "percentage-of-incremental-row"};
constexpr std::array<std::string_view, 3> kDimensionOptions{"hidden", "obsolete", "type=float"};

/// Bit i is set when `options` names known[i]; empty when it names something else, or one twice. `ordered` also asks
/// for the order of `known`.
std::optional<unsigned> read_options(std::string_view options, std::span<const std::string_view> known, bool ordered) {
  unsigned found = 0;
  while (!options.empty()) {
    const auto end = std::min(options.find(' '), options.size());
    const auto at = std::ranges::find(known, options.substr(0, end)) - known.begin();
    const unsigned bit = 1U << at;
    if (static_cast<std::size_t>(at) == known.size() || (found & bit) != 0) return std::nullopt;
    if (ordered && found > bit) return std::nullopt;
    found |= bit;
    options.remove_prefix(end);
    if (options == " ") return std::nullopt;
    if (!options.empty()) options.remove_prefix(1);
  }
  return found;
}

}  // namespace

bool Reader::State::read_chart(Chart& into, bool& obsolete) {
  into.host = host_;
  into.id = field(1);
  into.title = field(3);
  into.units = field(4);
  into.family = field(5);
  into.context = field(6);
  into.type = field(7);
  into.plugin = field(11);
  into.module = field(12);
  const auto dot = into.id.find('.');
  if (dot == 0 || dot >= into.id.size() - 1) {
    break_rule(Rule::chart_id, fmt::format("'{}' is not type.id", into.id));
    return false;
  }
  if (into.id.size() > kTypeIdBytesMax) {
    break_rule(Rule::chart_length, fmt::format("type.id has {} bytes", into.id.size()));
    return false;
  }
  const auto priority = integer(field(8));
  const auto update_every = integer(field(9));
  const auto options = read_options(field(10), kChartOptions, false);
  std::string_view wrong;
  if (!field(2).empty()) wrong = "name";
  if (std::ranges::find(kChartTypes, into.type) == kChartTypes.end()) wrong = "chart type";
  if (!priority) wrong = "priority";
  if (update_every.value_or(0) < 1) wrong = "update_every";
  if (!options) wrong = "options";
  if (!wrong.empty()) {
    break_rule(Rule::chart_fields, fmt::format("{} of {}", wrong, into.id));
    return false;
  }
  into.priority = *priority;
  into.update_every = *update_every;
  obsolete = (*options & 1U) != 0;
  return true;
}

void Reader::State::chart() {
  close_update("CHART");
  close_definition();
  if (scope_ == Scope::host_definition) {
    scope_ = Scope::idle;
    break_rule(Rule::host_define, "CHART before HOST_DEFINE_END");
  }
  if (options_.hosts == HostLines::required && !host_seen_) break_rule(Rule::host_selected, "CHART before any HOST");
  Chart read;
  bool obsolete = false;
  // A refused definition keeps its lines from being blamed one by one, as a refused BEGIN does.
  chart_ = nullptr;
  scope_ = Scope::definition;
  if (!read_chart(read, obsolete)) return;
  key_of(host_, read.id, key_);
  auto& slot = charts[key_];
  if (obsolete) {
    scope_ = Scope::obsoletion;
    if (slot == nullptr) {
      charts.erase(key_);
      return break_rule(Rule::chart_obsolete, fmt::format("{} was not defined", read.id));
    }
    if (!slot->obsolete) ++counters.charts_obsoleted;
    slot->obsolete = true;  // two owners of one chart may both say so
    return;
  }
  if (slot == nullptr || slot->obsolete) {
    slot = std::make_unique<Chart>(std::move(read));
    ++counters.charts;
  } else {
    read.labels = std::move(slot->labels);
    read.dimensions = std::move(slot->dimensions);
    read.updates = slot->updates;
    read.definitions = slot->definitions;
    read.microseconds = slot->microseconds;
    *slot = std::move(read);
  }
  ++slot->definitions;
  chart_ = slot.get();
}

void Reader::State::label() {
  if (scope_ == Scope::obsoletion) return break_rule(Rule::chart_obsolete, "a label of an obsolete chart");
  if (scope_ != Scope::definition) return break_rule(Rule::label_outside, "CLABEL outside a chart definition");
  if (field(1).empty()) return break_rule(Rule::label_fields, "a label without a key");
  if (field(3) != "1" && field(3) != "2") return break_rule(Rule::label_fields, fmt::format("source '{}'", field(3)));
  labels_.insert_or_assign(field(1), Label{field(2), field(3) == "1" ? 1 : 2});
}

void Reader::State::label_commit() {
  if (scope_ == Scope::obsoletion) return break_rule(Rule::chart_obsolete, "labels of an obsolete chart");
  if (scope_ != Scope::definition) return break_rule(Rule::label_outside, "CLABEL_COMMIT outside a chart definition");
  if (labels_.empty()) return break_rule(Rule::label_commit, "CLABEL_COMMIT without a CLABEL before it");
  if (chart_ != nullptr) chart_->labels = std::move(labels_);
  labels_.clear();
}

void Reader::State::labels_are_committed() {
  if (labels_.empty()) return;
  break_rule(Rule::label_commit, fmt::format("{} labels were not committed", labels_.size()));
  labels_.clear();
}

bool Reader::State::read_dimension(Dimension& into, bool& obsolete) {
  into.id = field(1);
  into.algorithm = field(3);
  const auto multiplier = integer(field(4));
  const auto divisor = integer(field(5));
  const auto options = read_options(field(6), kDimensionOptions, true);
  std::string_view wrong;
  if (into.id.empty()) wrong = "id";
  if (field(2) != into.id) wrong = "name";
  if (std::ranges::find(kAlgorithms, into.algorithm) == kAlgorithms.end()) wrong = "algorithm";
  if (multiplier.value_or(0) == 0) wrong = "multiplier";
  if (divisor.value_or(0) == 0) wrong = "divisor";
  if (!options) wrong = "options";
  if (!wrong.empty()) {
    break_rule(Rule::dimension_fields, fmt::format("{} of dimension '{}'", wrong, into.id));
    return false;
  }
  into.multiplier = *multiplier;
  into.divisor = *divisor;
  into.hidden = (*options & 1U) != 0;
  obsolete = (*options & 2U) != 0;
  into.is_float = (*options & 4U) != 0;
  return true;
}

void Reader::State::dimension() {
  if (scope_ == Scope::obsoletion) return break_rule(Rule::chart_obsolete, "a dimension of an obsolete chart");
  if (scope_ != Scope::definition) return break_rule(Rule::dimension_outside, "DIMENSION outside a chart definition");
  labels_are_committed();
  if (chart_ == nullptr) return;
  Dimension read;
  bool obsolete = false;
  if (!read_dimension(read, obsolete)) return;
  auto& all = chart_->dimensions;
  const auto known = std::ranges::find(all, read.id, &Dimension::id);
  if (obsolete) {
    if (known == all.end()) {
      return break_rule(Rule::dimension_obsolete, fmt::format("'{}' is not a live dimension", read.id));
    }
    all.erase(known);
    ++counters.dimensions_obsoleted;
    return;
  }
  read.defined = chart_->definitions;
  if (known == all.end()) {
    all.push_back(std::move(read));
    ++counters.dimensions;
    return;
  }
  if (known->defined == chart_->definitions) {
    return break_rule(Rule::dimension_duplicate, fmt::format("dimension '{}' twice", read.id));
  }
  read.text = std::move(known->text);
  read.value = known->value;
  read.sets = known->sets;
  read.seen = known->seen;
  *known = std::move(read);
}

void Reader::State::begin() {
  close_update("BEGIN");
  close_definition();
  if (scope_ == Scope::host_definition) break_rule(Rule::host_define, "BEGIN before HOST_DEFINE_END");
  scope_ = Scope::update;
  chart_ = nullptr;
  cursor_ = 0;
  key_of(host_, field(1), key_);
  const auto found = charts.find(key_);
  if (found == charts.end()) return break_rule(Rule::begin_known, fmt::format("'{}' was not defined", field(1)));
  if (found->second->obsolete) return break_rule(Rule::begin_known, fmt::format("'{}' is obsolete", field(1)));
  std::int64_t microseconds = 0;
  if (line_.fields.size() == 3) {
    microseconds = integer(field(2)).value_or(0);
    if (microseconds < 1) return break_rule(Rule::begin_fields, fmt::format("microseconds '{}'", field(2)));
  }
  chart_ = found->second.get();
  chart_->microseconds = static_cast<std::uint64_t>(microseconds);
  ++chart_->updates;
  ++counters.updates;
}

/// The dimension that a SET names, put in its place in the order; null when a rule is broken.
Dimension* Reader::State::next_to_set(std::string_view id) {
  auto& all = chart_->dimensions;
  auto at = cursor_;
  if (at >= all.size() || all[at].id != id) {
    at = static_cast<std::size_t>(std::ranges::find(all, id, &Dimension::id) - all.begin());
  }
  if (at == all.size()) {
    break_rule(Rule::set_known, fmt::format("{} has no dimension '{}'", chart_->id, id));
    return nullptr;
  }
  if (all[at].seen == chart_->updates) {
    break_rule(Rule::set_duplicate, fmt::format("'{}' twice in one BEGIN", id));
    return nullptr;
  }
  if (all[at].sets == 0) {
    std::rotate(all.begin() + static_cast<std::ptrdiff_t>(cursor_), all.begin() + static_cast<std::ptrdiff_t>(at),
                all.begin() + static_cast<std::ptrdiff_t>(at) + 1);
    at = cursor_;
  } else if (at < cursor_) {
    break_rule(Rule::set_order, fmt::format("'{}' came before '{}' until now", id, all[cursor_ - 1].id));
    at = cursor_ - 1;
    const auto moved = std::ranges::find(all, id, &Dimension::id);
    std::rotate(moved, moved + 1, all.begin() + static_cast<std::ptrdiff_t>(cursor_));
  }
  cursor_ = at + 1;
  return &all[at];
}

void Reader::State::set_value(Dimension& dimension, std::string_view text) {
  std::optional<double> value;
  if (dimension.is_float) {
    value = decimal(text);
    if (!value) return break_rule(Rule::set_decimal, fmt::format("'{}' is not a fixed decimal", text));
    if (!shortest(text, *value)) {
      return break_rule(Rule::set_shortest, fmt::format("'{}' has more digits than it needs", text));
    }
  } else {
    const auto whole = integer(text);
    if (!whole) return break_rule(Rule::set_integer, fmt::format("'{}' is not an integer of 64 bits", text));
    value = static_cast<double>(*whole);
  }
  dimension.value = value;
  dimension.text = text;
}

void Reader::State::set() {
  if (scope_ != Scope::update) return break_rule(Rule::set_outside, "SET outside BEGIN and END");
  if (field(2) != "=") return break_rule(Rule::line_fields, "SET without an equals sign");
  if (chart_ == nullptr) return;
  Dimension* dimension = next_to_set(field(1));
  if (dimension == nullptr) return;
  dimension->seen = chart_->updates;
  ++dimension->sets;
  ++counters.sets;
  if (line_.fields.size() == 4) return set_value(*dimension, field(3));
  ++counters.gaps;
  dimension->text.clear();
  dimension->value.reset();
}

void Reader::State::variable() {
  if (field(1) != "CHART" || field(3) != "=") return break_rule(Rule::line_fields, "VARIABLE CHART 'id' = number");
  if (scope_ != Scope::definition && scope_ != Scope::update) {
    return break_rule(Rule::variable, "VARIABLE outside a chart definition or update");
  }
  if (field(2).empty() || !decimal(field(4))) break_rule(Rule::variable, "a variable without a name or a number");
}

void Reader::State::end() {
  if (scope_ != Scope::update) return break_rule(Rule::end_outside, "END without BEGIN");
  scope_ = Scope::idle;
  chart_ = nullptr;
  blank_due_ = true;
}

}  // namespace cppd::protocol

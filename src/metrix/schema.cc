// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/text.h>
#include <cppd/metrix/schema.h>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace cppd::metrix {
namespace {

Error bad(std::string_view what) { return invalid_input(std::string{what}); }

bool ascending(const std::vector<double>& list) {
  return std::ranges::adjacent_find(list, [](double a, double b) { return !(a < b); }) == list.end();
}

Result<> take_bounds(const std::vector<double>& bounds, Schema& schema) {
  for (const double bound : bounds) {
    if (std::isnan(bound) || bound == -INFINITY) return std::unexpected(bad("a histogram bound is not a number"));
  }
  if (!ascending(bounds)) return std::unexpected(bad("histogram bounds do not ascend"));
  schema.bounds = bounds;
  if (!schema.bounds.empty() && std::isinf(schema.bounds.back())) schema.bounds.pop_back();
  return ok;
}

Result<> take_quantiles(const std::vector<double>& quantiles, Schema& schema) {
  for (const double quantile : quantiles) {
    if (!(quantile >= 0 && quantile <= 1)) return std::unexpected(bad("a summary quantile is not between 0 and 1"));
  }
  if (!ascending(quantiles)) return std::unexpected(bad("summary quantiles do not ascend"));
  schema.quantiles = quantiles;
  return ok;
}

Result<> take_states(const std::vector<std::string>& states, Schema& schema) {
  if (states.empty()) return std::unexpected(bad("a state set has no states"));
  for (std::size_t i = 0; i < states.size(); ++i) {
    if (states[i].empty()) return std::unexpected(bad("a state is empty"));
    if (std::find(states.begin(), states.begin() + static_cast<std::ptrdiff_t>(i), states[i]) !=
        states.begin() + static_cast<std::ptrdiff_t>(i))
      return std::unexpected(bad(fmt::format("state {} is given twice", states[i])));
  }
  schema.states = states;
  return ok;
}

Result<> take_fields(const std::vector<MeasureField>& fields, Schema& schema) {
  if (fields.empty()) return std::unexpected(bad("a measure set has no fields"));
  for (const auto& field : fields) {
    const auto name = std::string{trim(field.name)};
    if (name.empty()) return std::unexpected(bad("a measure set field is empty"));
    if (std::ranges::find(schema.fields, name, &MeasureField::name) != schema.fields.end())
      return std::unexpected(bad(fmt::format("measure set field {} is given twice", name)));
    schema.fields.push_back({name, field.is_float});
  }
  return ok;
}

/// Options of one kind are refused on the others.
Result<> only_for_its_kind(Kind kind, Mode mode, const InstrumentOptions& options) {
  const char* what = nullptr;
  if (!options.bounds.empty() && kind != Kind::histogram)
    what = "bounds belong to histograms";
  else if (!options.quantiles.empty() && kind != Kind::summary)
    what = "quantiles belong to summaries";
  else if (options.reservoir && (kind != Kind::summary || mode != Mode::stateful))
    what = "a reservoir belongs to stateful summaries";
  else if (options.reservoir && *options.reservoir == 0)
    what = "a reservoir holds at least one sample";
  else if ((!options.states.empty() || options.state_mode) && kind != Kind::stateset)
    what = "states belong to state sets";
  else if (!options.fields.empty() && kind != Kind::measureset)
    what = "fields belong to measure sets";
  if (what) return std::unexpected(bad(what));
  return ok;
}

}  // namespace

Result<Schema> schema_of(InstrumentKind what, Mode mode, const InstrumentOptions& options) {
  if (auto fits = only_for_its_kind(what.kind, mode, options); !fits) return std::unexpected(fits.error());
  Schema schema;
  Result<> done = ok;
  switch (what.kind) {
    case Kind::histogram:
      done = take_bounds(options.bounds, schema);
      schema.open = schema.bounds.empty() && mode == Mode::snapshot;
      if (done && schema.bounds.empty() && mode == Mode::stateful)
        done = std::unexpected(bad("a stateful histogram needs bounds"));
      break;
    case Kind::summary:
      done = take_quantiles(options.quantiles, schema);
      if (!options.quantiles.empty()) schema.reservoir = options.reservoir.value_or(kReservoirDefault);
      break;
    case Kind::stateset:
      done = take_states(options.states, schema);
      schema.state_mode = options.state_mode.value_or(StateMode::bitset);
      break;
    case Kind::measureset:
      done = take_fields(options.fields, schema);
      schema.counter_fields = what.counter_fields;
      break;
    default: break;
  }
  if (!done) return std::unexpected(done.error());
  return schema;
}

std::vector<PartPlan> plan_parts(std::string_view name, Kind kind, const Schema& schema) {
  std::vector<PartPlan> parts;
  const auto add_total = [&](std::string_view suffix, Role role) {
    parts.push_back({.name = fmt::format("{}_{}", name, suffix), .kind = Kind::counter, .role = role});
  };
  const auto add_bucket = [&](std::string le) {
    parts.push_back({.name = fmt::format("{}_bucket", name),
                     .key = "le",
                     .value = std::move(le),
                     .kind = Kind::counter,
                     .role = Role::histogram_bucket});
  };
  switch (kind) {
    case Kind::histogram:
      for (const double bound : schema.bounds) add_bucket(bound_text(bound));
      add_bucket("+Inf");
      add_total("count", Role::histogram_count);
      add_total("sum", Role::histogram_sum);
      break;
    case Kind::summary:
      for (const double quantile : schema.quantiles) {
        parts.push_back({.name = std::string{name},
                         .key = "quantile",
                         .value = bound_text(quantile),
                         .role = Role::summary_quantile});
      }
      add_total("count", Role::summary_count);
      add_total("sum", Role::summary_sum);
      break;
    case Kind::stateset:
      for (const auto& state : schema.states) {
        parts.push_back(
            {.name = std::string{name}, .key = std::string{name}, .value = state, .role = Role::stateset_state});
      }
      break;
    case Kind::measureset:
      for (const auto& field : schema.fields) {
        parts.push_back({.name = fmt::format("{}_{}", name, field.name),
                         .key = "measure_field",
                         .value = field.name,
                         .kind = schema.counter_fields ? Kind::counter : Kind::gauge,
                         .role = Role::measureset_field,
                         .is_float = field.is_float});
      }
      break;
    default: break;
  }
  return parts;
}

std::string reserved_key_of(std::string_view name, Kind kind) {
  switch (kind) {
    case Kind::histogram: return "le";
    case Kind::summary: return "quantile";
    case Kind::stateset: return std::string{name};
    case Kind::measureset: return "measure_field";
    default: return {};
  }
}

std::string bound_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  constexpr int kPlainMin = -4;  // exponents of the first digit that are written without one
  constexpr int kPlainMax = 5;
  char buffer[40];
  auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
  const std::string_view text{buffer, static_cast<std::size_t>(end - buffer)};
  const auto mark = text.find('e');
  const auto digits_of_exponent = text.substr(text[mark + 1] == '+' ? mark + 2 : mark + 1);
  int exponent = 0;
  std::from_chars(digits_of_exponent.data(), digits_of_exponent.data() + digits_of_exponent.size(), exponent);
  if (exponent < kPlainMin || exponent > kPlainMax) return std::string{text};
  end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed).ptr;
  return {buffer, end};
}

}  // namespace cppd::metrix

// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/internal_error.h>
#include <cppd/base/text.h>
#include <cppd/chartemit/netdata_sink.h>
#include <cppd/netdataapi/lines.h>
#include <cppd/netdataapi/number.h>
#include <cppd/netdataapi/sanitize.h>
#include <cppd/netdataapi/wire.h>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>

namespace cppd::chartemit {
namespace {

using chartengine::Engine;
using chartengine::Plan;

constexpr std::string_view kSetHead = "SET '";
constexpr std::string_view kVariableHead = "VARIABLE CHART '";
constexpr std::string_view kEquals = "' = ";

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !std::isxdigit(static_cast<unsigned char>(text[i]))) return false;
  }
  return true;
}

char* put(char* at, std::string_view text) {
  std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

/// What stands behind the id of a BEGIN line. Its length.
std::size_t elapsed_text(char* text, std::int64_t elapsed_us) {
  char* at = text;
  *at++ = '\'';
  if (elapsed_us > 0) {
    *at++ = ' ';
    at = netdataapi::write_integer(at, elapsed_us);
  }
  *at++ = '\n';
  return static_cast<std::size_t>(at - text);
}

}  // namespace

Result<> NetdataSink::select_host(const metrix::HostScope& host, bool define) {
  const bool own = host.key.empty() && host.guid.empty();
  if (!own) {
    if (auto usable = check_host(host, define); !usable) {
      ledger_->count(LossReason::host_scope_refused, host.key.empty() ? host.hostname : host.key);
      return usable;
    }
  }
  next_guid_ = trim(host.guid);
  definition_ = !own && define ? definition_of(host) : std::string{};
  return ok;
}

Result<> NetdataSink::check_host(const metrix::HostScope& host, bool define) const {
  if (!host_lines_) return std::unexpected(invalid_input("host scope: the daemon is too old for virtual hosts"));
  const auto guid = trim(host.guid);
  if (guid.empty()) return std::unexpected(invalid_input("host scope: guid is required"));
  if (netdataapi::clean_value(guid) != guid || !is_uuid(guid)) {
    return std::unexpected(invalid_input(fmt::format("host scope: {:?} is not a UUID", guid)));
  }
  if (define && (blank(host.hostname) || netdataapi::clean_value(host.hostname) != host.hostname)) {
    return std::unexpected(invalid_input("host scope: hostname is blank or cannot be written"));
  }
  return ok;
}

std::string NetdataSink::definition_of(const metrix::HostScope& host) const {
  // In the order of the keys as they are on the wire; of keys that are one there, the first counts (charts K18).
  std::map<std::string, std::string_view> labels;
  std::size_t text_bytes = host.hostname.size();
  for (const auto& [key, value] : host.labels) {
    if (auto clean = netdataapi::clean_id(key); !clean.empty()) labels.emplace(std::move(clean), value);
    text_bytes += key.size() + value.size();
  }
  labels.emplace("_hostname", host.hostname);

  constexpr std::size_t kLineBytes = 64;  // besides its texts
  netdataapi::FramePool pool{(text_bytes + (labels.size() + 3) * kLineBytes) / netdataapi::kPieceBytes + 1};
  netdataapi::Frame lines{pool};
  netdataapi::write_host_define(lines, next_guid_, host.hostname);
  for (const auto& [key, value] : labels) netdataapi::put_host_label(lines, key, netdataapi::clean_value(value));
  netdataapi::write_host_define_end(lines);
  return lines.text();
}

void NetdataSink::host() {
  if (!host_lines_) return;
  netdataapi::write_host(*frame_, guid_);
}

void NetdataSink::chart(const Engine& engine, std::uint32_t chart, bool obsolete) {
  definition_writer_.chart(engine.chart_meta(chart), engine.wire_chart_id(chart), obsolete);
}

void NetdataSink::dimension(const Engine& engine, std::uint32_t name, std::uint32_t attributes, bool obsolete) {
  const auto text = engine.wire_dimension_name(name);
  if (!text.empty()) definition_writer_.dimension(engine.attributes(attributes), text, obsolete);
}

void NetdataSink::labels(const Engine& engine, const Plan& plan, const Plan::Labelled& labelled) {
  definition_writer_.labels(engine, std::span{plan.labels}.subspan(labelled.first_label, labelled.label_count));
}

void NetdataSink::definitions(const Engine& engine, const Plan& plan) {
  for (const auto& fresh : plan.new_dimensions) {
    const auto name = engine.dimensions(fresh.chart)[fresh.dimension].name;
    if (!engine.wire_dimension_name(name).empty()) continue;
    ledger_->count(LossReason::wire_text_refused, engine.dimension_name(name), 0);  // its values are counted
  }

  // New charts with their dimensions, then charts that only gained dimensions; both lists are in the order of chart
  // ids.
  auto next = plan.new_dimensions.begin();
  const auto skip_to = [&](std::uint32_t chart) {
    while (next != plan.new_dimensions.end() && next->chart != chart) ++next;
  };
  const auto write_dimensions = [&](std::uint32_t of) {
    for (; next != plan.new_dimensions.end() && next->chart == of; ++next) {
      const auto& shape = engine.dimensions(of)[next->dimension];
      dimension(engine, shape.name, shape.attributes, false);
    }
  };
  for (const auto& created : plan.created) {
    chart(engine, created.chart, false);
    labels(engine, plan, created);
    skip_to(created.chart);
    write_dimensions(created.chart);
  }
  auto created = plan.created.begin();
  for (next = plan.new_dimensions.begin(); next != plan.new_dimensions.end();) {
    const auto of = next->chart;
    while (created != plan.created.end() && created->chart != of &&
           engine.chart_id(created->chart) < engine.chart_id(of)) {
      ++created;
    }
    if (created != plan.created.end() && created->chart == of) {
      while (next != plan.new_dimensions.end() && next->chart == of) ++next;
      continue;
    }
    chart(engine, of, false);
    write_dimensions(of);
  }
  for (const auto& relabelled : plan.relabelled) {
    chart(engine, relabelled.chart, false);
    labels(engine, plan, relabelled);
  }
  // Definitions that changed while their chart lives (diff D5).
  for (const auto redefined : plan.redefined) chart(engine, redefined, false);
  for (const auto& redefined : plan.redefined_dimensions) {
    chart(engine, redefined.chart, false);
    const auto& shape = engine.dimensions(redefined.chart)[redefined.dimension];
    dimension(engine, shape.name, shape.attributes, false);
  }
}

void NetdataSink::updates(const Engine& engine, const Plan& plan, const Moment& moment) {
  char after_id_text[32];
  const std::string_view after_id{after_id_text, elapsed_text(after_id_text, moment.elapsed_us)};
  const auto* attributes = engine.attributes();
  for (const auto& update : plan.updates) {
    const auto id = engine.wire_chart_id(update.chart);
    char* at = frame_->reserve(begin_.size() + id.size() + after_id.size());
    if (at == nullptr) return;
    at = put(at, begin_);
    at = put(at, id);
    frame_->advance(put(at, after_id));
    const double* value = plan.values.data() + update.first_value;
    for (const auto& shape : engine.dimensions(update.chart)) {
      if (!shape.listed) continue;
      const double number = *value++;
      const auto name = engine.wire_dimension_name(shape.name);
      if (name.empty()) {  // the receiver would refuse it (D7)
        if (std::isfinite(number)) ledger_->count(LossReason::wire_text_refused);
        continue;
      }
      at = frame_->reserve(kVariableHead.size() + name.size() + netdataapi::kNumberBytesMax + 16);
      if (at == nullptr) return;
      if (shape.variable) [[unlikely]] {
        frame_->advance(variable(at, name, number));
        continue;
      }
      at = put(at, kSetHead);
      at = put(at, name);
      at = put(at, kEquals);
      at = attributes[shape.attributes].is_float ? float_value(at, number) : integer_value(at, number);
      *at++ = '\n';
      frame_->advance(at);
    }
    frame_->append("END\n\n");
  }
}

/// One without a value is not told: the reader keeps the last.
char* NetdataSink::variable(char* at, std::string_view name, double number) {
  if (!std::isfinite(number)) return at;
  at = put(at, kVariableHead);
  at = put(at, name);
  at = put(at, kEquals);
  at = netdataapi::write_float(at, number);
  *at++ = '\n';
  return at;
}

char* NetdataSink::float_value(char* at, double number) {
  return std::isfinite(number) ? netdataapi::write_float(at, number) : at;
}

char* NetdataSink::integer_value(char* at, double number) {
  if (const auto integer = netdataapi::to_integer(number)) [[likely]] {
    if (static_cast<double>(*integer) != number) ledger_->count(LossReason::value_truncated);
    return netdataapi::write_integer(at, *integer);
  }
  if (!std::isfinite(number)) return at;
  ledger_->count(LossReason::value_out_of_range);  // the number is that of the reference on x86-64
  return netdataapi::write_integer(at, std::numeric_limits<std::int64_t>::min());
}

void NetdataSink::removals(const Engine& engine, const Plan& plan) {
  for (const auto& removed : plan.removed_dimensions) {
    chart(engine, removed.chart, false);
    dimension(engine, removed.name, removed.attributes, true);
  }
  for (const auto removed : plan.removed_charts) chart(engine, removed, true);
}

Result<> NetdataSink::emit(const Engine& engine, const Plan& plan, const Environment& environment,
                           const Moment& moment) {
  require(frame_ != nullptr, "a frame is chosen before a plan is emitted");
  if (begin_.empty() && netdataapi::clean_id(environment.type_id).empty()) {
    return std::unexpected(invalid_input("type id is blank"));
  }
  if (plan.empty()) return ok;
  if (environment_ != &environment || begin_.empty()) {
    environment_ = &environment;
    begin_ = fmt::format("BEGIN '{}.", netdataapi::clean_id(environment.type_id));
    definition_writer_.describe(environment);
  }
  if (!definition_.empty()) {
    frame_->append(definition_);
    std::string{}.swap(definition_);
  }
  guid_ = next_guid_;
  definition_writer_.begin(*frame_);
  host();
  definitions(engine, plan);
  updates(engine, plan, moment);
  removals(engine, plan);
  return ok;
}

void NetdataSink::retire(const Engine& engine, const Environment& environment) {
  const auto charts = engine.materialized();
  if (charts.empty()) return;
  if (environment_ != &environment) definition_writer_.describe(environment);
  environment_ = &environment;
  definition_writer_.begin(*frame_);
  host();
  for (const auto index : charts) chart(engine, index, true);
}

}  // namespace cppd::chartemit

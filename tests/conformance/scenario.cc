// SPDX-License-Identifier: GPL-3.0-or-later
#include "scenario.h"

#include <cppd/chartemit/netdata_sink.h>
#include <cppd/charttpl/decode.h>
#include <cppd/metrix/reader.h>
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "protocol/reader.h"

namespace cppd::conformance {
namespace {

using nlohmann::json;

json number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return value;
}

charttpl::EngineSpec engine_policy(const json& job) {
  charttpl::EngineSpec spec;
  if (!job.contains("engine")) return spec;
  const auto& engine = job["engine"];
  const auto selector = [](const json& from) {
    return charttpl::SelectorSpec{from.value("allow", std::vector<std::string>{}),
                                  from.value("deny", std::vector<std::string>{})};
  };
  if (engine.contains("selector")) spec.selector = selector(engine["selector"]);
  if (engine.contains("autogen")) {
    const auto& from = engine["autogen"];
    charttpl::AutogenSpec autogen;
    autogen.enabled = from.value("enabled", false);
    autogen.max_type_id_len = from.value("max_type_id_len", std::int64_t{0});
    autogen.expire_after_success_cycles = from.value("expire_after_success_cycles", std::uint64_t{0});
    for (const auto& rule : from.value("rules", json::array())) {
      autogen.rules.push_back({rule.at("scope").get<std::string>(), selector(rule.at("selector"))});
    }
    spec.autogen = std::move(autogen);
  }
  return spec;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

}  // namespace

/// Collects text, and fails when the case says so.
class ScenarioOutput final : public jobruntime::JobOutput {
 public:
  ScenarioOutput(netdataapi::FramePool& pool, Ledger& ledger) : pool_{pool}, ledger_{ledger} {}

  [[nodiscard]] bool ready() const override { return true; }
  [[nodiscard]] std::unique_ptr<jobruntime::HostOutput> open_host(const std::string& key) override {
    return std::make_unique<Host>(*this, key);
  }
  void begin_cycle(std::vector<int> failing_calls) {
    failing_calls_ = std::move(failing_calls);
    calls_ = 0;
    text_.clear();
    scopes_ = json::array();
  }
  [[nodiscard]] std::vector<std::string> lines() const { return lines_of(text_); }
  /// Hosts whose plan was encoded, and what was in it.
  [[nodiscard]] const json& scopes() const { return scopes_; }

 private:
  class Host final : public jobruntime::HostOutput {
   public:
    Host(ScenarioOutput& all, std::string key) : all_{all}, key_{std::move(key)}, sink_{all.ledger_} {}
    Result<> select(const metrix::HostScope& host, bool define) override { return sink_.select_host(host, define); }
    std::expected<void, jobruntime::DeliveryFailure> deliver(const chartengine::Engine& engine,
                                                             const chartengine::Plan& plan,
                                                             const chartemit::Environment& environment,
                                                             const chartemit::Moment& moment) override {
      using jobruntime::DeliveryFailure;
      using jobruntime::DeliveryStep;
      netdataapi::Frame frame{all_.pool_};
      sink_.write_to(frame);
      if (auto done = sink_.emit(engine, plan, environment, moment); !done) {
        return std::unexpected(DeliveryFailure{DeliveryStep::emit, std::move(done.error())});
      }
      all_.scopes_.push_back({{"scope", key_}, {"actions", actions_of(plan)}});
      if (auto done = all_.call(frame); !done) {
        return std::unexpected(DeliveryFailure{DeliveryStep::output, std::move(done.error())});
      }
      return {};
    }
    Result<> retire(const chartengine::Engine& engine, const chartemit::Environment& environment) override {
      netdataapi::Frame frame{all_.pool_};
      sink_.write_to(frame);
      sink_.retire(engine, environment);
      return all_.call(frame);
    }

   private:
    ScenarioOutput& all_;
    std::string key_;
    chartemit::NetdataSink sink_;
  };

  /// One output call; none when there is no text.
  Result<> call(const netdataapi::Frame& frame) {
    if (frame.empty()) return ok;
    if (std::ranges::find(failing_calls_, calls_++) != failing_calls_.end()) {
      return std::unexpected(unavailable("scripted write failure"));
    }
    text_ += frame.text();
    return ok;
  }
  static json actions_of(const chartengine::Plan& plan) {
    json actions = json::object();
    const auto put = [&](const char* kind, std::size_t count) {
      if (count > 0) actions[kind] = count;
    };
    put("create_chart", plan.created.size());
    put("create_dimension", plan.new_dimensions.size());
    put("update_chart_labels", plan.relabelled.size());
    put("update_chart", plan.updates.size());
    put("remove_dimension", plan.removed_dimensions.size());
    put("remove_chart", plan.removed_charts.size());
    return actions;
  }

  netdataapi::FramePool& pool_;
  Ledger& ledger_;
  std::vector<int> failing_calls_;
  int calls_ = 0;
  std::string text_;
  json scopes_ = json::array();
};

std::string protocol_violations(const std::string& text) {
  protocol::Reader reader;
  reader.feed(text);
  reader.finish();
  return reader.report();
}

Scenario::Scenario(const json& body) : body_{body} {
  const auto job = body.value("job", json::object());
  const auto store = body.value("store", json::object());
  metrix::StoreOptions options{.expire_after_success_cycles = store.value("expire", 10u),
                               .max_series = static_cast<std::uint32_t>(std::max(0, store.value("max_series", 0)))};
  if (store.contains("grace")) options.descriptor_grace_cycles = store["grace"].get<std::uint32_t>();
  store_ = std::make_unique<metrix::Store>(options, &ledger_);
  const auto module = job.value("module", std::string{"app"});
  const auto name = job.value("name", std::string{"job"});
  jobruntime::PublisherOptions publishing{.ledger = &ledger_, .catch_up = false};
  auto& environment = publishing.environment;
  environment.type_id = job.value("full_name", module == name ? name : module + "_" + name);
  environment.update_every = job.value("update_every", 1);
  environment.plugin = job.value("plugin", std::string{"go.d.plugin"});
  environment.module = module;
  environment.job = name;
  for (const auto& [key, value] : job.value("labels", json::object()).items()) {
    environment.labels.emplace_back(key, value.get<std::string>());
  }
  std::ranges::sort(environment.labels);
  output_ = std::make_unique<ScenarioOutput>(pool_, ledger_);
  publisher_ = std::make_unique<jobruntime::Publisher>(std::move(publishing));
}

Scenario::~Scenario() = default;

void Scenario::set_node(const json& node) {
  const auto job = body_.value("job", json::object());
  publisher_->set_node(host_scope_of(node), job.value("vnode_owner", std::string{"job"}) == "job");
}

bool Scenario::load() {
  for (const auto& spec : body_.at("instruments")) {
    auto instrument = std::make_unique<ScenarioInstrument>(*store_, spec);
    auto& kept = *instrument;
    instruments_[spec.at("id").get<std::string>()] = std::move(instrument);
    if (kept.declared_at_start() && !kept.declare()) {
      load_error_ = kept.error();
      return false;
    }
  }
  const auto spec = charttpl::decode(body_.at("template").get<std::string>());
  if (!spec) {
    load_error_ = spec.error().text();
    return false;
  }
  const auto job = body_.value("job", json::object());
  const auto loaded = publisher_->load(*spec, engine_policy(job));
  if (loaded && job.contains("vnode")) set_node(job["vnode"]);
  if (!loaded) load_error_ = loaded.error().text();
  return loaded.has_value();
}

json Scenario::run(const json& cycle) {
  json got{{"ok", true}, {"outcome", "ok"}, {"lines", json::array()}};
  const auto& expect = cycle.at("expect");
  if (cycle.contains("vnode")) set_node(cycle["vnode"]);
  output_->begin_cycle(cycle.value("fail_output", std::vector<int>{}));
  store_->begin();
  const auto end = cycle.value("end", std::string{"commit"});
  for (const auto& one : cycle.value("writes", json::array()))
    (void)instruments_.at(one.at("i").get<std::string>())->write(one);
  if (end == "commit") {
    store_->commit();
    publish(cycle, got);
  } else {
    store_->abort();
    got["ok"] = false;
    got["outcome"] = end == "error" ? "collect_error" : "panic";
  }
  first_ = false;
  got["lines"] = output_->lines();
  if (expect.contains("scopes")) got["scopes"] = output_->scopes();
  if (expect.contains("log")) got["log"] = expect["log"];  // information only
  if (expect.contains("store")) got["store"] = dump();
  if (got.contains("scopes") && expect.contains("scopes")) {
    for (std::size_t i = 0; i < std::min(got["scopes"].size(), expect["scopes"].size()); ++i) {
      got["scopes"][i]["inferred"] = expect["scopes"][i].value("inferred", 0);  // an inner fact of the reference
    }
  }
  return got;
}

void Scenario::publish(const json& cycle, json& got) {
  const auto update_every = std::max<std::int64_t>(1, publisher_->environment().update_every);
  const auto elapsed = cycle.value("elapsed_us", first_ ? 0 : update_every * 1'000'000);
  const auto published = publisher_->publish(*store_, *output_, {.elapsed_us = elapsed});
  if (!published.failure) return;
  got["ok"] = published.succeeded();
  got["outcome"] = fmt::format("{}{}_error", published.succeeded() ? "partial_" : "",
                               jobruntime::delivery_step_name(published.failure->step));
}

json Scenario::clean_up() {
  output_->begin_cycle({});
  publisher_->retire();
  return output_->lines();
}

json Scenario::dump() const {
  const auto& meta = store_->meta();
  json out{
      {"attempt", meta.last_attempt_seq},    {"status", std::string{metrix::status_name(meta.last_attempt_status)}},
      {"success", meta.last_success_seq},    {"evicted_descriptors", meta.evicted_descriptors},
      {"dropped_names", meta.dropped_names}, {"series", json::array()}};
  for (const auto scope : store_->host_scopes()) dump_scope(store_->host_scope(scope).key, out["series"]);
  return out;
}

void Scenario::dump_scope(const std::string& key, json& series) const {
  const metrix::Reader reader{*store_, {.raw = true, .flatten = true, .scope = key}};
  std::vector<Label> labels;
  for (const auto id : reader.series()) {
    const auto meta = reader.meta(id);
    reader.labels(id, labels);
    json label_list = json::array();
    for (const auto& label : labels)
      label_list.push_back(json::array({std::string{label.key}, std::string{label.value}}));
    const auto delta = reader.delta(id);
    series.push_back({{"scope", key},
                      {"name", std::string{reader.name(id)}},
                      {"labels", label_list},
                      {"value", number_text(reader.value(id))},
                      {"delta", delta ? number_text(*delta) : json{}},
                      {"kind", std::string{metrix::kind_name(meta.kind)}},
                      {"source", std::string{metrix::kind_name(meta.source)}},
                      {"role", std::string{metrix::role_name(meta.role)}},
                      {"seen", meta.last_seen_success_seq},
                      {"fresh", store_->visible(id)}});
  }
}

bool Scenario::explains(const std::string& difference) const {
  std::ifstream file{CPPD_SOURCE_DIR "/docs/differences.md"};
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(fmt::format("| {} |", difference))) continue;
    const auto begin = line.find('|', 1) + 1;
    std::istringstream reasons{line.substr(begin, line.find('|', begin) - begin)};
    for (std::string word; reasons >> word;) {
      if (word == "-") return true;
      std::erase_if(word, [](char c) { return c == '`' || c == ','; });
      for (std::size_t i = 0; i < kLossReasons; ++i) {
        const auto reason = static_cast<LossReason>(i);
        if (loss_reason_name(reason) == word && ledger_.counted(reason) > 0) return true;
      }
    }
  }
  return false;
}

}  // namespace cppd::conformance

// SPDX-License-Identifier: GPL-3.0-or-later
#include "subject.h"

#include <cppd/chartemit/netdata_sink.h>
#include <cppd/metrix/instrument.h>
#include <cppd/metrix/reader.h>

#include <cmath>

namespace cppd::property {

using metrix::Kind;

class Subject::Output final : public jobruntime::JobOutput {
 public:
  Output(netdataapi::FramePool& pool, Ledger& ledger) : pool_{pool}, ledger_{ledger} {}
  [[nodiscard]] bool ready() const override { return true; }
  [[nodiscard]] std::unique_ptr<jobruntime::HostOutput> open_host(const std::string& key) override {
    return std::make_unique<Host>(*this, key);
  }

  Taking taking = Taking::all;
  std::vector<Frame> frames;

 private:
  class Host final : public jobruntime::HostOutput {
   public:
    Host(Output& all, std::string key) : all_{all}, key_{std::move(key)}, sink_{all.ledger_} {}
    Result<> select(const metrix::HostScope& host, bool define) override { return sink_.select_host(host, define); }
    std::expected<void, jobruntime::DeliveryFailure> deliver(const chartengine::Engine& engine,
                                                             const chartengine::Plan& plan,
                                                             const chartemit::Environment& environment,
                                                             const chartemit::Moment& moment) override {
      using jobruntime::DeliveryFailure;
      using jobruntime::DeliveryStep;
      netdataapi::Frame frame{all_.pool_};
      sink_.write_to(frame);
      if (auto done = sink_.emit(engine, plan, environment, moment); !done)
        return std::unexpected(DeliveryFailure{DeliveryStep::emit, std::move(done.error())});
      if (all_.take(key_, frame.text())) return {};
      return std::unexpected(DeliveryFailure{DeliveryStep::output, unavailable("refused")});
    }
    Result<> retire(const chartengine::Engine& engine, const chartemit::Environment& environment) override {
      netdataapi::Frame frame{all_.pool_};
      sink_.write_to(frame);
      sink_.retire(engine, environment);
      all_.take(key_, frame.text());
      return ok;
    }

   private:
    Output& all_;
    std::string key_;
    chartemit::NetdataSink sink_;
  };

  bool take(const std::string& key, std::string text) {
    const bool refused = !text.empty() && taking != Taking::all;
    if (refused && taking == Taking::all_but_first) taking = Taking::all;
    frames.push_back({key, std::move(text), !refused});
    return !refused;
  }

  netdataapi::FramePool& pool_;
  Ledger& ledger_;
};

Subject::Subject(const Story& story)
    : store_{std::make_unique<metrix::Store>(story.store, &ledger_)},
      output_{std::make_unique<Output>(pool_, ledger_)} {
  jobruntime::PublisherOptions options{.ledger = &ledger_};
  options.environment = {.type_id = "app_job",
                         .update_every = 1,
                         .plugin = "go.d.plugin",
                         .module = "app",
                         .job = story.job,
                         .labels = story.job_labels};
  publisher_ = std::make_unique<jobruntime::Publisher>(std::move(options));
}

Subject::~Subject() = default;

Result<> Subject::load(const charttpl::Spec& spec) { return publisher_->load(spec); }

void Subject::collect(const Cycle& cycle) {
  store_->begin();
  for (const auto& one : cycle.writes) write(one);
  if (cycle.end == End::abort)
    store_->abort();
  else
    store_->commit();
}

void Subject::write(const Write& write) {
  metrix::InstrumentOptions options;
  const auto& said = write.meta;
  if (!said.description.empty()) options.description = said.description;
  if (!said.chart_family.empty()) options.chart_family = said.chart_family;
  if (!said.unit.empty()) options.unit = said.unit;
  if (said.chart_priority != 0) options.chart_priority = said.chart_priority;
  if (said.is_float) options.is_float = true;
  std::vector<Label> labels;
  for (const auto& [key, value] : write.labels) labels.push_back({key, value});
  metrix::SnapshotMeter meter{*store_};
  if (!labels.empty()) meter = meter.with_labels(labels);
  if (write.scope > 0) meter = meter.with_host_scope(host_of(write.scope));
  const auto& n = write.numbers;
  switch (write.kind) {
    case Kind::gauge: meter.gauge(write.name, options).observe(n[0]); break;
    case Kind::counter: meter.counter(write.name, options).observe_total(n[0]); break;
    case Kind::histogram: {
      options.bounds = {0.5, 2, 10};
      const double a = std::abs(n[0]);
      const double b = a + std::abs(n[1]);
      const std::vector<metrix::HistogramBucket> buckets{{0.5, a}, {2, b}, {10, b}};
      std::ignore = meter.histogram(write.name, options).observe_point({b + std::abs(n[2]), n[3], buckets});
      break;
    }
    case Kind::summary: {
      options.quantiles = {0.5, 0.99};
      const std::vector<metrix::SummaryQuantile> quantiles{{0.5, n[0]}, {0.99, n[1]}};
      std::ignore = meter.summary(write.name, options).observe_point({std::abs(n[2]), n[3], quantiles});
      break;
    }
    case Kind::stateset:
      options.states = {"ok", "failed", "a'b"};
      std::ignore = meter.state_set(write.name, options).observe({{"ok", n[0] > 50}, {"failed", n[1] > 50}});
      break;
    default:
      options.fields = {{"used", false}, {"ratio", true}};
      options.is_float.reset();
      if (write.counts)
        std::ignore = meter.measure_counter(write.name, options).observe_total_point({n[0], n[1]});
      else
        std::ignore = meter.measure_gauge(write.name, options).observe_point({n[0], n[1]});
  }
}

std::vector<Frame> Subject::publish(Taking taking, std::int64_t elapsed_us) {
  output_->taking = taking;
  output_->frames.clear();
  published_ = publisher_->publish(*store_, *output_, {.elapsed_us = elapsed_us});
  return output_->frames;
}

std::vector<Frame> Subject::retire() {
  output_->taking = Taking::all;
  output_->frames.clear();
  publisher_->retire();
  return output_->frames;
}

std::vector<Sample> Subject::samples(const std::string& scope) const {
  std::vector<Sample> out;
  const metrix::Reader reader{*store_, {.raw = true, .flatten = true, .scope = scope}};
  std::vector<Label> labels;
  for (const auto id : reader.series()) {
    const auto meta = reader.meta(id);
    Sample sample{.name = std::string{reader.name(id)},
                  .value = reader.value(id),
                  .kind = meta.kind,
                  .source = meta.source,
                  .role = meta.role,
                  .fresh = meta.last_seen_success_seq == reader.collect_meta().last_success_seq};
    reader.labels(id, labels);
    for (const auto& label : labels) sample.labels.emplace_back(label.key, label.value);
    sample.family_meta = store_->descriptor_of(id).meta;
    sample.is_float = sample.family_meta.is_float;
    out.push_back(std::move(sample));
  }
  return out;
}

}  // namespace cppd::property

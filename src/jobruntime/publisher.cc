// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/text.h>
#include <cppd/jobruntime/publisher.h>

#include <fmt/format.h>

#include <algorithm>

namespace cppd::jobruntime {
namespace {

constexpr std::string_view kStaleLabel = "_node_stale_after_seconds";

std::unexpected<DeliveryFailure> failed(DeliveryStep step, Error error) {
  return std::unexpected(DeliveryFailure{step, std::move(error)});
}

}  // namespace

std::string_view delivery_step_name(DeliveryStep step) {
  constexpr std::string_view kNames[] = {"plan", "host", "emit", "output"};
  return kNames[static_cast<std::size_t>(step)];
}

Publisher::Publisher(PublisherOptions options)
    : options_{std::move(options)},
      engines_{chartengine::EngineOptions{
          .type_id = options_.environment.type_id, .ledger = options_.ledger, .log = options_.log}} {}

Result<> Publisher::load(const charttpl::Spec& spec, const charttpl::EngineSpec& policy) {
  auto loaded = engines_.load(spec, policy);
  if (loaded) told_.clear();
  return loaded;
}

void Publisher::set_node(const metrix::HostScope& node, bool changed) {
  if (!changed && node == given_node_) return;
  given_node_ = node;
  node_ = node;
  node_.guid = trim(node.guid);
  std::ranges::sort(node_.labels);
  ++node_revision_;
  if (!told_.empty()) told_.front().defined.reset();
}

Published Publisher::publish(const metrix::Store& store, JobOutput& output, const chartemit::Moment& moment) {
  Published published;
  Result<std::span<chartengine::HostEngine* const>> hosts;
  try {
    hosts = engines_.synchronize(store);
  } catch (const std::exception& thrown) {
    hosts = std::unexpected(invalid_input(fmt::format("panic {}", thrown.what())));
  }
  if (!hosts) {
    options_.ledger->count(LossReason::plan_failed);
    published.failure = DeliveryFailure{DeliveryStep::plan, std::move(hosts.error()).in("plan")};
    return published;
  }
  for (const auto slot : engines_.departed()) {
    if (slot < told_.size()) told_[slot] = {};
  }
  bool partial = false;
  for (auto* host : *hosts) {
    auto& told = told_of(*host, output);
    Outcome outcome;
    try {
      outcome = publish_host(*host, told, store, {.elapsed_us = moment.elapsed_us + told.behind_us});
    } catch (const std::exception& thrown) {
      outcome = failed(DeliveryStep::plan, invalid_input(fmt::format("panic {}", thrown.what())));
    }
    told.failed = !outcome;
    if (outcome) {
      told.behind_us = 0;
      told.logged = false;
      ++published.delivered;
      continue;
    }
    partial = true;
    note_failure(*host, told, outcome.error(), hosts->size() > 1);
    published.failure = std::move(outcome.error());
  }
  if (!partial || published.delivered == 0 || !options_.catch_up) return published;
  for (const auto* host : *hosts) {
    if (auto& told = told_[host->slot]; told.failed) told.behind_us += moment.elapsed_us;
  }
  return published;
}

Publisher::Told& Publisher::told_of(const chartengine::HostEngine& host, JobOutput& output) {
  if (told_.size() <= host.slot) told_.resize(host.slot + 1);
  auto& told = told_[host.slot];
  if (told.serial != host.serial) told = {.serial = host.serial};  // the slot was that of another host
  if (!told.output) told.output = output.open_host(host.host.key);
  return told;
}

Publisher::Outcome Publisher::publish_host(chartengine::HostEngine& host, Told& told, const metrix::Store& store,
                                           const chartemit::Moment& moment) {
  const bool on_node = host.host.key.empty();
  const auto& where = on_node ? node_ : host.host;
  const auto revision = on_node ? node_revision_ : host.revision;
  if (!told.settled || told.revision != revision) {
    if (auto done = settle_host(host, told, where, revision); !done) return done;
  }
  auto attempt = host.engine->prepare(store);
  if (!attempt) return failed(DeliveryStep::plan, std::move(attempt.error()));
  if (auto done = told.output->deliver(*host.engine, attempt->plan(), options_.environment, moment); !done) return done;
  if (!told.settled && !attempt->plan().empty()) {
    told.defined = where;
    told.settled = true;
  }
  if (auto done = attempt->commit(); !done) return failed(DeliveryStep::plan, std::move(done.error()));
  return {};
}

/// Chooses the host of the next plan. Charts that another host knows are declared obsolete there first (diff D6): when
/// that does not go out, everything stays as it was.
Publisher::Outcome Publisher::settle_host(chartengine::HostEngine& host, Told& told, const metrix::HostScope& where,
                                          std::uint64_t revision) {
  told.settled = false;
  const bool define = !where.guid.empty() && told.defined != where;
  if (auto done = told.output->select(where, define); !done) return failed(DeliveryStep::host, std::move(done.error()));
  if (where.guid != told.guid && host.engine->has_charts()) {
    if (auto done = told.output->retire(*host.engine, options_.environment); !done) {
      return failed(DeliveryStep::output, std::move(done.error()));
    }
    host.engine->forget_charts();
  }
  told.guid = where.guid;
  told.revision = revision;
  told.settled = !define;
  return {};
}

/// Counts a failure and, when the cycle as a whole may have succeeded, logs the first of a row.
void Publisher::note_failure(const chartengine::HostEngine& host, Told& told, DeliveryFailure& failure, bool several) {
  switch (failure.step) {
    case DeliveryStep::plan: options_.ledger->count(LossReason::plan_failed); break;
    case DeliveryStep::host: break;  // the output has counted it
    case DeliveryStep::emit:
    case DeliveryStep::output: options_.ledger->count(LossReason::frame_refused); break;
  }
  failure.error = Error{failure.error}.in(std::string{delivery_step_name(failure.step)});
  if (!several) return;
  failure.error = Error{failure.error}.in(fmt::format("host scope {:?}", host.host.key));
  if (!told.logged) options_.log.warning(failure.error.text());
  told.logged = true;
}

void Publisher::retire() {
  const bool stale_after = std::ranges::any_of(
      node_.labels, [](const auto& label) { return trim(label.first) == kStaleLabel && !blank(label.second); });
  for (const auto* host : engines_.all()) {
    if (host->slot >= told_.size() || !told_[host->slot].output) continue;
    const bool left_to_node =
        host->host.key.empty() && stale_after && told_[host->slot].guid == node_.guid && !node_.guid.empty();
    // An output that is closed needs no obsoletion any more.
    if (!left_to_node && host->engine->has_charts()) {
      [[maybe_unused]] const auto gone = told_[host->slot].output->retire(*host->engine, options_.environment);
    }
  }
}

}  // namespace cppd::jobruntime

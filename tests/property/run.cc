// SPDX-License-Identifier: GPL-3.0-or-later
#include "run.h"

#include "oracle.h"
#include "protocol/reader.h"
#include "subject.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <sstream>

namespace cppd::property {
namespace {

/// Reasons of the engine and the sink; those of the store have a test of their own. The first five are what becomes of
/// a series without a chart.
constexpr LossReason kReasons[] = {LossReason::series_filtered,     LossReason::series_unmatched,
                                   LossReason::route_missing_label, LossReason::route_nameless_dimension,
                                   LossReason::chart_id_too_long,   LossReason::chart_id_collision,
                                   LossReason::chart_capped,        LossReason::dimension_capped,
                                   LossReason::value_truncated,     LossReason::value_out_of_range,
                                   LossReason::wire_text_refused};
constexpr std::size_t kChartless = 5;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// What is said of each CHART line, whether it stands there once or for each of its dimensions.
std::map<std::string, std::multiset<std::string>> blocks_of(const std::string& text) {
  std::map<std::string, std::multiset<std::string>> blocks;
  std::string chart;
  for (const auto& line : lines_of(text)) {
    if (line.starts_with("CHART "))
      blocks[chart = line];
    else
      blocks[chart].insert(line);
  }
  return blocks;
}

std::string between_quotes(const std::string& line) {
  const auto from = line.find('\'') + 1;
  return line.substr(from, line.find('\'', from) - from);
}

/// What is known of one host from cycle to cycle.
struct Host {
  Charts charts;
  std::int64_t behind_us = 0;
};

class Run {
 public:
  Run(const Story& story, Mutant mutant, std::uint64_t seed, Tally& tally)
      : story_{story},
        mutant_{mutant},
        seed_{seed},
        skip_{seed % 4},
        tally_{tally},
        subject_{story},
        oracle_{story.spec, {"app_job", story.job, story.job_labels}} {}

  std::optional<Failure> all() {
    ++tally_.stories;
    if (auto done = subject_.load(story_.spec); !asked(Check::loaded, done.has_value()))
      return fail(Check::loaded, done.error().text());
    for (const auto& cycle : story_.cycles) {
      ++at_;
      ++tally_.cycles;
      ++tally_.features[fmt::format("cycle: {}", end_name(cycle.end))];
      subject_.collect(cycle);
      if (cycle.end == End::abort) continue;
      if (auto failure = told(cycle)) return failure;
      if (twins_) {
        ++tally_.ended_early;
        return std::nullopt;
      }
      if (cycle.end != End::reload) continue;
      if (auto failure = retired()) return failure;
      if (auto done = subject_.load(story_.spec); !done) return fail(Check::loaded, done.error().text());
    }
    if (auto failure = retired()) return failure;
    count_losses();
    return std::nullopt;
  }

 private:
  using Outcome = std::optional<Failure>;
  bool asked(Check check, bool yes) {
    ++tally_.checks[static_cast<std::size_t>(check)];
    return yes;
  }
  Failure fail(Check check, std::string text) const { return {check, at_, std::move(text)}; }
  void count_losses() {
    for (std::size_t i = 0; i < kLossReasons; ++i) tally_.losses[i] += subject_.ledger().counts()[i];
  }

  /// What every host has to be told, by the key of its scope.
  std::map<std::string, Expected> expected(std::int64_t elapsed) {
    std::map<std::string, Expected> out;
    for (int scope = 0; scope < kScopes; ++scope) {
      const auto& host = host_of(scope);
      auto& known = hosts_[host.key];
      const auto samples = subject_.samples(host.key);
      tally_.samples += samples.size();
      out[host.key] =
          oracle_.plan(known.charts, samples, subject_.now(), elapsed > 0 ? elapsed + known.behind_us : 0, host.guid);
      for (const auto& feature : out[host.key].features) ++tally_.features[feature];
      twins_ = twins_ || out[host.key].twins || out[host.key].unsettled;
    }
    return out;
  }

  Outcome told(const Cycle& cycle) {
    const std::int64_t elapsed = first_ ? 0 : 1'000'000;
    auto wanted = expected(elapsed);
    if (twins_) return std::nullopt;
    std::vector<Frame> refused;
    if (cycle.end == End::refuse_and_try) {
      refused = subject_.publish(Taking::none, elapsed);
      if (auto failure = check_texts(refused, wanted)) return failure;
      settle(refused, wanted, elapsed);
      first_ = false;
      // A host that had nothing to tell took that, and is ahead of the others.
      if (std::ranges::any_of(refused, &Frame::taken)) return check_reader(refused);
    }
    const auto before = subject_.ledger().counts();
    const auto taking = cycle.end == End::refuse       ? Taking::none
                        : cycle.end == End::refuse_one ? Taking::all_but_first
                                                       : Taking::all;
    auto frames = subject_.publish(taking, elapsed);
    first_ = false;
    bool all_taken = true;
    for (auto& frame : frames) all_taken = all_taken && frame.taken;
    if (!asked(Check::delivered, all_taken ? !subject_.published().failure.has_value() : true))
      return fail(Check::delivered, subject_.published().failure->error.text());
    for (auto& frame : frames) spoil_one(frame);
    if (auto failure = check_reader(frames)) return failure;
    settle(frames, wanted, elapsed);
    if (auto failure = check_places(frames, wanted)) return failure;
    if (auto failure = check_charts()) return failure;
    if (all_taken && refused.empty()) {
      if (auto failure = check_ledger(before, wanted)) return failure;
    }
    if (!refused.empty()) {
      bool same = refused.size() == frames.size();
      for (std::size_t i = 0; same && i < frames.size(); ++i) same = refused[i].text == frames[i].text;
      if (!asked(Check::again, same)) return fail(Check::again, "the second frame differs from the refused one");
    }
    return check_texts(frames, wanted);
  }

  /// What was taken is known to the reader.
  void settle(const std::vector<Frame>& frames, std::map<std::string, Expected>& wanted, std::int64_t elapsed) {
    const bool some = std::ranges::any_of(frames, &Frame::taken);
    std::set<std::string> there;
    for (const auto& frame : frames) {
      auto& host = hosts_[frame.host];
      there.insert(frame.host);
      if (frame.taken) {
        host.charts = wanted[frame.host].charts;
        host.behind_us = 0;
      } else if (some) {
        host.behind_us += elapsed;
        ++tally_.features["a host is behind"];
      }
    }
    for (auto& [key, host] : hosts_) {
      if (!there.contains(key)) host = {};
    }
  }

  void spoil_one(Frame& frame) {
    tally_.bytes += frame.text.size();
    ++tally_.frames;
    if (mutant_ == Mutant::none || spoiled_ || !frame.taken || frame.text.empty()) return;
    auto text = frame.text;
    if (!spoil(text, mutant_, seed_)) return;
    if (skip_-- > 0) return;
    frame.text = std::move(text);
    spoiled_ = true;
    ++tally_.features["spoiled"];
  }

  Outcome check_reader(const std::vector<Frame>& frames) {
    for (const auto& frame : frames) {
      if (frame.taken) reader_.feed(frame.text);
    }
    if (!asked(Check::accepted, reader_.violation_count() == 0)) return fail(Check::accepted, reader_.report());
    return std::nullopt;
  }

  Outcome check_places(const std::vector<Frame>& frames, std::map<std::string, Expected>& wanted) {
    for (const auto& frame : frames) {
      if (!frame.taken) continue;
      const auto& guid = guid_of(frame.host);
      const auto& want = wanted[frame.host];
      for (const auto& fate : want.fates) {
        if (!asked(Check::complete, !fate.places.empty() || !fate.losses.empty()))
          return fail(Check::complete, fate.series + ": neither shown nor counted");
        for (const auto& [id, name] : fate.places) {
          if (wire_id(name).empty()) continue;
          const auto* chart = reader_.chart("app_job." + received_id(id), guid);
          const auto* dimension = chart ? chart->dimension(received_id(name)) : nullptr;
          if (!dimension || dimension->seen != chart->updates || dimension->text != want.sets.at({id, name}))
            return fail(Check::complete, fmt::format("{}: {} of {} has {:?}", fate.series, name, id,
                                                     dimension ? dimension->text : "no SET"));
        }
      }
      if (auto failure = check_explained(frame, want)) return failure;
    }
    return std::nullopt;
  }

  Outcome check_explained(const Frame& frame, const Expected& want) {
    std::set<std::pair<std::string, std::string>> values;
    std::set<std::string> updated;
    for (const auto& [place, text] : want.sets) {
      if (!text.empty()) values.emplace("app_job." + wire_id(place.first), wire_id(place.second));
    }
    for (const auto& fate : want.fates) {
      for (const auto& place : fate.places) updated.insert("app_job." + wire_id(place.first));
    }
    std::string chart;
    std::vector<std::string> order;
    for (const auto& line : lines_of(frame.text)) {
      if (line.starts_with("BEGIN ")) {
        chart = between_quotes(line);
        order.clear();
        if (!asked(Check::explained, updated.contains(chart)))
          return fail(Check::explained, chart + " is updated without a sample");
      } else if (line.starts_with("SET ")) {
        order.push_back(between_quotes(line));
        if (!asked(Check::explained, line.ends_with(" = ") || values.contains({chart, order.back()})))
          return fail(Check::explained, fmt::format("{}: {}", chart, line));
      } else if (line == "END") {
        auto& last = order_[frame.host + "/" + chart];
        if (std::ranges::is_permutation(last, order) && !asked(Check::set_order, last == order))
          return fail(Check::set_order, chart);
        last = order;
      }
    }
    return std::nullopt;
  }

  Outcome check_charts() {
    std::set<std::string> want;
    for (const auto& [key, host] : hosts_) {
      for (const auto& [id, chart] : host.charts) {
        std::set<std::string> names;
        for (const auto& [name, one] : chart.dimensions) {
          if (!wire_id(name).empty()) names.insert(received_id(name));
        }
        for (const auto& name : chart.left_over) names.insert(received_id(name));
        want.insert(fmt::format("{}/app_job.{}: {}", guid_of(key), received_id(id), fmt::join(names, "|")));
      }
    }
    std::set<std::string> have;
    for (const auto* chart : reader_.live_charts()) {
      std::set<std::string> names;
      for (const auto& one : chart->dimensions) names.insert(one.id);
      have.insert(fmt::format("{}/{}: {}", chart->host, chart->id, fmt::join(names, "|")));
    }
    if (asked(Check::charts_live, want == have)) return std::nullopt;
    return fail(Check::charts_live,
                fmt::format("wanted:\n  {}\nfound:\n  {}", fmt::join(want, "\n  "), fmt::join(have, "\n  ")));
  }

  Outcome check_ledger(const Ledger::Counts& before, std::map<std::string, Expected>& wanted) {
    std::map<LossReason, std::uint64_t> least;
    std::map<LossReason, std::uint64_t> stale;
    bool one_reason_each = true;
    for (auto& [key, want] : wanted) {
      for (const auto& [reason, count] : want.losses) least[reason] += count;
      for (const auto& [reason, count] : want.stale) stale[reason] += count;
      for (const auto& fate : want.fates)
        one_reason_each = one_reason_each && std::set(fate.losses.begin(), fate.losses.end()).size() <= 1;
      one_reason_each = one_reason_each && want.stale.empty();
    }
    std::uint64_t chartless = 0;
    std::uint64_t chartless_wanted = 0;
    std::uint64_t chartless_stale = 0;
    for (std::size_t i = 0; i < std::size(kReasons); ++i) {
      const auto reason = kReasons[i];
      auto count = subject_.ledger().counted(reason) - before[static_cast<std::size_t>(reason)];
      // Of several reasons that would do, one more or less is not seen.
      const bool exact = i >= kChartless || one_reason_each;
      if (mutant_ == Mutant::ledger_dropped && exact && count > 0 && !spoiled_ && skip_-- == 0) {
        --count;
        spoiled_ = true;
        ++tally_.features["spoiled"];
      }
      if (i < kChartless) {
        chartless += count;
        chartless_wanted += least[reason];
        chartless_stale += stale[reason];
        if (!one_reason_each) continue;
      }
      if (!asked(Check::ledger, count == least[reason]))
        return fail(Check::ledger,
                    fmt::format("{}: counted {}, not {}", loss_reason_name(reason), count, least[reason]));
    }
    if (asked(Check::ledger, chartless >= chartless_wanted && chartless <= chartless_wanted + chartless_stale))
      return std::nullopt;
    return fail(Check::ledger, fmt::format("series without a chart: counted {}, not {}", chartless, chartless_wanted));
  }

  Outcome check_texts(const std::vector<Frame>& frames, std::map<std::string, Expected>& wanted) {
    for (const auto& [key, want] : wanted) {
      const auto frame = std::ranges::find(frames, key, &Frame::host);
      auto text = frame == frames.end() ? std::string{} : frame->text;
      const auto& host = host_of_key(key);
      if (const auto definition = host_definition(host); !definition.empty() && text.starts_with(definition))
        text.erase(0, definition.size());
      if (!asked(Check::text, same(text, want)))
        return fail(Check::text, fmt::format("found:\n{}\nwanted:\n{}[{}]\n{}", text, want.before,
                                             fmt::join(want.redefinitions, "|"), want.after));
    }
    return std::nullopt;
  }
  static bool same(const std::string& text, const Expected& want) {
    if (text.size() < want.before.size() + want.after.size()) return false;
    if (!text.starts_with(want.before) || !text.ends_with(want.after)) return false;
    const auto middle = text.substr(want.before.size(), text.size() - want.before.size() - want.after.size());
    return blocks_of(middle) == blocks_of(fmt::format("{}", fmt::join(want.redefinitions, "")));
  }

  Outcome retired() {
    auto frames = subject_.retire();
    for (auto& frame : frames) spoil_one(frame);
    for (auto& [key, host] : hosts_) {
      const auto frame = std::ranges::find(frames, key, &Frame::host);
      const auto want = oracle_.retire(host.charts, guid_of(key));
      if (!asked(Check::retired, (frame == frames.end() ? std::string{} : frame->text) == want))
        return fail(Check::retired,
                    fmt::format("found:\n{}\nwanted:\n{}", frame == frames.end() ? "" : frame->text, want));
      host = {};
    }
    order_.clear();
    return check_reader(frames);
  }

  static const metrix::HostScope& host_of_key(const std::string& key) {
    for (int scope = 0; scope < kScopes; ++scope) {
      if (host_of(scope).key == key) return host_of(scope);
    }
    return host_of(0);
  }
  static const std::string& guid_of(const std::string& key) { return host_of_key(key).guid; }

  const Story& story_;
  Mutant mutant_;
  std::uint64_t seed_;
  std::uint64_t skip_;
  Tally& tally_;
  Subject subject_;
  Oracle oracle_;
  protocol::Reader reader_;
  std::map<std::string, Host> hosts_;
  std::map<std::string, std::vector<std::string>> order_;
  std::size_t at_ = 0;
  bool first_ = true;
  bool twins_ = false;
  bool spoiled_ = false;
};

}  // namespace

std::string_view check_name(Check check) {
  constexpr std::string_view kNames[] = {"loaded",    "delivered", "accepted", "complete", "explained", "charts_live",
                                         "set_order", "ledger",    "text",     "again",    "retired"};
  return kNames[static_cast<std::size_t>(check)];
}

std::optional<Failure> run(const Story& story, Mutant mutant, std::uint64_t seed, Tally& tally) {
  try {
    return Run{story, mutant, seed, tally}.all();
  } catch (const std::exception& thrown) {
    return Failure{Check::delivered, 0, fmt::format("thrown: {}", thrown.what())};
  }
}

}  // namespace cppd::property

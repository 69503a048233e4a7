// SPDX-License-Identifier: GPL-3.0-or-later
// How sequences are drawn. Each one uses a part of the alphabet only, so that some are dense in conflicts and others in
// long lives.
#include "ops.h"

#include <cmath>
#include <optional>

namespace cppd::model {
namespace {

using namespace metrix;

const std::vector<std::vector<double>> kBounds{{}, {}, {1, 2}, {1, 2, 5}, {0.1, 1e6, INFINITY}, {0.00001}};
const std::vector<std::vector<double>> kBadBounds{{2, 1}, {NAN}, {-INFINITY, 1}, {1, 1}, {INFINITY, 1}};
const std::vector<std::vector<double>> kQuantiles{{}, {0.5}, {0, 0.25, 1}};
const std::vector<std::vector<double>> kBadQuantiles{{0.5, 0.5}, {1.5}, {1, 0.5}, {NAN}};
const std::vector<std::vector<std::string>> kStates{{"on", "off"}, {"off", "on"}, {"x"}};
const std::vector<std::vector<std::string>> kBadStates{{}, {"on", ""}, {"on", "on"}};
const std::vector<std::vector<MeasureField>> kFields{{{"value"}}, {{"value"}, {"count", true}}, {{" count "}, {"sum"}}};
const std::vector<std::vector<MeasureField>> kBadFields{{}, {{" "}}, {{"value"}, {"value "}}};
const std::vector<double> kGood{0, 1, 2, 3, 5, 7, 0.5, 1.5, 100};
const std::vector<double> kRare{-1, -5, 1.7e308, 1e-3};
const std::vector<double> kBad{NAN, INFINITY, -INFINITY};

/// What the sequence believes to hold in a slot: the operation that declared it.
using Slot = std::optional<Op>;

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : random_{seed} {}

  Sequence sequence() {
    Sequence made;
    made.options.expire_after_success_cycles = any(std::vector<std::uint32_t>{0, 1, 1, 2, 2, 3, 10});
    if (one_in(2)) made.options.descriptor_grace_cycles = any(std::vector<std::uint32_t>{0, 1, 2, 10});
    made.options.max_series = any(std::vector<std::uint32_t>{0, 0, 0, 1, 3, 8});
    names_ = some(all_names(), 1 + below(4));
    labels_ = some(all_labels(), 1 + below(4));
    scopes_ = some(all_scopes(), 1 + below(4));
    kinds_ = some(
        std::vector<Kind>{Kind::gauge, Kind::counter, Kind::histogram, Kind::summary, Kind::stateset, Kind::measureset},
        1 + below(5));
    scoped_one_in_ = any(std::vector<std::uint32_t>{2, 4, 1000});
    bad_one_in_ = any(std::vector<std::uint32_t>{6, 12, 40, 1000});
    options_one_in_ = any(std::vector<std::uint32_t>{2, 4, 20});
    one_shape_ = !one_in(3);
    if (one_in(3)) meet_parts();
    if (one_in(60)) return wide(std::move(made));
    const auto length = 20 + below(one_in(4) ? 280 : 80);
    while (made.ops.size() < length) made.ops.push_back(next());
    return made;
  }

 private:
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
  bool one_in(std::uint32_t n) { return below(n) == 0; }
  bool bad() { return one_in(bad_one_in_); }
  template <class T>
  T any(const std::vector<T>& from) {
    return from[below(static_cast<std::uint32_t>(from.size()))];
  }
  template <class T>
  std::vector<T> some(const std::vector<T>& from, std::uint32_t count) {
    std::vector<T> taken;
    while (count-- > 0) taken.push_back(any(from));
    return taken;
  }

  double number() { return bad() ? any(kBad) : one_in(10) ? any(kRare) : any(kGood); }

  Op next() {
    if (one_in(80)) return {.what = open_ ? Do::begin : one_in(2) ? Do::commit : Do::abort};  // out of place
    if (!open_ && one_in(2)) return {.what = (open_ = true, Do::begin)};
    if (open_ && one_in(8)) return {.what = (open_ = false, one_in(8) ? Do::abort : Do::commit)};
    const auto pick = below(100);
    if (pick < 22) return declaration(false);
    if (pick < 25) return declaration(true);
    if (pick < 32) return child();
    if (pick < 36) return derivation();
    if (pick < 38) return copy();
    if (pick < 45) return {.what = Do::drop, .slot = slot()};
    if (pick < 46) return {.what = Do::drop_vec, .slot = static_cast<int>(below(kVecSlots))};
    if (pick < 48) return {.what = Do::observe_ref, .slot = slot(), .numbers = {number()}};
    if (pick < 50) return {.what = Do::retract, .slot = slot()};
    return write();
  }

  int slot() { return static_cast<int>(below(kSlots)); }
  int full_slot() {
    auto place = slot();
    for (int tries = 0; tries < kSlots && !slots_[place]; ++tries) place = (place + 1) % kSlots;
    return place;
  }

  /// Many series of two metrics, of which each cycle writes some: more than the store keeps in one block.
  Sequence wide(Sequence made) {
    constexpr std::uint32_t kValues = 400;
    if (made.options.max_series > 0) made.options.max_series *= 40;
    for (int vec = 0; vec < 2; ++vec) {
      Op op{.what = Do::declare_vec, .slot = vec, .name = vec == 0 ? "m" : "mm"};
      op.kind = one_in(3) ? Kind::summary : one_in(2) ? Kind::gauge : Kind::counter;
      op.mode = one_in(2) ? Mode::snapshot : Mode::stateful;
      op.scoped = one_in(3);
      if (op.scoped) op.scope = any(scopes_);
      op.texts = {"z"};
      vecs_[static_cast<std::size_t>(vec)] = op;
      made.ops.push_back(op);
    }
    const auto cycles = 3 + below(6);
    for (std::uint32_t cycle = 0; cycle < cycles; ++cycle) {
      made.ops.push_back({.what = Do::begin});
      const auto first = below(kValues), step = 1 + below(3), count = below(kValues / 2);
      const auto vec = static_cast<int>(below(2));
      const auto slot = static_cast<int>(below(kSlots));
      for (std::uint32_t i = 0; i < count; ++i) {
        const auto value = std::to_string((first + i * step) % kValues);
        made.ops.push_back({.what = Do::child, .slot = slot, .from = vec, .texts = {value}});
        slots_[static_cast<std::size_t>(slot)] = vecs_[static_cast<std::size_t>(vec)];
        Op op{.what = Do::observe, .slot = slot, .numbers = {number()}};
        const auto& held = *vecs_[static_cast<std::size_t>(vec)];
        if (held.kind == Kind::counter && held.mode == Mode::stateful) op.what = Do::add;
        if (held.kind == Kind::summary && held.mode == Mode::snapshot)
          op = {.what = Do::point, .slot = slot, .numbers = {1, number()}};
        made.ops.push_back(op);
      }
      made.ops.push_back({.what = one_in(10) ? Do::abort : Do::commit});
    }
    return made;
  }

  /// Names and labels with which plain series and parts of structured ones want the same place.
  void meet_parts() {
    names_ = {"m", any(std::vector<std::string>{"m_count", "m_sum", "m_value", "m_bucket"})};
    kinds_ = {any(std::vector<Kind>{Kind::histogram, Kind::summary, Kind::measureset}), Kind::counter, Kind::gauge};
    const std::vector<Pairs> several{{}, {{"measure_field", "value"}}, {{"le", "+Inf"}}, {{"a", "1"}}};
    labels_ = some(several, 2);
    by_name_ = one_shape_;
  }

  Op declaration(bool vec) {
    Op op{.what = vec ? Do::declare_vec : Do::declare};
    op.slot = vec ? static_cast<int>(below(kVecSlots)) : slot();
    op.prefix = one_in(12) ? "p" : "";
    op.name = any(names_);
    op.kind = any(kinds_);
    op.mode = one_in(2) ? Mode::snapshot : Mode::stateful;
    if (one_shape_ && !one_in(20)) {
      op.kind = by_name_ ? kinds_[op.name == "m" ? 0 : 1] : kinds_[op.name.size() % kinds_.size()];
      op.mode = (op.name.size() + kinds_.size()) % 2 == 0 ? Mode::snapshot : Mode::stateful;
    }
    op.counter_fields = op.kind == Kind::measureset && one_in(2);
    if (!one_in(3)) op.labels = any(labels_);
    if (bad()) op.labels = any(std::vector<Pairs>{{{"", "x"}}, {{"a", "1"}, {"a", "2"}}, {{"le", "1"}}, {{"m", "on"}}});
    if (one_in(scoped_one_in_)) {
      op.scoped = true;
      op.scope = bad() ? bad_scope() : any(scopes_);
    }
    draw_options(op);
    if (vec) {
      op.texts = any(std::vector<std::vector<std::string>>{{}, {"z"}, {"z", "b"}, {"b"}});
      if (bad()) op.texts = any(std::vector<std::vector<std::string>>{{""}, {"z", "z"}, {"a"}, {"quantile"}});
      vecs_[op.slot] = op;
    } else {
      slots_[op.slot] = op;
    }
    return op;
  }

  HostScope bad_scope() {
    return any(std::vector<HostScope>{{.key = "k"},
                                      {.guid = "g"},
                                      {.key = "k\xff", .guid = "g", .hostname = "h"},
                                      {.key = "k", .guid = "g", .hostname = "h", .labels = {{" ", "x"}}},
                                      {.key = "k", .guid = "g", .hostname = "h", .labels = {{"a", "x"}, {"a ", "y"}}}});
  }

  void draw_options(Op& op) {
    auto& options = op.options;
    if (one_in(options_one_in_)) options.unit = any(std::vector<std::string>{"bytes", "seconds", " bytes ", ""});
    if (one_in(options_one_in_ * 3)) options.description = any(std::vector<std::string>{"one", "two", ""});
    if (one_in(options_one_in_ * 4)) options.chart_family = any(std::vector<std::string>{"one", "two"});
    if (one_in(options_one_in_ * 4)) options.chart_priority = any(std::vector<std::int64_t>{0, 7, -7});
    if (one_in(options_one_in_ * 4)) options.is_float = one_in(2);
    if (one_in(12)) options.freshness = one_in(2) ? Freshness::cycle : Freshness::committed;
    const bool windows = op.kind == Kind::histogram || op.kind == Kind::summary;
    if (windows && op.mode == Mode::stateful ? one_in(3) : bad())
      options.window = one_in(2) ? Window::cycle : Window::cumulative;
    switch (op.kind) {
      case Kind::histogram:
        options.bounds = any(kBounds);
        if (one_shape_ && op.mode == Mode::stateful) options.bounds = {1, 2};
        if (bad()) options.bounds = any(kBadBounds);
        break;
      case Kind::summary:
        options.quantiles = any(kQuantiles);
        if (bad()) options.quantiles = any(kBadQuantiles);
        if (op.mode == Mode::stateful ? one_in(2) : bad())
          options.reservoir = any(std::vector<std::uint32_t>{1, 2, 3, 3, 8});
        if (bad()) options.reservoir = 0;
        break;
      case Kind::stateset:
        options.states = one_shape_ ? kStates.front() : any(kStates);
        if (one_in(2)) options.state_mode = one_in(2) ? StateMode::one : StateMode::bitset;
        if (bad()) options.states = any(kBadStates);
        break;
      case Kind::measureset:
        options.fields = one_shape_ ? kFields[1] : any(kFields);
        if (bad()) options.fields = any(kBadFields);
        break;
      default:
        if (bad()) options.bounds = {1};
        if (bad()) options.state_mode = StateMode::bitset;
        if (bad()) options.fields = kFields.front();
        break;
    }
  }

  Op child() {
    Op op{.what = Do::child, .slot = slot(), .from = static_cast<int>(below(kVecSlots))};
    const auto& vec = vecs_[op.from];
    auto count = vec ? vec->texts.size() : 1;
    if (bad()) ++count;
    while (count-- > 0) op.texts.push_back(any(std::vector<std::string>{"1", "10", "", "x\xfe", "1"}));
    slots_[op.slot] = vec;
    return op;
  }

  Op derivation() {
    Op op{.what = Do::derive, .slot = slot(), .from = full_slot(), .labels = any(labels_)};
    if (one_in(8)) op.labels = any(std::vector<Pairs>{{}, {{"c", "1"}}, {{"le", "1"}}, {{"measure_field", "x"}}});
    slots_[op.slot] = slots_[op.from];
    return op;
  }

  Op copy() {
    Op op{.what = Do::copy, .slot = slot(), .from = full_slot()};
    slots_[op.slot] = slots_[op.from];
    return op;
  }

  Op write() {
    Op op{.what = Do::observe, .slot = full_slot()};
    const auto& held = slots_[op.slot];
    if (!held) {
      op.numbers = {number()};
      return op;
    }
    const bool stateful = held->mode == Mode::stateful;
    switch (held->kind) {
      case Kind::gauge:
        if (stateful && one_in(2)) op.what = Do::add;
        op.numbers = {number()};
        break;
      case Kind::counter:
        if (stateful) op.what = Do::add;
        op.numbers = {number()};
        break;
      case Kind::histogram: histogram_write(op, *held); break;
      case Kind::summary: summary_write(op, *held); break;
      case Kind::stateset: state_write(op, *held); break;
      default: measure_write(op, *held); break;
    }
    return op;
  }

  void histogram_write(Op& op, const Op& held) {
    if (held.mode == Mode::stateful) {
      op.numbers = {number()};
      return;
    }
    op.what = Do::point;
    auto bounds = held.options.bounds;
    if (bounds.empty() || bad()) bounds = any(kBounds);
    if (bad()) bounds = any(kBadBounds);
    double total = 0;
    std::vector<double> pairs;
    for (const double bound : bounds) {
      total += std::floor(any(kGood));
      pairs.push_back(bound);
      pairs.push_back(bad() ? number() : total);
    }
    op.numbers = {bad() ? number() : total + any(kGood), number()};
    op.numbers.insert(op.numbers.end(), pairs.begin(), pairs.end());
  }

  void summary_write(Op& op, const Op& held) {
    if (held.mode == Mode::stateful) {
      op.numbers = {number()};
      return;
    }
    op.what = Do::point;
    auto quantiles = held.options.quantiles;
    if (bad()) quantiles = any(kQuantiles);
    if (one_in(2)) quantiles = {quantiles.rbegin(), quantiles.rend()};
    op.numbers = {bad() ? number() : any(kGood), number()};
    for (const double quantile : quantiles) {
      op.numbers.push_back(quantile);
      op.numbers.push_back(one_in(10) ? NAN : number());
    }
  }

  void state_write(Op& op, const Op& held) {
    op.what = one_in(2) ? Do::states : Do::enable;
    const auto& states = held.options.states;
    const auto count = one_in(3) ? below(4) : 1;
    for (std::uint32_t i = 0; i < count; ++i) {
      op.texts.push_back(bad() || states.empty() ? "other" : any(states));
      if (op.what == Do::states) op.numbers.push_back(one_in(4) ? 0 : 1);
    }
  }

  void measure_write(Op& op, const Op& held) {
    static const std::vector<Do> kSnapshot{Do::point, Do::fields};
    static const std::vector<Do> kGauge{Do::point,      Do::fields,    Do::add_point,
                                        Do::add_fields, Do::add_field, Do::set_field};
    static const std::vector<Do> kCounter{Do::add_point, Do::add_fields, Do::add_field};
    op.what = any(held.mode == Mode::snapshot ? kSnapshot : held.counter_fields ? kCounter : kGauge);
    const bool single = op.what == Do::add_field || op.what == Do::set_field;
    const bool named = single || op.what == Do::fields || op.what == Do::add_fields;
    for (const auto& field : held.options.fields) {
      std::string name = field.name;
      if (name == " count ") name = "count";
      if (named) op.texts.push_back(bad() ? "other" : name);
      op.numbers.push_back(number());
    }
    if (single && op.texts.size() > 1) {
      const auto keep = below(static_cast<std::uint32_t>(op.texts.size()));
      op.texts = {op.texts[keep]};
      op.numbers = {op.numbers[keep]};
    }
    if (!single && named && op.texts.size() > 1 && one_in(2)) {
      std::swap(op.texts.front(), op.texts.back());
      std::swap(op.numbers.front(), op.numbers.back());
    }
    if (!single && bad()) {
      op.numbers.push_back(1);
      if (named) op.texts.push_back("value");
    }
  }

  std::mt19937_64 random_;
  bool open_ = false;
  bool one_shape_ = false;  // of each name there is mostly one kind and mode
  bool by_name_ = false;    // and that of m is structured
  std::vector<std::string> names_;
  std::vector<Pairs> labels_;
  std::vector<HostScope> scopes_;
  std::vector<Kind> kinds_;
  std::uint32_t scoped_one_in_ = 4, bad_one_in_ = 12, options_one_in_ = 4;
  std::array<Slot, kSlots> slots_;
  std::array<Slot, kVecSlots> vecs_;
};

}  // namespace

const std::vector<std::string>& all_names() {
  static const std::vector<std::string> kNames{"m", "m", "mm", "m_count", "m_sum", "m_bucket", "m_value", "z"};
  return kNames;
}

const std::vector<Pairs>& all_labels() {
  static const std::vector<Pairs> kLabels{{},
                                          {{"a", "1"}},
                                          {{"a", "10"}},
                                          {{"a", ""}},
                                          {{"ab", "1"}},
                                          {{"b", "2"}, {"a", "1"}},
                                          {{"a", "x\xfe"}},
                                          {{"measure_field", "value"}},
                                          {{"le", "+Inf"}},
                                          {{"quantile", "0.5"}}};
  return kLabels;
}

const std::vector<HostScope>& all_scopes() {
  static const std::vector<HostScope> kScopes{
      {},
      {.key = "k", .guid = "g", .hostname = "h"},
      {.key = " k ", .guid = "g", .hostname = " h2"},
      {.key = "k", .guid = "g", .hostname = "h", .labels = {{"b", "1"}, {"a", " 2 "}}},
      {.key = "kk", .guid = "g", .hostname = "h"},
      {.key = "\xc3\xa4", .guid = "g2", .hostname = "h"}};
  return kScopes;
}

Sequence draw(std::uint64_t seed) { return Draw{seed}.sequence(); }

}  // namespace cppd::model

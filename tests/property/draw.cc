// SPDX-License-Identifier: GPL-3.0-or-later
// How stories are drawn. Each takes a part of the alphabet only, so that some are dense in collisions and others in
// long lives.
#include "story.h"

#include <cppd/charttpl/decode.h>
#include <cppd/charttpl/marshal.h>

#include <cmath>
#include <random>

namespace cppd::property {
namespace {

using metrix::Kind;
using Words = std::vector<std::string>;

const std::string kLong(1180, 'l');
const std::string kHalf(600, 'h');
const Words kKeys{"k", "nic", "env", "mode", "zone", "_collect_job"};
const Words kTexts{"a", "b", "c", "10", "9", "prod", "eth0.100", "v", "aa"};
const Words kAwkward{"a b",    "a_b",  "a.b", "a'b", "ab",         "C:\\d'x.y z", "x\\",   "x\\\\",  "\xC3\xA9",
                     "\"q\"",  "",     " ",   "'",   "line\nfeed", "\\u00e9",     "a\\tb", "a\\\\b", "a\"\\\\b",
                     "  pad ", "=,{}", kHalf, kLong, "a\tb",       "'''",         "empty", "\\q"};
const Words kScalars{
    "m",        "x_total", "x_b", "foo_", "svc.req", "svc.", "go_mem_bytes", "disk12_io_x9", "x_seconds_total",
    "a_status", "zz",      "c"};

/// A series as a collector may go on to write it.
struct Source {
  Write write;
  int life = 0;  ///< one cycle in so many is left out; 0 is never
};

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : random_{seed} {}

  Story story() {
    Story made;
    for (std::uint32_t i = 0; i < 5; ++i) scalars_.push_back(any(kScalars));
    awkward_one_in_ = any(std::vector<std::uint32_t>{2, 5, 1000});
    made.store.expire_after_success_cycles = any(std::vector<std::uint32_t>{0, 1, 2, 3, 10, 10});
    made.job = any(Words{"job", "job", "my job", "", "j'b"});
    if (one_in(2)) made.job_labels = {{"dc", "job"}, {"env", "prod"}};
    if (one_in(6)) made.job_labels.emplace_back("x' ", "y\\");
    const auto sources = 2 + below(one_in(3) ? 14 : 5);
    for (std::uint32_t i = 0; i < sources; ++i) sources_.push_back(source());
    do made.spec = spec();
    while (!settled(made.spec));
    const auto cycles = 3 + below(one_in(4) ? 12 : 5);
    for (std::uint32_t i = 0; i < cycles; ++i) made.cycles.push_back(cycle());
    return made;
  }

 private:
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
  bool one_in(std::uint32_t n) { return below(n) == 0; }
  template <class T>
  T any(const std::vector<T>& from) {
    return from[below(static_cast<std::uint32_t>(from.size()))];
  }
  std::string text() { return one_in(awkward_one_in_) ? any(kAwkward) : any(kTexts); }

  Source source() {
    Source made{.life = static_cast<int>(any(std::vector<std::uint32_t>{0, 0, 2, 3}))};
    auto& write = made.write;
    write.kind = any(std::vector<Kind>{Kind::gauge, Kind::gauge, Kind::gauge, Kind::counter, Kind::counter,
                                       Kind::histogram, Kind::summary, Kind::stateset, Kind::measureset});
    write.counts = one_in(2);
    write.name = name_of(write.kind);
    const auto labels = below(4);
    for (const auto& key : kKeys) {
      if (write.labels.size() < labels && !one_in(key == "_collect_job" ? 4 : 3))
        write.labels.emplace_back(key, text());
    }
    std::ranges::sort(write.labels);
    if (one_in(6)) write.scope = static_cast<int>(below(kScopes));
    if (one_in(6)) describe(write);
    return made;
  }
  std::string name_of(Kind kind) {
    switch (kind) {
      case Kind::histogram: return any(Words{"lat", "svc.lat_seconds"});
      case Kind::summary: return any(Words{"rt", "rt_bytes"});
      case Kind::stateset: return any(Words{"app.status", "svc_mode"});
      case Kind::measureset: return any(Words{"svc.usage", "ops_total"});
      default: return any(scalars_);
    }
  }
  void describe(Write& write) {
    auto& meta = write.meta;
    if (one_in(2)) meta.description = any(Words{"It's \\", "Memory"});
    if (one_in(2)) meta.unit = any(Words{"bytes", "req/s", "seconds", "u"});
    if (one_in(2)) meta.chart_family = any(Words{"Mem", "F/G"});
    if (one_in(2)) meta.chart_priority = any(std::vector<std::int64_t>{1, 100, 70000});
    meta.is_float = one_in(2);
  }

  double number() {
    switch (below(12)) {
      case 0: return 0.75;
      case 1: return -5.9;
      case 2: return 1e21;
      case 3: return 9007199254740993.0;
      case 4: return -0.0;
      case 5: return 1e-7;
      case 6: return one_in(4) ? 1.7e308 : 3;
      case 7: return one_in(2) ? std::numeric_limits<double>::quiet_NaN() : std::numeric_limits<double>::infinity();
      case 8: return -9223372036854775808.0;
      default: return static_cast<double>(below(100));
    }
  }
  void fill(Write& write) {
    write.numbers.clear();
    for (int i = 0; i < 4; ++i) {
      const bool counts = write.kind == Kind::counter || write.kind == Kind::histogram ||
                          (write.kind == Kind::measureset && write.counts);
      write.numbers.push_back(counts && !one_in(6) ? static_cast<double>(below(1000)) : number());
    }
  }

  Cycle cycle() {
    Cycle made;
    if (one_in(4)) made.end = static_cast<End>(below(static_cast<std::uint32_t>(End::count_)));
    if (one_in(5)) sources_.push_back(source());
    if (one_in(6)) sources_.erase(sources_.begin() + below(static_cast<std::uint32_t>(sources_.size())));
    if (sources_.empty()) sources_.push_back(source());
    if (one_in(8)) describe(any_source().write);
    if (one_in(8)) {
      auto& labels = any_source().write.labels;
      if (!labels.empty()) labels[below(static_cast<std::uint32_t>(labels.size()))].second = text();
    }
    if (one_in(12)) {
      auto& write = any_source().write;  // of all series of that name, or the store refuses
      if (write.kind == Kind::gauge || write.kind == Kind::counter) {
        const auto name = write.name;
        const auto kind = write.kind == Kind::gauge ? Kind::counter : Kind::gauge;
        for (auto& one : sources_)
          if (one.write.name == name) one.write.kind = kind;
      }
    }
    const bool silent = one_in(8);
    for (auto& one : sources_) {
      if (silent && !one_in(4)) continue;
      if (one.life > 0 && one_in(static_cast<std::uint32_t>(one.life))) continue;
      fill(one.write);
      made.writes.push_back(one.write);
    }
    return made;
  }
  Source& any_source() { return sources_[below(static_cast<std::uint32_t>(sources_.size()))]; }

  // Templates.

  /// As the file of the template would come out; false when it is not valid.
  static bool settled(charttpl::Spec& spec) {
    const auto yaml = charttpl::marshal(spec);
    if (!yaml) return false;
    auto read = charttpl::decode(*yaml);
    if (read) spec = std::move(*read);
    return read.has_value();
  }

  charttpl::Spec spec() {
    charttpl::Spec made{.version = "v1"};
    if (one_in(3)) made.context_namespace = any(Words{"prom", " ns "});
    if (!one_in(4)) made.engine = engine();
    made.groups.push_back(group(0));
    if (one_in(4)) made.groups.push_back(group(0));
    return made;
  }
  charttpl::EngineSpec engine() {
    charttpl::EngineSpec made;
    if (one_in(4)) made.selector = selectors();
    if (one_in(5)) return made;
    auto& autogen = made.autogen.emplace();
    autogen.enabled = !one_in(8);
    autogen.expire_after_success_cycles = any(std::vector<std::uint64_t>{0, 1, 2, 3});
    if (one_in(6)) autogen.max_type_id_len = any(std::vector<std::int64_t>{4, 16, 24});
    if (one_in(4)) autogen.rules.push_back({any(Words{"*", "x_*", "svc*", "m"}), selectors()});
    return made;
  }
  charttpl::SelectorSpec selectors() {
    charttpl::SelectorSpec made;
    if (one_in(2)) made.allow = {any(Words{"m", "x_* m", "svc.*", "{env=\"prod\"}", "*"}), any(Words{"lat*", "rt*"})};
    if (made.allow.empty() || one_in(2)) made.deny = {any(Words{"x_b*", "m{k=\"a\"}", "zz", "*_sum"})};
    return made;
  }
  charttpl::GroupSpec group(int depth) {
    charttpl::GroupSpec made{.family = any(Words{"F", " G ", "H/I", "o'f"})};
    if (one_in(3)) made.context_namespace = any(Words{"db", "n.s"});
    if (depth == 0) {
      made.metrics = kScalars;
      for (const char* name : {"lat_bucket", "lat_count", "lat_sum", "svc.lat_seconds_bucket", "rt", "rt_count",
                               "rt_bytes", "rt_bytes_count", "svc.lat_seconds_count", "ops_total_ratio", "app.status",
                               "svc_mode", "svc.usage_used", "svc.usage_ratio", "ops_total_used", "m*", "x_*", "svc*"})
        made.metrics.emplace_back(name);
    }
    if (one_in(4)) {
      auto& defaults = made.chart_defaults.emplace();
      if (one_in(2)) defaults.label_promotion = promotion();
      if (one_in(2)) defaults.instances = instances();
    }
    const auto charts = below(4);
    for (std::uint32_t i = 0; i < charts; ++i) made.charts.push_back(chart());
    if (depth < 2 && one_in(3)) made.groups.push_back(group(depth + 1));
    return made;
  }
  Words promotion() {
    if (one_in(4)) return {};
    return any(std::vector<Words>{{"k"}, {"env", "zone"}, {"zone", "nic", "mode"}});
  }
  charttpl::InstancesSpec instances() {
    charttpl::InstancesSpec made;
    switch (below(6)) {
      case 0: made.by_labels = Words{"*", any(Words{"!zone", "!le", "!k"})}; break;
      case 1: made.by_labels = Words{"*"}; break;
      case 2: made.by_labels = Words{"k", " nic "}; break;
      case 3: made.optional_by_labels = Words{"k", "env"}; break;
      case 4: made.by_labels = Words{"nic"}, made.optional_by_labels = Words{"mode", "k"}; break;
      default: made.by_labels = Words{any(kKeys)};
    }
    return made;
  }
  charttpl::ChartSpec chart() {
    charttpl::ChartSpec made{.title = any(Words{"T", "It's", "back\\"}),
                             .context = any(Words{"ctx", "net.io", "same"}),
                             .units = any(Words{"u", "kb/s", " 1 "})};
    if (!one_in(3)) {
      made.id = any(Words{"c", "same", "my id", "a.b", "aa", "m", "zz", "n"});
      if (one_in(4)) made.id = any_source().write.name;
      if (one_in(awkward_one_in_ * 2)) made.id = any(Words{"it's", "x\\", kLong, kHalf, "\xC3\xA9", "'"});
    }
    if (one_in(3)) made.family = "leaf";
    if (one_in(4)) made.algorithm = any(Words{"absolute", "incremental"});
    if (one_in(3)) made.aggregation = any(Words{"sum", "min", "max", "avg"});
    if (one_in(3)) made.type = any(Words{"line", "area", "stacked", "heatmap"});
    if (one_in(3)) made.priority = any(std::vector<std::int64_t>{-1, 5, 90000});
    if (one_in(3)) made.label_promotion = promotion();
    if (one_in(2)) made.instances = instances();
    if (one_in(2)) {
      auto& life = made.lifecycle.emplace();
      life.expire_after_cycles = below(4);
      if (one_in(3)) life.max_instances = 1 + below(3);
      if (one_in(2)) {
        life.dimensions.emplace();
        if (one_in(2)) life.dimensions->max_dims = 1 + below(3);
        if (one_in(2)) life.dimensions->expire_after_cycles = 1 + below(3);
      }
    }
    const auto dimensions = 1 + below(3);
    for (std::uint32_t i = 0; i < dimensions; ++i) made.dimensions.push_back(dimension(i));
    return made;
  }
  /// A selector for a series that the story has; false when its dimension may go without a name.
  bool aimed(charttpl::DimensionSpec& made) {
    const auto& write = any_source().write;
    switch (write.kind) {
      case Kind::histogram: made.selector = write.name + any(Words{"_bucket", "_bucket", "_count"}); break;
      case Kind::summary: made.selector = write.name + "{quantile=~\".+\"}"; break;
      case Kind::stateset: made.selector = write.name; break;
      case Kind::measureset: made.selector = write.name + any(Words{"_used", "_ratio"}); break;
      default: made.selector = write.name;
    }
    return write.kind != Kind::summary && !made.selector.ends_with("_bucket");
  }
  charttpl::DimensionSpec dimension(std::uint32_t number) {
    charttpl::DimensionSpec made;
    if (!one_in(3)) {
      if (aimed(made) || one_in(4)) name(made, number);
    } else if (one_in(3)) {
      made.selector = any(Words{"lat_bucket", "svc.lat_seconds_bucket", "rt{quantile=~\".+\"}", "app.status",
                                "svc_mode", "a_status", "rt_bytes{quantile!=\"\\\\\"}"});
      if (one_in(4)) made.name_from_label = any(Words{"le", "quantile"});
    } else {
      made.selector = any(one_in(3) ? Words{"m*", "x_*", "svc*", "svc.usage_used", "svc.usage_ratio", "ops_total_used",
                                            "lat_count", "lat_sum", "rt", "rt_count"}
                                    : kScalars);
      if (one_in(4)) made.selector += any(Words{"{k=\"a\"}", "{env=~\".+\"}", "{mode!=\"a\"}", "{k=*\"a* !b\"}"});
      name(made, number);
    }
    if (one_in(3))
      made.options = charttpl::DimensionOptionsSpec{any(std::vector<std::int64_t>{0, 1, 8, -8}),
                                                    any(std::vector<std::int64_t>{0, 1, 1000}), one_in(3), one_in(3)};
    return made;
  }

  void name(charttpl::DimensionSpec& made, std::uint32_t number) {
    if (one_in(3))
      made.name_from_label = any(Words{"k", "nic", "mode"});
    else
      made.name = any(Words{"v", "w", "zz", "aa", "it's", " pad", "x\\"}) + (number == 0 ? "" : std::to_string(number));
  }

  std::mt19937_64 random_;
  Words scalars_;  ///< of this story
  std::uint32_t awkward_one_in_ = 5;
  std::vector<Source> sources_;
};

}  // namespace

Story draw(std::uint64_t seed) { return Draw{seed}.story(); }

}  // namespace cppd::property

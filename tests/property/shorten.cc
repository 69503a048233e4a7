// SPDX-License-Identifier: GPL-3.0-or-later
// From a story that fails to the shortest one found that fails in the same way.
#include "run.h"

#include <cppd/charttpl/marshal.h>

#include <functional>

namespace cppd::property {
namespace {

class Shortener {
 public:
  Shortener(Story story, Check check, Mutant mutant, std::uint64_t seed)
      : best_{std::move(story)}, check_{check}, mutant_{mutant}, seed_{seed} {}

  Story run() {
    for (bool better = true; better && tries_ < kTriesMax;) {
      better = cycles();
      better = writes() || better;
      better = templates() || better;
      better = job() || better;
    }
    return std::move(best_);
  }

 private:
  static constexpr int kTriesMax = 20000;

  bool keep(Story next) {
    if (++tries_ > kTriesMax || !charttpl::marshal(next.spec)) return false;
    Tally unused;
    const auto failure = property::run(next, mutant_, seed_, unused);
    if (!failure || failure->check != check_) return false;
    best_ = std::move(next);
    return true;
  }
  /// Tries to drop each element of a list of the story.
  template <class Get>
  bool drop_each(Get get) {
    bool better = false;
    for (std::size_t i = 0; i < get(best_).size();) {
      auto next = best_;
      get(next).erase(get(next).begin() + static_cast<std::ptrdiff_t>(i));
      if (keep(std::move(next)))
        better = true;
      else
        ++i;
    }
    return better;
  }
  template <class Change>
  bool change(Change change) {
    auto next = best_;
    if (!change(next)) return false;
    return keep(std::move(next));
  }

  bool cycles() {
    bool better = drop_each([](Story& story) -> auto& { return story.cycles; });
    for (std::size_t i = 0; i < best_.cycles.size(); ++i) {
      better = change([i](Story& story) { return std::exchange(story.cycles[i].end, End::commit) != End::commit; }) ||
               better;
    }
    return better;
  }
  bool writes() {
    bool better = false;
    for (std::size_t i = 0; i < best_.cycles.size(); ++i) {
      better = drop_each([i](Story& story) -> auto& { return story.cycles[i].writes; }) || better;
      for (std::size_t j = 0; j < best_.cycles[i].writes.size(); ++j) {
        better = drop_each([i, j](Story& story) -> auto& { return story.cycles[i].writes[j].labels; }) || better;
        better = change([i, j](Story& story) {
                   return std::exchange(story.cycles[i].writes[j].meta, {}) != metrix::MetricMeta{};
                 }) ||
                 better;
        better =
            change([i, j](Story& story) { return std::exchange(story.cycles[i].writes[j].scope, 0) != 0; }) || better;
        better =
            change([i, j](Story& story) {
              return std::exchange(story.cycles[i].writes[j].numbers, {1, 1, 1, 1}) != std::vector<double>{1, 1, 1, 1};
            }) ||
            better;
      }
    }
    return better;
  }
  bool job() {
    bool better = drop_each([](Story& story) -> auto& { return story.job_labels; });
    return change([](Story& story) { return std::exchange(story.job, "job") != "job"; }) || better;
  }

  bool templates() {
    bool better = drop_each([](Story& story) -> auto& { return story.spec.groups; });
    better = change([](Story& story) {
               const bool had = story.spec.engine.has_value();
               story.spec.engine.reset();
               return had;
             }) ||
             better;
    better = change([](Story& story) { return !std::exchange(story.spec.context_namespace, "").empty(); }) || better;
    for (std::size_t i = 0; i < best_.spec.groups.size(); ++i) {
      better = group([i](Story& story) -> auto& { return story.spec.groups[i]; }) || better;
    }
    return better;
  }
  bool group(const std::function<charttpl::GroupSpec&(Story&)>& get) {
    bool better = drop_each([&](Story& story) -> auto& { return get(story).groups; });
    better = drop_each([&](Story& story) -> auto& { return get(story).charts; }) || better;
    better = drop_each([&](Story& story) -> auto& { return get(story).metrics; }) || better;
    better = change([&](Story& story) {
               const bool had = get(story).chart_defaults.has_value();
               get(story).chart_defaults.reset();
               return had;
             }) ||
             better;
    for (std::size_t i = 0; i < get(best_).charts.size(); ++i) {
      better = chart([&get, i](Story& story) -> auto& { return get(story).charts[i]; }) || better;
    }
    for (std::size_t i = 0; i < get(best_).groups.size(); ++i) {
      better = group([&get, i](Story& story) -> auto& { return get(story).groups[i]; }) || better;
    }
    return better;
  }
  bool chart(const std::function<charttpl::ChartSpec&(Story&)>& get) {
    bool better = drop_each([&](Story& story) -> auto& { return get(story).dimensions; });
    const auto reset = [&](auto member) {
      better = change([&](Story& story) {
                 return std::exchange(get(story).*member, {}) != std::remove_cvref_t<decltype(get(story).*member)>{};
               }) ||
               better;
    };
    using Chart = charttpl::ChartSpec;
    reset(&Chart::instances);
    reset(&Chart::lifecycle);
    reset(&Chart::label_promotion);
    reset(&Chart::algorithm);
    reset(&Chart::aggregation);
    reset(&Chart::priority);
    reset(&Chart::family);
    reset(&Chart::id);
    for (std::size_t i = 0; i < get(best_).dimensions.size(); ++i) {
      better = change([&](Story& story) {
                 const bool had = get(story).dimensions[i].options.has_value();
                 get(story).dimensions[i].options.reset();
                 return had;
               }) ||
               better;
    }
    return better;
  }

  Story best_;
  Check check_;
  Mutant mutant_;
  std::uint64_t seed_;
  int tries_ = 0;
};

}  // namespace

Story shortened(Story story, const Failure& failure, Mutant mutant, std::uint64_t seed) {
  if (failure.check == Check::loaded) return story;
  return Shortener{std::move(story), failure.check, mutant, seed}.run();
}

}  // namespace cppd::property

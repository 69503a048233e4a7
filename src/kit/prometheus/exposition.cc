// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/kit/prometheus/exposition.h>

#include <algorithm>

namespace cppd::prometheus {

std::vector<std::uint32_t> Exposition::find(std::string_view name) const {
  std::vector<std::uint32_t> found;
  for (std::uint32_t i = 0; i < series_.size(); ++i) {
    if (series_[i].name == name) found.push_back(i);
  }
  return found;
}

double Exposition::max(std::span<const std::uint32_t> series) const {
  if (series.empty()) return 0;
  double most = series_[series.front()].value;
  for (const auto index : series) most = series_[index].value > most ? series_[index].value : most;
  return most;
}

/// `text` for as long as `body` and this object live.
std::string_view Exposition::keep(std::string_view text, std::string_view body) {
  const auto from = reinterpret_cast<std::uintptr_t>(body.data());
  const auto at = reinterpret_cast<std::uintptr_t>(text.data());
  if (at >= from && at - from <= body.size()) return text;
  return owned_.emplace_back(text);
}

void parse(std::string_view body, const matcher::SelectorList* selector, Exposition& into) {
  into.series_.clear();
  into.labels_.clear();
  into.samples_.clear();
  into.help_.clear();
  into.bad_lines_.clear();
  into.owned_.clear();

  EntryReader reader;
  Classifier classifier;
  std::uint32_t line = 1;
  for (auto rest = body; !rest.empty();) {
    const auto entry = reader.read(rest, true);
    switch (entry.kind) {
      case Entry::Kind::incomplete:
      case Entry::Kind::end: rest = {}; continue;
      case Entry::Kind::blank: break;
      case Entry::Kind::help: into.help_.push_back({into.keep(entry.name, body), into.keep(entry.text, body)}); break;
      case Entry::Kind::type: classifier.declare(into.keep(entry.name, body), entry.type, into.samples_); break;
      case Entry::Kind::bad:
        into.bad_lines_.push_back({line, static_cast<std::uint32_t>(entry.bad_at + 1), entry.reason});
        break;
      case Entry::Kind::sample: {
        if (selector != nullptr && !selector->matches(entry.name, entry.labels)) break;
        const auto index = static_cast<std::uint32_t>(into.series_.size());
        const auto name = into.keep(entry.name, body);
        into.series_.push_back({name, entry.value, static_cast<std::uint32_t>(into.labels_.size()),
                                static_cast<std::uint32_t>(entry.labels.size()), line});
        for (const auto& label : entry.labels)
          into.labels_.push_back({into.keep(label.key, body), into.keep(label.value, body)});
        classifier.add(index, name, entry.labels, into.samples_);
        break;
      }
    }
    line += static_cast<std::uint32_t>(std::ranges::count(rest.substr(0, entry.bytes), '\n'));
    rest.remove_prefix(entry.bytes);
  }
  classifier.finish(into.samples_);
}

}  // namespace cppd::prometheus

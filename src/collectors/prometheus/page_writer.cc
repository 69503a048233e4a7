// SPDX-License-Identifier: GPL-3.0-or-later
#include "page_writer.h"

#include "metadata.h"
#include "point_assembly.h"

#include <boost/unordered/unordered_flat_map.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace cppd::prometheus_collector {
namespace {

using metrix::SeriesRef;
using prometheus::RememberedSample;
using prometheus::ScrapeMemory;

constexpr std::uint64_t to_user(SeriesRef ref) { return std::uint64_t{ref.generation} << 32 | ref.index; }
constexpr SeriesRef to_ref(std::uint64_t user) {
  return {static_cast<std::uint32_t>(user), static_cast<std::uint32_t>(user >> 32)};
}

// Slot 0 of a store is nobody's, and these generations of it mean nothing to the store: such references never live.
constexpr SeriesRef kLeftOut{.index = 0, .generation = 0};
constexpr SeriesRef kNotYet{.index = 0, .generation = 2};
constexpr std::uint32_t kCells = 16;  // generations of slot 0 from here on are cells
constexpr SeriesRef of_cell(Cell cell) { return {.index = 0, .generation = kCells + cell}; }
constexpr bool is_cell(SeriesRef ref) { return ref.index == 0 && ref.generation >= kCells; }
constexpr Cell cell_of(SeriesRef ref) { return ref.generation - kCells; }

bool key_comes_twice(Labels labels) { return std::ranges::adjacent_find(labels, {}, &Label::key) != labels.end(); }

}  // namespace

PageWriter::PageWriter(metrix::Store& store, Options options)
    : store_{store}, options_{std::move(options)}, book_{store} {}

void PageWriter::begin(std::uint64_t series_max) {
  if (!worked_out_) {
    page_ = ScrapeMemory{};
    points_ = PointTable{store_};
  }
  series_max_ = series_max;
  parked_.clear();
  observed_ = 0;
  refused_ = 0;
  parked_not_finite_ = 0;
  series_missing_ = false;
  page_.begin(*this);
}

void PageWriter::on_known(std::span<const prometheus::KnownSample> samples) {
  for (const auto& sample : samples) {
    const auto ref = to_ref(sample.user);
    if (is_cell(ref)) {
      points_.put(cell_of(ref), sample.value);
    } else if (store_.alive(ref)) [[likely]] {
      store_.observe(ref, sample.value);
      ++observed_;
    } else {
      parked_.push_back(sample.value);
      if (ref.index == 0) continue;
      const bool finite = std::isfinite(sample.value);
      series_missing_ = series_missing_ || finite;
      parked_not_finite_ += finite ? 0 : 1;
    }
  }
}

std::uint64_t PageWriter::on_new(const prometheus::NewSample& sample) {
  if (!options_.selector.matches(sample.name, sample.labels)) {
    ++refused_;
    return ScrapeMemory::kIgnored;
  }
  parked_.push_back(sample.value);
  return to_user(kNotYet);
}

PageSummary PageWriter::finish(Ledger& ledger) {
  worked_out_ = false;
  page_.finish();
  const bool changed = page_.changed() || series_missing_ || book_.due() || !points_.judge(book_);
  if (changed)
    work_out(ledger);
  else
    ledger.count(LossReason::sample_not_finite, parked_not_finite_);
  points_.stage();
  points_.count_losses(ledger);
  worked_out_ = true;
  for (std::size_t i = 0; i < losses_.size(); ++i) ledger.count(static_cast<LossReason>(i), losses_[i]);
  count_bad_lines(ledger);
  auto summary = summary_;
  summary.changed = changed;
  summary.refused = refused_;
  summary.bad_lines = page_.bad_line_count();
  if (!page_.bad_lines().empty()) summary.first_bad = page_.bad_lines().front();
  return summary;
}

void PageWriter::count_bad_lines(Ledger& ledger) const {
  if (page_.bad_line_count() == 0) return;
  ledger.count(LossReason::series_invalid, page_.bad_line_count());
  if (!page_.changed()) return;
  for (const auto& bad : page_.bad_lines()) {
    if (ledger.details(LossReason::series_invalid).size() >= Ledger::kDetailsMax) return;
    ledger.count(LossReason::series_invalid,
                 fmt::format("{}:{} {}", bad.line, bad.column, prometheus::describe(bad.reason)), 0);
  }
}

/// One pass over a page whose families are judged: every line gets its series or cell, or is left out.
class PageWriter::Assignment {
 public:
  Assignment(PageWriter& writer, PageSurvey& survey)
      : writer_{writer}, survey_{survey}, points_{writer.store_}, assembly_{writer.store_, points_} {
    staged_.reserve(writer.parked_.size());
  }

  void line(const RememberedSample& sample) {
    auto& family = survey_.family_of(line_++);
    auto& user = sample.user;
    const auto ref = to_ref(user);
    const bool alive = writer_.store_.alive(ref);
    const double value = value_of(ref, alive);
    if (!family.verdict.charted()) return leave_out(user, alive, family.verdict.loss, family);
    if (family.cut) {
      pack_labels(sample.labels, prometheus::structural_label(sample.component), packed_);
      if (!family.first.keeps(packed_)) return leave_out(user, alive, LossReason::series_capped, family);
    }
    if (metrix::structured(family.verdict.kind)) return part(sample, alive, value, family);
    if (alive && family.namesake == nullptr) return overwrite(ref);
    if (key_comes_twice(sample.labels)) return leave_out(user, alive, LossReason::sample_invalid_labels, family);
    if (family.namesake != nullptr)
      late_.push_back({.user = &user, .family = &family, .labels = assembly_.keep(sample.labels), .value = value});
    else
      chart(user, writer_.store_.series(writer_.descriptor_of(family, {}), sample.labels), value);
  }

  /// Brings store and points up to date with the decisions.
  void carry_out(Ledger& ledger) {
    assembly_.finish(
        [&](FamilyOnPage& family, const metrix::Schema& schema) { return writer_.descriptor_of(family, schema); },
        [&](FamilyOnPage& family, LossReason reason, std::uint64_t lines) {
          left_out_[{family.name, reason}] += lines;
        });
    finish_late();
    (void)points_.judge(writer_.book_);  // what is good has its series now
    writer_.points_ = std::move(points_);
    writer_.store_.retract(retracted_);
    for (const auto& staged : staged_) {
      if (!staged.overwritten) writer_.store_.observe(staged.ref, staged.value);
    }
    for (const auto& [what, lines] : left_out_) writer_.lose(ledger, what.second, what.first, lines);
    // What is left out is parked on every page; that is all the room the pages to come need.
    std::vector<double>{}.swap(writer_.parked_);
    writer_.parked_.reserve(left_out_lines_);
  }

 private:
  struct LateScalar {
    std::uint64_t* user;
    FamilyOnPage* family;
    metrix::LabelSetId labels;
    double value;
  };

  /// What the line says on this page. NaN for a line that was a series of its own so far: its value is in the store
  /// already. Where it becomes a part, the store refuses the point as long as it remembers that series.
  [[nodiscard]] double value_of(SeriesRef ref, bool alive) {
    if (alive) return std::numeric_limits<double>::quiet_NaN();
    return is_cell(ref) ? writer_.points_.value(cell_of(ref)) : writer_.parked_[next_parked_++];
  }
  void leave_out(std::uint64_t& user, bool alive, LossReason reason, const FamilyOnPage& family) {
    if (alive) retracted_.push_back(to_ref(user));
    user = to_user(kLeftOut);
    ++left_out_[{family.name, reason}];
    ++left_out_lines_;
  }
  void part(const RememberedSample& sample, bool alive, double value, FamilyOnPage& family) {
    const auto cell = assembly_.add(family, sample, value);
    if (!cell) return leave_out(sample.user, alive, cell.error(), family);
    if (alive) retracted_.push_back(to_ref(sample.user));
    sample.user = to_user(of_cell(*cell));
  }
  void chart(std::uint64_t& user, SeriesRef series, double value) {
    user = to_user(series);
    if (writer_.observed_ > 0) staged_at_[series.index] = staged_.size();
    staged_.push_back({.ref = series, .value = value});
  }
  /// A scalar called like the sum or count of a histogram or summary would share its chart: it is charted where it was
  /// there before, or where the other has come to nothing.
  void finish_late() {
    auto& store = writer_.store_;
    for (const auto& scalar : late_) {
      auto& family = *scalar.family;
      const bool alive = store.alive(to_ref(*scalar.user));
      const auto series = store.series(writer_.descriptor_of(family, {}), scalar.labels, metrix::ClaimId::none);
      const bool established = store.committed()[series.index].seen != 0;
      if (!established && assembly_.is_point(*family.namesake, scalar.labels))
        leave_out(*scalar.user, alive, LossReason::chart_id_collision, family);
      else if (alive)
        overwrite(series);
      else
        chart(*scalar.user, series, scalar.value);
    }
  }
  /// The last of equal lines counts: this one was observed while it was read, and stands behind what is staged.
  void overwrite(SeriesRef ref) {
    if (staged_at_.empty()) return;
    if (const auto found = staged_at_.find(ref.index); found != staged_at_.end())
      staged_[found->second].overwritten = true;
  }

  PageWriter& writer_;
  PageSurvey& survey_;
  PointTable points_;
  PointAssembly assembly_;
  std::size_t line_ = 0;
  std::size_t next_parked_ = 0;
  std::size_t left_out_lines_ = 0;
  std::vector<LateScalar> late_;
  std::vector<Staged> staged_;
  boost::unordered_flat_map<std::uint32_t, std::size_t> staged_at_;  // by slot; only beside lines observed already
  std::vector<SeriesRef> retracted_;
  boost::unordered_flat_map<std::pair<std::string_view, LossReason>, std::uint64_t> left_out_;
  std::string packed_;
};

void PageWriter::work_out(Ledger& ledger) {
  book_.turn_page();
  PageSurvey survey{page_};
  survey.judge(options_.fallback, book_);
  survey.limit({.page_max = series_max_, .family_max = options_.family_series_max});
  summary_ = {.samples = survey.lines(), .page_limit_reached = survey.page_limit_reached()};
  losses_.fill(0);
  Assignment assignment{*this, survey};
  page_.for_each_sample([&](const RememberedSample& sample) { assignment.line(sample); });
  assignment.carry_out(ledger);
  summary_.capped = losses_[static_cast<std::size_t>(LossReason::series_capped)];
}

/// What all series of a family share, declared when the page needs it first.
metrix::DescriptorId PageWriter::descriptor_of(FamilyOnPage& family, const metrix::Schema& schema) {
  if (family.descriptor) return family.descriptor->id();
  const metrix::Store::Authority authority{.kind = family.verdict.kind, .schema = schema};
  auto options = instrument_options(family.name, family.verdict.kind, {});
  if (const auto& title = family.record->title; !title.empty()) options.description = title;
  auto declared = store_.declare(family.name, authority, options);
  // What the store still knows of the name from before stays; a description never changes while a metric lives.
  if (!declared) declared = store_.declare(family.name, authority, {});
  family.descriptor = metrix::DescriptorPin{store_, declared.value()};
  return declared.value();
}

void PageWriter::lose(Ledger& ledger, LossReason reason, std::string_view name, std::uint64_t lines) {
  ledger.count(reason, name, 0);
  losses_[static_cast<std::size_t>(reason)] += lines;
}

bool PageWriter::has_family(std::string_view prefix) {
  bool found = false;
  page_.for_each_sample([&](const RememberedSample& sample) {
    found = found || prometheus::family_name(sample.name, sample.component).starts_with(prefix);
  });
  return found;
}

}  // namespace cppd::prometheus_collector

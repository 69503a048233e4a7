// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages.h"

#include "page_writer.h"

namespace cppd::prometheus_collector {

class PageReader::Impl {
 public:
  explicit Impl(metrix::Store& store) : writer{store, {}} {}
  PageWriter writer;
};

PageReader::PageReader(metrix::Store& store) : impl_{std::make_unique<Impl>(store)} {}
PageReader::~PageReader() = default;

PageReading PageReader::read(std::string_view page, const std::string& file, Ledger& ledger) {
  auto& writer = impl_->writer;
  writer.begin(0);
  writer.feed(page);
  const auto summary = writer.finish(ledger);
  PageReading reading{.samples = summary.samples, .bad_lines = summary.bad_lines};
  if (summary.first_bad) {
    reading.first_bad = invalid_input(std::string{prometheus::describe(summary.first_bad->reason)});
    reading.first_bad->location =
        Location{.file = file, .line = summary.first_bad->line, .column = summary.first_bad->column};
  }
  return reading;
}

}  // namespace cppd::prometheus_collector

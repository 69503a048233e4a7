// SPDX-License-Identifier: GPL-3.0-or-later
#include "template_run.h"

#include <cppd/agent/check/template.h>
#include <cppd/base/file.h>
#include <cppd/charttpl/decode.h>

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

namespace cppd {
namespace {

constexpr std::size_t kPageBytesMax = std::size_t{64} << 20;

Result<std::string> read_standard_input() {
  std::string text;
  char piece[65536];
  for (;;) {
    const auto got = ::read(STDIN_FILENO, piece, sizeof piece);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::unexpected(unavailable("cannot be read").in("standard input"));
    if (got == 0) return text;
    text.append(piece, static_cast<std::size_t>(got));
    if (text.size() > kPageBytesMax)
      return std::unexpected(limit_reached(fmt::format("more than {} bytes", kPageBytesMax)).in("standard input"));
  }
}

}  // namespace

TemplateRun::TemplateRun(const std::string& job)
    : type_id_{"prometheus_" + job},
      publisher_{{.environment = {.type_id = type_id_, .plugin = "cpp.d", .module = "prometheus", .job = job},
                  .ledger = &ledger_}} {}

std::vector<Error> TemplateRun::load(const std::string& template_file) {
  const auto text = read_file(template_file);
  if (!text) return {text.error()};
  const auto spec = charttpl::decode(*text, template_file);
  // A chart whose id is taken is no reason to stop: a job loads such a template too, and the explanation names it.
  if (spec && publisher_.load(*spec)) return {};
  return agent::check_template(*text, template_file);
}

Result<> TemplateRun::page(const std::string& file, jobruntime::JobOutput& output) {
  const auto text = file == "-" ? read_standard_input() : read_file(file, kPageBytesMax);
  if (!text) return std::unexpected(text.error());
  store_.begin();
  const auto read = reader_.read(*text, file, ledger_);
  if (read.first_bad) {
    mistakes_.push_back(*read.first_bad);
    if (read.bad_lines > 1) mistakes_.back().what += fmt::format(" (the first of {} such lines)", read.bad_lines);
  }
  if (read.samples == 0) {
    store_.abort();
    if (read.first_bad) return std::unexpected(*read.first_bad);
    auto error = invalid_input("the page has no metrics");
    error.location = Location{.file = file, .line = 1, .column = 1};
    return std::unexpected(std::move(error));
  }
  store_.commit();
  auto published = publisher_.publish(store_, output, {.elapsed_us = std::exchange(first_, false) ? 0 : 1'000'000});
  if (!published.succeeded()) return std::unexpected(std::move(published.failure->error).in(file));
  return ok;
}

chartengine::Explanation TemplateRun::explain() const {
  return chartengine::explain(store_, publisher_.engines(), ledger_, type_id_);
}

}  // namespace cppd

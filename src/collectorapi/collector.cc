// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/collectorapi/collector.h>

namespace cppd {

Task<Result<>> Collector::init(const JobContext&) { co_return ok; }

Task<Result<>> Collector::check(Cycle& cycle) {
  store_.begin();
  std::exception_ptr failure;
  Result<> done = ok;
  try {
    done = co_await collect(cycle);
  } catch (...) {
    failure = std::current_exception();
  }
  const bool empty = store_.staged_count() == 0;
  store_.abort();
  if (failure) std::rethrow_exception(failure);
  if (done && empty) co_return std::unexpected(unavailable("no metrics were collected"));
  co_return done;
}

Task<Result<>> Collector::run(const JobContext&) { co_return ok; }

Task<> Collector::cleanup() { co_return; }

}  // namespace cppd

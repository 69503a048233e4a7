// SPDX-License-Identifier: GPL-3.0-or-later
// Any standard input: the same events however it is cut, memory in proportion to what was fed, and nothing after QUIT.
#include <cppd/netdataapi/field.h>
#include <cppd/netdataapi/ingress.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <vector>

namespace {

using namespace cppd::netdataapi;

std::vector<InputEvent> events_of(std::string_view text, const std::function<std::size_t()>& next_bytes) {
  std::vector<InputEvent> out;
  Ingress ingress{[&](InputEvent event) { out.push_back(std::move(event)); }};
  std::size_t fed = 0;
  while (fed < text.size()) {
    const auto piece = text.substr(fed, next_bytes());
    ingress.feed(piece);
    fed += piece.size();
    if (ingress.held_bytes() > 2 * fed + 64) std::abort();
  }
  ingress.finish();
  return out;
}

void check(const InputEvent& event, bool last) {
  if (std::holds_alternative<Quit>(event) && !last) std::abort();
  if (const auto* reject = std::get_if<Reject>(&event)) {
    if (!valid_uid(reject->uid)) std::abort();
    if (reject->status != 400 && reject->status != 413 && reject->status != 499) std::abort();
  }
  if (const auto* call = std::get_if<Call>(&event)) {
    if (call->method.empty() || call->timeout.count() < 1 || call->timeout > kCallTimeoutMax) std::abort();
    if (!call->has_payload && !call->payload.empty()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto whole = events_of(text, [&] { return text.size(); });
  for (const auto& event : whole) check(event, &event == &whole.back());
  if (events_of(text, [] { return std::size_t{1}; }) != whole) std::abort();
  std::size_t state = size;
  const auto uneven = [&] {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return 1 + (state >> 33) % 23;
  };
  if (events_of(text, uneven) != whole) std::abort();
  return 0;
}

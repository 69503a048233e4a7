// SPDX-License-Identifier: GPL-3.0-or-later
// Standard input: payloads of calls, and many small calls, in the pieces that a pipe gives.
#include <cppd/netdataapi/ingress.h>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <string>

namespace {

using namespace cppd::netdataapi;

constexpr std::size_t kReadBytes = std::size_t{16} << 10;

struct Total {
  std::size_t calls = 0, args = 0, payload_bytes = 0, others = 0;
};

Total read(const std::string& input) {
  Total total;
  Ingress ingress{[&](const InputEvent& event) {
    const auto* call = std::get_if<Call>(&event);
    if (call == nullptr) {
      ++total.others;
      return;
    }
    ++total.calls;
    total.args += call->args.size();
    total.payload_bytes += call->payload.size();
  }};
  for (std::size_t at = 0; at < input.size(); at += kReadBytes)
    ingress.feed(std::string_view{input}.substr(at, kReadBytes));
  ingress.finish();
  return total;
}

void measure(benchmark::State& state, const std::string& input, const Total& want) {
  const auto got = read(input);
  if (got.calls != want.calls || got.args != want.args || got.payload_bytes != want.payload_bytes || got.others != 0) {
    state.SkipWithError("the events are not those of the input");
    return;
  }
  for (auto _ : state) benchmark::DoNotOptimize(read(input));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * input.size()));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * want.calls));
}

/// One configuration of so many lines of YAML.
void ingress_payload(benchmark::State& state) {
  std::string payload;
  for (std::int64_t i = 0; i < state.range(0); ++i)
    payload += fmt::format("  - {{name: target_{}, url: 'http://10.0.0.{}:9100/metrics'}}\n", i, i % 250);
  payload.pop_back();
  const auto input = fmt::format(
      "FUNCTION_PAYLOAD u 60 \"config go.d:collector:prometheus add many\" 0xffff \"user=admin\" text/yaml\n"
      "{}\nFUNCTION_PAYLOAD_END\n",
      payload);
  measure(state, input, {.calls = 1, .args = 3, .payload_bytes = payload.size()});
}
BENCHMARK(ingress_payload)->Arg(20)->Arg(150'000);

/// A dashboard that asks for configurations.
void ingress_calls(benchmark::State& state) {
  constexpr std::size_t kCalls = 1000;
  std::string input;
  for (std::size_t i = 0; i < kCalls; ++i) {
    input +=
        fmt::format("FUNCTION {:032x} 60 \"config go.d:collector:mysql:job_{} get\" \"0xffff\" \"user=admin\"\n", i, i);
  }
  measure(state, input, {.calls = kCalls, .args = 2 * kCalls});
}
BENCHMARK(ingress_calls);

}  // namespace

// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What an area of the conformance runner is, and the driver of those whose cases are lines of JSON.
///
/// A new area: one file `<area>_area.cc` with `run_<area>`, its declaration below, its line in areas.cc, the copy of
/// its vectors (`vectors.py copy FROM AREA`) and its line in floor.txt.
#pragma once

#include <nlohmann/json.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::conformance {

struct Options {
  std::string area;
  std::string only;            ///< run the cases whose name contains this
  std::filesystem::path ours;  ///< our own expectations: `<ours>/<case>.json`
  bool quiet = false;          ///< failures and totals only
};

struct AreaResult {
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::size_t unbuilt = 0;
};

/// What came of one case.
struct Outcome {
  enum class Verdict : std::uint8_t { passed, failed, unbuilt };
  Verdict verdict = Verdict::passed;
  std::string why{};

  static Outcome pass() { return {}; }
  static Outcome fail(std::string why) { return {Verdict::failed, std::move(why)}; }
  static Outcome not_built() { return {Verdict::unbuilt, {}}; }
};

/// Runs one case against the expectations that stand in it. What it throws is a failure.
using Check = std::function<Outcome(const nlohmann::json& body)>;

/// Runs every line of every `.jsonl` file below `dirs`, files in byte order of their names, and prints a line per case:
/// `PASS name`, `FAIL name: why`, `TODO name` for what is not yet built.
///
/// A case that is marked with a difference or a quirk passes with the letter
///   a  when it equals the reference;
///   b  when it equals the case after the keys of `<ours>/<case>.json` replaced those of the same name;
///   c  when there is no such file and `lenient` (no crash, counted, everything unmarked equal) accepts it.
[[nodiscard]] AreaResult run_cases(const std::vector<std::string>& dirs, const Options& options, const Check& check,
                                   const Check& lenient = {});

/// An area that is known and has no runner yet: every case counts as not yet built.
[[nodiscard]] AreaResult run_unbuilt(const std::vector<std::string>& dirs, const Options& options);

[[nodiscard]] AreaResult run_charttpl(const std::vector<std::string>& dirs, const Options& options);
[[nodiscard]] AreaResult run_confopt(const std::vector<std::string>& dirs, const Options& options);
[[nodiscard]] AreaResult run_exposition(const std::vector<std::string>& dirs, const Options& options);
[[nodiscard]] AreaResult run_matcher(const std::vector<std::string>& dirs, const Options& options);

[[nodiscard]] AreaResult run_scenarios(const std::vector<std::string>& dirs, const Options& options);
[[nodiscard]] AreaResult run_wire(const std::vector<std::string>& dirs, const Options& options);

struct Area {
  std::string_view name;
  AreaResult (*run)(const std::vector<std::string>& dirs, const Options& options);
};

/// Every area but those that a `play.py` of their own plays.
[[nodiscard]] const std::vector<Area>& areas();

/// `want` and `got` at the first place where they differ, for a failure's reason; empty when equal.
[[nodiscard]] std::string difference(const nlohmann::json& want, const nlohmann::json& got);

}  // namespace cppd::conformance

// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What may be done to a store, as data: drawn from a seed, printed, shortened, and applied to the store and its model
/// alike.
#pragma once

#include <cppd/metrix/types.h>

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cppd::model {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// Operations, and what they take of an Op beside the slot:
///
///   declare, derive, copy   slot <- a handle of a meter; slot `from` with further labels; slot `from`
///   declare_vec, child      vector slot <- a vector, texts: its keys; slot <- its child, texts: the values
///   observe, add            a number: observe, set, observe_total, add
///   point, add_point        histogram and summary: count, sum, then pairs; measure set: a number per field
///   states, enable          texts: states; numbers: on or off
///   fields, add_fields, ... texts: fields; numbers: values
///   observe_ref             a number, by the reference of the handle that was last dropped from the slot
#define CPPD_MODEL_OPS(X) \
  X(begin)                \
  X(commit)               \
  X(abort)                \
  X(declare)              \
  X(declare_vec)          \
  X(child)                \
  X(derive)               \
  X(copy)                 \
  X(drop)                 \
  X(drop_vec)             \
  X(observe)              \
  X(add)                  \
  X(point)                \
  X(states)               \
  X(enable)               \
  X(fields)               \
  X(add_point)            \
  X(add_fields)           \
  X(add_field)            \
  X(set_field)            \
  X(observe_ref)          \
  X(retract)

enum class Do : std::uint8_t {
#define CPPD_MODEL_OP(name) name,
  CPPD_MODEL_OPS(CPPD_MODEL_OP)
#undef CPPD_MODEL_OP
};
#define CPPD_MODEL_OP(name) +1
inline constexpr std::size_t kOps = 0 CPPD_MODEL_OPS(CPPD_MODEL_OP);
#undef CPPD_MODEL_OP

inline constexpr int kSlots = 6;
inline constexpr int kVecSlots = 2;

struct Op {
  Do what = Do::begin;
  int slot = 0;
  int from = 0;
  // The meter and the instrument of a declaration.
  std::string prefix{};
  std::string name{};
  metrix::Kind kind = metrix::Kind::gauge;
  bool counter_fields = false;
  metrix::Mode mode = metrix::Mode::snapshot;
  Pairs labels{};
  bool scoped = false;
  metrix::HostScope scope{};
  metrix::InstrumentOptions options{};
  // What is written.
  std::vector<std::string> texts{};
  std::vector<double> numbers{};
};

struct Sequence {
  metrix::StoreOptions options{};
  std::vector<Op> ops{};
};

[[nodiscard]] std::string_view op_name(Do what);
/// One line that says what the operation does; bytes outside ASCII are escaped.
[[nodiscard]] std::string text_of(const Op& op);
[[nodiscard]] std::string text_of(const metrix::StoreOptions& options);
[[nodiscard]] std::string text_of(const Pairs& labels);
[[nodiscard]] std::string quoted(std::string_view text);

/// The alphabet, small enough that everything meets everything.
[[nodiscard]] const std::vector<std::string>& all_names();
[[nodiscard]] const std::vector<Pairs>& all_labels();
[[nodiscard]] const std::vector<metrix::HostScope>& all_scopes();

/// A random sequence; the same for the same seed.
[[nodiscard]] Sequence draw(std::uint64_t seed);

}  // namespace cppd::model

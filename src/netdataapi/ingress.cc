// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/text.h>
#include <cppd/netdataapi/field.h>
#include <cppd/netdataapi/ingress.h>

#include "input_fields.h"

#include <algorithm>
#include <utility>

namespace cppd::netdataapi {
namespace {

constexpr std::size_t kLineBytesMax = kCommandBytesMax + 1;  // with a carriage return

std::string_view without_return(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// Doubling is too much of a good thing where the bound is near.
void append_to_payload(std::string& payload, std::string_view piece) {
  if (payload.capacity() < payload.size() + piece.size() && payload.size() > kPayloadBytesMax / 4) {
    std::string larger;
    larger.reserve(std::max(kPayloadBytesMax + kLineBytesMax + 1, payload.size() + piece.size()));
    larger += payload;
    payload.swap(larger);
  }
  payload += piece;
}

}  // namespace

void Ingress::feed(std::string_view bytes) {
  while (!bytes.empty() && state_ != State::ended) {
    const auto end = bytes.find('\n');
    if (end == std::string_view::npos) return add_to_line(bytes);
    const auto piece = bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    if (state_ == State::command && line_.empty() && piece.size() <= kLineBytesMax) {
      command_line(without_return(piece));
      continue;
    }
    add_to_line(piece);
    end_line();
  }
}

void Ingress::add_to_line(std::string_view piece) {
  if (state_ == State::payload) return add_to_payload(piece);
  const auto room = kLineBytesMax - line_.size();
  line_too_long_ |= piece.size() > room;
  line_ += piece.substr(0, room);
}

void Ingress::add_to_payload(std::string_view piece) {
  // In portions, so that a line without end costs no more than the limit.
  while (!piece.empty()) {
    const auto portion = piece.substr(0, kLineBytesMax);
    piece.remove_prefix(portion.size());
    append_to_payload(call_.payload, portion);
    if (call_.payload.size() > kPayloadBytesMax && call_.payload.size() - line_start_ > kLineBytesMax) {
      overflow();
      line_too_long_ = true;
      return;
    }
  }
}

void Ingress::end_line() {
  if (state_ != State::command)
    payload_line();
  else if (line_too_long_)
    refuse(line_);
  else
    command_line(without_return(line_));
  line_.clear();
  line_too_long_ = false;
}

void Ingress::command_line(std::string_view line) {
  if (line.empty()) return;
  if (line.size() > kCommandBytesMax) return refuse(line);
  if (line == kQuit) return quit();
  if (auto call = parse_call(line, short_calls_)) return begin(std::move(*call));
  const auto word = first_word(line);
  if (word == kFunctionProgress) return;
  if (word == kFunctionCancel) {
    if (auto fields = split_fields(line); fields && fields->size() == 2) {
      return handler_(Cancel{std::move((*fields)[1])});
    }
  }
  refuse(line);
}

void Ingress::begin(Call call) {
  state_ = State::command;
  if (!call.has_payload) return handler_(std::move(call));
  call_ = std::move(call);
  line_start_ = 0;
  state_ = State::payload;
}

void Ingress::refuse(std::string_view line) {
  auto uid = rescue_uid(line);
  if (uid.empty()) return skip(line);
  // The payload of such a call comes nevertheless.
  if (words(line).front() == kFunctionPayload) state_ = State::refused;
  handler_(Reject{std::move(uid), 400});
}

void Ingress::skip(std::string_view line) {
  handler_(SkippedLine{std::string{line.substr(0, SkippedLine::kStartBytesMax)}});
}

void Ingress::quit() {
  state_ = State::ended;
  call_ = {};
  handler_(Quit{});
}

void Ingress::payload_line() {
  const bool kept = state_ == State::payload;
  const auto line =
      without_return(kept ? std::string_view{call_.payload}.substr(line_start_) : std::string_view{line_});
  if (!line_too_long_ && line.size() <= kCommandBytesMax && (line.starts_with(kFunction) || line == kQuit)) {
    if (command_in_payload(std::string{line})) return;
  }
  if (!kept) return;
  if (call_.payload.size() > kPayloadBytesMax) return overflow();
  call_.payload += '\n';
  line_start_ = call_.payload.size();
}

bool Ingress::command_in_payload(const std::string& line) {
  if (line == kQuit) {
    quit();
    return true;
  }
  if (line == kFunctionPayloadEnd) {
    complete_payload();
    return true;
  }
  if (auto call = parse_call(line, false)) {
    give_up_payload(400);
    begin(std::move(*call));
    return true;
  }
  const auto word = first_word(line);
  if (word != kFunctionCancel && word != kFunctionProgress) return false;
  const auto fields = split_fields(line);
  if (!fields || fields->size() != 2) return false;
  if (state_ == State::payload) call_.payload.resize(line_start_);
  if (word == kFunctionProgress) return true;
  if (state_ == State::refused || (*fields)[1] != call_.uid)
    handler_(Cancel{(*fields)[1]});
  else
    cancel_payload();
  return true;
}

void Ingress::complete_payload() {
  if (state_ != State::payload) {
    give_up_payload(400);
    state_ = State::command;
    return;
  }
  auto& payload = call_.payload;
  payload.resize(line_start_);
  // The line end before the end line belongs to that one.
  if (payload.ends_with('\n')) payload.pop_back();
  if (payload.ends_with('\r')) payload.pop_back();
  state_ = State::command;
  handler_(std::exchange(call_, {}));
}

void Ingress::cancel_payload() {
  state_ = State::refused;  // its rest still comes
  handler_(Reject{std::exchange(call_, {}).uid, 499});
}

void Ingress::give_up_payload(int status) {
  if (state_ == State::overflown) status = 413;
  if (state_ == State::refused) return;  // it has its answer
  const auto call = std::exchange(call_, {});
  if (!valid_uid(call.uid)) return skip(kFunctionPayload);
  handler_(Reject{call.uid, status});
}

void Ingress::overflow() {
  std::string{}.swap(call_.payload);
  line_start_ = 0;
  state_ = State::overflown;
}

void Ingress::finish() {
  if (state_ == State::ended) return;
  if (state_ != State::command)
    give_up_payload(400);
  else if (!line_.empty())
    skip(without_return(line_));
  state_ = State::ended;
  call_ = {};
  line_.clear();
}

}  // namespace cppd::netdataapi

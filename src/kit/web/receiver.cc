// SPDX-License-Identifier: GPL-3.0-or-later
#include "receiver.h"

#include <cppd/base/text.h>
#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace cppd::web {
namespace {

bool same_word(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] | 0x20) : text[i];
    if (c != lower[i]) return false;
  }
  return true;
}

/// The code of `HTTP/1.1 200 OK`, 0 when there is none.
int status_of(std::string_view line) {
  const auto blank = line.find(' ');
  if (blank == std::string_view::npos) return 0;
  int status = 0;
  std::from_chars(line.data() + blank + 1, line.data() + line.size(), status);
  return status;
}

}  // namespace

void Receiver::begin(const Request& request, BodySink& sink, std::uint64_t body_bytes_max) {
  release();
  request_ = &request;
  sink_ = &sink;
  body_bytes_max_ = body_bytes_max;
  header_bytes_ = 0;
  cut_unwanted_ = false;
  failure_.reset();
  thrown_ = nullptr;
  start_answer({});
}

void Receiver::start_answer(std::string_view line) {
  status_ = status_of(line);
  gzip_ = false;
  body_started_ = false;
  wire_bytes_ = 0;
  body_bytes_ = 0;
  content_type_.clear();
  location_.clear();
}

bool Receiver::redirect() const {
  const bool code = status_ == 301 || status_ == 302 || status_ == 303 || status_ == 307 || status_ == 308;
  return code && !location_.empty();
}

bool Receiver::header(std::string_view line) noexcept try {
  header_bytes_ += line.size();
  if (header_bytes_ > kHeaderBytesMax) {
    failure_ = limit_reached(fmt::format("headers are longer than {} bytes", kHeaderBytesMax));
    return false;
  }
  if (body_started_) return true;  // a trailer
  if (line.starts_with("HTTP/")) {
    start_answer(line);
    return true;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return true;
  const auto name = line.substr(0, colon);
  const auto value = trim(line.substr(colon + 1));
  if (same_word(name, "content-type") && content_type_.empty()) content_type_ = value;
  if (same_word(name, "content-encoding")) gzip_ = same_word(value, "gzip") || same_word(value, "x-gzip");
  if (same_word(name, "location") && location_.empty()) location_ = value;
  if (same_word(name, "content-length") && announces_too_much(value)) failure_ = too_long();
  return !failure_;
} catch (...) {
  thrown_ = std::current_exception();
  return false;
}

/// A body that is too long is refused before anything of it is read.
bool Receiver::announces_too_much(std::string_view length) const {
  if (request_->method() == "HEAD" || !request_->accepts(status_)) return false;
  std::uint64_t bytes = 0;
  const auto [end, failed] = std::from_chars(length.data(), length.data() + length.size(), bytes);
  if (failed == std::errc::invalid_argument || end != length.data() + length.size()) return false;
  return failed == std::errc::result_out_of_range || bytes > body_bytes_max_;
}

Error Receiver::too_long() const {
  return limit_reached(fmt::format("body is longer than max_body_bytes {}", body_bytes_max_));
}

void Receiver::start_body() {
  body_started_ = true;
  if (gzip_ && request_->accepts(status_)) inflater_ = pool_.take();
}

bool Receiver::body(std::string_view bytes) noexcept try {
  if (!body_started_) start_body();
  wire_bytes_ += bytes.size();
  if (!request_->accepts(status_)) {
    cut_unwanted_ = wire_bytes_ > kUnwantedBytesMax;
    return !cut_unwanted_;
  }
  auto accepted = accept(bytes);
  if (accepted) return true;
  failure_ = std::move(accepted.error());
  return false;
} catch (...) {
  thrown_ = std::current_exception();
  return false;
}

Result<> Receiver::accept(std::string_view bytes) {
  // What arrives is bounded as well: a gzip body may inflate to nothing for ever.
  if (wire_bytes_ > body_bytes_max_) return std::unexpected(too_long());
  if (!inflater_) return pass_on(bytes);
  return inflater_->feed(bytes, [this](std::string_view piece) { return pass_on(piece); });
}

Result<> Receiver::pass_on(std::string_view bytes) {
  body_bytes_ += bytes.size();
  if (body_bytes_ > body_bytes_max_) return std::unexpected(too_long());
  return sink_->chunk(bytes);
}

Result<> Receiver::end() {
  if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
  if (failure_) return std::unexpected(*std::exchange(failure_, std::nullopt));
  if (inflater_ && !inflater_->complete()) return std::unexpected(unavailable("gzip body ends too early"));
  return ok;
}

void Receiver::release() {
  pool_.give_back(std::move(inflater_));
  inflater_.reset();
  request_ = nullptr;
  sink_ = nullptr;
}

}  // namespace cppd::web

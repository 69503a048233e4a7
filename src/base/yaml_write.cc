// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/yaml_write.h>

#include <cppd/base/text.h>

#include "yaml_scalar.h"

#include <fmt/format.h>
#include <yaml.h>

#include <cmath>

namespace cppd::yaml {
namespace {

int append(void* into, unsigned char* bytes, std::size_t count) {
  static_cast<std::string*>(into)->append(reinterpret_cast<const char*>(bytes), count);
  return 1;
}

const yaml_char_t* chars(std::string_view text) { return reinterpret_cast<const yaml_char_t*>(text.data()); }

std::string encode_base64(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t k) -> std::uint32_t {
      return i + k < bytes.size() ? static_cast<std::uint8_t>(bytes[i + k]) : 0;
    };
    const std::uint32_t bits = byte(0) << 16 | byte(1) << 8 | byte(2);
    const std::size_t used = std::min<std::size_t>(3, bytes.size() - i) + 1;
    for (std::size_t k = 0; k < 4; ++k) out += k < used ? kAlphabet[bits >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

/// Numbers in base 60, which other readers of YAML 1.1 know (`1:30`), and dates: quoted, so that they stay text there.
bool reads_as_something_elsewhere(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789+-_:.") == std::string_view::npos;
}

}  // namespace

struct Writer::State {
  std::string out;
  yaml_emitter_t emitter{};
  bool failed = false;

  void emit(yaml_event_t& event, int made) {
    if (made == 0 || (!failed && yaml_emitter_emit(&emitter, &event) == 0)) {
      failed = true;
    } else if (failed) {
      yaml_event_delete(&event);
    }
  }
  void scalar(std::string_view value, yaml_scalar_style_t style, const char* tag = nullptr) {
    yaml_event_t event;
    const int untagged = tag == nullptr ? 1 : 0;
    emit(event, yaml_scalar_event_initialize(&event, nullptr, reinterpret_cast<const yaml_char_t*>(tag), chars(value),
                                             static_cast<int>(value.size()), untagged, untagged, style));
  }
};

Writer::Writer() : state_(std::make_unique<State>()) {
  auto& emitter = state_->emitter;
  yaml_emitter_initialize(&emitter);
  yaml_emitter_set_output(&emitter, append, &state_->out);
  yaml_emitter_set_unicode(&emitter, 1);
  yaml_emitter_set_width(&emitter, -1);
  yaml_event_t event;
  state_->emit(event, yaml_stream_start_event_initialize(&event, YAML_UTF8_ENCODING));
  state_->emit(event, yaml_document_start_event_initialize(&event, nullptr, nullptr, nullptr, 1));
}

Writer::~Writer() { yaml_emitter_delete(&state_->emitter); }

void Writer::begin_mapping() {
  yaml_event_t event;
  state_->emit(event, yaml_mapping_start_event_initialize(&event, nullptr, nullptr, 1, YAML_BLOCK_MAPPING_STYLE));
}

void Writer::end_mapping() {
  yaml_event_t event;
  state_->emit(event, yaml_mapping_end_event_initialize(&event));
}

void Writer::begin_sequence() {
  yaml_event_t event;
  state_->emit(event, yaml_sequence_start_event_initialize(&event, nullptr, nullptr, 1, YAML_BLOCK_SEQUENCE_STYLE));
}

void Writer::end_sequence() {
  yaml_event_t event;
  state_->emit(event, yaml_sequence_end_event_initialize(&event));
}

void Writer::text(std::string_view value) {
  if (!valid_utf8(value)) {
    state_->scalar(encode_base64(value), YAML_DOUBLE_QUOTED_SCALAR_STYLE, std::string{kBinaryTag}.c_str());
  } else if (resolve_plain(value) != Kind::text || value == "<<" || reads_as_something_elsewhere(value)) {
    state_->scalar(value, YAML_DOUBLE_QUOTED_SCALAR_STYLE);
  } else if (value.find('\n') != std::string_view::npos) {
    state_->scalar(value, YAML_LITERAL_SCALAR_STYLE);
  } else {
    state_->scalar(value, YAML_PLAIN_SCALAR_STYLE);
  }
}

void Writer::plain(std::string_view value) { state_->scalar(value, YAML_PLAIN_SCALAR_STYLE); }
void Writer::integer(std::int64_t value) { plain(fmt::format("{}", value)); }
void Writer::unsigned_integer(std::uint64_t value) { plain(fmt::format("{}", value)); }
void Writer::boolean(bool value) { plain(value ? "true" : "false"); }
void Writer::null() { plain("null"); }

void Writer::number(double value) {
  if (std::isnan(value)) return plain(".nan");
  if (std::isinf(value)) return plain(value < 0 ? "-.inf" : ".inf");
  plain(fmt::format("{}", value));
}

Result<std::string> Writer::finish() {
  yaml_event_t event;
  state_->emit(event, yaml_document_end_event_initialize(&event, 1));
  state_->emit(event, yaml_stream_end_event_initialize(&event));
  if (!state_->failed) return std::move(state_->out);
  const char* problem = state_->emitter.problem;
  return std::unexpected(invalid_input(fmt::format("cannot write YAML: {}", problem ? problem : "out of memory")));
}

}  // namespace cppd::yaml

// SPDX-License-Identifier: GPL-3.0-or-later
#include "json_text.h"

#include <cppd/base/text.h>

#include <cmath>
#include <stdexcept>

namespace cppd::conformance {
namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

using nlohmann::json;

std::string base64_decode(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text.substr(0, text.find('='))) {
    const auto digit = kDigits.find(c);
    if (digit == std::string_view::npos) throw std::runtime_error("not base64");
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    if ((count += 6) < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> count & 0xFF);
  }
  return out;
}

std::string base64_encode(std::string_view bytes) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (count += 8; count >= 6; count -= 6) out += kDigits[bits >> (count - 6) & 63];
  }
  if (count > 0) out += kDigits[bits << (6 - count) & 63];
  while (out.size() % 4 != 0) out += '=';
  return out;
}

std::string text_of(const json& value) {
  return value.is_object() ? base64_decode(value.at("b64").get<std::string>()) : value.get<std::string>();
}

json to_text(std::string_view text) {
  if (valid_utf8(text)) return std::string{text};
  return json{{"b64", base64_encode(text)}};
}

std::string text_field(const json& object, const std::string& key) {
  if (const auto encoded = object.find(key + "_b64"); encoded != object.end())
    return base64_decode(encoded->get<std::string>());
  return text_of(object.at(key));
}

std::vector<std::string> texts_field(const json& object, const std::string& key) {
  std::vector<std::string> out;
  const auto list = object.find(key);
  if (list == object.end() || list->is_null()) return out;
  for (const auto& item : *list) out.push_back(text_of(item));
  return out;
}

json to_number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Inf" : "+Inf";
  return value;
}

}  // namespace cppd::conformance

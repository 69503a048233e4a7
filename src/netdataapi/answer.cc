// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/text.h>
#include <cppd/netdataapi/answer.h>
#include <cppd/netdataapi/control_lines.h>
#include <cppd/netdataapi/field.h>

#include <fmt/format.h>

#include <cwctype>

#include <iterator>
#include <locale.h>

namespace cppd::netdataapi {
namespace {

constexpr std::string_view kResultEnd = "FUNCTION_RESULT_END";

void append_json_escape(std::string& out, char32_t code) {
  switch (code) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<std::uint32_t>(code));
  }
}

/// What JSON demands, and what would be trouble where JSON is pasted into HTML or JavaScript; as the reference does.
bool needs_escape(char32_t code) {
  return code < 0x20 || code == '"' || code == '\\' || code == '<' || code == '>' || code == '&' || code == 0x2028 ||
         code == 0x2029;
}

void append_json_text(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const auto at = decode_utf8(text);
    if (!at.valid || needs_escape(at.code))
      append_json_escape(out, at.code);
    else
      out += text.substr(0, at.bytes);
    text.remove_prefix(at.bytes);
  }
  out += '"';
}

/// A payload with this line would end its frame early, and the rest of it would be read as commands.
bool ends_the_frame(std::string_view payload) {
  for (std::size_t at = payload.find(kResultEnd); at != std::string_view::npos; at = payload.find(kResultEnd, at + 1)) {
    if (at != 0 && payload[at - 1] != '\n') continue;
    auto rest = payload.substr(at + kResultEnd.size());
    if (rest.starts_with('\r')) rest.remove_prefix(1);
    if (rest.empty() || rest[0] == '\n') return true;
  }
  return false;
}

Result<> check_function_name(std::string_view name) {
  if (!words(name).empty() && words(name)[0] == name && valid_double_quoted_field(name)) return ok;
  return std::unexpected(invalid_input(fmt::format("{:?} cannot be the name of a function", name)));
}

locale_t unicode_locale() {
  static const locale_t made = ::newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return made;
}

std::string lower(std::string_view text) {
  const auto locale = unicode_locale();
  if (locale == nullptr) return ascii_lower(text);
  std::string out;
  for (; !text.empty();) {
    const auto at = decode_utf8(text);
    append_utf8(out, static_cast<char32_t>(::towlower_l(static_cast<wint_t>(at.code), locale)));
    text.remove_prefix(at.bytes);
  }
  return out;
}

}  // namespace

std::string json_payload(int status, std::string_view message) {
  const bool failed = status >= 400 && status < 600;
  auto out = fmt::format("{{\"status\":{},\"{}\":", status, failed ? "errorMessage" : "message");
  append_json_text(out, message);
  out += '}';
  return out;
}

std::string_view control_payload(int status) {
  switch (status) {
    case 400: return R"({"errorMessage":"Bad request.","status":400})";
    case 404: return R"({"errorMessage":"Not found.","status":404})";
    case 413: return R"({"errorMessage":"Payload too large.","status":413})";
    case 499: return R"({"errorMessage":"Request cancelled.","status":499})";
    case 500: return R"({"errorMessage":"Internal error.","status":500})";
    case 503: return R"({"errorMessage":"Service unavailable.","status":503})";
    case 504: return R"({"errorMessage":"Deadline exceeded.","status":504})";
    default: return {};
  }
}

Result<> write_result(Frame& frame, const Answer& answer) {
  if (!valid_uid(answer.uid)) return std::unexpected(invalid_input(fmt::format("{:?} is no uid", answer.uid)));
  if (!valid_bare_field(answer.content_type)) {
    return std::unexpected(invalid_input(fmt::format("{:?} is no content type", answer.content_type)));
  }
  int replaced = 0;
  if (answer.payload.size() > kAnswerBytesMax)
    replaced = 413;
  else if (ends_the_frame(answer.payload))
    replaced = 500;
  put_result(frame, {.uid = answer.uid,
                     .code = fmt::format_int{replaced != 0 ? replaced : answer.status}.str(),
                     .content_type = replaced != 0 ? kJson : answer.content_type,
                     .expires = fmt::format_int{answer.expires.time_since_epoch().count()}.str(),
                     .payload = replaced != 0 ? control_payload(replaced) : answer.payload});
  return ok;
}

Result<> write_function(Frame& frame, const Function& function) {
  if (auto good = check_function_name(function.name); !good) return good;
  for (const auto text : {function.help, function.tags}) {
    if (valid_double_quoted_field(text)) continue;
    return std::unexpected(invalid_input(fmt::format("{:?} cannot be written", text)).in(std::string{function.name}));
  }
  put_function(frame, {.name = function.name,
                       .timeout = 60,
                       .help = function.help,
                       .tags = function.tags,
                       .access = function.signed_in ? "0x0013" : "0x0000",
                       .priority = 100,
                       .version = 3});
  return ok;
}

Result<> write_function_del(Frame& frame, std::string_view name) {
  if (auto good = check_function_name(name); !good) return good;
  put_function_del(frame, name);
  return ok;
}

ConfigCommand config_command(const std::vector<std::string>& args) {
  ConfigCommand out;
  if (!args.empty()) out.id = args[0];
  if (args.size() > 1) out.command = lower(args[1]);
  if (args.size() > 2) out.job_name = args[2];
  return out;
}

Result<> need_arguments(const std::vector<std::string>& args, std::size_t required) {
  if (args.size() >= required) return ok;
  return std::unexpected(
      invalid_input(fmt::format("missing required arguments: need {}, got {}", required, args.size())));
}

}  // namespace cppd::netdataapi

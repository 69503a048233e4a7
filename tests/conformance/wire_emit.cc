// SPDX-License-Identifier: GPL-3.0-or-later
// The calls of `wire.emit`, one after another into one frame.
#include "json_text.h"
#include "wire_area.h"

#include <cppd/netdataapi/control_lines.h>
#include <cppd/netdataapi/lines.h>

#include <limits>
#include <map>
#include <stdexcept>

namespace cppd::conformance {
namespace {

using nlohmann::json;
using namespace cppd::netdataapi;

/// The arguments of one call; the texts live as long as this does.
class Arguments {
 public:
  explicit Arguments(const json& call) : call_{call} {}

  std::string_view text(const std::string& key) { return texts_[key] = text_field(call_, key); }
  [[nodiscard]] std::int64_t integer(const std::string& key) const { return call_.at(key).get<std::int64_t>(); }
  [[nodiscard]] double number(const std::string& key) const {
    const auto& value = call_.at(key);
    if (!value.is_string()) return value.get<double>();
    const auto word = value.get<std::string>();
    if (word == "NaN") return std::numeric_limits<double>::quiet_NaN();
    return word == "-Inf" ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  }
  [[nodiscard]] const json& labels() const { return call_.at("labels"); }

 private:
  const json& call_;
  std::map<std::string, std::string> texts_;
};

Result<> chart(Frame& frame, Arguments& call) {
  put_chart(frame, {.type_id = call.text("type_id"),
                    .id = call.text("id"),
                    .name = call.text("name"),
                    .title = call.text("title"),
                    .units = call.text("units"),
                    .family = call.text("family"),
                    .context = call.text("context"),
                    .chart_type = call.text("chart_type"),
                    .priority = call.integer("priority"),
                    .update_every = call.integer("update_every"),
                    .options = call.text("options"),
                    .plugin = call.text("plugin"),
                    .module = call.text("module")});
  return ok;
}

Result<> dimension(Frame& frame, Arguments& call) {
  put_dimension(frame, {.id = call.text("id"),
                        .name = call.text("name"),
                        .algorithm = call.text("algorithm"),
                        .multiplier = call.integer("multiplier"),
                        .divisor = call.integer("divisor"),
                        .options = call.text("options")});
  return ok;
}

Result<> host_define(Frame& frame, Arguments& call) {
  put_host_define(frame, call.text("guid"), call.text("hostname"));
  for (const auto& [key, value] : call.labels().items()) put_host_label(frame, key, text_of(value));
  put_host_define_end(frame);
  return ok;
}

Result<> config_create(Frame& frame, Arguments& call) {
  return put_config_create(frame, {.id = call.text("id"),
                                   .status = call.text("status"),
                                   .config_type = call.text("config_type"),
                                   .path = call.text("path"),
                                   .source_type = call.text("source_type"),
                                   .source = call.text("source"),
                                   .commands = call.text("supported_commands")});
}

Result<> function_global(Frame& frame, Arguments& call) {
  put_function(frame, {.name = call.text("name"),
                       .timeout = call.integer("timeout"),
                       .help = call.text("help"),
                       .tags = call.text("tags"),
                       .access = call.text("access"),
                       .priority = call.integer("priority"),
                       .version = call.integer("version")});
  return ok;
}

Result<> function_result(Frame& frame, Arguments& call) {
  put_result(frame, {.uid = call.text("uid"),
                     .code = call.text("code"),
                     .content_type = call.text("content_type"),
                     .expires = call.text("expires"),
                     .payload = call.text("payload")});
  return ok;
}

using Put = Result<> (*)(Frame&, Arguments&);

/// A call that cannot be refused.
template <auto kPut>
Result<> always(Frame& frame, Arguments& call) {
  kPut(frame, call);
  return ok;
}

const std::map<std::string, Put, std::less<>>& calls() {
  static const std::map<std::string, Put, std::less<>> all{
      {"CHART", chart},
      {"DIMENSION", dimension},
      {"CLABEL",
       always<[](Frame& f, Arguments& a) { put_label(f, a.text("key"), a.text("value"), a.integer("source")); }>},
      {"CLABEL_COMMIT", always<[](Frame& f, Arguments&) { put_label_commit(f); }>},
      {"BEGIN", always<[](Frame& f, Arguments& a) {
         put_begin(f, a.text("type_id"), a.text("id"), a.integer("microseconds"));
       }>},
      {"SET", always<[](Frame& f, Arguments& a) { put_set(f, a.text("id"), a.integer("value")); }>},
      {"SET_FLOAT", always<[](Frame& f, Arguments& a) { put_set(f, a.text("id"), a.number("value")); }>},
      {"SET_EMPTY", always<[](Frame& f, Arguments& a) { put_set(f, a.text("id")); }>},
      {"VARIABLE", always<[](Frame& f, Arguments& a) { put_variable(f, a.text("id"), a.number("value")); }>},
      {"END", always<[](Frame& f, Arguments&) { put_end(f); }>},
      {"DISABLE", always<[](Frame& f, Arguments&) { put_disable(f); }>},
      {"EMPTY_LINE", always<[](Frame& f, Arguments&) { put_empty_line(f); }>},
      {"HOST_DEFINE", host_define},
      {"HOST", always<[](Frame& f, Arguments& a) { put_host(f, a.text("guid")); }>},
      {"FUNCTION_RESULT", function_result},
      {"CONFIG_CREATE", config_create},
      {"CONFIG_STATUS", [](Frame& f, Arguments& a) { return put_config_status(f, a.text("id"), a.text("status")); }},
      {"CONFIG_DELETE", [](Frame& f, Arguments& a) { return put_config_delete(f, a.text("id")); }},
      {"FUNCTION_GLOBAL", function_global},
      {"FUNCTION_DEL", always<[](Frame& f, Arguments& a) { put_function_del(f, a.text("name")); }>},
  };
  return all;
}

}  // namespace

json emit(const json& input) {
  constexpr std::size_t kPiecesMax = 4096;
  FramePool pool{kPiecesMax};
  Frame frame{pool};
  auto errors = json::array();
  for (const auto& call : input.at("calls")) {
    const auto put = calls().find(call.at("call").get<std::string>());
    if (put == calls().end()) throw std::runtime_error("unknown call " + call.at("call").dump());
    Arguments arguments{call};
    const auto done = put->second(frame, arguments);
    errors.push_back(done ? json(nullptr) : json(done.error().what));
  }
  return {{"bytes", to_text(frame.text())}, {"errors", std::move(errors)}};
}

}  // namespace cppd::conformance

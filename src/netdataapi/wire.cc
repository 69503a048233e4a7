// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/text.h>
#include <cppd/netdataapi/lines.h>
#include <cppd/netdataapi/sanitize.h>
#include <cppd/netdataapi/wire.h>

#include <string>

namespace cppd::netdataapi {
namespace {

/// A text made safe; a copy only when it was not.
class Clean {
 public:
  std::string_view value(std::string_view text) {
    if (surely_clean_value(text)) return text;
    made_ = clean_value(text);
    return made_;
  }
  std::string_view id(std::string_view text) { return value(trim(text)); }

 private:
  std::string made_;
};

}  // namespace

void write_host(Frame& frame, std::string_view guid) { put_host(frame, Clean{}.value(guid)); }

void write_host_define(Frame& frame, std::string_view guid, std::string_view hostname) {
  put_host_define(frame, Clean{}.value(guid), Clean{}.value(hostname));
}

void write_host_label(Frame& frame, std::string_view key, std::string_view value) {
  put_host_label(frame, Clean{}.id(key), Clean{}.value(value));
}

void write_host_define_end(Frame& frame) { put_host_define_end(frame); }

void write_label(Frame& frame, std::string_view key, std::string_view value, LabelSource source) {
  put_label(frame, Clean{}.id(key), Clean{}.value(value), static_cast<std::int64_t>(source));
}

void write_label_commit(Frame& frame) { put_label_commit(frame); }

void write_disable(Frame& frame) { put_disable(frame); }

}  // namespace cppd::netdataapi

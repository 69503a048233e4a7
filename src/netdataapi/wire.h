// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Lines of hosts and labels from any texts: each is made safe for its place. Lines of charts: chartemit, which renders
/// what many of them have in common once. Source: charts contract 5.1, 5.2; agent contract 2.7.
#pragma once

#include <cppd/netdataapi/frame.h>

#include <cstdint>
#include <string_view>

namespace cppd::netdataapi {

/// Where a label comes from, as the receiver numbers it.
enum class LabelSource : std::uint8_t { automatic = 1, configuration = 2 };

// Each sanitises its texts; fields are not checked beyond that.

void write_host(Frame& frame, std::string_view guid);
void write_host_define(Frame& frame, std::string_view guid, std::string_view hostname);
void write_host_label(Frame& frame, std::string_view key, std::string_view value);
void write_host_define_end(Frame& frame);
void write_label(Frame& frame, std::string_view key, std::string_view value, LabelSource source);
void write_label_commit(Frame& frame);
void write_disable(Frame& frame);

}  // namespace cppd::netdataapi

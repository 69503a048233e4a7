// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/charttpl/schema.h>

namespace cppd::charttpl {
namespace {

constexpr char kSchema[] = {
#embed "schema.json"
};

}  // namespace

std::string_view schema() { return {kSchema, sizeof kSchema}; }

}  // namespace cppd::charttpl

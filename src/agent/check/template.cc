// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/agent/check/template.h>

#include <cppd/agent/check/lint.h>
#include <cppd/chartengine/program.h>
#include <cppd/charttpl/decode.h>

#include <algorithm>
#include <iterator>

namespace cppd::agent {

std::vector<Error> check_template(std::string_view text, const std::string& file,
                                  std::span<const std::string> allowed) {
  auto spec = charttpl::decode(text, file);
  if (!spec) {
    auto errors = std::move(spec.error().errors);
    for (auto& error : errors) {
      if (!error.context.empty()) error.context.pop_back();  // the class of the error
    }
    return errors;
  }
  std::vector<Error> errors;
  if (auto program = chartengine::Program::compile_all(*spec); !program) errors = std::move(program.error());
  std::ranges::move(lint_template(*spec, allowed), std::back_inserter(errors));
  return errors;
}

}  // namespace cppd::agent

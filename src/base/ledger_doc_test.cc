// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/file.h>
#include <cppd/base/ledger.h>
#include <gtest/gtest.h>

namespace cppd {
namespace {

TEST(LedgerPage, NamesEveryReasonWithItsSentence) {
  const auto page = read_file(CPPD_SOURCE_DIR "/docs/ledger.md");
  ASSERT_TRUE(page);
  for (std::size_t i = 0; i < kLossReasons; ++i) {
    const auto reason = static_cast<LossReason>(i);
    const auto row = "| `" + std::string{loss_reason_name(reason)} + "` | " + std::string{loss_reason_help(reason)} + " |\n";
    EXPECT_NE(page->find(row), std::string::npos) << row;
  }
}

}  // namespace
}  // namespace cppd

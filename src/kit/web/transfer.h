// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// One libcurl handle and what belongs to it, used for one hop after the other. Private to this module.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <cppd/base/result.h>
#include <cppd/kit/tlscfg/tlscfg.h>
#include <cppd/kit/web/client.h>
#include <curl/curl.h>

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "curl_library.h"
#include "loop.h"
#include "receiver.h"

namespace cppd::web {

/// What all transfers of a client have in common.
struct TransferSettings {
  const tlscfg::Material* tls = nullptr;  ///< absent: defaults; borrowed
  bool http2 = false;
};

/// Threads   confined to the shard of its loop.
class Transfer final : public TransferEnd {
 public:
  Transfer(Loop& loop, const asio::any_io_executor& executor, const TransferSettings& settings);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// Whether the handle is ready for `request`, because it is the request of last time.
  [[nodiscard]] bool prepared(const Request& request) const { return request.revision() == prepared_revision_; }
  /// Makes it ready.
  ///
  /// Errors    invalid_input for what cannot be sent.
  [[nodiscard]] Result<> prepare(const Request& request, const std::optional<Url>& proxy);
  /// Sends it. `woken` is then waited for: it is cancelled when the transfer is over, and expires at the time limit.
  void start(bool keep_connection);
  void stop();
  void finished(CURLcode code) override;

  [[nodiscard]] bool over() const { return over_; }
  /// What came of it, from the side of libcurl; ok when the receiver wanted no more.
  [[nodiscard]] Result<> outcome();

  asio::steady_timer woken;
  Receiver receiver;

 private:
  struct ListDeleter {
    void operator()(curl_slist* list) const { curl().slist_free_all(list); }
  };
  using List = std::unique_ptr<curl_slist, ListDeleter>;

  static void add(List& list, const std::string& line);
  void set_fixed(const TransferSettings& settings);
  void set_tls(const tlscfg::Material& material);
  void set_method(const Request& request);
  void set_headers(const Request& request, const std::optional<Url>& proxy);
  void set_proxy(const std::optional<Url>& proxy);

  Loop& loop_;
  CURL* easy_;
  const bool http2_;
  bool fresh_connections_ = false;
  List headers_;
  List proxy_headers_;
  std::uint64_t prepared_revision_ = 0;
  bool over_ = false;
  CURLcode code_ = CURLE_OK;
  std::array<char, CURL_ERROR_SIZE> error_{};
};

}  // namespace cppd::web

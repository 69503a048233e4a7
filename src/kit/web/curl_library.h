// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// libcurl, loaded when the first client is made. Private to this module.
///
/// A process without HTTP jobs does without it: it brings two dozen libraries with it, more than 5 MB of resident
/// memory before the first request.
#pragma once

#include <cppd/base/result.h>
#include <curl/curl.h>

namespace cppd::web {

/// The functions of libcurl that this module calls, under their names there.
struct Curl {
  decltype(&::curl_global_init) global_init;
  decltype(&::curl_version_info) version_info;
  decltype(&::curl_easy_init) easy_init;
  decltype(&::curl_easy_setopt) easy_setopt;
  decltype(&::curl_easy_getinfo) easy_getinfo;
  decltype(&::curl_easy_strerror) easy_strerror;
  decltype(&::curl_easy_cleanup) easy_cleanup;
  decltype(&::curl_multi_init) multi_init;
  decltype(&::curl_multi_setopt) multi_setopt;
  decltype(&::curl_multi_add_handle) multi_add_handle;
  decltype(&::curl_multi_remove_handle) multi_remove_handle;
  decltype(&::curl_multi_socket_action) multi_socket_action;
  decltype(&::curl_multi_info_read) multi_info_read;
  decltype(&::curl_multi_cleanup) multi_cleanup;
  decltype(&::curl_slist_append) slist_append;
  decltype(&::curl_slist_free_all) slist_free_all;
};

/// Loads the library, once for the process.
///
/// Errors    unavailable: it is not installed, or not the one this was built for.
/// Threads   safe from any thread.
[[nodiscard]] const Result<Curl>& load_curl();

/// The library, after load_curl() was ok.
[[nodiscard]] inline const Curl& curl() { return load_curl().value(); }

}  // namespace cppd::web

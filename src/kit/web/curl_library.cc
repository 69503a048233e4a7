// SPDX-License-Identifier: GPL-3.0-or-later
#include "curl_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

namespace cppd::web {
namespace {

constexpr const char* kLibrary = "libcurl.so.4";

class Finder {
 public:
  explicit Finder(void* library) : library_{library} {}

  template <class Function>
  void find(const char* name, Function*& into) {
    into = reinterpret_cast<Function*>(::dlsym(library_, name));
    if (into == nullptr && missing_ == nullptr) missing_ = name;
  }
  [[nodiscard]] const char* missing() const { return missing_; }

 private:
  void* library_;
  const char* missing_ = nullptr;
};

Result<Curl> load() {
  void* const library = ::dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return std::unexpected(unavailable(fmt::format("cannot load {}", ::dlerror())));
  Curl curl{};
  Finder finder{library};
  finder.find("curl_global_init", curl.global_init);
  finder.find("curl_version_info", curl.version_info);
  finder.find("curl_easy_init", curl.easy_init);
  finder.find("curl_easy_setopt", curl.easy_setopt);
  finder.find("curl_easy_getinfo", curl.easy_getinfo);
  finder.find("curl_easy_strerror", curl.easy_strerror);
  finder.find("curl_easy_cleanup", curl.easy_cleanup);
  finder.find("curl_multi_init", curl.multi_init);
  finder.find("curl_multi_setopt", curl.multi_setopt);
  finder.find("curl_multi_add_handle", curl.multi_add_handle);
  finder.find("curl_multi_remove_handle", curl.multi_remove_handle);
  finder.find("curl_multi_socket_action", curl.multi_socket_action);
  finder.find("curl_multi_info_read", curl.multi_info_read);
  finder.find("curl_multi_cleanup", curl.multi_cleanup);
  finder.find("curl_slist_append", curl.slist_append);
  finder.find("curl_slist_free_all", curl.slist_free_all);
  if (finder.missing() != nullptr)
    return std::unexpected(unavailable(fmt::format("{} has no {}", kLibrary, finder.missing())));
  if (curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    return std::unexpected(unavailable(fmt::format("{} cannot be initialised", kLibrary)));
  return curl;
}

}  // namespace

const Result<Curl>& load_curl() {
  static const auto loaded = load();
  return loaded;
}

}  // namespace cppd::web

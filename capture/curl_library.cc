#include "capture/curl_library.h"

#include <dlfcn.h>

namespace sipladder {
namespace {

constexpr const char* kCurlFile = "libcurl.so.4";

template <typename Function>
bool find(void* library, const char* name, Function* function) {
  *function = reinterpret_cast<Function>(dlsym(library, name));
  return *function != nullptr;
}

// `library` with all its functions, and ready; else null.
const CurlLibrary* load(CurlLibrary* library) {
  void* const file = dlopen(kCurlFile, RTLD_NOW | RTLD_LOCAL);
  const bool whole = file != nullptr && find(file, "curl_global_init", &library->global_init) &&
                     find(file, "curl_easy_init", &library->easy_init) &&
                     find(file, "curl_easy_cleanup", &library->easy_cleanup) &&
                     find(file, "curl_easy_reset", &library->easy_reset) &&
                     find(file, "curl_easy_setopt", &library->easy_setopt) &&
                     find(file, "curl_easy_perform", &library->easy_perform) &&
                     find(file, "curl_easy_getinfo", &library->easy_getinfo) &&
                     find(file, "curl_easy_escape", &library->easy_escape) &&
                     find(file, "curl_easy_strerror", &library->easy_strerror) &&
                     find(file, "curl_free", &library->free) &&
                     find(file, "curl_slist_append", &library->slist_append) &&
                     find(file, "curl_slist_free_all", &library->slist_free_all);
  return whole && library->global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? library : nullptr;
}

}  // namespace

const CurlLibrary* curl_library() {
  static CurlLibrary functions;
  static const CurlLibrary* const loaded = load(&functions);
  return loaded;
}

}  // namespace sipladder

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
  bool whole = file != nullptr;
#define CURL_FUNCTION(name) whole = whole && find(file, "curl_" #name, &library->name);
#include "capture/curl_functions.def"
#undef CURL_FUNCTION
  return whole && library->global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? library : nullptr;
}

}  // namespace

const CurlLibrary* curl_library() {
  static CurlLibrary functions;
  static const CurlLibrary* const loaded = load(&functions);
  return loaded;
}

}  // namespace sipladder

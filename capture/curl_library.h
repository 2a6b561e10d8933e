// libcurl, loaded when it is first wanted: it brings thirty libraries, which took 12 of the 33 ms
// that a start of the program needed, and few commands talk to a server.
//
// Lifetime: until the program ends. Threads: any. Errors: null where the library cannot be loaded.
#pragma once

#include <curl/curl.h>

namespace sipladder {

// The functions of libcurl by their names without "curl_".
struct CurlLibrary {
  decltype(&curl_global_init) global_init = nullptr;
  decltype(&curl_easy_init) easy_init = nullptr;
  decltype(&curl_easy_cleanup) easy_cleanup = nullptr;
  decltype(&curl_easy_reset) easy_reset = nullptr;
  decltype(&curl_easy_setopt) easy_setopt = nullptr;
  decltype(&curl_easy_perform) easy_perform = nullptr;
  decltype(&curl_easy_getinfo) easy_getinfo = nullptr;
  decltype(&curl_easy_escape) easy_escape = nullptr;
  decltype(&curl_easy_strerror) easy_strerror = nullptr;
  decltype(&curl_free) free = nullptr;
  decltype(&curl_slist_append) slist_append = nullptr;
  decltype(&curl_slist_free_all) slist_free_all = nullptr;
};

const CurlLibrary* curl_library();

}  // namespace sipladder

// libcurl, loaded when it is first wanted: it brings thirty libraries, which took 12 of the 33 ms
// that a start of the program needed, and few commands talk to a server.
//
// Lifetime: until the program ends. Threads: any. Errors: null where the library cannot be loaded.
#pragma once

#include <curl/curl.h>

namespace sipladder {

// The functions of libcurl by their names without "curl_".
struct CurlLibrary {
#define CURL_FUNCTION(name) decltype(&curl_##name) name = nullptr;
#include "capture/curl_functions.def"
#undef CURL_FUNCTION
};

const CurlLibrary* curl_library();

}  // namespace sipladder

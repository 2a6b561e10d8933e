#include "capture/http_client.h"

#include <algorithm>

#include "capture/curl_library.h"

namespace sipladder {
namespace {

using Text = std::unique_ptr<char, void (*)(void*)>;

struct Answer {
  const HttpClient::Request* request = nullptr;
  const CurlLibrary* library = nullptr;
  CURL* curl = nullptr;
  std::string text;
  bool taken_whole = true;
};

long status_of(const Answer& answer) {
  long status = 0;
  answer.library->easy_getinfo(answer.curl, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

size_t take_answer(char* bytes, size_t, size_t size, void* aux) {
  auto& answer = *static_cast<Answer*>(aux);
  if (answer.request->take && status_of(answer) == 200) {
    answer.taken_whole = answer.request->take({bytes, size});
    return answer.taken_whole ? size : 0;
  }
  const size_t room =
      answer.request->most_text - std::min(answer.request->most_text, answer.text.size());
  answer.text.append(bytes, std::min(room, size));
  return size;
}

int is_stopped(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::atomic<bool>*>(stop)->load() ? 1 : 0;
}

}  // namespace

struct HttpClient::State {
  HttpServer server;
  const std::atomic<bool>* stop = nullptr;
  const CurlLibrary& library;
  std::unique_ptr<CURL, void (*)(CURL*)> handle{library.easy_init(), library.easy_cleanup};

  std::string url(const Parameters& parameters) const {
    const bool v6 = server.host.find(':') != std::string::npos;
    std::string made = server.secure ? "https://" : "http://";
    made += v6 ? "[" + server.host + "]" : server.host;
    made += ":" + std::to_string(server.port) + "/";
    char before = '?';
    for (const auto& [name, value] : parameters) {
      const Text escaped(
          library.easy_escape(handle.get(), value.data(), static_cast<int>(value.size())),
          library.free);
      made.append({before}).append(name).append("=").append(escaped.get());
      before = '&';
    }
    return made;
  }
};

HttpClient::HttpClient(HttpServer server, const std::atomic<bool>* stop) {
  if (const CurlLibrary* const library = curl_library())
    state_.reset(new State{std::move(server), stop, *library});
}

HttpClient::~HttpClient() = default;

HttpReply HttpClient::post(const Request& request) {
  if (!state_) return {0, "libcurl is not here: install the package libcurl4"};
  const CurlLibrary& library = state_->library;
  CURL* const curl = state_->handle.get();
  if (curl == nullptr) return {0, "no memory for a connection"};
  library.easy_reset(curl);  // the connection stays
  Answer answer{&request, &library, curl, {}, true};
  char error[CURL_ERROR_SIZE] = "";
  const std::string url = state_->url(request.parameters);
  library.easy_setopt(curl, CURLOPT_URL, url.c_str());
  library.easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  library.easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  library.easy_setopt(curl, CURLOPT_PROXY, "");
  library.easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  library.easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
  library.easy_setopt(curl, CURLOPT_CONNECTTIMEOUT,
                      static_cast<long>(std::min<int64_t>(10, request.silence_s)));
  library.easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  library.easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.silence_s));
  library.easy_setopt(curl, CURLOPT_POST, 1L);
  library.easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
  library.easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                      static_cast<curl_off_t>(request.body.size()));
  library.easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_answer);
  library.easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
  if (state_->stop != nullptr) {
    library.easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    library.easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, is_stopped);
    library.easy_setopt(curl, CURLOPT_XFERINFODATA, state_->stop);
  }
  curl_slist* raw_headers = library.slist_append(nullptr, "Expect:");
  raw_headers = library.slist_append(raw_headers, "Content-Type: application/octet-stream");
  if (request.gzip) raw_headers = library.slist_append(raw_headers, "Content-Encoding: gzip");
  // In headers rather than in the URL, which servers write into their logs.
  if (!state_->server.user.empty())
    raw_headers =
        library.slist_append(raw_headers, ("X-ClickHouse-User: " + state_->server.user).c_str());
  if (!state_->server.password.empty())
    raw_headers =
        library.slist_append(raw_headers, ("X-ClickHouse-Key: " + state_->server.password).c_str());
  const std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers(raw_headers,
                                                                   library.slist_free_all);
  library.easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  const CURLcode result = library.easy_perform(curl);
  const int status = static_cast<int>(status_of(answer));
  if (result == CURLE_OK || !answer.taken_whole) return {status, std::move(answer.text)};
  return {0, error[0] != '\0' ? error : library.easy_strerror(result)};
}

}  // namespace sipladder

#include "probe/metrics_server.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "probe/host_port.h"

namespace sipladder {
namespace {

std::string answer(std::string_view status, std::string_view type, std::string_view body) {
  std::string text = "HTTP/1.1 ";
  text.append(status).append("\r\nContent-Type: ").append(type);
  text.append("\r\nContent-Length: ").append(std::to_string(body.size()));
  text.append("\r\nConnection: close\r\n\r\n").append(body);
  return text;
}

std::string answer_to(std::string_view request, const std::function<std::string()>& text) {
  constexpr std::string_view kPlain = "text/plain; charset=utf-8";
  const std::string_view line = request.substr(0, request.find_first_of("\r\n"));
  if (!line.starts_with("GET ")) return answer("405 Method Not Allowed", kPlain, "GET only\n");
  const std::string_view target = line.substr(4, line.find(' ', 4) - 4);
  const std::string_view path = target.substr(0, target.find('?'));
  if (path == "/metrics")
    return answer("200 OK", "text/plain; version=0.0.4; charset=utf-8", text());
  return answer("404 Not Found", kPlain, "/metrics is here\n");
}

}  // namespace

std::string MetricsServer::open(const std::string& place) {
  SocketAddress address;
  std::string error;
  if (!resolve_host_port(place, "127.0.0.1", &address, &error)) return error;
  Fd fd(socket(address.bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (fd.get() < 0 || bind(fd.get(), address.get(), address.size) != 0 ||
      listen(fd.get(), static_cast<int>(kMostScrapes)) != 0)
    return place + ": cannot listen: " + std::strerror(errno);
  SocketAddress local;
  local.size = sizeof local.bytes;
  getsockname(fd.get(), reinterpret_cast<sockaddr*>(&local.bytes), &local.size);
  port_ = endpoint_of(local.bytes).port;
  listener_ = std::move(fd);
  return {};
}

void MetricsServer::add_descriptors(std::vector<pollfd>* fds) const {
  if (is_open()) fds->push_back({listener_.get(), POLLIN, 0});
  for (const Scrape& scrape : scrapes_) {
    const short wanted = scrape.answer.empty() ? POLLIN : POLLOUT;
    fds->push_back({scrape.fd.get(), wanted, 0});
  }
}

void MetricsServer::accept_all(int64_t monotonic_ns) {
  while (true) {
    Fd fd(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (fd.get() < 0) return;
    if (scrapes_.size() >= kMostScrapes) scrapes_.erase(scrapes_.begin());
    scrapes_.push_back({std::move(fd), monotonic_ns});
  }
}

// Both are false when the connection is over.
bool MetricsServer::read(Scrape& scrape, const std::function<std::string()>& text) {
  char bytes[2048];
  const ssize_t got = recv(scrape.fd.get(), bytes, sizeof bytes, MSG_DONTWAIT);
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  if (got == 0) return false;
  scrape.request.append(bytes, static_cast<size_t>(got));
  const bool whole = scrape.request.find("\r\n\r\n") != std::string::npos ||
                     scrape.request.find("\n\n") != std::string::npos;
  if (whole) scrape.answer = answer_to(scrape.request, text);
  return whole || scrape.request.size() <= kMostRequest;
}

bool MetricsServer::write(Scrape& scrape) {
  const std::string_view rest = std::string_view(scrape.answer).substr(scrape.sent);
  const ssize_t done = send(scrape.fd.get(), rest.data(), rest.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (done < 0) return errno == EAGAIN || errno == EINTR;
  scrape.sent += static_cast<size_t>(done);
  if (scrape.sent < scrape.answer.size()) return true;
  shutdown(scrape.fd.get(), SHUT_WR);
  return false;
}

void MetricsServer::work(int64_t monotonic_ns, const std::function<std::string()>& text) {
  if (!is_open()) return;
  accept_all(monotonic_ns);
  const auto is_over = [&](Scrape& scrape) {
    if (monotonic_ns - scrape.begun_ns > kScrapeLimitNs) return true;
    if (scrape.answer.empty() && !read(scrape, text)) return true;
    return !scrape.answer.empty() && !write(scrape);
  };
  scrapes_.erase(std::remove_if(scrapes_.begin(), scrapes_.end(), is_over), scrapes_.end());
}

}  // namespace sipladder

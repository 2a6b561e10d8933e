#include "probe/hep_link.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "capture/monotonic.h"

namespace sipladder {
namespace {

constexpr int64_t kFirstPauseNs = 1'000'000'000;

std::string last_tls_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "the connection was closed";
  char text[256];
  ERR_error_string_n(code, text, sizeof text);
  return text;
}

}  // namespace

HepLink::HepLink() : context_(nullptr, SSL_CTX_free), tls_(nullptr, SSL_free) {}
HepLink::~HepLink() = default;

std::string HepLink::open(const std::string& target, const std::string& ca_file) {
  std::string place = target;
  constexpr std::pair<std::string_view, HepTransport> kSchemes[] = {
      {"udp:", HepTransport::udp}, {"tcp:", HepTransport::tcp}, {"tls:", HepTransport::tls}};
  for (const auto& [scheme, transport] : kSchemes) {
    if (!place.starts_with(scheme)) continue;
    transport_ = transport;
    place.erase(0, scheme.size());
    break;
  }
  std::string error;
  if (!resolve_host_port(place, "127.0.0.1", &address_, &error)) return error;
  return transport_ == HepTransport::tls ? prepare_tls(ca_file) : std::string();
}

std::string HepLink::prepare_tls(const std::string& ca_file) {
  context_.reset(SSL_CTX_new(TLS_client_method()));
  SSL_CTX* const context = context_.get();
  if (context == nullptr) return last_tls_error();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  const int trusted = ca_file.empty()
                          ? SSL_CTX_set_default_verify_paths(context)
                          : SSL_CTX_load_verify_locations(context, ca_file.c_str(), nullptr);
  return trusted == 1 ? std::string() : ca_file + ": no certificates: " + last_tls_error();
}

void HepLink::send(std::string packet, int64_t monotonic_ns) {
  if (packet.empty() || queued_bytes_ + packet.size() > kMostQueued) {
    dropped_++;
    return;
  }
  queued_bytes_ += packet.size();
  queue_.push_back(std::move(packet));
  if (state_ == State::up) send_queued(monotonic_ns);
}

void HepLink::add_descriptors(std::vector<pollfd>* fds) const {
  if (state_ == State::down) return;
  const bool writes =
      state_ == State::connecting || wants_write_ || (state_ == State::up && !queue_.empty());
  fds->push_back({fd_.get(), static_cast<short>(POLLIN | (writes ? POLLOUT : 0)), 0});
}

void HepLink::begin_connection(int64_t monotonic_ns) {
  const bool udp = transport_ == HepTransport::udp;
  const int type = (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC;
  fd_ = Fd(socket(address_.bytes.ss_family, type, 0));
  begun_ns_ = monotonic_ns;
  front_sent_ = 0;
  state_ = State::connecting;
  if (fd_.get() >= 0 && connect(fd_.get(), address_.get(), address_.size) == 0) {
    if (udp) {
      state_ = State::up;
      connections_++;
    }
    return;
  }
  if (fd_.get() < 0 || errno != EINPROGRESS) fail(std::strerror(errno), monotonic_ns);
}

// True when TLS only has to wait for the other side.
bool HepLink::tls_waits(int result) {
  const int error = SSL_get_error(tls_.get(), result);
  wants_write_ = error == SSL_ERROR_WANT_WRITE;
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE;
}

// Goes on with the TLS handshake. False when it failed; trouble_ says why.
bool HepLink::shake_hands() {
  if (tls_ == nullptr) {
    tls_.reset(SSL_new(context_.get()));
    SSL_set_fd(tls_.get(), fd_.get());
    const char* const host = address_.host.c_str();
    X509_VERIFY_PARAM* const checked = SSL_get0_param(tls_.get());
    if (X509_VERIFY_PARAM_set1_ip_asc(checked, host) != 1) {
      SSL_set1_host(tls_.get(), host);
      SSL_set_tlsext_host_name(tls_.get(), host);
    }
  }
  const int result = SSL_connect(tls_.get());
  if (result == 1) {
    wants_write_ = false;
    state_ = State::up;
    connections_++;
    return true;
  }
  if (tls_waits(result)) return true;
  const long verified = SSL_get_verify_result(tls_.get());
  trouble_ = verified != X509_V_OK
                 ? std::string("its certificate: ") + X509_verify_cert_error_string(verified)
                 : last_tls_error();
  ERR_clear_error();
  return false;
}

void HepLink::go_on(int64_t monotonic_ns) {
  if (state_ == State::connecting) {
    pollfd one{fd_.get(), POLLOUT, 0};
    if (poll(&one, 1, 0) <= 0) {
      if (monotonic_ns - begun_ns_ > kConnectLimitNs) fail("no answer", monotonic_ns);
      return;
    }
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(fd_.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return fail(std::strerror(error), monotonic_ns);
    const bool tls = transport_ == HepTransport::tls;
    state_ = tls ? State::handshake : State::up;
    if (!tls) connections_++;
  }
  if (state_ != State::handshake) return;
  if (!shake_hands()) return fail(trouble_, monotonic_ns);
  if (state_ == State::handshake && monotonic_ns - begun_ns_ > kConnectLimitNs)
    fail("no end of the TLS handshake", monotonic_ns);
}

// Throws away what the collector sends, which is normally nothing. False when it has closed the
// connection.
bool HepLink::drain_input() {
  char bytes[4096];
  if (tls_ != nullptr) {
    const int got = SSL_read(tls_.get(), bytes, sizeof bytes);
    return got > 0 || tls_waits(got);
  }
  const ssize_t got = recv(fd_.get(), bytes, sizeof bytes, MSG_DONTWAIT);
  // An error of UDP is an ICMP error, which send() reports, too.
  if (got > 0 || transport_ == HepTransport::udp) return true;
  return got < 0 && (errno == EAGAIN || errno == EINTR);
}

// The number of bytes that were sent; 0 when it must wait, negative when the connection is over.
long HepLink::write_some(const char* bytes, size_t size) {
  if (tls_ != nullptr) {
    const int done = SSL_write(tls_.get(), bytes, static_cast<int>(size));
    if (done > 0) return done;
    if (tls_waits(done)) return 0;
    trouble_ = last_tls_error();
    return -1;
  }
  const ssize_t done = ::send(fd_.get(), bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
  if (done >= 0) return done;
  if (errno == EAGAIN || errno == EINTR || errno == ENOBUFS) return 0;
  trouble_ = std::strerror(errno);
  return -1;
}

void HepLink::send_queued(int64_t monotonic_ns) {
  const bool udp = transport_ == HepTransport::udp;
  bool again = false;
  while (!queue_.empty()) {
    const std::string& front = queue_.front();
    const long done = write_some(front.data() + front_sent_, front.size() - front_sent_);
    if (done == 0) return;
    if (done < 0 && !udp) return fail(trouble_, monotonic_ns);
    if (done > 0) front_sent_ += static_cast<size_t>(done);
    // Over UDP, the error is an ICMP error about an earlier packet: this one is tried once more.
    if (done < 0 && !std::exchange(again, true)) continue;
    again = false;
    if (done < 0) dropped_++;
    if (done > 0 && front_sent_ < front.size()) continue;
    if (done > 0) sent_++;
    front_sent_ = 0;
    queued_bytes_ -= front.size();
    queue_.pop_front();
  }
}

void HepLink::fail(const std::string& reason, int64_t monotonic_ns) {
  trouble_ = reason;
  tls_ = nullptr;
  fd_ = Fd();
  state_ = State::down;
  wants_write_ = false;
  front_sent_ = 0;
  pause_ns_ = std::clamp(pause_ns_ * 2, kFirstPauseNs, kLongestPauseNs);
  next_try_ns_ = monotonic_ns + pause_ns_;
}

void HepLink::work(int64_t monotonic_ns) {
  if (state_ == State::down && monotonic_ns >= next_try_ns_) begin_connection(monotonic_ns);
  if (state_ == State::connecting || state_ == State::handshake) go_on(monotonic_ns);
  if (state_ != State::up) return;
  pause_ns_ = 0;
  if (!drain_input()) return fail("the collector closed the connection", monotonic_ns);
  send_queued(monotonic_ns);
}

void HepLink::finish(int64_t limit_ns) {
  const int64_t end_ns = monotonic_ns() + limit_ns;
  for (int64_t now = monotonic_ns(); !queue_.empty() && now < end_ns; now = monotonic_ns()) {
    work(now);
    std::vector<pollfd> fds;
    add_descriptors(&fds);
    if (!queue_.empty()) poll(fds.data(), fds.size(), 50);
  }
  if (tls_ != nullptr && state_ == State::up) SSL_shutdown(tls_.get());
  dropped_ += queue_.size();
  queue_.clear();
  queued_bytes_ = front_sent_ = 0;
}

}  // namespace sipladder

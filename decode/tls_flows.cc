#include "decode/tls_flows.h"

#include <algorithm>

#include "decode/bytes.h"

namespace sipladder {
namespace {

// Bytes of a handshake message, front to back. What is not there is empty or 0.
class HandshakeReader {
 public:
  explicit HandshakeReader(std::string_view bytes) : rest_(bytes) {}
  std::string_view take(size_t count) {
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  size_t number(size_t bytes) {
    size_t value = 0;
    for (const char c : take(bytes)) value = value << 8 | static_cast<uint8_t>(c);
    return value;
  }
  std::string_view vector(size_t length_bytes) { return take(number(length_bytes)); }
  bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

constexpr size_t kServerName = 0;
constexpr size_t kAlpn = 16;

void read_extension(size_t type, std::string_view body, TlsFlow* flow) {
  HandshakeReader list(body);
  if (type == kServerName) {
    HandshakeReader names(list.vector(2));
    if (names.number(1) == 0) flow->server_name = names.vector(2);
  } else if (type == kAlpn) {
    HandshakeReader protocols(list.vector(2));
    while (!protocols.empty()) {
      if (protocols.vector(1).starts_with("sip")) flow->alpn_sip = true;
    }
  }
}

// True when a ClientHello stands here, at the beginning of a record.
bool read_client_hello(std::string_view payload, TlsFlow* flow) {
  constexpr uint8_t kHandshake = 22;
  constexpr size_t kClientHello = 1;
  HandshakeReader reader(payload);
  if (reader.number(1) != kHandshake) return false;
  reader.take(4);  // version and length of the record
  if (reader.number(1) != kClientHello) return false;
  reader.take(3 + 2 + 32);  // length, version, random
  reader.vector(1);         // session id
  reader.vector(2);         // cipher suites
  reader.vector(1);         // compression
  HandshakeReader extensions(reader.vector(2));
  while (!extensions.empty()) {
    const size_t type = extensions.number(2);
    read_extension(type, extensions.vector(2), flow);
  }
  return true;
}

}  // namespace

void TlsFlows::add(const Endpoint& src, const Endpoint& dst, std::string_view payload,
                   uint32_t frame) {
  const std::pair<Endpoint, Endpoint> ends = std::minmax(src, dst);
  auto found = by_ends_.find(ends);
  if (found == by_ends_.end()) {
    if (flows_.size() >= kMaxTlsFlows) return;
    found = by_ends_.emplace(ends, flows_.size()).first;
    TlsFlow& made = flows_.emplace_back();
    made.first_frame = frame;
    made.server = src.port < dst.port ? src : dst;
    made.client = src.port < dst.port ? dst : src;
  }
  TlsFlow& flow = flows_[found->second];
  flow.packets++;
  if (!read_client_hello(payload, &flow)) return;
  flow.client = src;
  flow.server = dst;
}

}  // namespace sipladder

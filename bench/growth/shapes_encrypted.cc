// Shapes with TLS whose keys are not known, and with SRTP whose keys are known but open no packet.
#include "bench/growth/shapes.h"

namespace sipladder::growth {
namespace {

std::string counted(const std::string& text, size_t size) {
  return big_endian(text.size(), size) + text;
}
std::string record(uint64_t type, const std::string& body) {
  return big_endian(type, 1) + big_endian(0x0303, 2) + counted(body, 2);
}

// `number`: of the connection; it makes the client random unique.
std::string client_hello(uint32_t number) {
  const std::string random = big_endian(number, 4) + std::string(28, 'r');
  const std::string body = big_endian(0x0303, 2) + random + counted("", 1) +
                           counted(big_endian(0xC02F, 2), 2) + counted(std::string(1, '\0'), 1) +
                           counted("", 2);
  return record(22, big_endian(1, 1) + counted(body, 3));
}
std::string server_hello() {
  const std::string body = big_endian(0x0303, 2) + std::string(32, 's') + counted("", 1) +
                           big_endian(0xC02F, 2) + big_endian(0, 1) + counted("", 2);
  return record(22, big_endian(2, 1) + counted(body, 3));
}

constexpr uint16_t kSips = 5061;

void tls_connections(Capture& out, int n) {
  const Host server{kBob.ip, kSips};
  for (int i = 0; i < n; i++) {
    const Host client = out.random_host(static_cast<uint16_t>(1024 + i % 32'768));
    out.tcp(client, server, 1, client_hello(static_cast<uint32_t>(i)));
    out.tcp(server, client, 1, server_hello());
    const std::string finished =
        record(20, std::string(1, '\1')) + record(22, std::string(40, 'f'));
    out.tcp(client, server, 1 + static_cast<uint32_t>(client_hello(0).size()), finished);
    out.tcp(server, client, 1 + static_cast<uint32_t>(server_hello().size()), finished);
  }
}

// One host connects and disconnects again and again.
void tls_churn(Capture& out, int n) {
  constexpr uint8_t kFin = 0x11;
  const Host server{kBob.ip, kSips};
  for (int i = 0; i < n; i++) {
    const Host client{kAlice.ip, static_cast<uint16_t>(1024 + i % 60'000)};
    out.tcp(client, server, 1, client_hello(static_cast<uint32_t>(i)));
    out.tcp(server, client, 1, server_hello());
    out.tcp(client, server, 1 + static_cast<uint32_t>(client_hello(0).size()), "", kFin);
  }
}

// n small records of one connection.
void tls_records(Capture& out, int n) {
  const Host server{kBob.ip, kSips};
  out.tcp(kAlice, server, 1, client_hello(1));
  out.tcp(server, kAlice, 1, server_hello());
  std::string records;
  for (int i = 0; i < n; i++) records += record(23, std::string(40, 'd'));
  auto next = 1 + static_cast<uint32_t>(client_hello(0).size());
  for (size_t at = 0; at < records.size(); at += 1400) {
    const std::string part = records.substr(at, 1400);
    out.tcp(kAlice, server, next, part);
    next += static_cast<uint32_t>(part.size());
  }
}

constexpr uint16_t kMedia = 4000;
constexpr std::string_view kCrypto = "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:";

std::string key_of(int i) {
  std::string key = std::to_string(i);
  return std::string(40 - key.size(), 'A') + key;
}

// Both parties announce `keys` keys, one in each re-INVITE. No packet has a tag of any of them.
void call_with_keys(Capture& out, int keys, int packets) {
  const Host media_a{kAlice.ip, kMedia}, media_b{kBob.ip, kMedia};
  Sip invite;
  for (int i = 0; i < keys; i++) {
    const std::string line = std::string(kCrypto) + key_of(i) + "\r\n";
    Sip request = invite.as("INVITE", "i" + std::to_string(i), static_cast<uint64_t>(i) + 1);
    if (i > 0) request.to_tag = "b";
    request.sdp = sdp_of(media_a, static_cast<uint64_t>(i) + 1, line);
    out.udp(kAlice, kBob, request.text());
    out.udp(kBob, kAlice, request.answer(200, "b", sdp_of(media_b, 1, line)).text());
  }
  for (int i = 0; i < packets; i++) {
    Rtp rtp;
    rtp.sequence = static_cast<uint16_t>(i);
    out.udp(media_a, media_b, rtp.bytes());
  }
}

void srtp_keys(Capture& out, int n) {
  call_with_keys(out, n, 500);
}
void srtp_packets(Capture& out, int n) {
  out.step(20'000'000);
  call_with_keys(out, 3, n);
}

}  // namespace

const std::vector<Shape> kEncryptedShapes = {
    {"tls-connections", "TLS connections of many hosts", 4'000, tls_connections},
    {"tls-churn", "TLS connections of one host", 8'000, tls_churn},
    {"tls-records", "TLS records of one connection", 32'000, tls_records},
    {"srtp-keys", "keys of SRTP in one call", 1'000, srtp_keys},
    {"srtp-packets", "packets that no key opens", 16'000, srtp_packets},
};

}  // namespace sipladder::growth

// TLS: key lines, handshake messages and certificates of any bytes; and sessions of TLS 1.3 whose
// records come whole, split, lost and among garbage, with keys that are known here: what is read
// must be what was sealed.
#include <algorithm>

#include "capture/key_log.h"
#include "decode/bytes.h"
#include "decode/tls/session.h"
#include "decode/tls/words.h"
#include "tests/fuzz/choices.h"
#include "tests/fuzz/targets.h"
#include "tests/support/flow_seal.h"
#include "tests/support/packet_builder.h"

namespace sipladder::fuzz {
namespace {

using build::bytes;
using build::number16;

std::string key_lines(std::string_view input) {
  KeyLog whole, pieces;
  KeyLogLines at_once(&whole), cut(&pieces);
  at_once.add(input);
  at_once.end();
  for (size_t at = 0; at < input.size(); at += 3) cut.add(input.substr(at, 3));
  cut.end();
  const bool same =
      whole.size() == pieces.size() && whole.bindings().empty() == pieces.bindings().empty();
  return same ? "" : "key lines in pieces are others";
}

std::string messages(std::string_view input) {
  parse_client_hello(input);
  parse_server_hello(input);
  parse_encrypted_extensions(input);
  parse_certificates(input, kTls12);
  parse_certificates(input, kTls13);
  HandshakeReader whole, pieces;
  whole.add(input);
  size_t count = 0, cut = 0;
  while (whole.next()) count++;
  for (const char c : input) {
    pieces.add({&c, 1});
    while (pieces.next()) cut++;
    if (pieces.buffered() > kMaxHandshake) return "a handshake message is kept beyond the bound";
  }
  return count == cut ? "" : "handshake messages in pieces are others";
}

// TLS_AES_128_GCM_SHA256.
class Sealer {
 public:
  explicit Sealer(std::string secret) : secret_(std::move(secret)) {}
  std::string record(int type, const std::string& content) {
    return build::seal_tls13(secret_, sequence_++, type, content);
  }
  void update() {
    secret_ = build::expand_tls13(secret_, "traffic upd", 32);
    sequence_ = 0;
  }

 private:
  std::string secret_;
  uint64_t sequence_ = 0;
};

class Connection {
 public:
  explicit Connection(Choices choices) : choices_(choices) {
    const std::string random(kClientRandom, 'r');
    keys_.add(SecretKind::client_traffic, random, std::string(32, 'c'));
    keys_.add(SecretKind::server_traffic, random, std::string(32, 's'));
    rows_.set_keys(&keys_);
    const std::string version = number16(43) + number16(2) + bytes({3, 4});
    const std::string hello = bytes({3, 3}) + random + bytes({0, 0, 2, 0x13, 1, 1, 0, 0, 0});
    const std::string answer = bytes({3, 3}) + std::string(32, 'a') + bytes({0, 0x13, 1, 0}) +
                               number16(static_cast<unsigned>(version.size())) + version;
    deliver(TlsEnd::client, clear(1, hello));
    deliver(TlsEnd::server, clear(2, answer));
  }

  std::string wrong() {
    for (size_t i = 0; i < 500 && choices_.any() && wrong_.empty(); i++) step();
    std::vector<TlsConnection> copy;
    rows_.update(&copy);
    why_not_text(copy.at(0));
    if (wrong_.empty() && said_ != read_) wrong_ = "what is read is not what was sealed";
    return wrong_;
  }

 private:
  static std::string clear(int type, const std::string& body) {
    const std::string message =
        bytes({type, 0}) + number16(static_cast<unsigned>(body.size())) + body;
    return bytes({22, 3, 3}) + number16(static_cast<unsigned>(message.size())) + message;
  }

  void step() {
    const size_t side = choices_.below(2);
    const TlsEnd from = side == 0 ? TlsEnd::client : TlsEnd::server;
    Sealer& sealer = sealers_[side];
    const std::string text(choices_.below(256) * choices_.below(50), static_cast<char>('a' + side));
    switch (choices_.below(10)) {
      case 0:  // a ticket
        deliver(from, sealer.record(
                          22, bytes({4, 0}) + number16(static_cast<unsigned>(text.size())) + text));
        break;
      case 1:
        deliver(from, sealer.record(22, bytes({24, 0, 0, 1, 0})));
        sealer.update();
        break;
      case 2:
        session_.lose(from, sealer.record(23, text).size());
        whole_[side] = true;  // the header of the next record must be seen at once
        break;
      case 3:
        if (garbage_++ < 3) deliver(from, bytes({23, 3, 3, 0, 40}) + std::string(40, 'g'));
        break;
      case 4:
        deliver(from, sealer.record(21, bytes({1, 0})));
        break;
      default:
        garbage_ = 0;
        if (!text.empty()) said_[side] += text;
        deliver(from, sealer.record(23, text));
    }
  }

  void deliver(TlsEnd from, const std::string& all) {
    static constexpr size_t kSizes[] = {100'000, 1, 5, 64, 1460};
    bool& whole = whole_[from == TlsEnd::client ? 0 : 1];
    const size_t size = whole ? all.size() : std::max(choices_.of(kSizes), all.size() / 50);
    whole = false;
    std::vector<TlsPlain> plain;
    for (size_t at = 0; at < all.size(); at += size)
      session_.deliver(from, std::string_view(all).substr(at, size), {1, 1, 0, 0}, &plain);
    for (const TlsPlain& one : plain) read_[from == TlsEnd::client ? 0 : 1] += one.bytes;
    if (session_.buffered(from) > kTlsHeader + kMaxTlsRecord + kMaxHandshake)
      wrong_ = "a session keeps more than its bound";
  }

  Choices choices_;
  KeyLog keys_;
  TlsConnections rows_;
  TlsSession session_{rows_, {}, {}, {1, 1, 0, 0}};
  std::array<Sealer, 2> sealers_ = {Sealer(std::string(32, 'c')), Sealer(std::string(32, 's'))};
  std::array<std::string, 2> said_, read_;
  std::array<bool, 2> whole_{};
  size_t garbage_ = 0;
  std::string wrong_;
};

// Any bytes, as records of either side.
std::string any_records(std::string_view input) {
  TlsConnections rows;
  TlsSession session(rows, {}, {}, {1, 1, 0, 0});
  std::vector<TlsPlain> plain;
  for (size_t at = 0; at < input.size(); at += 64) {
    const TlsEnd from = input[at] % 2 == 0 ? TlsEnd::client : TlsEnd::server;
    session.deliver(from, input.substr(at, 64), {1, 1, 0, 0}, &plain);
  }
  return plain.empty() ? "" : "something is read without a key";
}

}  // namespace

std::string tls(std::string_view input) {
  if (input.empty()) return {};
  const char kind = input.front();
  input.remove_prefix(1);
  if (kind == 'k') return key_lines(input);
  if (kind == 'm') return messages(input);
  if (kind == 'r') return any_records(input);
  return Connection(Choices(input)).wrong();
}

}  // namespace sipladder::fuzz

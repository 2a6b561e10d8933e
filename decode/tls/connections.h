// One row for each TLS connection: between whom, what both sides say in the clear, how the
// handshake ended, and whether what it carries could be read (RFC 8446, RFC 5246).
//
// Bounds: kMaxTlsConnections rows; of later connections nothing is told, but they are read all the
// same. kMaxTlsHeld bytes of records wait for keys, of all connections together.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "capture/key_log.h"
#include "decode/address.h"
#include "decode/tls/handshake.h"
#include "decode/tls/rsa_keys.h"

namespace sipladder {

inline constexpr size_t kMaxTlsConnections = 16'384;
inline constexpr size_t kMaxTlsHeld = 16 << 20;

enum class TlsEnd : uint8_t { none, client, server };

// Why records were not opened.
enum class TlsUnread : uint8_t {
  no,
  no_key,        // no key is known, or not that of this connection
  no_handshake,  // its beginning was not captured
  suite,         // a cipher suite or version that is not supported
  wrong_key,     // the key that is known does not fit
  lost,          // too much is missing in the capture
};

// Where a record ended.
struct TlsPlace {
  int64_t time_ns = 0;
  uint32_t frame = 0;
  uint16_t source = 0;
  uint8_t point = 0;
};

struct TlsAlert {
  uint8_t number = 0;
  bool fatal = false;
  bool readable = true;  // else it is told by its length: encrypted, and no key
  TlsEnd by = TlsEnd::none;
  int64_t time_ns = 0;
  uint32_t frame = 0;
};

struct TlsConnection {
  Endpoint client;
  Endpoint server;       // who gets the ClientHello; without one, who has the lower port
  uint64_t packets = 0;  // that begin with a TLS record
  uint64_t bytes = 0;    // of TCP payload, as far as they are known to be of this connection
  uint16_t source = 0;   // of the first packet, and:
  uint8_t point = 0;
  uint32_t first_frame = 0, last_frame = 0;
  int64_t first_ns = 0, last_ns = 0;

  uint64_t server_records = 0;  // as far as they were looked at
  bool answered = false;        // anything of the server was seen, if only its SYN
  std::string client_random;    // names the keys; empty: no ClientHello is here
  std::string server_name;      // SNI (RFC 6066 3), empty when not seen
  std::vector<uint16_t> versions_offered;
  std::vector<std::string> alpn_offered;
  uint16_t version = 0;  // chosen; 0: no ServerHello is here
  uint16_t suite = 0;
  std::string alpn;                        // chosen
  std::optional<Certificate> certificate;  // of the server
  uint32_t certificate_frame = 0;

  std::optional<TlsAlert> alert;  // the first that is fatal, else the first
  TlsEnd closed_by = TlsEnd::none;
  bool reset = false;  // it was closed by a TCP reset
  int64_t closed_ns = 0;
  uint32_t closed_frame = 0;
  int64_t hello_ns = 0;  // of the first ClientHello
  int64_t done_ns = 0;   // both have sent Finished

  uint64_t encrypted = 0;  // records, as far as they were looked at
  uint64_t opened = 0;
  uint64_t lost = 0;  // records that are missing in the capture
  TlsUnread unread = TlsUnread::no;
  bool sip = false;  // SIP was read in it

  bool decrypted() const { return opened > 0; }
  bool offers_sip() const;  // by ALPN (RFC 7301)
};

class TlsConnections {
 public:
  // A connection begins, or is met. Its row; kNoRow beyond the bound.
  uint32_t begin(const Endpoint& client, const Endpoint& server, const TlsPlace& place);
  // A TCP payload that begins with a TLS record and belongs to no connection that is read.
  void count(const Endpoint& src, const Endpoint& dst, std::string_view payload,
             const TlsPlace& place);
  // The first FIN or RST between these two.
  void note_close(const Endpoint& src, const Endpoint& dst, bool reset, const TlsPlace& place);
  void note_packet(uint32_t row, bool begins, size_t bytes, const TlsPlace& place);

  // To be changed: whoever copies the rows gets it again.
  TlsConnection& edit(uint32_t row);
  bool empty() const { return rows_.empty(); }
  // Brings a copy up to date: what has changed since the last time.
  void update(std::vector<TlsConnection>* copy);

  // Null or empty: no key will ever come.
  void set_keys(const KeyLog* keys) { keys_ = keys; }
  const KeyLog& keys() const { return keys_ == nullptr ? no_keys_ : *keys_; }
  // Null or empty: none are known.
  void set_rsa_keys(const RsaKeys* keys) { rsa_keys_ = keys; }
  bool has_rsa_keys() const { return rsa_keys_ != nullptr && !rsa_keys_->empty(); }
  const RsaKeys& rsa_keys() const { return *rsa_keys_; }
  bool may_hold(size_t bytes) const { return held_ + bytes <= kMaxTlsHeld; }
  void hold(size_t bytes) { held_ += bytes; }
  void release(size_t bytes) { held_ -= bytes; }

  static constexpr uint32_t kNoRow = UINT32_MAX;

 private:
  using Ends = std::pair<Endpoint, Endpoint>;  // the lower one first
  struct EndsHash {
    size_t operator()(const Ends& ends) const;
  };
  void note_lone_alert(uint32_t row, const Endpoint& src, std::string_view payload,
                       const TlsPlace& place);

  std::vector<TlsConnection> rows_;
  std::vector<bool> changed_;
  std::vector<uint32_t> changes_;
  TlsConnection scratch_;                                  // stands for those beyond the bound
  absl::flat_hash_map<Ends, uint32_t, EndsHash> by_ends_;  // the newest row
  const KeyLog* keys_ = nullptr;
  const KeyLog no_keys_{};
  const RsaKeys* rsa_keys_ = nullptr;
  size_t held_ = 0;
};

}  // namespace sipladder

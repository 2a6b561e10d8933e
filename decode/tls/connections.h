// One row for each TLS connection: both ends, what they say in the clear, how the handshake ended,
// and whether the content could be read (RFC 8446, RFC 5246).
//
// Bounds: kMaxTlsConnections rows; later connections get no row, but are read all the same, but for
// those joined midway. kMaxTlsHeld bytes of records of all connections together wait for keys;
// kMaxSearch bytes are decrypted in search of sequence numbers. Threads: one.
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
inline constexpr size_t kMaxSearch = size_t{16} << 30;

enum class TlsEnd : uint8_t { none, client, server };

// Why records were not decrypted.
enum class TlsUnread : uint8_t {
  no,
  no_key,        // no key of this connection is known
  no_handshake,  // its beginning was not captured
  suite,         // a cipher suite or version that is not supported
  wrong_key,     // the key that is known does not fit
  lost,          // too much is missing in the capture
};

// The packet in which a record ended.
struct TlsPlace {
  int64_t time_ns = 0;
  uint32_t frame = 0;
  uint16_t source = 0;
  uint8_t point = 0;
};

struct TlsAlert {
  uint8_t number = 0;
  bool fatal = false;
  bool readable = true;  // false: encrypted without a key; known by its type or length only
  TlsEnd by = TlsEnd::none;
  int64_t time_ns = 0;
  uint32_t frame = 0;
};

struct TlsConnection {
  Endpoint client;
  Endpoint server;       // the end that gets the ClientHello; without one, that with the lower port
  uint64_t packets = 0;  // that begin with a TLS record
  uint64_t bytes = 0;    // of TCP payload that is known to belong to this connection
  uint16_t source = 0;   // of the first packet, as is `point`
  uint8_t point = 0;
  uint32_t first_frame = 0, last_frame = 0;
  int64_t first_ns = 0, last_ns = 0;

  uint64_t server_records = 0;  // that were looked at
  bool answered = false;        // any packet of the server was seen, even if only its SYN
  std::string client_random;    // 32 bytes, by which keys are found; empty: no ClientHello is here
  std::string server_name;      // SNI (RFC 6066 3), empty when not seen
  std::vector<uint16_t> versions_offered;
  std::vector<std::string> alpn_offered;
  uint16_t version = 0;  // chosen; 0: no ServerHello is here
  uint16_t suite = 0;
  std::string alpn;                        // chosen
  std::optional<Certificate> certificate;  // of the server
  uint32_t certificate_frame = 0;

  std::optional<TlsAlert> alert;  // the first fatal alert, else the first one
  TlsEnd closed_by = TlsEnd::none;
  bool reset = false;  // it was closed by a TCP reset
  int64_t closed_ns = 0;
  uint32_t closed_frame = 0;
  int64_t hello_ns = 0;  // of the first ClientHello
  int64_t done_ns = 0;   // when both had sent Finished; 0: not seen

  uint64_t encrypted = 0;  // encrypted records that were looked at
  uint64_t opened = 0;     // those of them that were decrypted
  uint64_t lost = 0;       // records that are missing in the capture
  TlsUnread unread = TlsUnread::no;
  bool sip = false;  // SIP was read in it

  bool decrypted() const { return opened > 0; }
  bool offers_sip() const;  // by ALPN (RFC 7301)
};

class TlsConnections {
 public:
  // Adds a row for a connection and returns its number; kNoRow beyond the bound.
  uint32_t begin(const Endpoint& client, const Endpoint& server, const TlsPlace& place);
  // The row of a connection whose handshake was not captured, which can be read now; count() may
  // have begun it. nullopt: it has been given up before, or there is no room.
  std::optional<uint32_t> join(const Endpoint& client, const Endpoint& server,
                               const TlsPlace& place);
  // Counts a TCP payload that begins with a TLS record, but belongs to no session that is read.
  void count(const Endpoint& src, const Endpoint& dst, std::string_view payload,
             const TlsPlace& place);
  // A FIN or RST was seen. Only the first one of a connection is noted.
  void note_close(const Endpoint& src, const Endpoint& dst, bool reset, const TlsPlace& place);
  // `begins`: the packet begins with a TLS record.
  void note_packet(uint32_t row, bool begins, size_t bytes, const TlsPlace& place);

  // A row to be changed; the next update() copies it. Valid until the next begin(). Rows beyond the
  // bound are all the same scratch row, cleared by each call.
  TlsConnection& edit(uint32_t row);
  bool empty() const { return rows_.empty(); }
  // Copies the rows that have changed since the last call. It must always be the same copy.
  void update(std::vector<TlsConnection>* copy);

  // Null: no key will ever come. Otherwise `keys` must outlive this.
  void set_keys(const KeyLog* keys) { keys_ = keys; }
  const KeyLog& keys() const { return keys_ == nullptr ? no_keys_ : *keys_; }
  // Null or empty: no private keys are known. Otherwise `keys` must outlive this.
  void set_rsa_keys(const RsaKeys* keys) { rsa_keys_ = keys; }
  bool has_rsa_keys() const { return rsa_keys_ != nullptr && !rsa_keys_->empty(); }
  const RsaKeys& rsa_keys() const { return *rsa_keys_; }
  // Count the bytes of records that sessions keep until their keys come.
  bool may_hold(size_t bytes) const { return held_ + bytes <= kMaxTlsHeld; }
  void hold(size_t bytes) { held_ += bytes; }
  void release(size_t bytes) { held_ -= bytes; }

  // Counts bytes of a search; false when the bound is reached.
  bool may_search(size_t bytes) {
    searched_ += bytes;
    return searched_ <= kMaxSearch;
  }

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
  TlsConnection scratch_;                                  // the row of all beyond the bound
  absl::flat_hash_map<Ends, uint32_t, EndsHash> by_ends_;  // the newest row
  const KeyLog* keys_ = nullptr;
  const KeyLog no_keys_{};
  const RsaKeys* rsa_keys_ = nullptr;
  size_t held_ = 0, searched_ = 0;
};

}  // namespace sipladder

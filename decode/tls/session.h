// Reads a captured TLS connection: cuts both byte streams into records, reads the handshake and,
// with the keys, the content (RFC 8446, RFC 5246, RFC 4346, RFC 2246).
//
// Behind a gap, decryption goes on where the cipher allows it: up to kMostSequencesTried sequence
// numbers are tried. Records that come before their keys wait for them. Where the capture joins a
// connection midway, kMostNumbersMidway are tried, for at most kMaxSearchBySide bytes of decryption
// by side, and kMaxSearch of all connections together.
//
// Bounds for each side: one record, one handshake message (kMaxHandshake) and kMaxHeldBySide bytes
// of waiting records. With private RSA keys, kMaxTranscript bytes of the handshake in the clear are
// kept, too; where they are more, an extended master secret (RFC 7627) cannot be computed, and the
// connection has no key. Threads: one. Errors: none; what cannot be read is counted in the row.
#pragma once

#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decode/tls/connections.h"
#include "decode/tls/handshake.h"
#include "decode/tls/record_cipher.h"

namespace sipladder {

inline constexpr uint64_t kMostSequencesTried = 64;
inline constexpr uint64_t kMostNumbersMidway = 1 << 20;
inline constexpr size_t kMaxSearchBySide = 1 << 30;
inline constexpr size_t kMaxHeldBySide = 64 << 10;
inline constexpr size_t kMaxTranscript = 128 << 10;

// The content of a record, and the packet in which the record ended.
struct TlsPlain {
  std::string bytes;
  TlsPlace place;
  bool after_loss = false;  // something may be missing before it
};

class TlsSession {
 public:
  // Adds its row to `rows`, which must outlive this.
  TlsSession(TlsConnections& rows, const Endpoint& client, const Endpoint& server,
             const TlsPlace& place);
  // Its handshake was not captured: `row` is there (TlsConnections::join()), `bindings` is not
  // empty.
  TlsSession(TlsConnections& rows, uint32_t row, std::vector<SecretBinding> bindings);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  // Takes the next bytes of one side. Content that could be decrypted is added to *out.
  void deliver(TlsEnd from, std::string_view bytes, const TlsPlace& place,
               std::vector<TlsPlain>* out);
  // The next `bytes` bytes of that side are missing in the capture.
  void lose(TlsEnd from, size_t bytes);
  // Tries once more the records that wait for keys. Content is added to *out.
  void finish(TlsEnd from, std::vector<TlsPlain>* out) { drain(half(from), out); }

  // Nothing more of this connection can be read: there are no keys, or too much is lost.
  bool is_closed_book() const { return halves_[0].dead && halves_[1].dead; }
  bool is_waiting(TlsEnd from) const;  // for the rest of a record
  bool waits_for_keys() const { return halves_[0].held_bytes + halves_[1].held_bytes > 0; }
  bool waits_for_keys(TlsEnd from) const {
    return halves_[from == TlsEnd::client ? 0 : 1].held_bytes > 0;
  }
  uint64_t opened() const { return opened_; }  // records that were decrypted
  size_t buffered(TlsEnd from) const;          // bytes, without records that wait for keys
  TlsConnection& row() { return rows_.edit(row_); }
  uint32_t row_number() const { return row_; }

 private:
  // The key sets of TLS 1.3. Up to TLS 1.2 there is only kApplication.
  enum Epoch : uint8_t { kEarly, kHandshake, kApplication, kEpochs };
  enum class Opening : uint8_t { opened, lacking, failed, ignored };
  struct Held {
    uint8_t type = 0;
    uint16_t version = 0;
    std::string body;
    TlsPlace place;
  };
  struct Half {
    bool client = false;
    std::string bytes;       // the beginning of a record
    size_t skip = 0;         // bytes left of a record that is lost
    bool astray = false;     // it is not known where the next record begins
    bool gap = false;        // records may be missing: the next sequence number is uncertain
    bool loss = false;       // content may be missing before the next content
    bool encrypted = false;  // TLS 1.3: handshake keys are in use from here on
    bool finished = false;   // sent its Finished, as far as can be told
    bool dead = false;       // cannot be read any more
    bool adrift = false;     // midway: the sequence number is not known at all
    uint64_t reach = 0;      // of these: how many are tried
    size_t searched = 0;     // bytes that were decrypted in vain
    std::string before;      // the end of the record before
    unsigned failures = 0;   // records in a row that the keys did not open
    size_t epoch = kApplication;
    uint64_t sequence = 0;
    std::array<std::unique_ptr<RecordCipher>, kEpochs> ciphers;
    KeyInputs inputs;  // up to TLS 1.2, from its ChangeCipherSpec on
    Secret traffic;    // TLS 1.3, of the epoch kApplication
    HandshakeReader handshake;
    std::deque<Held> held;
    size_t held_bytes = 0;
  };

  Half& half(TlsEnd from) { return halves_[from == TlsEnd::client ? 0 : 1]; }
  void cut_records(Half& half, std::string_view bytes, const TlsPlace& place,
                   std::vector<TlsPlain>* out);
  void take_record(Half& half, const TlsRecord& record, const TlsPlace& place,
                   std::vector<TlsPlain>* out);
  void take_clear(Half& half, const TlsRecord& record, const TlsPlace& place);
  bool is_encrypted(const Half& half, const TlsRecord& record) const;
  void take_encrypted(Half& half, const TlsRecord& record, const TlsPlace& place,
                      std::vector<TlsPlain>* out);
  Opening open(Half& half, const TlsRecord& record, std::string* plain, uint8_t* type);
  bool try_epoch(Half& half, size_t epoch, const TlsRecord& record, std::string* plain,
                 uint8_t* type);
  bool try_next_key(Half& half, const TlsRecord& record, std::string* plain, uint8_t* type);
  RecordCipher* cipher_of(Half& half, size_t epoch);
  void take_content(Half& half, uint8_t type, std::string plain, const TlsPlace& place,
                    std::vector<TlsPlain>* out);
  void cannot_open(Half& half, Opening why);
  void hold(Half& half, const TlsRecord& record, const TlsPlace& place);
  void drop_held(Half& half);
  void drain(Half& half, std::vector<TlsPlain>* out);
  void give_up(Half& half, TlsUnread why);
  void change_cipher(Half& half);
  void note_finished(Half& half, const TlsPlace& place);
  void note_unread_handshake(Half& half, const TlsRecord& record, const TlsPlace& place);

  bool knows_keys() const;
  bool may_search(Half& half, size_t size);
  bool lacks_vector(const Half& half) const;
  void remember(Half& half, const TlsRecord& record);
  std::vector<KeyInputs> inputs_midway(uint16_t version) const;
  bool opens_midway(Half& half, const TlsRecord& record, uint64_t reach);
  bool bind(Half& half, const TlsRecord& record);
  void stay_unbound(Half& half, const TlsRecord& record, const TlsPlace& place);

  void take_handshake(Half& half, std::string_view content, const TlsPlace& place);
  void take_message(Half& half, const HandshakeReader::Message& message, const TlsPlace& place);
  void take_client_hello(const std::string& body, const TlsPlace& place);
  void take_server_hello(const std::string& body);
  void take_certificate(const std::string& body, const TlsPlace& place);
  void take_alert(Half& half, std::string_view content, const TlsPlace& place);
  void update_key(Half& half);
  void note_transcript(const HandshakeReader::Message& message);
  void take_key_exchange(const std::string& body);

  TlsConnections& rows_;
  uint32_t row_ = TlsConnections::kNoRow;
  std::array<Half, 2> halves_;
  KeyInputs hello_;                      // from both hellos
  std::vector<SecretBinding> bindings_;  // midway, until one of them has opened a record
  bool client_hello_ = false, server_hello_ = false;
  bool early_offered_ = false, early_refused_ = false;
  bool compressed_ = false;
  bool extended_master_ = false;
  Secret master_;           // found with a private key of the server
  std::string transcript_;  // handshake messages so far, kept while a private key may need them
  bool transcript_cut_ = false;  // it lacks a message: one too long, or beyond kMaxTranscript
  uint64_t opened_ = 0;
};

// Whether the bytes begin with the header of a TLS record (RFC 8446 sections 5.1 and 5.2).
bool is_tls_record(std::string_view bytes);
// Which end sends these first bytes of a TLS connection; `none` when they hold no hello.
TlsEnd begins_tls(std::string_view bytes);

}  // namespace sipladder

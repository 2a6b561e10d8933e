// Encrypted media whose keys are in SDP (RFC 4568), or come out of a handshake of DTLS whose secret
// is in a key log (RFC 5764). Tells which key opens which packet of a stream, and with which
// rollover counter (RFC 3711 3.3.1).
//
// Packets are tried with all keys that the sender told in the call, newest first; then with those
// of the other party, then with those of other calls. The authentication tag of the packet decides,
// so SDP may come before or after the media.
//
// Bounds: kMaxSrtpKeys; later keys are not tried. Keys are wiped when they are forgotten.
// Cost: one HMAC a packet. In a run of packets that no key opens, all keys are tried for packets 1
// to 8, 16, 32, ... only. Threads: learn(), learn_handshakes() and forget() as Model; all else any.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "capture/mutex.h"
#include "capture/packet_log.h"
#include "correlate/model/model.h"
#include "decode/sdp.h"
#include "decode/srtp/cipher.h"
#include "media/dtmf.h"

namespace sipladder {

inline constexpr size_t kMaxSrtpKeys = 65'536;
inline constexpr uint32_t kNoSrtpKey = UINT32_MAX;

// A key, and the message whose author first said to encrypt with it.
struct ToldKey {
  SrtpKey key;
  MessageId message;  // none: the key comes out of a handshake, and has neither call nor author
  CallId call;
  Party author = Party::none;
  int64_t time_ns = 0;
};

// Names a key without revealing it.
uint64_t hash_of(const SrtpKey& key);

// A key and a rollover counter that open packets.
struct SrtpOpening {
  uint32_t key = kNoSrtpKey;  // SrtpMedia::key()
  uint32_t rollover = 0;
};

// Packets that follow each other and are opened by one key, or by none.
struct SrtpSpan {
  uint32_t key = kNoSrtpKey;
  uint32_t rollover = 0;  // of the first packet
  uint32_t expected = 0;  // rollover counter of a receiver of all packets before; 0 at the first
  bool jumps = false;     // `rollover` is not the expected one, and no long pause explains it
  uint32_t packets = 0;
  int64_t from_ns = 0, until_ns = 0;
  uint32_t first_frame = 0, last_frame = 0;
  uint16_t first_number = 0;
};

// What the known keys open of one stream.
struct SrtpReading {
  static constexpr size_t kMaxSpans = 256;
  static constexpr uint8_t kNotOpened = UINT8_MAX;

  uint32_t opened = 0;  // packets
  uint32_t others = 0;  // of these: comfort noise and telephone-events
  std::vector<SrtpSpan> spans;
  bool more_spans = false;            // there were more than kMaxSpans
  std::vector<SrtpOpening> openings;  // at most kNotOpened
  std::vector<uint8_t> opening_of;    // of each place: index into `openings`, or kNotOpened
  DtmfDigits dtmf;
  bool proven = true;  // false: a suite without authentication tags opened some packets

  uint32_t places() const { return static_cast<uint32_t>(opening_of.size()); }
  // Nearly all packets that are kept were opened, and nearly all that passed are kept.
  bool is_whole(const StreamRecord& stream) const;

  // The rollover counter and the highest number of a receiver (RFC 3711 3.3.1).
  struct Counter {
    bool started = false;
    uint16_t highest = 0;
    uint32_t rollover = 0;
    int64_t time_ns = 0;
    uint32_t guess(uint16_t number) const;
    void take(uint16_t number, uint32_t at);
  };
  Counter counter;
  uint32_t unopened_run = 0;  // newest packets in a row that no key opens
  size_t keys_known = 0;      // number of keys when this reading was made
};

class SrtpMedia {
 public:
  SrtpMedia(const Model& model, const PacketLog& log) : model_(model), log_(log) {}

  // Takes the keys of the audio lines of a message's SDP.
  void learn(MessageId id, const Sdp& sdp);
  // Takes the keys of handshakes whose secrets are known by now.
  void learn_handshakes();
  // The secrets must outlive this object. Null: no secret is known.
  void set_secrets(const KeyLog* secrets) { secrets_ = secrets; }
  // Whether a key log has the secret of this handshake, so that the keys of its SRTP are known.
  bool has_secret_of(const HandshakeRecord& handshake) const;
  // Forgets all keys and readings. Indexes of keys are invalid afterwards.
  void forget();

  // Valid until the next learn(), learn_handshakes() or forget().
  const ToldKey& key(uint32_t index) const { return keys_[index]; }
  bool empty() const { return keys_.empty(); }
  // What is opened of a stream that party `from` of the call sends. Null when no packet of it is
  // kept, or no key is known. Decrypts the packets that came since the last time.
  std::shared_ptr<const SrtpReading> of(StreamId id, CallId call, Party from) const;
  const Model& model() const { return model_; }
  const PacketLog& log() const { return log_; }

 private:
  class Search;
  struct Candidates {
    CallId call;
    std::vector<uint32_t> own, peers;
  };
  std::span<const uint32_t> keys_of(CallId call) const;
  Candidates candidates_of(StreamId id, CallId call, Party from) const;
  void learn_handshake(const HandshakeRecord& handshake);
  void read_on(StreamId id, Candidates candidates, SrtpReading* reading) const;

  const Model& model_;
  const PacketLog& log_;
  std::vector<ToldKey> keys_;
  absl::flat_hash_map<uint32_t, std::vector<uint32_t>> by_call_;
  absl::flat_hash_map<uint64_t, std::vector<uint32_t>> by_ends_;  // of handshakes: by pair_key()
  const KeyLog* secrets_ = nullptr;
  size_t secrets_known_ = 0;
  size_t handshakes_seen_ = 0;
  std::vector<bool> handshake_learnt_;
  mutable Mutex mutex_;
  mutable absl::flat_hash_map<uint32_t, std::shared_ptr<const SrtpReading>> readings_
      ABSL_GUARDED_BY(mutex_);
};

// Decrypts packets of one stream as its reading says. Threads: one.
class SrtpOpener {
 public:
  // `media` must outlive the opener.
  SrtpOpener(const SrtpMedia& media, std::shared_ptr<const SrtpReading> reading)
      : media_(media), reading_(std::move(reading)) {}

  // Decrypts packet `index` of the stream's KeyedPlaces. False when no key opens it, or when it
  // cannot be read.
  bool read(const KeyedPlaces& places, uint32_t index, std::string* packet);
  // Decrypts a packet of the stream that the caller has. False when no key of the reading opens it.
  bool open(std::string_view packet, std::string* plain);

 private:
  SrtpCipher* cipher(uint32_t key);

  const SrtpMedia& media_;
  std::shared_ptr<const SrtpReading> reading_;
  absl::flat_hash_map<uint32_t, std::unique_ptr<SrtpCipher>> ciphers_;
  std::string bytes_;
  size_t newest_ = 0;  // index into `openings` of the one that opened the packet before
};

}  // namespace sipladder

#include "correlate/session/srtp_media.h"

#include <algorithm>
#include <bit>

#include "correlate/model/hash.h"
#include "correlate/rtp/stream_figures.h"
#include "decode/bytes.h"
#include "decode/media.h"

namespace sipladder {
namespace {

constexpr size_t kMaxKeysOfCall = 256;
constexpr size_t kMaxForeignKeys = 256;
// Counters that are tried for a stream that began before the capture: 11 hours of 20 ms packets.
constexpr uint32_t kMaxRollover = 32;
constexpr uint32_t kMaxForeignTries = 2;
constexpr int64_t kLongPauseNs = 60'000'000'000;

bool is_due(uint32_t unopened) {
  return unopened <= 8 || std::has_single_bit(unopened);
}

}  // namespace

uint64_t hash_of(const SrtpKey& key) {
  return mix(hash_text(key.suite->name), mix(hash_text(key.key.bytes()), hash_text(key.mki)));
}

bool SrtpReading::is_whole(const StreamRecord& stream) const {
  constexpr uint32_t kFew = 50;  // one second: the packets before the SDP are not kept
  const uint32_t missing = stream.packets - std::min(stream.packets, opened);
  return opened != 0 && proven && missing <= kFew && missing * 10 <= stream.packets;
}

uint32_t SrtpReading::Counter::guess(uint16_t number) const {
  constexpr uint16_t kHalf = 0x8000;
  if (!started) return 0;
  if (highest < kHalf) return number > highest + kHalf && rollover > 0 ? rollover - 1 : rollover;
  return highest - kHalf > number ? rollover + 1 : rollover;
}

void SrtpReading::Counter::take(uint16_t number, uint32_t at) {
  const bool newer = !started || at > rollover || (at == rollover && number > highest);
  constexpr int kHalf = 0x8000;
  const bool late = at + 1 == rollover && number > highest + kHalf;
  const bool elsewhere = at < rollover && !late;  // the sender set its counter back
  started = true;
  if (!newer && !elsewhere) return;
  highest = number;
  rollover = at;
}

void SrtpMedia::learn(MessageId id, const Sdp& sdp) {
  const MessageRecord& message = model_.messages[id];
  const Party author = message.from_caller ? Party::caller : Party::callee;
  for (const SdpMedia& media : sdp.media) {
    if (media.media != "audio") continue;
    for (const std::string_view line : media.crypto) {
      for (SrtpKey& key : srtp_keys_of(line)) {
        std::vector<uint32_t>& known = by_call_[message.call.value];
        const bool again = std::any_of(known.begin(), known.end(), [&](uint32_t index) {
          return keys_[index].author == author && keys_[index].key.is_same(key);
        });
        if (again || known.size() >= kMaxKeysOfCall || keys_.size() >= kMaxSrtpKeys) continue;
        known.push_back(static_cast<uint32_t>(keys_.size()));
        keys_.push_back({std::move(key), id, message.call, author, message.time_ns});
      }
    }
  }
}

bool SrtpMedia::has_secret_of(const HandshakeRecord& handshake) const {
  return secrets_ != nullptr && srtp_secret_of(handshake.srtp_inputs(), *secrets_) != nullptr;
}

void SrtpMedia::learn_handshake(const HandshakeRecord& handshake) {
  for (const SrtpKeyPair& pair : srtp_keys_of(handshake.srtp_inputs(), *secrets_)) {
    for (const bool by_client : {true, false}) {
      const Endpoint& src = by_client ? handshake.client : handshake.server;
      const Endpoint& dst = by_client ? handshake.server : handshake.client;
      by_ends_[pair_key(src, dst)].push_back(static_cast<uint32_t>(keys_.size()));
      keys_.push_back(
          {by_client ? pair.client : pair.server, {}, {}, Party::none, handshake.first_ns});
    }
  }
}

void SrtpMedia::learn_handshakes() {
  if (secrets_ == nullptr || secrets_->size() == 0) return;
  const auto& handshakes = model_.handshakes;
  if (secrets_known_ == secrets_->size() && handshakes_seen_ == handshakes.size()) return;
  secrets_known_ = secrets_->size();
  handshakes_seen_ = handshakes.size();
  handshake_learnt_.resize(handshakes.size());
  for (size_t i = 0; i < handshakes.size(); i++) {
    if (handshake_learnt_[i] || keys_.size() >= kMaxSrtpKeys) continue;
    const size_t before = keys_.size();
    learn_handshake(handshakes[i]);
    handshake_learnt_[i] = keys_.size() != before;
  }
}

void SrtpMedia::forget() {
  keys_.clear();
  by_call_.clear();
  by_ends_.clear();
  secrets_known_ = handshakes_seen_ = 0;
  handshake_learnt_.clear();
  const MutexLock lock(mutex_);
  readings_.clear();
}

std::span<const uint32_t> SrtpMedia::keys_of(CallId call) const {
  const auto found = by_call_.find(call.value);
  if (found == by_call_.end()) return {};
  return found->second;
}

SrtpMedia::Candidates SrtpMedia::candidates_of(StreamId id, CallId call, Party from) const {
  Candidates candidates{call, {}, {}};
  for (const uint32_t index : keys_of(call))
    (keys_[index].author == from ? candidates.own : candidates.peers).push_back(index);
  const StreamRecord& stream = model_.streams[id];
  const auto shaken =
      by_ends_.find(pair_key(model_.endpoints[stream.src], model_.endpoints[stream.dst]));
  if (shaken == by_ends_.end()) return candidates;
  candidates.own.insert(candidates.own.end(), shaken->second.begin(), shaken->second.end());
  return candidates;
}

// Finds the key and the rollover counter that open the next packet of one stream.
class SrtpMedia::Search {
 public:
  Search(const SrtpMedia& media, Candidates candidates, SrtpReading* reading)
      : media_(media),
        reading_(*reading),
        call_(candidates.call),
        own_(std::move(candidates.own)),
        peers_(std::move(candidates.peers)) {}

  // False when no known key opens the packet, or when no search is due.
  bool open(std::string_view packet, int64_t time_ns, std::string* plain) {
    const uint16_t number = be16(bytes_of(packet) + 2);
    const uint32_t guess = reading_.counter.guess(number);
    for (size_t i = recent_.size(); i-- > 0;) {
      if (!takes(recent_[i], guess, packet, plain)) continue;
      std::rotate(recent_.begin() + static_cast<std::ptrdiff_t>(i),
                  recent_.begin() + static_cast<std::ptrdiff_t>(i) + 1, recent_.end());
      return true;
    }
    if (!is_due(reading_.unopened_run + 1)) return false;
    return search(guess, time_ns, packet, plain);
  }

  SrtpOpening found() const { return found_; }

 private:
  bool takes(uint32_t key, uint32_t rollover, std::string_view packet, std::string* plain) {
    auto [slot, is_new] = ciphers_.try_emplace(key);
    if (is_new) slot->second = SrtpCipher::of(media_.keys_[key].key);
    if (slot->second == nullptr || !slot->second->open(packet, rollover, plain)) return false;
    found_ = {key, rollover};
    return true;
  }

  bool takes_any(uint32_t key, uint32_t guess, bool all, std::string_view packet,
                 std::string* plain) {
    bool opened = takes(key, guess, packet, plain) || takes(key, 0, packet, plain) ||
                  takes(key, guess + 1, packet, plain) ||
                  (guess > 0 && takes(key, guess - 1, packet, plain));
    for (uint32_t i = 1; all && !opened && i < kMaxRollover; i++)
      opened = takes(key, i, packet, plain);
    if (opened) note(key);
    return opened;
  }

  void note(uint32_t key) {
    std::erase(recent_, key);
    recent_.push_back(key);
  }

  // Tries the keys that were told before the packet, newest first; then those told later, the
  // earliest first; then keys of the other party and of other calls.
  bool search(uint32_t guess, int64_t time_ns, std::string_view packet, std::string* plain) {
    for (const bool told : {true, false}) {
      for (size_t i = 0; i < own_.size(); i++) {
        const uint32_t key = told ? own_[own_.size() - 1 - i] : own_[i];
        if ((media_.keys_[key].time_ns <= time_ns) != told) continue;
        if (takes_any(key, guess, true, packet, plain)) return true;
      }
    }
    for (const uint32_t key : peers_) {
      if (takes_any(key, guess, false, packet, plain)) return true;
    }
    if (foreign_tries_++ >= kMaxForeignTries) return false;
    for (const uint32_t key : foreign()) {
      if (takes_any(key, guess, false, packet, plain)) return true;
    }
    return false;
  }

  // The newest keys of other calls.
  std::vector<uint32_t> foreign() const {
    std::vector<uint32_t> keys;
    for (size_t i = media_.keys_.size(); i-- > 0 && keys.size() < kMaxForeignKeys;) {
      if (media_.keys_[i].call != call_) keys.push_back(static_cast<uint32_t>(i));
    }
    return keys;
  }

  const SrtpMedia& media_;
  SrtpReading& reading_;
  CallId call_;
  std::vector<uint32_t> own_, peers_;
  std::vector<uint32_t> recent_;  // keys that have opened a packet, the newest last
  absl::flat_hash_map<uint32_t, std::unique_ptr<SrtpCipher>> ciphers_;
  SrtpOpening found_;
  uint32_t foreign_tries_ = 0;
};

namespace {

uint8_t place_of(SrtpReading* reading, const SrtpOpening& opening) {
  auto& all = reading->openings;
  for (size_t i = all.size(); i-- > 0;) {
    if (all[i].key == opening.key && all[i].rollover == opening.rollover)
      return static_cast<uint8_t>(i);
  }
  if (all.size() >= SrtpReading::kNotOpened) return SrtpReading::kNotOpened;
  all.push_back(opening);
  return static_cast<uint8_t>(all.size() - 1);
}

// Adds a packet to the newest span, or begins a span. `opening` null: no key opens the packet.
void note_span(SrtpReading* reading, const KeyedPlaces& places, uint32_t index, uint16_t number,
               const SrtpOpening* opening) {
  const int64_t time_ns = places.time_ns(index);
  SrtpReading::Counter& counter = reading->counter;
  SrtpSpan next;
  next.from_ns = time_ns;
  next.first_frame = places.places[index].frame;
  next.first_number = number;
  if (opening != nullptr) {
    next.key = opening->key;
    next.rollover = opening->rollover;
    next.expected = counter.guess(number);
    const bool paused = counter.started && time_ns - counter.time_ns > kLongPauseNs;
    next.jumps = next.rollover != next.expected && !paused;
    // The sender's counter is another one from here on.
    if (next.rollover != next.expected) counter = {};
    counter.take(number, opening->rollover);
    counter.time_ns = time_ns;
  }
  auto& spans = reading->spans;
  const bool goes_on = !spans.empty() && spans.back().key == next.key && !next.jumps;
  if (!goes_on) {
    reading->more_spans = reading->more_spans || spans.size() >= SrtpReading::kMaxSpans;
    if (reading->more_spans) return;
    spans.push_back(next);
  }
  spans.back().packets++;
  spans.back().until_ns = time_ns;
  spans.back().last_frame = places.places[index].frame;
}

void note_content(SrtpReading* reading, const StreamRecord& stream, std::string_view plain) {
  RtpHeader rtp;
  if (!parse_rtp(plain, &rtp)) return;
  if (is_voice(rtp)) return;
  reading->others++;
  if (is_event(rtp) && rtp.payload_type != stream.payload_type)
    reading->dtmf.add(rtp.payload, rtp.timestamp);
}

}  // namespace

void SrtpMedia::read_on(StreamId id, Candidates candidates, SrtpReading* reading) const {
  const KeyedPlaces& places = model_.keyed_places.at(id.value);
  const StreamRecord& stream = model_.streams[id];
  Search search(*this, std::move(candidates), reading);
  std::string bytes, plain;
  reading->keys_known = keys_.size();
  reading->opening_of.reserve(places.count());
  for (uint32_t i = reading->places(); i < places.count(); i++) {
    if (model_.cancellation.requested()) return;
    constexpr size_t kRtpHead = 12;
    const bool here = log_.read(places.ref(i), &bytes) && bytes.size() >= kRtpHead;
    const uint16_t number = here ? be16(bytes_of(bytes) + 2) : uint16_t{0};
    if (!here || !search.open(bytes, places.time_ns(i), &plain)) {
      reading->unopened_run++;
      reading->opening_of.push_back(SrtpReading::kNotOpened);
      note_span(reading, places, i, number, nullptr);
      continue;
    }
    const SrtpOpening opening = search.found();
    reading->unopened_run = 0;
    reading->opened++;
    reading->proven = reading->proven && keys_[opening.key].key.authenticates;
    reading->opening_of.push_back(place_of(reading, opening));
    note_span(reading, places, i, number, &opening);
    note_content(reading, stream, plain);
  }
}

std::shared_ptr<const SrtpReading> SrtpMedia::of(StreamId id, CallId call, Party from) const {
  const auto places = model_.keyed_places.find(id.value);
  if (places == model_.keyed_places.end()) return nullptr;
  Candidates candidates = candidates_of(id, call, from);
  if (candidates.own.empty() && candidates.peers.empty()) return nullptr;
  std::shared_ptr<const SrtpReading> known;
  {
    const MutexLock lock(mutex_);
    const auto found = readings_.find(id.value);
    if (found != readings_.end()) known = found->second;
  }
  if (known != nullptr) {
    const bool grown = known->places() < places->second.count();
    const bool doubtful = known->opened < known->places() && known->keys_known != keys_.size();
    if (!grown && !doubtful) return known;
    if (doubtful) known = nullptr;
  }
  const auto reading =
      known == nullptr ? std::make_shared<SrtpReading>() : std::make_shared<SrtpReading>(*known);
  read_on(id, std::move(candidates), reading.get());
  const MutexLock lock(mutex_);
  readings_[id.value] = reading;
  return reading;
}

SrtpCipher* SrtpOpener::cipher(uint32_t key) {
  auto [slot, is_new] = ciphers_.try_emplace(key);
  if (is_new) slot->second = SrtpCipher::of(media_.key(key).key);
  return slot->second.get();
}

bool SrtpOpener::read(const KeyedPlaces& places, uint32_t index, std::string* packet) {
  if (index >= reading_->places()) return false;
  const uint8_t place = reading_->opening_of[index];
  if (place == SrtpReading::kNotOpened || !media_.log().read(places.ref(index), &bytes_))
    return false;
  const SrtpOpening& opening = reading_->openings[place];
  SrtpCipher* const one = cipher(opening.key);
  return one != nullptr && one->open(bytes_, opening.rollover, packet);
}

bool SrtpOpener::open(std::string_view packet, std::string* plain) {
  const auto& all = reading_->openings;
  for (size_t i = 0; i < all.size(); i++) {
    const size_t place = (newest_ + i) % all.size();
    SrtpCipher* const one = cipher(all[place].key);
    if (one == nullptr || !one->open(packet, all[place].rollover, plain)) continue;
    newest_ = place;
    return true;
  }
  return false;
}

}  // namespace sipladder

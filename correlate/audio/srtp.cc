#include "correlate/audio/srtp.h"

#include <algorithm>

namespace sipladder {
namespace {

// A second of 20 ms packets: a few packets under the old key are on their way at a re-INVITE.
constexpr uint32_t kMinUnopened = 50;

bool tells(const AudioSdp& audio_sdp, uint64_t key) {
  return std::any_of(audio_sdp.crypto.begin(), audio_sdp.crypto.end(), [&](const CryptoLine& line) {
    return std::find(line.keys.begin(), line.keys.end(), key) != line.keys.end();
  });
}

// The keys of a party in the last offer and answer, and since when the other party has them.
class NewestKeys {
 public:
  NewestKeys(const AudioCase& audio, Party author) : audio_(audio), author_(author) {
    const Negotiation& negotiation = audio.facts.negotiation;
    for (const OfferAnswer& pair : negotiation.pairs) {
      const AudioSdp& offer = negotiation.audio_sdps[pair.offer];
      const AudioSdp& answer = negotiation.audio_sdps[pair.answer];
      own_ = offer.author == author ? &offer : &answer;
      other_ = offer.author == author ? &answer : &offer;
      since_ns_ = answer.time_ns;
    }
  }

  const AudioSdp* own() const { return own_; }
  const AudioSdp* other() const { return other_; }
  int64_t since_ns() const { return since_ns_; }

  // The newest SDP, on any hop, tells this key.
  bool have(uint64_t key) const {
    return any_of_exchange([&](const AudioSdp& one) { return tells(one, key); });
  }
  // Every key that the newest SDP tells is known here, so a key that it does not tell is an old
  // one.
  bool are_known() const {
    return !own_->crypto.empty() && !any_of_exchange([](const AudioSdp& one) {
      return one.other_keys || one.fingerprint ||
             std::any_of(one.crypto.begin(), one.crypto.end(),
                         [](const CryptoLine& line) { return line.keys.empty(); });
    });
  }
  // The newest SDP of an earlier exchange in which the party told this key; null when none did.
  const AudioSdp* told_before(uint64_t key) const {
    const AudioSdp* found = nullptr;
    for (const AudioSdp& one : audio_.facts.negotiation.audio_sdps) {
      if (one.author == author_ && one.time_ns < own_->time_ns && !is_of_exchange(one) &&
          tells(one, key))
        found = &one;
    }
    return found;
  }

 private:
  bool is_of_exchange(const AudioSdp& one) const {
    return one.author == author_ && audio_.model.messages[one.message].is_in_exchange_of(
                                        audio_.model.messages[own_->message]);
  }
  template <typename Question>
  bool any_of_exchange(Question question) const {
    const auto& all = audio_.facts.negotiation.audio_sdps;
    return std::any_of(all.begin(), all.end(),
                       [&](const AudioSdp& one) { return is_of_exchange(one) && question(one); });
  }

  const AudioCase& audio_;
  Party author_;
  const AudioSdp* own_ = nullptr;
  const AudioSdp* other_ = nullptr;
  int64_t since_ns_ = 0;
};

// The stream ends with packets under a key that the sender's newest SDP has replaced.
AudioVerdict uses_old_key(const AudioCase& audio, const AudioDirection& direction, StreamId id,
                          const SrtpReading& reading) {
  const NewestKeys newest(audio, direction.from);
  if (newest.own() == nullptr || !newest.are_known()) return {};
  const int64_t settled_ns = newest.since_ns() + kGraceNs;
  KeyProof proof;
  const AudioSdp* old = nullptr;
  for (const SrtpSpan& span : reading.spans) {
    if (span.until_ns < settled_ns) continue;
    if (span.key == kNoSrtpKey) return {};
    const ToldKey& told = audio.media.srtp().key(span.key);
    const uint64_t key = hash_of(told.key);
    old = told.author == direction.from && !newest.have(key) ? newest.told_before(key) : nullptr;
    if (old == nullptr) return {};
    if (proof.packets == 0) proof.first_frame = span.first_frame;
    proof.packets += span.packets;
    proof.last_frame = span.last_frame;
  }
  const StreamRecord& stream = audio.model.streams[id];
  const bool here = names(*newest.other(), audio.dst(id)) && names(*newest.own(), audio.src(id));
  if (old == nullptr || !here || proof.packets < kMinUnopened ||
      stream.last_ns - settled_ns < kMissedNs)
    return {};
  proof.old_sdp = old->message;
  proof.new_sdp = newest.own()->message;
  return {AudioFault::srtp_key, newest.since_ns(), id, proof};
}

// The same source was seen on another path before: its receiver may count from there.
bool came_elsewhere(const AudioCase& audio, const AudioDirection& direction, StreamId id) {
  const StreamRecord& stream = audio.model.streams[id];
  return std::any_of(direction.streams.begin(), direction.streams.end(), [&](StreamId other) {
    return other != id && audio.model.streams[other].ssrc == stream.ssrc;
  });
}

// No new offer explains the jump of the rollover counter, nor a beginning that is not in the
// capture.
bool is_unexplained(const AudioCase& audio, const SrtpSpan* before, const SrtpSpan& span) {
  const auto& audio_sdps = audio.facts.negotiation.audio_sdps;
  if (before == nullptr) {
    // A counter that is one ahead can be a beginning that was lost here.
    constexpr uint16_t kEarly = 0x4000;
    if (span.rollover == 1 && span.first_number < kEarly) return false;
    const ToldKey& told = audio.media.srtp().key(span.key);
    if (!told.message) return false;
    const MessageRecord& message = audio.model.messages[told.message];
    return !message.has_to_tag && message.is_request() && told.time_ns < span.from_ns &&
           span.from_ns - audio.facts.answer_ns < kGraceNs;
  }
  return before->key == span.key &&
         std::none_of(audio_sdps.begin(), audio_sdps.end(), [&](const AudioSdp& one) {
           return one.time_ns > before->until_ns - kGraceNs;
         });
}

// From some packet on, the sender's rollover counter is not that of a receiver that has received
// all packets before.
AudioVerdict counts_otherwise(const AudioCase& audio, const AudioDirection& direction, StreamId id,
                              const SrtpReading& reading) {
  const SrtpSpan* before = nullptr;
  const SrtpSpan* jump = nullptr;
  KeyProof proof;
  for (const SrtpSpan& span : reading.spans) {
    if (span.key == kNoSrtpKey) return {};
    if (before != nullptr && before->key != span.key) jump = nullptr;
    if (span.jumps || jump == nullptr) {
      jump = span.jumps && is_unexplained(audio, before, span) ? &span : nullptr;
      proof = {{}, {}, 0, span.first_frame, 0, span.expected, span.rollover};
    }
    proof.packets += span.packets;
    proof.last_frame = span.last_frame;
    before = &span;
  }
  const StreamRecord& stream = audio.model.streams[id];
  if (jump == nullptr || proof.packets < kMinUnopened || came_elsewhere(audio, direction, id) ||
      stream.last_ns - jump->from_ns < kMissedNs)
    return {};
  return {AudioFault::srtp_key, jump == reading.spans.data() ? 0 : jump->from_ns, id, proof};
}

}  // namespace

AudioVerdict not_opened(const AudioCase& audio, const AudioDirection& direction) {
  if (direction.last_leg.empty()) return {};
  const StreamId id = *std::max_element(
      direction.last_leg.begin(), direction.last_leg.end(), [&](StreamId a, StreamId b) {
        return audio.model.streams[a].last_ns < audio.model.streams[b].last_ns;
      });
  if (!audio.model.streams[id].keyed) return {};
  const auto reading = audio.media.srtp_of(id);
  if (reading == nullptr || !reading->proven || reading->opened == 0 || reading->more_spans)
    return {};
  const bool alone =
      std::none_of(direction.last_leg.begin(), direction.last_leg.end(), [&](StreamId other) {
        return other != id &&
               audio.model.streams[other].last_ns > audio.model.streams[id].last_ns - kMissedNs;
      });
  if (!alone) return {};
  if (AudioVerdict verdict = uses_old_key(audio, direction, id, *reading)) return verdict;
  return counts_otherwise(audio, direction, id, *reading);
}

}  // namespace sipladder

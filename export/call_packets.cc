#include "export/call_packets.h"

#include <algorithm>

#include "capture/time_units.h"
#include "correlate/model/hash.h"
#include "decode/bytes.h"
#include "decode/media.h"

namespace sipladder {
namespace {

constexpr size_t kMostPiles = 4096;
constexpr int64_t kPileAgeNs = 30 * kSecondNs;  // as decode/fragments.cc
constexpr int64_t kQuoteAgeNs = 35 * kSecondNs;
constexpr size_t kMostCandidates = 1000;  // messages that one ICMP error is compared with

void sort_unique(std::vector<uint64_t>* keys) {
  std::sort(keys->begin(), keys->end());
  keys->erase(std::unique(keys->begin(), keys->end()), keys->end());
}

// IP identifications are used again after a while. A packet with the identification of a datagram
// that is complete begins another one, unless it comes so soon that it is a copy by the capture.
bool is_another(int64_t first_ns, int64_t done_ns, const Packet& packet) {
  constexpr int64_t kAtOnceNs = kSecondNs / 10;
  return packet.time_ns - first_ns > kPileAgeNs ||
         (done_ns != 0 && packet.time_ns - done_ns > kAtOnceNs);
}

bool has(const std::vector<uint64_t>& keys, uint64_t key) {
  return std::binary_search(keys.begin(), keys.end(), key);
}

}  // namespace

CallPackets::CallPackets(const Model& model, const PacketLog& log, Analyst& analyst,
                         const std::vector<CallId>* calls, bool sip_only)
    : model_(model), log_(log), analyst_(analyst), calls_(calls), sip_only_(sip_only) {
  decoder_->note_parts(&parts_);
  if (calls != nullptr) {
    for (const CallId id : *calls) wanted_calls_.insert(id.value);
  }
  learn_messages();
  if (sip_only) return;
  owners_ = std::make_unique<MediaOwners>(model, log, analyst);
  learn_streams();
}

void CallPackets::learn_messages() {
  for (const MessageId id : model_.messages.ids()) {
    const MessageRecord& message = model_.messages[id];
    if (model_.icmp_between.contains({message.src.value, message.dst.value})) {
      const Endpoint& src = model_.endpoints[message.src];
      quotable_[stream_key(src, model_.endpoints[message.dst], 0)].push_back(id);
    }
    if (!wants_call(message.call)) continue;
    sip_frames_.push_back(frame_key(message.source, message.frame));
    has_connections_ = has_connections_ || message.transport != Transport::udp;
  }
  sort_unique(&sip_frames_);
}

// Asks each call for its streams, because one stream can be the media of several legs.
void CallPackets::learn_streams() {
  const MediaBinding& media = analyst_.media();
  absl::flat_hash_set<uint32_t> wanted;
  for (const CallId call : model_.calls.ids()) {
    if (!wants_call(call)) continue;
    for (const StreamId id : media.streams_of(call)) wanted.insert(id.value);
  }
  for (const StreamId id : model_.streams.ids()) {
    const StreamRecord& stream = model_.streams[id];
    const bool bound = static_cast<bool>(media.of(id).call);
    if (!bound) continue;
    const uint64_t key =
        stream_key(model_.endpoints[stream.src], model_.endpoints[stream.dst], stream.ssrc);
    spans_[key].push_back({stream.first_ns, stream.last_ns, wanted.contains(id.value)});
  }
}

bool CallPackets::wants_call(CallId call) const {
  return calls_ == nullptr ? static_cast<bool>(call) : wanted_calls_.contains(call.value);
}

bool CallPackets::needs_survey() const {
  const auto count = [&](Fate fate) { return model_.accounting.fates[static_cast<size_t>(fate)]; };
  const bool fragments =
      std::any_of(model_.sources.begin(), model_.sources.end(),
                  [](const SourceCounters& source) { return source.fragments > 0; });
  return fragments || has_connections_ || count(Fate::tcp_empty) > 0 ||
         count(Fate::tcp_waiting) > 0 || count(Fate::sctp_waiting) > 0;
}

void CallPackets::survey(const Packet& packet) {
  decoder_->decode(packet, &datagrams_);
  const bool sip = has(sip_frames_, frame_key(packet));
  const auto connection = connections_.of(packet, parts_);
  if (connection && sip) wanted_connections_.insert(*connection);
  survey_pieces(packet, sip || wants_any_datagram());
}

// Whether an IP datagram or an SCTP message belongs to a call is known when its last piece comes:
// until then the frames of its pieces wait in a pile.
void CallPackets::survey_pieces(const Packet& packet, bool wanted) {
  for (const PieceKey& key : pieces_in(packet)) {
    auto found = piles_.find(key);
    if (found != piles_.end() &&
        is_another(found->second.first_ns, found->second.done_ns, packet)) {
      piles_.erase(found);
      found = piles_.end();
    }
    if (found == piles_.end()) {
      make_room_for_pile();
      found = piles_.emplace(key, Pile{}).first;
      found->second.first_ns = packet.time_ns;
      pile_order_.push_back(key);
    }
    Pile& pile = found->second;
    pile.frames.push_back(frame_key(packet));
    pile.wanted = pile.wanted || wanted;
    if (!datagrams_.empty() && pile.done_ns == 0) pile.done_ns = packet.time_ns;
    if (!pile.wanted) continue;
    extra_frames_.insert(extra_frames_.end(), pile.frames.begin(), pile.frames.end());
    pile.frames.clear();
  }
}

void CallPackets::make_room_for_pile() {
  while (piles_.size() >= kMostPiles || pile_order_.size() >= 4 * kMostPiles) {
    piles_.erase(pile_order_.front());
    pile_order_.pop_front();
  }
}

std::vector<CallPackets::PieceKey> CallPackets::pieces_in(const Packet& packet) const {
  std::vector<PieceKey> result;
  for (size_t i = 0; i < parts_.size(); i++) {
    const PacketPart& part = parts_[i];
    const uint8_t* const p = packet.data + part.offset;
    if (part.kind == PartKind::ipv4 && (be16(p + 6) & 0x3FFF) != 0) {
      result.push_back({ipv4_address(p + 12), ipv4_address(p + 16), be16(p + 4), packet.point});
    } else if (part.kind == PartKind::ipv6_fragment && i > 0) {
      const uint8_t* const ip = packet.data + parts_[i - 1].offset;
      result.push_back({ipv6_address(ip + 8), ipv6_address(ip + 24), be32(p + 4), packet.point});
    } else if (part.kind == PartKind::sctp) {
      add_sctp_pieces(packet, i, &result);
    }
  }
  return result;
}

// DATA chunks that hold a part of a message (RFC 9260 3.3.1), by stream and message number.
void CallPackets::add_sctp_pieces(const Packet& packet, size_t place,
                                  std::vector<PieceKey>* result) const {
  constexpr size_t kHeader = 12, kData = 16;
  const PacketPart& part = parts_[place];
  const auto ends = ends_of(packet, parts_, place);
  if (!ends) return;
  for (size_t at = kHeader; at + kData <= part.size;) {
    const uint8_t* const p = packet.data + part.offset + at;
    const size_t length = be16(p + 2);
    if (length < 4) return;
    const bool whole = (p[1] & 3U) == 3;
    if (p[0] == 0 && !whole) {
      const uint64_t ports = uint64_t{ends->first.port} << 16 | ends->second.port;
      result->push_back(
          {ends->first.ip, ends->second.ip, be32(p + 8) ^ mix(ports, 132), packet.point});
    }
    at += (length + 3) / 4 * 4;
  }
}

void CallPackets::end_survey() {
  sort_unique(&extra_frames_);
  piles_.clear();
  pile_order_.clear();
  connections_ = {};
  turn_ = {};
  decoder_ = std::make_unique<Decoder>();
  decoder_->note_parts(&parts_);
}

bool CallPackets::wants(const Packet& packet) {
  decoder_->decode(packet, &datagrams_);
  const auto connection = connections_.of(packet, parts_);
  // Asked even when the frame is wanted anyway: each packet can teach who uses a TURN server.
  const bool datagram = wants_any_datagram();
  return datagram || has(sip_frames_, frame_key(packet)) || has(extra_frames_, frame_key(packet)) ||
         (connection && wanted_connections_.contains(*connection));
}

bool CallPackets::wants_any_datagram() {
  bool wanted = false;
  for (const Datagram& datagram : datagrams_) wanted = wants_datagram(datagram) || wanted;
  return wanted;
}

bool CallPackets::wants_datagram(const Datagram& outer) {
  if (outer.kind == PayloadKind::icmp_error) return wants_icmp(outer);
  if (outer.kind == PayloadKind::message || sip_only_) return false;
  const PayloadClass outer_class = classify_payload(outer.payload);
  if (outer_class == PayloadClass::sip || outer_class == PayloadClass::sip_keepalive) return false;
  const std::optional<Datagram> relayed = turn_.unwrap(outer, outer_class);
  const bool inner = relayed && wants_media(*relayed, classify_payload(relayed->payload));
  return inner || wants_media(outer, outer_class);
}

bool CallPackets::wants_media(const Datagram& datagram, PayloadClass payload_class) const {
  RtpHeader rtp;
  if (payload_class == PayloadClass::rtp && parse_rtp(datagram.payload, &rtp)) {
    if (const StreamSpan* const span = span_of(datagram, rtp.ssrc)) return span->wanted;
  }
  return owns(datagram);
}

const CallPackets::StreamSpan* CallPackets::span_of(const Datagram& datagram, uint32_t ssrc) const {
  const auto found = spans_.find(stream_key(datagram.src, datagram.dst, ssrc));
  if (found == spans_.end()) return nullptr;
  const StreamSpan* best = nullptr;
  for (const StreamSpan& span : found->second) {
    const bool within = span.first_ns <= datagram.time_ns && datagram.time_ns <= span.last_ns;
    if (within && (best == nullptr || span.wanted)) best = &span;
  }
  return best;
}

bool CallPackets::owns(const Datagram& datagram) const {
  for (const Endpoint* const end : {&datagram.src, &datagram.dst}) {
    for (const CallId call : owners_->owners(*end, datagram.time_ns)) {
      if (wants_call(call)) return true;
    }
  }
  return false;
}

bool CallPackets::wants_icmp(const Datagram& quote) const {
  if (quote.transport == Transport::tcp) {
    const Endpoint& low = std::min(quote.src, quote.dst);
    const Endpoint& high = std::max(quote.src, quote.dst);
    return std::any_of(wanted_connections_.begin(), wanted_connections_.end(),
                       [&](const ConnectionId& one) { return one.low == low && one.high == high; });
  }
  if (const MessageId message = quoted_message(quote))
    return wants_call(model_.messages[message].call);
  if (sip_only_ || quote.payload.starts_with("SIP/2.0")) return false;
  constexpr size_t kRtpHeader = 12;
  const bool long_enough = quote.payload.size() >= kRtpHeader;
  if (long_enough && (static_cast<uint8_t>(quote.payload[0]) >> 6) == 2) {
    const uint32_t ssrc = be32(bytes_of(quote.payload) + 8);
    Datagram then = quote;
    constexpr int64_t kLateNs = 5 * kSecondNs;
    for (const int64_t back : {int64_t{0}, kSecondNs, kLateNs}) {
      then.time_ns = quote.time_ns - back;
      if (const StreamSpan* const span = span_of(then, ssrc)) return span->wanted;
    }
  }
  return owns(quote);
}

// The newest message between the ends of the quoted packet whose bytes begin like the quote.
MessageId CallPackets::quoted_message(const Datagram& quote) const {
  const auto found = quotable_.find(stream_key(quote.src, quote.dst, 0));
  if (found == quotable_.end()) return {};
  std::string bytes;
  size_t tried = 0;
  for (size_t i = found->second.size(); i-- > 0 && tried < kMostCandidates;) {
    const MessageRecord& message = model_.messages[found->second[i]];
    if (message.time_ns > quote.time_ns) continue;
    if (quote.time_ns - message.time_ns > kQuoteAgeNs) break;
    tried++;
    const bool other_id = quote.ip_id != 0 && message.ip_id != 0 && quote.ip_id != message.ip_id;
    if (other_id) continue;
    const PacketRef ref{message.offset, message.length, message.store};
    if (!log_.read(ref, &bytes)) continue;
    const size_t size = std::min(bytes.size(), quote.payload.size());
    if (quote.payload.substr(0, size) == std::string_view(bytes).substr(0, size))
      return found->second[i];
  }
  return {};
}

}  // namespace sipladder

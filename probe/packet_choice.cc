#include "probe/packet_choice.h"

#include <algorithm>

#include "decode/relay_control.h"
#include "decode/text.h"

namespace sipladder {
namespace {

constexpr int64_t kLifeNs = int64_t{2} * 3600 * 1'000'000'000;
constexpr int64_t kFragmentLifeNs = int64_t{60} * 1'000'000'000;  // then IP identifications repeat

constexpr std::string_view kNames[] = {
#define PACKET_KIND(name, sentence) #name,
#include "probe/packet_kinds.def"
#undef PACKET_KIND
};

// Where the payload of RTP begins in the packet. UINT32_MAX (all of the packet) when the datagram
// was put together from several packets.
uint32_t until_rtp_payload(const Packet& packet, std::string_view payload) {
  const auto begin = reinterpret_cast<uintptr_t>(packet.data);
  const auto at = reinterpret_cast<uintptr_t>(payload.data());
  const bool inside = at >= begin && at + payload.size() <= begin + packet.ref.length;
  RtpHeader rtp;
  if (!inside || !parse_rtp(payload, &rtp)) return UINT32_MAX;
  return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(rtp.payload.data()) - begin);
}

Choice keep(PacketKind kind, uint32_t length = UINT32_MAX) {
  return {Wanted::yes, kind, length};
}

// The packet belongs to a stream with SIP.
bool shows_sip(Fate fate) {
  return fate == Fate::tcp_waiting || fate == Fate::tcp_keepalive || fate == Fate::sctp_waiting;
}

bool contains_no_case(std::string_view text, std::string_view lower_case) {
  const auto same = [](char a, char b) { return lower(a) == b; };
  return std::search(text.begin(), text.end(), lower_case.begin(), lower_case.end(), same) !=
         text.end();
}

// The HTTP request or answer that turns a connection into a WebSocket with SIP (RFC 7118 section
// 4), or with ng.
bool asks_for_sip(std::string_view payload) {
  if (!payload.starts_with("GET ") && !payload.starts_with("HTTP/1.1 101")) return false;
  return contains_no_case(payload, "\nsec-websocket-protocol:") &&
         (contains_no_case(payload, "sip") || contains_no_case(payload, "ng.rtpengine"));
}

bool shows_others(Fate fate) {
  return fate == Fate::tcp_other || fate == Fate::tls || fate == Fate::tls_other ||
         fate == Fate::sctp_other;
}

}  // namespace

std::string_view name_of(PacketKind kind) {
  return kNames[static_cast<size_t>(kind)];
}

PacketChoice::PacketChoice(ChoiceOptions options, MessageSink sink)
    : options_(std::move(options)),
      sink_(std::move(sink)),
      signalling_(kMostConnections, kLifeNs),
      connections_(kMostConnections, kLifeNs),
      refused_(kMostConnections, kLifeNs),
      fragmented_(kMostFragmented, kFragmentLifeNs),
      no_fragments_(kMostFragmented, kFragmentLifeNs) {
  decoder_.note_parts(&parts_);
}

bool PacketChoice::is_sip_port(uint16_t port) const {
  return std::find(options_.sip_ports.begin(), options_.sip_ports.end(), port) !=
         options_.sip_ports.end();
}

bool PacketChoice::is_signalling(const Endpoint& end) {
  return is_sip_port(end.port) || signalling_.holds(key_of(end), now_ns_);
}

bool PacketChoice::is_media(const Endpoint& end) {
  const bool in_range = options_.last_media_port != 0 && end.port >= options_.first_media_port &&
                        end.port <= options_.last_media_port;
  return in_range || media_.holds(end, now_ns_);
}

Choice PacketChoice::judge(const Packet& packet) {
  now_ns_ = packet.time_ns;
  const Fate fate = decoder_.decode(packet, &datagrams_);
  Choice choice;
  for (const Datagram& datagram : datagrams_) {
    const Choice one = judge_datagram(packet, datagram);
    if (one.wanted == Wanted::yes && choice.wanted != Wanted::yes) choice = one;
  }
  if (const auto fragment = fragment_of(packet, parts_)) return judge_fragment(*fragment, choice);
  // A packet without a message that is wanted can still belong to a connection that is.
  if (choice.wanted != Wanted::yes) choice = judge_other(packet, fate);
  return choice;
}

void PacketChoice::finish() {
  decoder_.finish(&datagrams_);
  for (const Datagram& datagram : datagrams_) {
    if (classify_payload(datagram.payload) == PayloadClass::sip) take_message(datagram);
  }
}

Choice PacketChoice::judge_datagram(const Packet& packet, const Datagram& datagram) {
  if (datagram.kind == PayloadKind::icmp_error) return judge_icmp(datagram);
  const PayloadClass payload_class = classify_payload(datagram.payload);
  const bool relay = take_relay_control(datagram, payload_class);
  if (!relay && payload_class != PayloadClass::sip)
    return judge_media(packet, datagram, payload_class);
  if (!relay) take_message(datagram);
  if (const auto ends = ends_of(packet, parts_); ends && ends->kind != PartKind::udp)
    connections_.add(ends->connection(), now_ns_);
  return keep(relay ? PacketKind::relay_control : PacketKind::sip);
}

// Its SDP names media as that of SIP does. Replies of rtpproxy are known by where they come from.
bool PacketChoice::take_relay_control(const Datagram& datagram, PayloadClass payload_class) {
  const bool reply = payload_class == PayloadClass::other && is_signalling(datagram.src) &&
                     is_signalling(datagram.dst);
  if (!reply && payload_class != PayloadClass::relay_control) return false;
  const auto control = reply ? parse_rtpproxy_reply(datagram.payload)
                             : parse_relay_control(datagram.payload, &unescaped_);
  if (!control) return false;
  signalling_.add(key_of(datagram.src), now_ns_);
  signalling_.add(key_of(datagram.dst), now_ns_);
  if (!control->sdp.empty()) media_.learn_sdp(datagram, control->sdp);
  if (control->media.port == 0) return true;
  const Endpoint& named = control->media;
  const IpAddress ip = named.ip.family == 0 ? datagram.src.ip : named.ip;
  media_.add({ip, named.port}, now_ns_);
  media_.add({ip, static_cast<uint16_t>(named.port + 1)}, now_ns_);  // RTCP
  return true;
}

void PacketChoice::take_message(const Datagram& datagram) {
  if (!index_sip(datagram.payload, &sip_)) return;
  signalling_.add(key_of(datagram.src), now_ns_);
  signalling_.add(key_of(datagram.dst), now_ns_);
  media_.learn(datagram, sip_);
  if (sink_) sink_(datagram, &sip_);
}

Choice PacketChoice::judge_media(const Packet& packet, const Datagram& datagram,
                                 PayloadClass payload_class) {
  std::string_view payload = datagram.payload;
  bool media = is_media(datagram.src) || is_media(datagram.dst);
  if (const auto inner = turn_.unwrap(datagram, payload_class)) {
    const bool named = is_media(inner->src) || is_media(inner->dst);
    if (named && !media) media_.add(datagram.src, now_ns_);
    media |= named;
    payload = inner->payload;
    payload_class = classify_payload(payload);
  }
  const bool voice = payload_class == PayloadClass::rtp || payload_class == PayloadClass::rtcp;
  if (media && options_.media != KeptMedia::none) {
    if (payload_class == PayloadClass::rtcp && sink_) sink_(datagram, nullptr);
    if (payload_class == PayloadClass::rtcp) return keep(PacketKind::rtcp);
    if (payload_class != PayloadClass::rtp) return keep(PacketKind::media);
    const bool whole = options_.media == KeptMedia::all;
    return keep(PacketKind::rtp, whole ? UINT32_MAX : until_rtp_payload(packet, payload));
  }
  const bool signalling = is_signalling(datagram.src) || is_signalling(datagram.dst);
  return !voice && signalling && !media ? keep(PacketKind::signalling) : Choice();
}

Choice PacketChoice::judge_icmp(const Datagram& quoted) {
  const bool signalling = is_signalling(quoted.src) || is_signalling(quoted.dst);
  const bool media =
      options_.media != KeptMedia::none && (is_media(quoted.src) || is_media(quoted.dst));
  return signalling || media ? keep(PacketKind::icmp) : Choice();
}

Choice PacketChoice::judge_other(const Packet& packet, Fate fate) {
  const auto ends = ends_of(packet, parts_);
  if (!ends) return {};
  if (ends->kind != PartKind::udp) return judge_connection(*ends, fate);
  if (fate != Fate::udp_empty) return {};
  return is_signalling(ends->src) || is_signalling(ends->dst) ? keep(PacketKind::signalling)
                                                              : Choice();
}

Choice PacketChoice::judge_connection(const PacketEnds& ends, Fate fate) {
  const uint64_t key = ends.connection();
  if (shows_sip(fate) || asks_for_sip(ends.payload)) {
    connections_.add(key, now_ns_);
    return keep(PacketKind::sip);
  }
  if (is_sip_port(ends.src.port) || is_sip_port(ends.dst.port) || connections_.holds(key, now_ns_))
    return keep(PacketKind::signalling);
  if (shows_others(fate)) refused_.add(key, now_ns_);
  if (shows_others(fate) || refused_.holds(key, now_ns_)) return {};
  return {Wanted::unknown, PacketKind::signalling, UINT32_MAX, key};
}

// Fragments are wanted when their datagram is. A first fragment that begins with SIP is enough to
// know.
Choice PacketChoice::judge_fragment(const PacketFragment& fragment, const Choice& whole) {
  constexpr size_t kUdpHeader = 8;
  const bool begins_sip = fragment.beginning.size() > kUdpHeader &&
                          looks_like_sip(fragment.beginning.substr(kUdpHeader));
  if (whole.wanted == Wanted::yes || begins_sip) fragmented_.add(fragment.key, now_ns_);
  if (whole.wanted == Wanted::yes) return keep(whole.kind);
  const Choice later{Wanted::unknown, PacketKind::fragment, UINT32_MAX, fragment.key};
  if (!datagrams_.empty() && !fragmented_.holds(fragment.key, now_ns_))
    no_fragments_.add(fragment.key, now_ns_);
  return later;
}

Wanted PacketChoice::wanted_later(const Choice& choice) {
  if (choice.wanted != Wanted::unknown) return choice.wanted;
  const bool fragment = choice.kind == PacketKind::fragment;
  if ((fragment ? fragmented_ : connections_).holds(choice.key, now_ns_)) return Wanted::yes;
  const bool refused = (fragment ? no_fragments_ : refused_).holds(choice.key, now_ns_);
  return refused ? Wanted::no : Wanted::unknown;
}

}  // namespace sipladder

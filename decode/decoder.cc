#include "decode/decoder.h"

#include <algorithm>
#include <tuple>

#include "capture/raw_packet.h"
#include "decode/layers.h"

namespace sipladder {
namespace {

IpAddress unmapped(const IpAddress& ip) {
  static constexpr uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  const bool mapped = ip.family == 6 && std::equal(kMapped, kMapped + 12, ip.bytes.begin());
  return mapped ? ipv4_address(ip.bytes.data() + 12) : ip;
}

// A copy, field by field. A copy in one piece of fields that were just written waits until all
// earlier stores are done, also those to memory that another thread had last.
PacketRef same(const PacketRef& ref) {
  return {ref.offset, ref.length, ref.store};
}

// An end of a logged packet: an address, the name of a host (raw_packet.h), or nothing.
Endpoint logged_end(Endpoint end) {
  IpAddress& ip = end.ip;
  if (scope_of(ip) == AddressScope::unspecified) return {};
  if (ip.family != 6) return end;
  if (ip.bytes[0] == kNamedHost) {
    ip.family = kHostName;
    std::shift_left(ip.bytes.begin(), ip.bytes.end(), 1);
    ip.bytes.back() = 0;
  }
  return end;
}

}  // namespace

struct Decoder::State {
  Layers layers;
};

Decoder::Decoder() : state_(std::make_unique<State>()) {}
Decoder::~Decoder() = default;

Fate Decoder::decode(const Packet& packet, std::vector<Datagram>* out) {
  Layers& layers = state_->layers;
  out->clear();
  layers.packet = &packet;
  layers.out = out;
  if (layers.parts != nullptr) layers.parts->clear();
  if (!layers.kept.empty()) layers.kept.clear();
  const size_t captured = packet.ref.length;
  const size_t missing = captured < packet.original ? packet.original - captured : 0;
  layers.cut = false;
  layers.way = Way::unknown;
  layers.keepalive.reset();
  const View view{packet.data, captured, same(packet.ref), missing};
  const Fate fate = decode_link(layers, packet.link_type, view);
  if (missing > 0 && (fate == Fate::link_truncated || fate == Fate::ip_truncated))
    layers.cut = true;
  if (layers.cut) layers.note(Oddity::snapped);
  return out->empty() ? fate : Fate::payload;
}

void Decoder::note_parts(std::vector<PacketPart>* parts) {
  state_->layers.parts = parts;
}

void Layers::add_part(PartKind kind, const View& view) {
  const auto begin = reinterpret_cast<uintptr_t>(packet->data);
  const auto at = reinterpret_cast<uintptr_t>(view.data);
  if (at < begin || at + view.size > begin + packet->ref.length) return;
  parts->push_back({kind, static_cast<uint32_t>(at - begin), static_cast<uint32_t>(view.size)});
}

bool Decoder::was_cut() const {
  return state_->layers.cut;
}

static void sort_by_time(std::vector<Datagram>* datagrams) {
  std::stable_sort(datagrams->begin(), datagrams->end(), [](const Datagram& a, const Datagram& b) {
    return std::tie(a.time_ns, a.source, a.frame) < std::tie(b.time_ns, b.source, b.frame);
  });
}

void Decoder::finish(std::vector<Datagram>* out) {
  Layers& layers = state_->layers;
  out->clear();
  layers.out = out;
  layers.kept.clear();
  finish_tcp(layers);
  finish_fragments(layers);
  sort_by_time(out);
}

void Decoder::take_new_keys(std::vector<Datagram>* out) {
  Layers& layers = state_->layers;
  out->clear();
  layers.out = out;
  layers.kept.clear();
  sipladder::take_new_keys(layers);
  sort_by_time(out);
}

const std::vector<IncompleteSip>& Decoder::incomplete_sip_fragments() const {
  return state_->layers.incomplete_sip;
}

const std::vector<HeadlessUdp>& Decoder::headless_udp() const {
  return state_->layers.headless_udp;
}

std::vector<NeighbourSilence> Decoder::neighbour_silences() const {
  return state_->layers.neighbours.silences();
}

const std::vector<TcpStall>& Decoder::tcp_stalls() const {
  return state_->layers.tcp_stalls;
}

const std::vector<TcpRefusal>& Decoder::tcp_refusals() const {
  return state_->layers.tcp_refusals;
}

const Datagram* Decoder::keepalive() const {
  const auto& keepalive = state_->layers.keepalive;
  return keepalive ? &*keepalive : nullptr;
}

const std::vector<TcpGap>& Decoder::tcp_gaps() const {
  return state_->layers.tcp_gaps;
}

void Decoder::update_tls(std::vector<TlsConnection>* copy) {
  state_->layers.tls.update(copy);
}

void Decoder::set_rsa_keys(const RsaKeys* keys) {
  state_->layers.tls.set_rsa_keys(keys);
}

void Decoder::set_keys(const KeyLog* keys) {
  state_->layers.tls.set_keys(keys);
}

const std::array<uint64_t, static_cast<size_t>(Oddity::count_)>& Decoder::oddities() const {
  return state_->layers.oddities;
}

uint64_t Decoder::fragments() const {
  return state_->layers.fragments;
}

View Layers::claim(const View& view, size_t from, size_t length, Oddity lie) {
  const size_t there = view.size - from;
  View result = view.sub(from, std::min(length, there));
  result.missing = length > there ? length - there : 0;
  if (length > there && view.missing == 0) note(lie);
  if (length > there && view.missing != 0) cut = true;
  return result;
}

Datagram& Layers::note_keepalive(const Endpoint& src, const Endpoint& dst) {
  Datagram& result = keepalive.emplace();
  result.time_ns = packet->time_ns;
  result.frame = packet->frame;
  result.source = packet->source;
  result.point = packet->point;
  result.src = src;
  result.dst = dst;
  return result;
}

Datagram& Layers::hand_on(const IpHeader& ip, uint16_t src_port, uint16_t dst_port,
                          const View& payload) {
  Datagram& result = out->emplace_back();
  result.time_ns = packet->time_ns;
  result.frame = packet->frame;
  result.source = packet->source;
  result.point = packet->point;
  result.src.ip = ip.src;
  result.src.port = src_port;
  result.dst.ip = ip.dst;
  result.dst.port = dst_port;
  if (packet->logged) {
    result.logged = true;
    result.inferred = packet->inferred;
    result.transport = packet->transport;
    result.src = logged_end(result.src);
    result.dst = logged_end(result.dst);
    // IPv4 stands mapped in an IPv6 header when the other end is IPv6 or the name of a host.
    result.src.ip = unmapped(result.src.ip);
    result.dst.ip = unmapped(result.dst.ip);
  }
  result.ip_id = ip.id;
  result.dscp = ip.dscp;
  result.ttl = ip.ttl;
  result.way = way;
  result.truncated = payload.missing > 0;
  result.payload = payload.text();
  result.ref = same(payload.ref);
  return result;
}

namespace {
struct NameAndSentence {
  std::string_view name;
  std::string_view sentence;
};
constexpr NameAndSentence kFates[] = {
    {"payload", "handed on"},
#define FATE(name, sentence) {#name, sentence},
#include "decode/fate.def"
#undef FATE
};
constexpr NameAndSentence kOddities[] = {
#define ODDITY(name, sentence) {#name, sentence},
#include "decode/oddity.def"
#undef ODDITY
};
}  // namespace

std::string_view name_of(Fate fate) {
  return kFates[static_cast<size_t>(fate)].name;
}
std::string_view sentence_of(Fate fate) {
  return kFates[static_cast<size_t>(fate)].sentence;
}
std::string_view name_of(Oddity oddity) {
  return kOddities[static_cast<size_t>(oddity)].name;
}
std::string_view sentence_of(Oddity oddity) {
  return kOddities[static_cast<size_t>(oddity)].sentence;
}

std::string_view to_string(Transport transport) {
  static constexpr std::string_view kNames[] = {"udp", "tcp", "tls", "ws", "wss", "sctp"};
  return kNames[static_cast<size_t>(transport)];
}

}  // namespace sipladder

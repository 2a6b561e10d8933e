#include "decode/decoder.h"

#include <algorithm>
#include <tuple>

#include "decode/layers.h"

namespace sipladder {

struct Decoder::State {
  explicit State(PacketLog& log) : layers(log) {}
  Layers layers;
};

Decoder::Decoder(PacketLog& log) : state_(std::make_unique<State>(log)) {}
Decoder::~Decoder() = default;

Fate Decoder::decode(const Packet& packet, std::vector<Datagram>* out) {
  Layers& layers = state_->layers;
  out->clear();
  layers.packet = &packet;
  layers.out = out;
  if (!layers.kept.empty()) layers.kept.clear();
  const size_t captured = packet.ref.length;
  const size_t missing = captured < packet.original ? packet.original - captured : 0;
  if (missing > 0) layers.note(Oddity::snapped);
  const View view{packet.data, captured, packet.ref, missing};
  const Fate fate = decode_link(layers, packet.link_type, view);
  return out->empty() ? fate : Fate::payload;
}

void Decoder::finish(std::vector<Datagram>* out) {
  Layers& layers = state_->layers;
  out->clear();
  layers.out = out;
  layers.kept.clear();
  finish_tcp(layers);
  finish_fragments(layers);
  std::stable_sort(out->begin(), out->end(), [](const Datagram& a, const Datagram& b) {
    return std::tie(a.time_ns, a.source, a.frame) < std::tie(b.time_ns, b.source, b.frame);
  });
}

const std::vector<IncompleteSip>& Decoder::incomplete_sip_fragments() const {
  return state_->layers.incomplete_sip;
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
  return result;
}

Datagram Layers::datagram(const IpHeader& ip, uint16_t src_port, uint16_t dst_port,
                          const View& payload) const {
  Datagram result;
  result.time_ns = packet->time_ns;
  result.frame = packet->frame;
  result.source = packet->source;
  result.src = {ip.src, src_port};
  result.dst = {ip.dst, dst_port};
  result.ip_id = ip.id;
  result.dscp = ip.dscp;
  result.truncated = payload.missing > 0;
  result.payload = payload.text();
  result.ref = payload.ref;
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

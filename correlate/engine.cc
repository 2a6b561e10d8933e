#include "correlate/engine.h"

#include "correlate/batch_worker.h"
#include "correlate/correlator.h"
#include "correlate/cut_requests.h"
#include "correlate/eviction.h"
#include "correlate/media_batch.h"
#include "correlate/media_paths.h"
#include "correlate/message_batch.h"
#include "correlate/nat/nat_traffic.h"
#include "correlate/rtp_streams.h"
#include "decode/turn.h"

namespace sipladder {
namespace {

constexpr uint32_t kCallsSettledPerBatch = 1000;
constexpr uint32_t kPacketsPerLook = 65'536;  // between two looks at the memory

}  // namespace

// What the second thread does, in the order of the packets.
struct WorkBatch {
  MessageBatch messages;
  MediaBatch media;

  void clear() {
    messages.clear();
    media.clear();
  }
};

struct Engine::State {
  State(PacketLog& log, Model& m)
      : model(m),
        decoder(log),
        endpoints(m),
        streams(m, endpoints, turns),
        paths(m),
        nat_traffic(m, endpoints),
        correlator(m),
        worker([this](WorkBatch& work) { do_work(work); }) {}

  bool take_message(const Datagram& datagram);
  void take_media(const Datagram& datagram, PayloadClass payload_class);
  void hand_over();
  void do_work(WorkBatch& work);
  void finish_batch();
  size_t bytes() const;
  void keep_within_memory();
  PayloadClass add(const Datagram& datagram);
  void prefetch(std::span<const MediaItem> media, size_t i) const;
  void add_media(const MediaItem& item);
  void settle_calls();
  SourceCounters& counters(uint16_t source);

  Model& model;
  Decoder decoder;
  EndpointTable endpoints;
  CallTurns turns;
  RtpStreams streams;
  MediaPaths paths;
  NatTraffic nat_traffic;
  TurnRelays turn;
  std::vector<Datagram> datagrams;
  WorkBatch batch;
  uint32_t next_settled = 1;
  size_t memory = SIZE_MAX;
  Correlator correlator;
  // Reading, decoding and indexing go on while messages are correlated and streams kept. sip-100k:
  // 1.8 s on one thread, 0.9 s on two.
  BatchWorker<WorkBatch> worker;  // last: it must end before what it works on
};

Engine::Engine(PacketLog& log, Model& model) : state_(std::make_unique<State>(log, model)) {}
Engine::~Engine() = default;

void Engine::set_memory(size_t bytes) {
  state_->memory = bytes;
}

SourceCounters& Engine::State::counters(uint16_t source) {
  if (source >= model.sources.size()) model.sources.resize(source + size_t{1});
  return model.sources[source];
}

void Engine::State::hand_over() {
  model.messages.stock_up();
  model.transactions.stock_up();
  if (worker.is_full()) {
    batch.messages.prepare();
    batch.media.prepare();
  }
  worker.hand_over(&batch);
}

bool Engine::State::take_message(const Datagram& datagram) {
  if (!batch.messages.has_room(datagram.payload.size())) hand_over();
  const SipIndex* const sip = batch.messages.add(datagram);
  if (sip == nullptr) return false;
  model.accounting.sip_messages++;
  if (sip->malformed != nullptr && !datagram.truncated) model.accounting.malformed++;
  return true;
}

void Engine::State::take_media(const Datagram& datagram, PayloadClass payload_class) {
  if (!batch.media.has_room(datagram.payload.size())) hand_over();
  batch.media.add(datagram, payload_class, batch.messages.size());
}

// Endpoints get their ids in the order of the packets.
void Engine::State::do_work(WorkBatch& work) {
  const std::span<PreparedMessage> prepared = work.messages.prepare();
  size_t next = 0;
  const auto name_endpoints = [&](size_t until) {
    for (; next < until; next++) {
      if (model.streams.size() != 0) turns.add(prepared[next]);
      prepared[next].record.src = endpoints.id_of(work.messages.datagram(next).src);
      prepared[next].record.dst = endpoints.id_of(work.messages.datagram(next).dst);
    }
  };
  const std::span<const MediaItem> media = work.media.prepare();
  for (size_t i = 0; i < media.size(); i++) {
    prefetch(media, i);
    name_endpoints(media[i].messages_before);
    add_media(media[i]);
  }
  name_endpoints(prepared.size());
  correlator.add(prepared);
}

// The worker is idle afterwards, and the model whole.
void Engine::State::finish_batch() {
  worker.wait();
  do_work(batch);
  batch.clear();
  correlator.settle(model.now_ns);
}

size_t Engine::State::bytes() const {
  return model.messages.bytes() + model.transactions.bytes() + model.dialogs.bytes() +
         model.calls.bytes() + model.labels.bytes() + model.streams.bytes() +
         model.endpoints.bytes() + correlator.bytes() + streams.bytes() + paths.bytes() +
         nat_traffic.bytes();
}

void Engine::State::keep_within_memory() {
  worker.wait();
  const size_t used = bytes();
  if (used <= memory) return;
  finish_batch();
  evict(model, used - memory + memory / 4);
  correlator.forget_evicted();
  streams.forget_evicted();
}

PayloadClass Engine::State::add(const Datagram& datagram) {
  const PayloadClass payload_class = classify_payload(datagram.payload);
  if (payload_class == PayloadClass::sip) {
    if (!take_message(datagram)) return PayloadClass::other;
  } else if (const auto inner = turn.unwrap(datagram, payload_class)) {
    take_media(*inner, classify_payload(inner->payload));
  } else if (payload_class == PayloadClass::rtp || payload_class == PayloadClass::rtcp ||
             payload_class == PayloadClass::stun || payload_class == PayloadClass::dtls ||
             payload_class == PayloadClass::sip_keepalive) {
    take_media(datagram, payload_class);
  }
  return payload_class;
}

// Without it, half of the time to count an RTP packet was waiting for the record of its stream:
// rtp-heavy has a thousand at once.
void Engine::State::prefetch(std::span<const MediaItem> media, size_t i) const {
  constexpr size_t kSlotAhead = 16;
  constexpr size_t kRecordAhead = 8;
  if (i + kSlotAhead < media.size()) streams.prefetch_slot(media[i + kSlotAhead].key);
  if (i + kRecordAhead < media.size()) streams.prefetch_record(media[i + kRecordAhead].key);
}

void Engine::State::add_media(const MediaItem& item) {
  if (item.datagram.kind == PayloadKind::icmp_error) {
    streams.add_icmp(item.datagram);
    paths.add_icmp(item.datagram);
  } else if (item.payload_class == PayloadClass::stun) {
    paths.add_stun(item.datagram);
    nat_traffic.add_stun(item.datagram);
  } else if (item.payload_class == PayloadClass::sip_keepalive) {
    nat_traffic.add_keepalive(item.datagram);
  } else if (item.payload_class == PayloadClass::dtls) {
    paths.add_dtls(item.datagram);
  } else if (item.payload_class == PayloadClass::rtp) {
    streams.add_rtp(item.datagram, item.rtp, item.key);
  } else if (item.payload_class == PayloadClass::rtcp) {
    RtcpReport report;
    if (!parse_rtcp(item.datagram.payload, &report)) return;
    for (size_t i = 0; i < report.packets.size(); i++)
      model.accounting.rtcp[i] += report.packets[i];
    streams.add_rtcp(item.datagram, report);
  }
}

void Engine::process(const Packet& packet) {
  State& state = *state_;
  Model& model = state.model;
  if (++model.accounting.packets % kPacketsPerLook == 0) state.keep_within_memory();
  model.now_ns = std::max(model.now_ns, packet.time_ns);
  SourceCounters& counters = state.counters(packet.source);
  if (counters.newest_ns - packet.time_ns > counters.back_ns) {
    counters.back_ns = counters.newest_ns - packet.time_ns;
    counters.back_frame = packet.frame;
  }
  counters.newest_ns = std::max(counters.newest_ns, packet.time_ns);
  counters.point = packet.point;
  const Fate fate = state.decoder.decode(packet, &state.datagrams);
  if (fate != Fate::payload) {
    model.accounting.fates[static_cast<size_t>(fate)]++;
    counters.undecoded++;
    return;
  }
  bool counted = false;
  for (const Datagram& datagram : state.datagrams) {
    if (datagram.kind == PayloadKind::icmp_error) {
      state.take_media(datagram, PayloadClass::other);
      if (!counted) model.accounting.icmp_errors++;
      if (!counted) counters.other++;
    } else {
      const PayloadClass payload_class = state.add(datagram);
      if (!counted) {
        model.accounting.classes[static_cast<size_t>(payload_class)]++;
        (payload_class == PayloadClass::sip    ? counters.sip
         : payload_class == PayloadClass::rtp  ? counters.rtp
         : payload_class == PayloadClass::rtcp ? counters.rtcp
                                               : counters.other)++;
      }
    }
    counted = true;
  }
}

// Time-outs come by the clock of the capture alone: a few calls are looked at again after each
// batch, all at the end.
void Engine::State::settle_calls() {
  const uint32_t count = model.calls.size();
  const uint32_t steps = model.finished ? count : std::min(count, kCallsSettledPerBatch);
  for (uint32_t i = 0; i < steps; i++) {
    if (next_settled > count) next_settled = 1;
    const CallId id{next_settled++};
    if (!model.calls.holds(id)) continue;
    CallRecord& call = model.calls[id];
    const bool open = call.state == CallState::calling || call.state == CallState::ringing ||
                      call.state == CallState::pending || call.state == CallState::registering;
    if (open) decide_outcome(model, call, model.now_ns);
  }
}

// The packets have been counted as waiting; only their messages come now.
void Engine::finish() {
  State& state = *state_;
  state.decoder.finish(&state.datagrams);
  for (const Datagram& datagram : state.datagrams) state.add(datagram);
  state.finish_batch();
  state.model.incomplete_sip_fragments = state.decoder.incomplete_sip_fragments();
  state.model.headless_udp = state.decoder.headless_udp();
  state.model.cut_requests.clear();
  for (const IncompleteSip& packet : state.model.incomplete_sip_fragments) {
    std::optional<CutRequest> request = cut_request_of(packet);
    if (!request) continue;
    request->answered = state.correlator.knows_transaction(request->transaction_key);
    state.model.cut_requests.push_back(std::move(*request));
  }
}

void Engine::settle() {
  State& state = *state_;
  state.finish_batch();
  state.model.oddities = state.decoder.oddities();
  state.model.tcp_gaps = state.decoder.tcp_gaps();
  state.model.accounting.turn_channels_forgotten = state.turn.forgotten();
  if (!state.model.sources.empty()) state.model.sources[0].fragments = state.decoder.fragments();
  state.settle_calls();
}

}  // namespace sipladder

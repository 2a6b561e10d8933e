#include "correlate/engine/engine.h"

#include "capture/time_units.h"
#include "correlate/engine/batch_worker.h"
#include "correlate/model/eviction.h"
#include "correlate/rtp/media_batch.h"
#include "correlate/rtp/media_paths.h"
#include "correlate/rtp/nat_traffic.h"
#include "correlate/rtp/relay_sessions.h"
#include "correlate/rtp/rtp_streams.h"
#include "correlate/sip/correlator.h"
#include "correlate/sip/cut_requests.h"
#include "correlate/sip/message_batch.h"
#include "decode/turn.h"

namespace sipladder {
namespace {

constexpr uint32_t kCallsTimedOutPerBatch = 1000;
constexpr uint32_t kMostPacketsPerLook = 65'536;  // between two looks at the memory
constexpr uint32_t kPacketsPerSpoolLook = 4096;   // at least, when it stays nearly full
// A packet adds at most so much to the tables: a stream of its own, with two addresses.
constexpr size_t kBytesPerPacket = 1024;

// So many packets that they take a tenth of the memory at most.
uint32_t packets_per_look(size_t memory) {
  const size_t packets = std::max<size_t>(1024, memory / 10 / kBytesPerPacket);
  return static_cast<uint32_t>(std::min<size_t>(kMostPacketsPerLook, packets));
}

}  // namespace

// Work for the second thread, in the order of the packets.
struct WorkBatch {
  MessageBatch messages;
  MediaBatch media;
  bool secrets_may_come = false;  // secrets of DTLS are known, or may be later

  void clear() {
    messages.clear();
    media.clear();
  }
};

struct Engine::State {
  State(PacketLog& packet_log, Model& m)
      : model(m),
        log(packet_log),
        endpoints(m),
        streams(m, packet_log, endpoints, turns, keyed),
        paths(m),
        nat_traffic(m, endpoints),
        relays(m),
        correlator(m),
        worker([this](WorkBatch& work) { do_work(work); }) {}

  bool take_message(const Datagram& datagram);
  bool store_message(const Datagram& datagram);
  void take_media(const Datagram& datagram, PayloadClass payload_class);
  void hand_over();
  void do_work(WorkBatch& work);
  void finish_batch();
  size_t bytes() const;
  void keep_within_memory();
  PayloadClass add(const Datagram& datagram);
  void prefetch(std::span<const MediaItem> media, size_t i) const;
  void add_media(const MediaItem& item);
  void time_out_calls();
  SourceCounters& counters(uint16_t source);

  Model& model;
  PacketLog& log;
  Decoder decoder;
  EndpointTable endpoints;
  CallTurns turns;
  KeyedEnds keyed;
  const KeyLog* secrets = nullptr;
  RtpStreams streams;
  MediaPaths paths;
  NatTraffic nat_traffic;
  RelaySessions relays;
  TurnRelays turn;
  ClockWatch clock_watch;
  std::vector<Datagram> datagrams;
  WorkBatch batch;
  uint32_t next_timed_out = 1;
  size_t memory = SIZE_MAX;
  uint32_t packets_per_look = kMostPacketsPerLook;
  uint64_t next_spool_look = 0;  // number of the packet before which the spool is not looked at
  bool look_is_due = false;      // the spool is nearly full
  Correlator correlator;
  // Reading, decoding and indexing go on while messages are correlated and streams kept. sip-100k:
  // 1.8 s on one thread, 0.9 s on two.
  BatchWorker<WorkBatch> worker;  // last: it must end before what it works on
};

Engine::Engine(PacketLog& log, Model& model) : state_(std::make_unique<State>(log, model)) {}
Engine::~Engine() = default;

void Engine::set_memory(size_t bytes) {
  state_->memory = bytes;
  state_->packets_per_look = packets_per_look(bytes);
}

void Engine::set_keys(const KeyLog* keys, const RsaKeys* rsa_keys) {
  state_->secrets = keys;
  state_->decoder.set_keys(keys);
  state_->decoder.set_rsa_keys(rsa_keys);
}

SourceCounters& Engine::State::counters(uint16_t source) {
  if (source >= model.sources.size()) model.sources.resize(source + size_t{1});
  return model.sources[source];
}

void Engine::State::hand_over() {
  batch.secrets_may_come = secrets != nullptr && secrets->may_know();
  model.messages.stock_up();
  model.transactions.stock_up();
  if (worker.is_full()) {
    batch.messages.prepare();
    batch.media.prepare();
  }
  worker.hand_over(&batch);
}

bool Engine::State::take_message(const Datagram& datagram) {
  if (!datagram.ref.is_stored()) return store_message(datagram);
  if (!batch.messages.has_room(datagram.payload.size())) hand_over();
  const SipIndex* const sip = batch.messages.add(datagram);
  if (sip == nullptr) return false;
  model.accounting.sip_messages++;
  if (sip->malformed != nullptr && !datagram.truncated) model.accounting.malformed++;
  return true;
}

bool Engine::State::store_message(const Datagram& datagram) {
  Datagram stored = datagram;
  stored.ref = log.append(datagram.payload);
  look_is_due = log.is_spool_tight() && model.accounting.packets >= next_spool_look;
  const bool taken = take_message(stored);
  if (!taken) log.forget(stored.ref);
  return taken;
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
      const SdpGlance& sdp = prepared[next].record.sdp;
      if (sdp.keyed || (sdp.handshake && work.secrets_may_come)) keyed.add(prepared[next]);
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

// Afterwards the worker is idle, and the model has all packets.
void Engine::State::finish_batch() {
  worker.wait();
  batch.secrets_may_come = secrets != nullptr && secrets->may_know();
  do_work(batch);
  batch.clear();
  correlator.decide_outcomes();
}

size_t Engine::State::bytes() const {
  return model.messages.bytes() + model.transactions.bytes() + model.dialogs.bytes() +
         model.calls.bytes() + model.labels.bytes() + model.streams.bytes() + endpoints.bytes() +
         correlator.bytes() + streams.bytes() + paths.bytes() + nat_traffic.bytes() +
         relays.bytes();
}

void Engine::State::keep_within_memory() {
  look_is_due = false;
  next_spool_look = model.accounting.packets + kPacketsPerSpoolLook;
  worker.wait();
  const size_t used = bytes();
  const bool spool_is_tight = log.is_spool_tight();
  if (used <= memory && !spool_is_tight && !relays.is_full()) return;
  finish_batch();
  Room wanted;
  if (used > memory) wanted.records = used - memory + memory / 4;
  if (spool_is_tight) wanted.spooled = log.spool_bytes() / 2;
  const auto share = static_cast<double>(relays.bytes()) / static_cast<double>(used + 1);
  const auto of_relays = static_cast<size_t>(share * static_cast<double>(wanted.records));
  relays.make_room(of_relays);
  wanted.records -= of_relays;
  if (wanted.records != 0 || wanted.spooled != 0) evict(model, log, wanted);
  correlator.forget_evicted();
  streams.forget_evicted();
  endpoints.forget_unused();
}

PayloadClass Engine::State::add(const Datagram& datagram) {
  const PayloadClass payload_class = classify_payload(datagram.payload);
  if (payload_class == PayloadClass::sip) {
    if (!take_message(datagram)) return PayloadClass::other;
  } else if (const auto inner = turn.unwrap(datagram, payload_class)) {
    take_media(*inner, classify_payload(inner->payload));
  } else if (payload_class == PayloadClass::rtp || payload_class == PayloadClass::rtcp ||
             payload_class == PayloadClass::stun || payload_class == PayloadClass::dtls ||
             payload_class == PayloadClass::sip_keepalive || payload_class == PayloadClass::udptl) {
    take_media(datagram, payload_class);
  } else if (payload_class == PayloadClass::relay_control) {
    relays.add(datagram);
    look_is_due = look_is_due || relays.is_full();
  } else if (payload_class == PayloadClass::other && relays.add_reply(datagram)) {
    return PayloadClass::relay_control;
  }
  return payload_class;
}

// Without this, half of the time to count an RTP packet was spent waiting for the record of its
// stream (rtp-heavy, a thousand streams at once).
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
  } else if (item.payload_class == PayloadClass::udptl) {
    paths.add_fax(item.datagram);
  } else if (item.payload_class == PayloadClass::rtp) {
    streams.add_rtp(item.datagram, item.rtp, item.key);
  } else if (item.payload_class == PayloadClass::rtcp) {
    RtcpReport report;
    std::string opened;
    const bool encrypted = keyed.open_rtcp(item.datagram.src, item.datagram.payload, &opened);
    if (!parse_rtcp(encrypted ? opened : item.datagram.payload, &report)) return;
    for (size_t i = 0; i < report.packets.size(); i++)
      model.media_accounting.rtcp[i] += report.packets[i];
    streams.add_rtcp(item.datagram, report);
  }
}

void SourceCounters::note_time(const Packet& packet) {
  if (packet.interface >= newest_of_interface.size())
    newest_of_interface.resize(packet.interface + size_t{1}, kEarliestNs);
  int64_t& newest = newest_of_interface[packet.interface];
  if (newest - packet.time_ns > back_ns) {
    back_ns = newest - packet.time_ns;
    back_frame = packet.frame;
  }
  newest = std::max(newest, packet.time_ns);
  newest_ns = std::max(newest_ns, packet.time_ns);
  point = packet.point;
}

void Engine::process(const Packet& packet) {
  State& state = *state_;
  Model& model = state.model;
  if (++model.accounting.packets % state.packets_per_look == 0 || state.look_is_due)
    state.keep_within_memory();
  const bool first = model.accounting.packets == 1;
  model.now_ns = first ? packet.time_ns : std::max(model.now_ns, packet.time_ns);
  SourceCounters& counters = state.counters(packet.source);
  counters.note_time(packet);
  model.coverage.add(packet);
  state.clock_watch.note(packet, &model.clock_steps);
  const Fate fate = state.decoder.decode(packet, &state.datagrams);
  if (state.decoder.was_cut()) counters.cut++;
  if (fate != Fate::payload) {
    model.accounting.fates[static_cast<size_t>(fate)]++;
    counters.undecoded++;
    if (const Datagram* keepalive = state.decoder.keepalive())
      state.take_media(*keepalive, PayloadClass::sip_keepalive);
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
        if (payload_class == PayloadClass::rtp && state.decoder.was_cut()) counters.cut_rtp++;
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

// Time-outs follow from the clock of the capture alone: a few calls are decided again after each
// batch, all of them at the end.
void Engine::State::time_out_calls() {
  const uint32_t count = model.calls.size();
  const uint32_t steps = model.finished ? count : std::min(count, kCallsTimedOutPerBatch);
  for (uint32_t i = 0; i < steps; i++) {
    if (next_timed_out > count) next_timed_out = 1;
    const CallId id{next_timed_out++};
    if (!model.calls.holds(id)) continue;
    CallRecord& call = model.calls[id];
    // At its end the capture shows which bytes are missing from it: they may have been the answer.
    const bool again = model.finished && call.state == CallState::timeout;
    const bool open = !call.has_ended() && call.state != CallState::in_call;
    if (again) call.ended_by = Party::none;
    if (open || again) decide_outcome(model, call);
  }
}

void Engine::take_new_keys() {
  State& state = *state_;
  state.decoder.take_new_keys(&state.datagrams);
  for (const Datagram& datagram : state.datagrams) state.add(datagram);
}

// The packets that waited are counted already; only their messages are added now.
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

void Engine::catch_up() {
  State& state = *state_;
  state.finish_batch();
  state.model.oddities = state.decoder.oddities();
  state.model.tcp_gaps = state.decoder.tcp_gaps();
  state.model.tcp_stalls = state.decoder.tcp_stalls();
  state.model.tcp_refusals = state.decoder.tcp_refusals();
  state.decoder.update_tls(&state.model.tls);
  state.model.neighbours = state.decoder.neighbour_silences();
  state.model.accounting.turn_channels_forgotten = state.turn.forgotten();
  if (!state.model.sources.empty()) state.model.sources[0].fragments = state.decoder.fragments();
  state.time_out_calls();
}

}  // namespace sipladder

#include "correlate/session/media_binding.h"

#include <algorithm>

#include "correlate/rtp/media_paths.h"
#include "correlate/session/offer_answer.h"
#include "decode/media.h"
#include "decode/text.h"

namespace sipladder {
namespace {

constexpr size_t kMaxExpectationsPerEndpoint =
    256;  // newest win: a port is used by one call after another
const std::vector<StreamId> kNoStreams;
const std::vector<uint32_t> kNoPaths;
const std::vector<Endpoint> kNoClients;

// The dialog of an SDP that came before there was one: the dialog that was answered, else the
// first.
DialogId dialog_of(const Model& model, CallId call) {
  const DialogId first = model.calls[call].first_dialog;
  for (DialogId id = first; id; id = model.dialogs[id].next_in_call) {
    if (model.dialogs[id].confirmed_ns != 0) return id;
  }
  return first;
}

// The call failed or ended before that time: its ports are free for other calls.
bool is_over(const CallRecord& call, int64_t time_ns) {
  const bool failed = call.final_status >= 300;
  const bool ended = call.state == CallState::completed && call.bye_ns != 0;
  return (failed || ended) && call.end_ns < time_ns;
}

bool overlap(const StreamRecord& a, const StreamRecord& b) {
  return a.first_ns <= b.last_ns && b.first_ns <= a.last_ns;
}

// No proxy has passed the message on: its Contact names the sender, or no other Via is below the
// client's own.
bool comes_from_author(const SipIndex& sip, const IpAddress& sender) {
  if (sip.is_request && header_values(sip, HeaderId::via).size() == 1) return true;
  return parse_ip(parse_uri(parse_name_addr(sip.value(HeaderId::contact)).uri).host) == sender;
}

}  // namespace

std::string_view encoding_of(const StreamBinding& binding, const StreamRecord& stream) {
  const std::string_view bound = binding.codec;
  return bound.empty() ? static_format(stream.payload_type).encoding : bound;
}

uint32_t clock_of(const StreamBinding& binding, const StreamRecord& stream) {
  return binding.clock_hz != 0 ? binding.clock_hz : stream.clock_hz;
}

bool is_read_by_agreed_clock(const StreamBinding& binding, const StreamRecord& stream) {
  return clock_of(binding, stream) == stream.clock_hz;
}

void MediaBinding::update() {
  learn_paths();
  if (model_.streams.size() == 0) return;  // no media: no SDP is read
  learn_rtcp();
  srtp_.learn_handshakes();
  const uint32_t messages = model_.messages.size();
  const uint32_t streams = model_.streams.size();
  if (epoch_ != model_.evicted.epoch) {
    epoch_ = model_.evicted.epoch;
    expectations_.clear();
    named_.clear();
    lines_.clear();
    srtp_.forget();
    srtp_.learn_handshakes();
    seen_messages_ = seen_streams_ = 0;
  }
  if (messages == seen_messages_ && streams == seen_streams_) return;
  for (const MessageId id : model_.messages.ids(seen_messages_ + 1)) {
    if (model_.cancellation.requested()) break;
    learn(id);
  }
  seen_messages_ = messages;
  seen_streams_ = streams;
  index_.forget();
  bindings_.reset(model_.streams);
  by_call_.clear();
  shared_.clear();
  for (const StreamId id : model_.streams.ids()) {
    if (model_.cancellation.requested()) break;
    bind(id);
  }
  bind_reverse();
  for (const StreamId id : model_.streams.ids()) {
    const CallId call = bindings_[id].call;
    if (model_.cancellation.requested()) break;
    if (!call) continue;
    by_call_[call.value].push_back(id);
    share(id);
  }
}

void MediaBinding::learn_rtcp() {
  for (; seen_rtcp_ < model_.rtcp.size(); seen_rtcp_++)
    rtcp_from_[model_.rtcp[seen_rtcp_].src].push_back(seen_rtcp_);
}

void MediaBinding::learn_paths() {
  for (; seen_checks_ < model_.ice_checks.size(); seen_checks_++)
    checks_of_[model_.ice_checks[seen_checks_].username].push_back(seen_checks_);
  for (; seen_handshakes_ < model_.handshakes.size(); seen_handshakes_++) {
    const HandshakeRecord& handshake = model_.handshakes[seen_handshakes_];
    handshakes_of_[handshake.client].push_back(seen_handshakes_);
    handshakes_of_[handshake.server].push_back(seen_handshakes_);
  }
  for (; seen_allocations_ < model_.turn_allocations.size(); seen_allocations_++) {
    const TurnAllocation& allocation = model_.turn_allocations[seen_allocations_];
    turn_clients_of_[allocation.relayed].push_back(allocation.client);
  }
}

const std::vector<uint32_t>& MediaBinding::checks_of(const std::string& receiver,
                                                     const std::string& sender) const {
  const auto found = checks_of_.find(hash_of_check(receiver + ":" + sender));
  return found == checks_of_.end() ? kNoPaths : found->second;
}

const std::vector<uint32_t>& MediaBinding::handshakes_of(const Endpoint& end) const {
  const auto found = handshakes_of_.find(end);
  return found == handshakes_of_.end() ? kNoPaths : found->second;
}

const std::vector<Endpoint>& MediaBinding::turn_clients_of(const Endpoint& relayed) const {
  const auto found = turn_clients_of_.find(relayed);
  return found == turn_clients_of_.end() ? kNoClients : found->second;
}

std::vector<CallId> MediaBinding::calls_naming(const Endpoint& media) const {
  std::vector<CallId> calls;
  const auto found = expectations_.find(media);
  if (found == expectations_.end()) return calls;
  for (const Expectation& one : found->second) {
    if (std::find(calls.begin(), calls.end(), one.call) == calls.end()) calls.push_back(one.call);
  }
  return calls;
}

std::vector<const RtcpRecord*> MediaBinding::rtcp_of(const Endpoint& media) const {
  std::vector<const RtcpRecord*> result;
  for (const uint16_t above : {uint16_t{1}, uint16_t{0}}) {
    const auto found = rtcp_from_.find({media.ip, static_cast<uint16_t>(media.port + above)});
    if (found == rtcp_from_.end()) continue;
    for (const uint32_t index : found->second) result.push_back(&model_.rtcp[index]);
  }
  return result;
}

void MediaBinding::learn(MessageId id) {
  const MessageRecord& message = model_.messages[id];
  if (!message.has_sdp || message.is_copy() || !view_.load(message)) return;
  const Sdp sdp = parse_sdp(find_sdp(view_.sip()));
  if (message.sdp.keyed) srtp_.learn(id, sdp);
  for (size_t line = 0; line < sdp.media.size(); line++) {
    const SdpMedia& media = sdp.media[line];
    const auto ip = parse_ip(media.address);
    if (media.port == 0) continue;
    if (ip) expect(id, Endpoint{*ip, media.port}, line);
    // A host name is that of the author's own host, when this message comes from there.
    const Endpoint& sender = model_.endpoints[message.src];
    if (!ip && !media.address.empty() && comes_from_author(view_.sip(), sender.ip))
      expect(id, Endpoint{sender.ip, media.port}, line);
    for (const std::string_view value : media.candidates) {
      const auto candidate = parse_candidate(value);
      const bool same = candidate && ip && candidate->endpoint == Endpoint{*ip, media.port};
      if (candidate && candidate->component == 1 && !same) expect(id, candidate->endpoint, line);
    }
  }
}

void MediaBinding::expect(MessageId id, const Endpoint& endpoint, size_t line) {
  const MessageRecord& message = model_.messages[id];
  const Party author = message.from_caller ? Party::caller : Party::callee;
  std::vector<Named>& named = named_[message.call.value];
  if (named.size() < kMaxExpectationsPerEndpoint) named.push_back({endpoint, author});
  std::vector<Expectation>& list = expectations_[endpoint];
  if (list.size() >= kMaxExpectationsPerEndpoint) list.erase(list.begin());
  list.push_back(
      {message.time_ns, message.call, message.dialog, author, id, static_cast<uint8_t>(line)});
}

bool MediaBinding::names(CallId call, Party author, const Endpoint& endpoint) const {
  const auto found = named_.find(call.value);
  return found != named_.end() &&
         std::any_of(found->second.begin(), found->second.end(), [&](const Named& named) {
           return named.author == author && named.endpoint == endpoint;
         });
}

// The newest SDP that named the address before the stream's end; RTP may come a little before its
// SDP. A call whose other party names the other end of the stream is preferred to a call whose SDP
// names this address only.
const MediaBinding::Expectation* MediaBinding::expectation(const Endpoint& endpoint,
                                                           const Endpoint& other_end,
                                                           const StreamRecord& stream) const {
  const auto found = expectations_.find(endpoint);
  if (found == expectations_.end()) return nullptr;
  const auto newest = [&](const auto& counts) {
    const Expectation* best = nullptr;
    for (const Expectation& candidate : found->second) {
      if (!counts(candidate) || is_over(model_.calls[candidate.call], stream.first_ns)) continue;
      const bool other_call_later =
          best != nullptr && candidate.call != best->call && candidate.time_ns > stream.first_ns;
      if (best == nullptr || (candidate.time_ns <= stream.last_ns && !other_call_later))
        best = &candidate;
    }
    return best;
  };
  const auto names_both = [&](const Expectation& one) {
    return names(one.call, opposite(one.author), other_end);
  };
  const Expectation* any = newest([](const Expectation&) { return true; });
  if (any == nullptr || names_both(*any) || !expectations_.contains(other_end)) return any;
  const Expectation* both = newest(names_both);
  return both != nullptr ? both : any;
}

// The party that receives at `dst`: the author of the SDP that named it. When both parties name it
// (an answer that echoes the offer), the source of the stream tells the sender: only one party
// names that address in SDP, or signals from that host.
Party MediaBinding::receiver_of(const Expectation& to, const Endpoint& src,
                                const Endpoint& dst) const {
  if (!names(to.call, opposite(to.author), dst)) return to.author;
  const bool caller_sends = names(to.call, Party::caller, src);
  const bool callee_sends = names(to.call, Party::callee, src);
  if (caller_sends != callee_sends) return caller_sends ? Party::callee : Party::caller;
  const MessageId request = model_.calls[to.call].first_request;
  if (!request) return to.author;
  const MessageRecord& first = model_.messages[request];
  if (model_.endpoints[first.src].ip == src.ip) return Party::callee;
  return model_.endpoints[first.dst].ip == src.ip ? Party::caller : to.author;
}

void MediaBinding::bind(StreamId id) {
  const StreamRecord& stream = model_.streams[id];
  StreamBinding& binding = bindings_[id];
  const Endpoint& src = model_.endpoints[stream.src];
  const Endpoint& dst = model_.endpoints[stream.dst];
  const Expectation* to = expectation(dst, src, stream);
  const Expectation* from = expectation(src, dst, stream);
  const Expectation* known = to != nullptr ? to : from;
  if (known == nullptr) return;
  binding.call = known->call;
  binding.dialog = known->dialog ? known->dialog : dialog_of(model_, known->call);
  binding.dst_advertised = to != nullptr;
  binding.src_advertised = from != nullptr && from->call == known->call;
  binding.from = to != nullptr ? opposite(receiver_of(*to, src, dst)) : from->author;
  name_codec(*known, stream, &binding);
}

// Binds streams to the address from which another stream of a call came: the sender latched, or a
// NAT is in between. Such a stream usually comes from where the other one goes. Where SDP was
// rewritten on the way, it may come from elsewhere.
void MediaBinding::bind_reverse() {
  absl::flat_hash_map<uint64_t, StreamId> by_path;
  absl::flat_hash_map<uint32_t, StreamId> by_source;  // the newest
  const auto path = [](EndpointId a, EndpointId b) { return uint64_t{a.value} << 32 | b.value; };
  for (const StreamId id : model_.streams.ids()) {
    const StreamRecord& stream = model_.streams[id];
    if (!of(id).call) continue;
    by_path.emplace(path(stream.src, stream.dst), id);
    by_source.insert_or_assign(stream.src.value, id);
  }
  for (const StreamId id : model_.streams.ids()) {
    const StreamRecord& stream = model_.streams[id];
    StreamBinding& binding = bindings_[id];
    if (binding.dst_advertised) continue;
    StreamId back;
    if (const auto reverse = by_path.find(path(stream.dst, stream.src)); reverse != by_path.end()) {
      back = reverse->second;
    } else if (const auto source = by_source.find(stream.dst.value);
               !binding.call && source != by_source.end() &&
               overlap(stream, model_.streams[source->second])) {
      back = source->second;
    }
    if (!back) continue;
    const StreamBinding& other = bindings_[back];
    if (binding.call && binding.call != other.call) continue;
    binding.call = other.call;
    binding.dialog = other.dialog;
    binding.from = opposite(other.from);
    binding.latched = true;
    binding.video = other.video;
    binding.secure = other.secure;
    if (binding.codec[0] == 0)
      copy_name(static_format(stream.payload_type).encoding, binding.codec);
  }
}

// One party of each call names the same address.
bool MediaBinding::same_media(CallId a, CallId b, Party author_a, Party author_b) const {
  const auto of_a = named_.find(a.value);
  return of_a != named_.end() &&
         std::any_of(of_a->second.begin(), of_a->second.end(), [&](const Named& named) {
           return named.author == author_a && names(b, author_b, named.endpoint);
         });
}

// Gives the stream to other calls as well: calls that name its destination, and whose sending party
// names an address that the sender names in this call. When that call alone names its source, the
// stream belongs there only: music on hold (RFC 7088) and the talk go to one address of the caller.
void MediaBinding::share(StreamId id) {
  const StreamRecord& stream = model_.streams[id];
  const StreamBinding& binding = bindings_[id];
  const auto found = expectations_.find(model_.endpoints[stream.dst]);
  if (found == expectations_.end() || binding.from == Party::none) return;
  for (const Expectation& other : found->second) {
    if (other.call == binding.call || other.time_ns > stream.last_ns) continue;
    const CallRecord& call = model_.calls[other.call];
    if (is_over(call, stream.first_ns)) continue;
    const Party from = opposite(other.author);
    const Endpoint& src = model_.endpoints[stream.src];
    if (names(binding.call, binding.from, src) && !names(other.call, from, src)) continue;
    if (!same_media(binding.call, other.call, binding.from, from)) continue;
    const auto [slot, inserted] =
        shared_.try_emplace(uint64_t{other.call.value} << 32 | id.value, binding);
    slot->second.call = other.call;
    slot->second.dialog = other.dialog;
    slot->second.from = from;
    if (inserted) by_call_[other.call.value].push_back(id);
  }
}

const StreamBinding& MediaBinding::of(StreamId id, CallId call) const {
  const auto found = shared_.find(uint64_t{call.value} << 32 | id.value);
  return found == shared_.end() ? of(id) : found->second;
}

void MediaBinding::name_codec(const Expectation& expected, const StreamRecord& stream,
                              StreamBinding* binding) {
  const uint64_t key =
      uint64_t{expected.message.value} << 16 | uint64_t{expected.mline} << 8 | stream.payload_type;
  const auto [place, is_new] = lines_.try_emplace(key);
  if (is_new && view_.load(model_.messages[expected.message]))
    place->second = read_media_line(find_sdp(view_.sip()), expected.mline, stream.payload_type);
  const MediaLine& line = place->second;
  const SdpFormat standard = static_format(stream.payload_type);
  copy_name(line.codec[0] != 0 ? std::string_view(line.codec) : standard.encoding, binding->codec);
  binding->video = line.video;
  binding->secure = line.secure;
  if (standard.clock_hz == 0) binding->clock_hz = line.clock_hz;
}

const std::vector<StreamId>& MediaBinding::streams_of(CallId call) const {
  const auto found = by_call_.find(call.value);
  return found == by_call_.end() ? kNoStreams : found->second;
}

CallId MediaBinding::named_by(const StreamRecord& stream) const {
  const Expectation* newest = nullptr;
  for (const EndpointId end : {stream.dst, stream.src}) {
    const auto found = expectations_.find(model_.endpoints[end]);
    if (found == expectations_.end()) continue;
    const Expectation& last = found->second.back();
    if (newest == nullptr || last.time_ns > newest->time_ns) newest = &last;
  }
  return newest == nullptr ? CallId() : newest->call;
}

bool MediaBinding::is_listed(StreamId id) const {
  if (!bindings_.has(id) || !model_.streams.holds(id)) return false;
  const StreamRecord& stream = model_.streams[id];
  if (is_rtp_by_progress(stream)) return true;
  // SDP is proof enough for a stream that is too short to show progress. It is none for a longer
  // stream without progress, such as UDPTL on the RTP port.
  const bool plausible =
      stream.packets < 3 || stream.sequence.highest - stream.sequence.base < 100 * stream.packets;
  return bindings_[id].call && plausible;
}

}  // namespace sipladder

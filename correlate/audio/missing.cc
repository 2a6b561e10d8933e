#include "correlate/audio/missing.h"

namespace sipladder {
namespace {

class Vantage {
 public:
  Vantage(const AudioCase& audio, const AudioDirection& direction, const AudioDirection& back)
      : model_(audio.model), audio_(audio), direction_(direction), back_(back) {}

  // The capture has messages of the sending party, so it does not lack all that comes from there.
  bool speaks_here() const {
    return std::any_of(audio_.messages.begin(), audio_.messages.end(), [&](MessageId id) {
      return model_.messages[id].from_caller == (direction_.from == Party::caller);
    });
  }
  // The receiver's SDP, on some hop, names a host whose packets this point sees, so the audio would
  // pass here. A receiver that sends from a private address is taken as seen: the public address in
  // its SDP can be that of its NAT.
  bool passes_here() const {
    const auto is_public = [&](StreamId id) {
      return scope_of(audio_.src(id).ip) == AddressScope::public_;
    };
    if (!std::all_of(back_.streams.begin(), back_.streams.end(), is_public)) return true;
    const auto& audio_sdps = audio_.facts.negotiation.audio_sdps;
    bool named = false;
    for (const AudioSdp& audio_sdp : audio_sdps) {
      if (audio_sdp.author != opposite(direction_.from) || !audio_sdp.address) continue;
      if (is_known_here(audio_sdp.address->ip) || is_relayed_to_here(*audio_sdp.address) ||
          is_named_wrongly(*audio_sdp.address))
        return true;
      named = true;
    }
    return !named && hears_several_hosts();
  }

 private:
  // Not all messages of the call come from one host. Of a capture that holds only what one host
  // sends, nobody can tell what that host gets.
  bool hears_several_hosts() const {
    const auto source = [&](MessageId id) -> const IpAddress& {
      return model_.endpoints[model_.messages[id].src].ip;
    };
    return std::any_of(audio_.messages.begin(), audio_.messages.end(),
                       [&](MessageId id) { return source(id) != source(audio_.messages.front()); });
  }
  // The receiver sends from the port that its SDP names, but of another public host: the address in
  // the SDP is a wrong external address. Hosts of one /24 may share an address and do not count.
  bool is_named_wrongly(const Endpoint& named) const {
    return std::any_of(back_.streams.begin(), back_.streams.end(), [&](StreamId id) {
      const Endpoint& source = audio_.src(id);
      return source.port == named.port && source.ip.family == named.ip.family &&
             scope_of(named.ip) == AddressScope::public_ &&
             !std::equal(source.ip.bytes.begin(), source.ip.bytes.begin() + 3,
                         named.ip.bytes.begin());
    });
  }
  // The address is one of a TURN server, and this point sees the client that it stands for.
  bool is_relayed_to_here(const Endpoint& relayed) const {
    return std::any_of(back_.streams.begin(), back_.streams.end(),
                       [&](StreamId id) { return audio_.is_relayed_address(relayed, id); });
  }
  bool is_known_here(const IpAddress& ip) const {
    if (scope_of(ip) != AddressScope::public_ || audio_.sends(back_, ip)) return true;
    return std::any_of(audio_.messages.begin(), audio_.messages.end(), [&](MessageId id) {
      const MessageRecord& message = model_.messages[id];
      return model_.endpoints[message.src].ip == ip || model_.endpoints[message.dst].ip == ip;
    });
  }

  const Model& model_;
  const AudioCase& audio_;
  const AudioDirection& direction_;
  const AudioDirection& back_;
};

// The missing direction is in the capture, but bound to another call: RTP between the same two
// ends, the other way, during the talk.
bool runs_under_other_call(const AudioCase& audio, const AudioDirection& back) {
  return std::any_of(back.streams.begin(), back.streams.end(), [&](StreamId id) {
    const StreamRecord& stream = audio.model.streams[id];
    const std::vector<StreamId> from_there = audio.media.index().from(audio.dst(id));
    return std::any_of(from_there.begin(), from_there.end(), [&](StreamId other) {
      const StreamRecord& reverse = audio.model.streams[other];
      const CallId owner = audio.media.of(other).call;
      return owner && owner != audio.media.of(id).call && reverse.dst == stream.src &&
             reverse.packets >= kMinMedia && reverse.last_ns > audio.facts.answer_ns &&
             reverse.first_ns < audio.facts.end_ns;
    });
  });
}

// An older call holds the silent party: its SDP names the same address of that party while this
// call lasts. One who puts a caller on hold has the music played by a call of its own, whose SDP
// may say nothing of the hold (RFC 7088). The other leg of a B2BUA is no older call: this one began
// before that was answered, or the reverse.
bool is_held_in_other_call(const AudioCase& audio, const AudioDirection& back) {
  const Model& model = audio.model;
  const CallId own = audio.call();
  if (model.calls[own].sdp.restricted) return false;
  return std::any_of(back.streams.begin(), back.streams.end(), [&](StreamId id) {
    const std::vector<CallId> calls = audio.media.calls_naming(audio.dst(id));
    return std::any_of(calls.begin(), calls.end(), [&](CallId other) {
      const CallRecord& call = model.calls[other];
      return other != own && call.sdp.restricted && call.answer_ns != 0 &&
             call.answer_ns < model.calls[own].start_ns && call.end_ns > audio.facts.answer_ns;
    });
  });
}

}  // namespace

bool is_missing(const AudioCase& audio, const AudioDirection& direction,
                const AudioDirection& back) {
  // An SDP that the capture lacks may have said that nothing comes, or that it goes elsewhere.
  const Negotiation& sdp = audio.facts.negotiation;
  if (sdp.newest(Party::caller) == nullptr || sdp.newest(Party::callee) == nullptr) return false;
  const Vantage vantage(audio, direction, back);
  return direction.reported_frame == 0 && back.packets >= kMinMedia && !is_handful(back) &&
         vantage.passes_here() && vantage.speaks_here() && !runs_under_other_call(audio, back) &&
         !is_held_in_other_call(audio, back);
}

}  // namespace sipladder

#include "correlate/audio/path.h"

#include <algorithm>
#include <span>

#include "correlate/audio/icmp.h"

namespace sipladder {
namespace {

bool is_rtp_over_udp(const IceCandidate& candidate) {
  return candidate.component == 1 && candidate.udp;
}

class PathJudge {
 public:
  explicit PathJudge(const AudioCase& audio) : audio_(audio), model_(audio.model) {}

  std::optional<ClosedPath> run() {
    if (const auto path = closed_for_dtls()) return path;
    if (const auto path = closed_for_roles()) return path;
    for (const Party from : {Party::caller, Party::callee}) {
      if (const auto path = closed_for_ice(from)) return path;
    }
    return std::nullopt;
  }

 private:
  const std::vector<AudioSdp>& audio_sdps() const { return audio_.facts.negotiation.audio_sdps; }
  // SDPs are compared in pairs, so their number is bounded. A flood of them is judged by the
  // newest.
  std::span<const AudioSdp> newest_stands() const {
    constexpr size_t kMost = 64;
    const std::span<const AudioSdp> all = audio_sdps();
    return all.last(std::min(all.size(), kMost));
  }
  const IceCheckRecord& check(uint32_t index) const { return model_.ice_checks[index]; }

  // The tries go on for kJudgeAfterNs of the talk. Without a BYE the talk lasts as long as they do.
  bool lasted(Party from, int64_t first_ns, int64_t last_ns) const {
    const AudioDirection& direction = audio_.facts.direction(from);
    if (direction.agreed_ns < kJudgeAfterNs && !direction.right.at_end) return false;
    const bool ended = model_.calls[model_.messages[audio_sdps().front().message].call].bye_ns != 0;
    const int64_t until = ended ? audio_.facts.end_ns : std::max(audio_.facts.end_ns, last_ns);
    return first_ns < until && until - std::max(first_ns, audio_.facts.answer_ns) >= kJudgeAfterNs;
  }

  // ---- ICE

  void add_checks(const AudioSdp& sender, const AudioSdp& receiver,
                  std::vector<uint32_t>* out) const {
    if (sender.author == receiver.author || sender.ice_ufrag.empty()) return;
    for (const uint32_t index : audio_.media.checks_of(receiver.ice_ufrag, sender.ice_ufrag)) {
      if (std::find(out->begin(), out->end(), index) == out->end()) out->push_back(index);
    }
  }
  std::vector<uint32_t> all_checks(Party from) const {
    std::vector<uint32_t> checks;
    for (const AudioSdp& sender : newest_stands()) {
      if (sender.author != from) continue;
      for (const AudioSdp& receiver : newest_stands()) add_checks(sender, receiver, &checks);
    }
    return checks;
  }

  std::optional<ClosedPath> closed_for_ice(Party from) const {
    const ClosedPath path{from, all_checks(from), all_checks(opposite(from)), {}, {}};
    if (path.checks.empty() || !shows_all_tries(from)) return std::nullopt;
    int64_t first_ns = INT64_MAX, last_ns = 0;
    uint32_t requests = 0;
    for (const uint32_t index : path.checks) {
      first_ns = std::min(first_ns, check(index).first_ns);
      last_ns = std::max(last_ns, check(index).last_ns);
      requests += check(index).requests;
    }
    if (requests < kMinChecks || !lasted(from, first_ns, last_ns)) return std::nullopt;
    if (succeeded(path.checks) || succeeded(path.checks_back) || !sees_what_comes_back(path) ||
        trickles() || carries_media(path.checks))
      return std::nullopt;
    return path;
  }

  bool succeeded(const std::vector<uint32_t>& checks) const {
    return std::any_of(checks.begin(), checks.end(),
                       [&](uint32_t index) { return check(index).successes != 0; });
  }

  // The checks seen here are all that this party can try, by the newest SDPs with checks. Otherwise
  // a path that this point does not see can be open.
  bool shows_all_tries(Party from) const {
    const std::span<const AudioSdp> newest = newest_stands();
    for (size_t i = newest.size(); i-- > 0;) {
      for (size_t j = newest.size(); j-- > 0;) {
        if (newest[i].author != from) continue;
        std::vector<uint32_t> checks;
        add_checks(newest[i], newest[j], &checks);
        if (!checks.empty())
          return tries_all_of(newest[j], newest[i], checks) && tries_from_all_of(newest[i], checks);
      }
    }
    return false;
  }
  bool tries_all_of(const AudioSdp& receiver, const AudioSdp& sender,
                    const std::vector<uint32_t>& checks) const {
    if (receiver.named_candidate || receiver.candidates.empty()) return false;
    return std::all_of(
        receiver.candidates.begin(), receiver.candidates.end(), [&](const IceCandidate& to) {
          const bool by_tcp = !to.udp && to.endpoint.port != 9;  // 9: active (RFC 6544)
          if (to.component != 1 || !to.udp) return !by_tcp;
          return !has_family(sender, to.endpoint.ip) ||
                 std::any_of(checks.begin(), checks.end(),
                             [&](uint32_t index) { return check(index).dst == to.endpoint; });
        });
  }
  static bool has_family(const AudioSdp& audio_sdp, const IpAddress& ip) {
    return std::any_of(
        audio_sdp.candidates.begin(), audio_sdp.candidates.end(),
        [&](const IceCandidate& own) { return own.endpoint.ip.family == ip.family; });
  }
  // Checks from every candidate of the sender are seen. A sender with one host address per family
  // uses it whatever NAT is in front. Checks by a TURN server, or from another network card, can
  // pass elsewhere.
  bool tries_from_all_of(const AudioSdp& sender, const std::vector<uint32_t>& checks) const {
    if (sender.named_candidate) return false;
    for (const IceCandidate& own : sender.candidates) {
      if (!is_rtp_over_udp(own)) continue;
      if (own.relay) return false;
      const IpAddress& ip = own.endpoint.ip;
      const bool has_others = std::any_of(
          sender.candidates.begin(), sender.candidates.end(), [&](const IceCandidate& other) {
            return is_rtp_over_udp(other) && other.host && other.endpoint.ip != ip &&
                   other.endpoint.ip.family == ip.family;
          });
      const bool seen = std::any_of(checks.begin(), checks.end(),
                                    [&](uint32_t index) { return check(index).src.ip == ip; });
      if (own.host && has_others && !seen) return false;
    }
    return true;
  }

  // This point sees packets towards the host that checks. A tap of one direction shows no answers.
  bool sees_what_comes_back(const ClosedPath& path) const {
    const IceCheckRecord& tried = check(path.checks.front());
    const bool checked =
        std::any_of(path.checks_back.begin(), path.checks_back.end(), [&](uint32_t index) {
          return check(index).dst.ip == tried.src.ip && check(index).point == tried.point;
        });
    return checked || tried.error_frame != 0 ||
           std::any_of(audio_.messages.begin(), audio_.messages.end(), [&](MessageId id) {
             const MessageRecord& message = model_.messages[id];
             return message.point == tried.point &&
                    model_.endpoints[message.dst].ip == tried.src.ip;
           });
  }
  // Candidates come by INFO too (RFC 8840), so the SDPs do not name all of them.
  bool trickles() const {
    return std::any_of(audio_.messages.begin(), audio_.messages.end(), [&](MessageId id) {
      const MessageRecord& message = model_.messages[id];
      return message.method == Method::info && message.is_request() && audio_.view.load(message) &&
             audio_.view.sip().value(HeaderId::content_type).find("trickle-ice") !=
                 std::string_view::npos;
    });
  }
  // RTP runs at an end of the checks during the talk, though it is bound to no SDP of the call.
  bool carries_media(const std::vector<uint32_t>& checks) const {
    const auto runs_at = [&](const std::vector<StreamId>& streams, const Endpoint& end) {
      return std::any_of(streams.begin(), streams.end(), [&](StreamId id) {
        const StreamRecord& stream = model_.streams[id];
        const bool during =
            stream.last_ns >= audio_.facts.answer_ns && stream.first_ns <= audio_.facts.end_ns;
        return during && (audio_.src(id) == end || audio_.dst(id) == end);
      });
    };
    const StreamIndex& index = audio_.media.index();
    return std::any_of(checks.begin(), checks.end(), [&](uint32_t place) {
      const Endpoint& end = check(place).src;
      return runs_at(index.from(end), end) || runs_at(index.to(end), end);
    });
  }

  // ---- DTLS

  std::vector<uint32_t> all_handshakes() const {
    std::vector<uint32_t> result;
    const int64_t begin_ns = audio_sdps().front().time_ns;
    const auto add = [&](const Endpoint& end) {
      for (const uint32_t index : audio_.media.handshakes_of(end)) {
        const int64_t first_ns = model_.handshakes[index].first_ns;
        if (first_ns >= begin_ns && first_ns <= audio_.facts.end_ns) result.push_back(index);
      }
    };
    for (const AudioSdp& audio_sdp : audio_sdps()) {
      if (!audio_sdp.fingerprint) continue;
      if (audio_sdp.address) add(*audio_sdp.address);
      for (const IceCandidate& candidate : audio_sdp.candidates) add(candidate.endpoint);
    }
    std::sort(result.begin(), result.end());
    result.erase(std::unique(result.begin(), result.end()), result.end());
    return result;
  }
  // A complete handshake ends with encrypted messages of each side that is seen.
  static bool is_complete(const HandshakeRecord& handshake) {
    const auto ends = [](DtlsStep step) {
      return step == DtlsStep::none || step == DtlsStep::encrypted;
    };
    return handshake.alert == 0 && ends(handshake.client_step) && ends(handshake.server_step);
  }
  std::optional<ClosedPath> closed_for_dtls() const {
    const std::vector<uint32_t> handshakes = all_handshakes();
    if (handshakes.empty()) return std::nullopt;
    for (const uint32_t index : handshakes) {
      if (is_complete(model_.handshakes[index])) return std::nullopt;
    }
    const HandshakeRecord& last = model_.handshakes[handshakes.back()];
    const uint32_t repeated = std::max(last.client_hellos, last.server_hellos);
    const Party from = client_of(last);
    const bool ends = last.alert != 0 || (repeated >= kMinHellos + (last.cookie_asked ? 1U : 0U) &&
                                          last.last_ns - last.first_ns >= kJudgeAfterNs);
    if (!ends || !lasted(from, last.first_ns, last.last_ns)) return std::nullopt;
    return ClosedPath{from, {}, {}, handshakes.back(), roles()};
  }
  std::optional<OfferAnswer> roles() const {
    return clash_of_roles(model_, audio_.facts.negotiation);
  }
  // a=setup of both sides clashes: nobody sends a ClientHello, or both do and neither answers it.
  std::optional<ClosedPath> closed_for_roles() const {
    const auto clash = roles();
    if (!clash) return std::nullopt;
    const Party from = audio_sdps()[clash->offer].author;
    ClosedPath path{from, all_checks(from), all_checks(opposite(from)), {}, clash};
    int64_t first_ns = INT64_MAX, last_ns = 0;
    const auto note = [&](const auto& record) {
      first_ns = std::min(first_ns, record.first_ns);
      last_ns = std::max(last_ns, record.last_ns);
    };
    for (const auto* checks : {&path.checks, &path.checks_back}) {
      for (const uint32_t index : *checks) {
        if (check(index).successes != 0) note(check(index));
      }
    }
    for (const uint32_t index : all_handshakes()) {
      if (is_complete(model_.handshakes[index])) return std::nullopt;
      note(model_.handshakes[index]);
      path.handshake = index;
    }
    if (last_ns == 0 || !lasted(from, first_ns, last_ns)) return std::nullopt;
    if (carries_media(path.checks) || carries_media(path.checks_back)) return std::nullopt;
    return path;
  }
  Party client_of(const HandshakeRecord& handshake) const {
    for (const AudioSdp& audio_sdp : audio_sdps()) {
      if (names(audio_sdp, handshake.client)) return audio_sdp.author;
      if (names(audio_sdp, handshake.server)) return opposite(audio_sdp.author);
    }
    return Party::caller;
  }

  const AudioCase& audio_;
  const Model& model_;
};

}  // namespace

std::optional<ClosedPath> closed_path(const AudioCase& audio,
                                      const std::vector<StreamId>& streams) {
  const Model& model = audio.model;
  if (model.ice_checks.empty() && model.handshakes.empty()) return std::nullopt;
  const bool media = std::any_of(streams.begin(), streams.end(), [&](StreamId id) {
    return model.streams[id].last_ns >= audio.facts.answer_ns;
  });
  if (media || audio.facts.negotiation.audio_sdps.empty()) return std::nullopt;
  return PathJudge(audio).run();
}

AudioFault fault_of(const Model& model, const ClosedPath& path) {
  if (path.handshake || path.roles) return AudioFault::srtp_mismatch;
  bool private_only = true;
  uint32_t icmp_errors = 0;
  for (const uint32_t index : path.checks) {
    const IceCheckRecord& check = model.ice_checks[index];
    icmp_errors += check.icmp_errors;
    private_only = private_only && scope_of(check.src.ip) == AddressScope::public_ &&
                   is_private_scope(scope_of(check.dst.ip));
  }
  if (private_only) return AudioFault::private_address;
  return icmp_errors >= kMinIcmpErrors ? AudioFault::icmp_unreachable : AudioFault::no_rtp;
}

}  // namespace sipladder

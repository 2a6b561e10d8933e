// Which stream belongs to which call: the addresses in SDP are compared with those of streams. This
// is done when somebody asks, so that RTP before its SDP is no special case (RFC 3264, RFC 8866).
//
// A B2BUA that passes the SDP on gives its legs the same media. Such a stream belongs to each of
// these calls, and `of(stream)` names one of them.
//
// update() reads only messages that came since the last time.
// Lifetime: the Model and the PacketLog must outlive this object. References that it returns are
// valid until the next update(). Threads: as Model.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstdint>
#include <string>
#include <vector>

#include "correlate/model/beside_table.h"
#include "correlate/model/hash.h"
#include "correlate/model/message_view.h"
#include "correlate/model/model.h"
#include "correlate/session/media_line.h"
#include "correlate/session/srtp_media.h"
#include "correlate/session/stream_index.h"
#include "decode/sdp.h"

namespace sipladder {

struct StreamBinding {
  CallId call;
  DialogId dialog;
  Party from = Party::none;     // who sends the stream
  bool dst_advertised = false;  // an SDP names its destination
  bool src_advertised = false;  // an SDP of the same call names its source
  bool latched = false;         // sent to where RTP came from, and not where SDP said
  bool video = false;           // bound to an m= line that is not audio
  bool secure = false;          // its m= line says SRTP
  CodecName codec = {};         // negotiated name of its payload type, empty when unknown
  uint32_t clock_hz = 0;        // negotiated for a dynamic payload type; 0 when unknown
};

// The negotiated name of the payload type, else that of the static payload type; empty when
// unknown. A view of `binding`, or of a literal.
std::string_view encoding_of(const StreamBinding& binding, const StreamRecord& stream);
// The clock rate in Hz: as negotiated, else that of the static payload type, else the rate of the
// timestamps; 0 when unknown.
uint32_t clock_of(const StreamBinding& binding, const StreamRecord& stream);
// The figures of the stream were computed with the negotiated clock: jitter and lengths in ms are
// right.
bool is_read_by_agreed_clock(const StreamBinding& binding, const StreamRecord& stream);

class MediaBinding {
 public:
  MediaBinding(const Model& model, const PacketLog& log)
      : model_(model), view_(log), index_(model), srtp_(model, log) {}

  // To be called before anything is read; cheap when nothing is new.
  void update();

  const StreamBinding& of(StreamId id) const { return bindings_[id]; }
  std::string_view encoding_of(StreamId id) const {
    return sipladder::encoding_of(of(id), model_.streams[id]);
  }
  // The binding to one of the calls of the stream. Requires a stream of streams_of(call).
  const StreamBinding& of(StreamId id, CallId call) const;
  // What the known keys of SRTP open of the stream. Null when no packet of it is kept, or no key is
  // known.
  std::shared_ptr<const SrtpReading> srtp_of(StreamId id) const {
    return srtp_.of(id, of(id).call, of(id).from);
  }
  const SrtpMedia& srtp() const { return srtp_; }
  // Secrets of DTLS. They must outlive this object. Null: none.
  void set_secrets(const KeyLog* secrets) { srtp_.set_secrets(secrets); }
  // Streams of one call in capture order.
  const std::vector<StreamId>& streams_of(CallId call) const;
  // The calls whose SDP names this address, the oldest first; each once.
  std::vector<CallId> calls_naming(const Endpoint& media) const;
  // RTCP of the party that sends its RTP from `media`: from the port above or from the same
  // (RFC 3550 11, RFC 5761).
  std::vector<const RtcpRecord*> rtcp_of(const Endpoint& media) const;
  // Indexes into Model::ice_checks: the checks that `sender` sends to `receiver`. Both are named by
  // a=ice-ufrag of their SDP.
  const std::vector<uint32_t>& checks_of(const std::string& receiver,
                                         const std::string& sender) const;
  // Indexes into Model::handshakes: those with `end` as client or server.
  const std::vector<uint32_t>& handshakes_of(const Endpoint& end) const;
  // The clients that allocated a relayed address of a TURN server. One client behind a NAT can be
  // listed with both of its addresses.
  const std::vector<Endpoint>& turn_clients_of(const Endpoint& relayed) const;
  const StreamIndex& index() const { return index_; }
  // The call whose SDP named one of its ends last, whether it belongs to that or not.
  CallId named_by(const StreamRecord& stream) const;
  // The `streams` table lists the stream: it is RTP by its progress, or SDP names it.
  bool is_listed(StreamId id) const;

 private:
  // An address that the SDP of `message` names, and where streams are therefore expected.
  struct Expectation {
    int64_t time_ns;
    CallId call;
    DialogId dialog;
    Party author;
    MessageId message;
    uint8_t mline;
  };
  void learn(MessageId id);
  void learn_rtcp();
  void learn_paths();
  void expect(MessageId id, const Endpoint& endpoint, size_t line);
  void bind(StreamId id);
  void bind_reverse();
  void share(StreamId id);
  bool same_media(CallId a, CallId b, Party author_a, Party author_b) const;
  const Expectation* expectation(const Endpoint& endpoint, const Endpoint& other_end,
                                 const StreamRecord& stream) const;
  bool names(CallId call, Party author, const Endpoint& endpoint) const;
  Party receiver_of(const Expectation& to, const Endpoint& src, const Endpoint& dst) const;
  void name_codec(const Expectation& expected, const StreamRecord& stream, StreamBinding* binding);

  const Model& model_;
  MessageView view_;
  StreamIndex index_;
  SrtpMedia srtp_;
  uint32_t epoch_ = 0;
  uint32_t seen_messages_ = 0;
  uint32_t seen_streams_ = 0;
  uint32_t seen_rtcp_ = 0;
  absl::flat_hash_map<Endpoint, std::vector<uint32_t>, EndpointHash>
      rtcp_from_;  // into Model::rtcp
  uint32_t seen_checks_ = 0;
  uint32_t seen_handshakes_ = 0;
  uint32_t seen_allocations_ = 0;
  absl::flat_hash_map<uint64_t, std::vector<uint32_t>> checks_of_;  // by hash_of_check()
  absl::flat_hash_map<Endpoint, std::vector<uint32_t>, EndpointHash> handshakes_of_;
  absl::flat_hash_map<Endpoint, std::vector<Endpoint>, EndpointHash> turn_clients_of_;
  absl::flat_hash_map<Endpoint, std::vector<Expectation>, EndpointHash> expectations_;
  struct Named {
    Endpoint endpoint;
    Party author;
  };
  absl::flat_hash_map<uint32_t, std::vector<Named>> named_;  // by call
  // By message, m= line and payload type. Each line is read once, because all streams are bound
  // again when something changed.
  absl::flat_hash_map<uint64_t, MediaLine> lines_;
  BesideTable<StreamBinding, StreamId> bindings_;
  absl::flat_hash_map<uint64_t, StreamBinding> shared_;  // by call and stream
  absl::flat_hash_map<uint32_t, std::vector<StreamId>> by_call_;
};

}  // namespace sipladder

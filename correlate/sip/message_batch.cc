#include "correlate/sip/message_batch.h"

#include <algorithm>
#include <string>

#include "correlate/model/hash.h"
#include "decode/cut_header.h"
#include "decode/sdp.h"
#include "decode/text.h"

namespace sipladder {
namespace {

// The SDP of a message, empty when it is not complete. Nothing is concluded from an SDP that the
// snap length cut. A body in a log is shorter than its Content-Length when somebody has replaced
// addresses in it: such an SDP counts when it has a complete m= line.
std::string_view whole_sdp(const Datagram& datagram, const SipIndex& sip) {
  if (datagram.truncated && !datagram.logged) return {};
  const std::string_view sdp = find_sdp(sip);
  if (!datagram.truncated) return sdp;
  const size_t media = sdp.find("\nm=");
  const bool is_whole = media != std::string_view::npos && sdp.find('\n', media + 1) < sdp.size();
  return is_whole ? sdp : std::string_view();
}

bool offers_qop(const SipIndex& sip) {
  const auto names_it = [](const HeaderLine& header) {
    return (header.id == HeaderId::www_authenticate || header.id == HeaderId::proxy_authenticate) &&
           (header.value.find("qop") != std::string_view::npos ||
            header.value.find("QOP") != std::string_view::npos);
  };
  return std::any_of(sip.headers.begin(), sip.headers.end(), names_it);
}

// The Reason (RFC 3326) is a time-out: SIP 408, Q.850 102 (recovery on timer expiry), or a text
// that says so.
bool names_timer(std::string_view reason) {
  std::string text(reason);
  std::transform(text.begin(), text.end(), text.begin(), lower);
  const auto says = [&](std::string_view word) { return text.find(word) != std::string::npos; };
  if (says("timeout") || says("timer") || says("timed out")) return true;
  const std::string_view cause = param(text, "cause").value_or("");
  return text.starts_with("sip") ? cause == "408" : text.starts_with("q.850") && cause == "102";
}

bool ends_by_timer(const SipIndex& sip) {
  const auto reasons = header_values(sip, HeaderId::reason);
  return std::any_of(reasons.begin(), reasons.end(), names_timer);
}

// Stands for a Call-ID that the snap length cut off: a request and its responses have one branch.
uint64_t hash_of_branch(const SipIndex& sip) {
  const ViaKey via = parse_via_key(sip.value(HeaderId::via));
  return has_magic_cookie(via.branch) ? hash_text(via.branch) | 1U : 0;
}

MessageRecord record_of(const IndexedMessage& indexed, const SipFacts& facts) {
  const Datagram& datagram = indexed.datagram;
  const SipIndex& sip = indexed.sip;
  MessageRecord message;
  message.time_ns = datagram.time_ns;
  message.offset = datagram.ref.offset;
  message.store = datagram.ref.store;
  message.length = static_cast<uint32_t>(datagram.payload.size());
  message.frame = datagram.frame;
  message.source = datagram.source;
  message.point = datagram.point;
  message.went_out = datagram.way == Way::out;
  message.transport = datagram.transport;
  message.logged = datagram.logged;
  message.inferred = datagram.inferred;
  message.ip_id = datagram.ip_id;
  message.cseq = facts.cseq;
  message.method = facts.method;
  message.status = sip.is_request ? uint16_t{0} : sip.status;
  message.content_hash = static_cast<uint32_t>(hash_text(datagram.payload));
  const std::string_view sdp = whole_sdp(datagram, sip);
  message.has_sdp = !sdp.empty();
  if (message.has_sdp) message.sdp = glance_sdp(sdp);
  message.truncated = datagram.truncated;
  message.malformed = sip.malformed != nullptr && !message.truncated;
  message.has_to_tag = facts.to_tag != 0;
  const bool needs_contact =
      facts.method == Method::invite && (sip.is_request || sip.status / 100 == 2);
  message.no_contact = needs_contact && !facts.has_contact && !message.truncated;
  message.many_contacts = facts.many_contacts;
  message.has_rseq = sip.has(HeaderId::rseq);
  message.no_qop = (sip.status == 401 || sip.status == 407) && !offers_qop(sip);
  if (sip.is_request && facts.method == Method::bye && sip.has(HeaderId::reason))
    message.timed_out = ends_by_timer(sip);
  message.has_auth = sip.has(HeaderId::authorization) || sip.has(HeaderId::proxy_authorization);
  return message;
}

}  // namespace

bool MessageBatch::has_room(size_t bytes) const {
  return count_ < kMaxMessages && bytes_.has_room(bytes);
}

const SipIndex* MessageBatch::add(const Datagram& datagram) {
  if (messages_.empty()) messages_.resize(kMaxMessages);
  IndexedMessage& message = messages_[count_];
  const std::string_view copy = bytes_.add(datagram.payload);
  if (!index_sip(copy, &message.sip)) {
    bytes_.take_back(copy);
    return nullptr;
  }
  if (datagram.truncated) drop_cut_header(copy, &message.sip);
  message.datagram = datagram;
  message.datagram.payload = copy;
  count_++;
  return &message.sip;
}

// A message in a log may lack headers that the message on the wire had.
static bool lacks_transaction(const SipIndex& sip, const Datagram& datagram) {
  if (datagram.truncated || datagram.logged) return false;
  return !sip.has(HeaderId::call_id) || !sip.has(HeaderId::cseq) ||
         (sip.is_request && !sip.has(HeaderId::via));
}

std::span<PreparedMessage> MessageBatch::prepare() {
  for (size_t i = prepared_.size(); i < count_; i++) {
    SipFacts facts = facts_of(messages_[i].sip);
    if (facts.call_hash == 0 && messages_[i].datagram.truncated) {
      facts.call_hash = hash_of_branch(messages_[i].sip);
      facts.no_call_id = true;
    }
    facts.no_transaction = lacks_transaction(messages_[i].sip, messages_[i].datagram);
    prepared_.push_back(
        {record_of(messages_[i], facts), facts, &messages_[i].sip, messages_[i].datagram.ttl});
  }
  return prepared_;
}

void MessageBatch::clear() {
  prepared_.clear();
  bytes_.clear();
  count_ = 0;
}

}  // namespace sipladder

// nat-contact-private: a later request is sent to the private address of a Contact, and nothing
// comes back; or a 2xx with a private Contact is never acknowledged.
#include <fmt/format.h>

#include <set>

#include "correlate/findings/shared/support.h"

namespace sipladder::nat_contact_private {
namespace {

extern const Detector detector;

constexpr size_t kMostRead = 2000;    // requests and responses that are read again
constexpr uint16_t kRepeated2xx = 3;  // copies of a 2xx without ACK

std::optional<IpAddress> host_of(std::string_view uri) {
  return parse_ip(parse_uri(uri).host);
}

// The address is private, and nothing comes from it at this capture point.
bool is_out_of_reach(const CaptureContext& context, const std::optional<IpAddress>& ip,
                     uint8_t point) {
  return ip && is_private_scope(scope_of(*ip)) && !context.nat.sends(*ip, point);
}

void tell(const CaptureContext& context, TransactionId id, const IpAddress& contact,
          const std::string& what, std::vector<Finding>* out) {
  const TransactionRecord& txn = context.model.transactions[id];
  Finding finding = finding_of(detector);
  finding.call = txn.call;
  finding.txn = id;
  finding.message = txn.request ? txn.request : txn.first_message;
  for (MessageId m = txn.last_message; m && finding.evidence.size() < 24;
       m = context.model.messages[m].previous_in_txn)
    finding.evidence.push_back(context.model.messages[m].frame);
  sort_unique(&finding.evidence);
  finding.explains.push_back(txn.call);
  finding.summary = what;
  finding.explanation = fmt::format(
      "{} stands in a Contact of a party behind a NAT. From the public side it cannot be reached.",
      to_string(contact));
  finding.remedy =
      "Let the server write the source into the Contact (fix_nated_contact, "
      "add_contact_alias, received=), keep it in the path by Record-Route, or let the "
      "phone use outbound (RFC 5626) or its public address.";
  finding.rfc = "RFC 3261 12.1.1";
  report(out, std::move(finding));
}

// Reports a request without an answer that goes to a private host, or whose Request-URI names one
// and that has no Route left.
void check_request(CaptureContext& context, TransactionId id, std::vector<Finding>* out) {
  const TransactionRecord& txn = context.model.transactions[id];
  const Endpoint& src = context.model.endpoints[txn.src];
  const Endpoint& dst = context.model.endpoints[txn.dst];
  if (!is_public(src.ip) || !context.view.load(context.model.messages[txn.request])) return;
  const SipIndex& sip = context.view.sip();
  const auto target = host_of(sip.request_uri);
  const uint8_t point = context.model.messages[txn.request].point;
  // With a Route, the private destination comes from a Record-Route: nat-record-route-private.
  const bool sent_there =
      is_out_of_reach(context, dst.ip, point) && target == dst.ip && !sip.has(HeaderId::route);
  // A proxy that sends it to a public host has looked up where the client is.
  const bool by_proxy = header_values(sip, HeaderId::via).size() > 1;
  const bool named = is_out_of_reach(context, target, point) && !sip.has(HeaderId::route) &&
                     !by_proxy && !context.nat.sends(dst.ip, point) &&
                     context.nat.is_behind_nat(dst) != true;
  if (!sent_there && !named) return;
  const uint32_t frame = context.model.messages[txn.request].frame;
  tell(context, id, sent_there ? dst.ip : *target,
       sent_there
           ? fmt::format("{} sends {} to the private address {} (frame {}): nothing comes back",
                         to_string(src), to_string(txn.method), to_string(dst), frame)
           : fmt::format("the {} of {} (frame {}) is for the private address {}: nothing "
                         "comes back",
                         to_string(txn.method), to_string(src), frame, to_string(*target)),
       out);
}

// Reports a 2xx that is repeated because its ACK goes to the private Contact. True when it did.
bool check_2xx(CaptureContext& context, TransactionId id, std::vector<Finding>* out) {
  const TransactionRecord& txn = context.model.transactions[id];
  const MessageRecord& response = context.model.messages[txn.final_response];
  const Endpoint& from = context.model.endpoints[response.src];
  if (!is_public(from.ip) || !context.view.load(response)) return false;
  const SipIndex& sip = context.view.sip();
  const auto contact = host_of(parse_name_addr(sip.value(HeaderId::contact)).uri);
  if (!is_out_of_reach(context, contact, response.point) || sip.has(HeaderId::record_route))
    return false;
  tell(context, id, *contact,
       fmt::format(
           "the 2xx of {} (frame {}) has the private Contact {} and no Record-Route: its ACK "
           "does not arrive, and the 2xx is sent {}",
           to_string(from), response.frame, to_string(*contact), times_text(txn.responses)),
       out);
  return true;
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  size_t read = 0;
  std::set<std::pair<CallId, uint32_t>> told_2xx;  // by call and CSeq: told for one hop only
  for (const TransactionId id : context.model.transactions.ids()) {
    if (read >= kMostRead) return;
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.request && is_left_unanswered(context.model, txn)) {
      read++;
      check_request(context, id, out);
    } else if (txn.method == Method::invite && txn.succeeded() && !txn.acked &&
               txn.responses >= kRepeated2xx && !told_2xx.contains({txn.call, txn.cseq})) {
      read++;
      if (check_2xx(context, id, out)) told_2xx.insert({txn.call, txn.cseq});
    }
  }
}

const Detector detector("nat-contact-private", Severity::error,
                        "a request goes to the private address of a Contact and is lost", check,
                        {.in_calls = {"txn-timeout", "txn-retransmissions"},
                         .facts_in_calls = {"txn-ack-missing", "txn-bye-unanswered"}});

}  // namespace
}  // namespace sipladder::nat_contact_private

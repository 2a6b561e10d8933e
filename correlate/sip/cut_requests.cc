#include "correlate/sip/cut_requests.h"

#include "correlate/sip/sip_facts.h"

namespace sipladder {

std::optional<CutRequest> cut_request_of(const IncompleteSip& packet) {
  SipIndex sip;
  if (!index_sip(packet.head, &sip) || !sip.is_request) return std::nullopt;
  const bool named =
      sip.has(HeaderId::via) && sip.has(HeaderId::cseq) && sip.has(HeaderId::call_id);
  if (!named) return std::nullopt;
  return CutRequest{packet, facts_of(sip).transaction_key, std::string(sip.method)};
}

}  // namespace sipladder

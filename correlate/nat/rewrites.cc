#include "correlate/nat/rewrites.h"

#include "decode/sdp.h"

namespace sipladder {
namespace {

std::optional<IpAddress> media_address(const Sdp& sdp) {
  for (const SdpMedia& media : sdp.media) {
    const auto ip = parse_ip(media.address);
    if (ip && scope_of(*ip) != AddressScope::unspecified) return ip;
  }
  return std::nullopt;
}

NamedAddresses read(const Model& model, MessageView& view, MessageId id) {
  if (!id || !view.load(model.messages[id])) return {};
  return addresses_of(view.sip());
}

void compare(const std::optional<IpAddress>& from, const std::optional<IpAddress>& to,
             Rewrite rewrite, RewrittenPart part, std::vector<Rewrite>* out) {
  if (!from || !to || *from == *to) return;
  rewrite.part = part;
  rewrite.from = *from;
  rewrite.to = *to;
  out->push_back(rewrite);
}

}  // namespace

std::string_view to_string(RewrittenPart part) {
  static constexpr std::string_view kNames[] = {"Via", "Contact", "SDP"};
  return kNames[static_cast<size_t>(part)];
}

NamedAddresses addresses_of(const SipIndex& sip) {
  NamedAddresses named;
  const auto vias = header_values(sip, HeaderId::via);
  if (!vias.empty()) {
    const Via via = parse_via(vias.front());
    named.via = parse_ip(via.host);
    named.branch = std::string(via.branch);
  }
  named.contact = parse_ip(parse_uri(parse_name_addr(sip.value(HeaderId::contact)).uri).host);
  const std::string_view body = find_sdp(sip);
  if (!body.empty()) named.sdp = media_address(parse_sdp(body));
  return named;
}

void find_rewrites_of_relay(const Model& model, MessageView& view, const ViaHop& hop,
                            TransactionId sent_on, std::vector<Rewrite>* out) {
  const TransactionRecord& before = model.transactions[hop.txn];
  const TransactionRecord& after = model.transactions[sent_on];
  const auto compare_sdp = [&](MessageId from, MessageId to) {
    if (!from || !to || !model.messages[from].has_sdp || !model.messages[to].has_sdp) return;
    // A relay that replaces a public address by a public one is no NAT. To read such SDP took a
    // third of the audit's time.
    if (!model.messages[from].sdp.may_be_private && !model.messages[to].sdp.may_be_private) return;
    const auto first = read(model, view, from).sdp;
    compare(first, read(model, view, to).sdp, {from, to, sent_on, {}, {}, {}, false},
            RewrittenPart::sdp, out);
  };
  compare_sdp(before.request, after.request);
  if (before.succeeded() && after.succeeded())
    compare_sdp(after.final_response, before.final_response);
}

void find_rewrites_of_alg(const Model& model, MessageView& view, const ViaHop& inside,
                          const ViaHop& outside, std::vector<Rewrite>* out) {
  const NamedAddresses before = read(model, view, inside.request);
  const NamedAddresses after = read(model, view, outside.request);
  if (before.branch.empty() || before.branch != after.branch) return;
  const Rewrite rewrite{inside.request, outside.request, outside.txn, {}, {}, {}, true};
  compare(before.via, after.via, rewrite, RewrittenPart::via, out);
  compare(before.contact, after.contact, rewrite, RewrittenPart::contact, out);
  compare(before.sdp, after.sdp, rewrite, RewrittenPart::sdp, out);
}

}  // namespace sipladder

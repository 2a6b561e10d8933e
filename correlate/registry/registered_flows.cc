#include "correlate/registry/registered_flows.h"

#include "correlate/model/hash.h"
#include "correlate/registry/register_values.h"
#include "decode/text.h"

namespace sipladder {

RegisteredFlow asked_flow(const SipIndex& sip, const std::string& aor) {
  RegisteredFlow flow;
  const NameAddr contact = parse_name_addr(sip.value(HeaderId::contact));
  flow.aor = aor;
  flow.instance = std::string(param(contact.params, "+sip.instance").value_or(""));
  if (!flow.instance.empty())
    flow.reg_id = std::string(param(contact.params, "reg-id").value_or(""));
  return flow;
}

void RegisteredFlows::note(const std::string& key, RegisteredFlow flow,
                           const TransactionRecord& txn, const SipIndex& response) {
  flow.client = txn.src;
  flow.edge = txn.dst;
  flow.transport = txn.transport;
  flow.flow_timer_s = parse_number<uint32_t>(value_of(response, "Flow-Timer"));
  flow.agreed = value_of(response, "Require").find("outbound") != std::string_view::npos;
  flow.request = txn.request;
  flow.first_ns = flow.last_ns = txn.final_response_ns;
  const auto [place, is_new] = places_.try_emplace(hash_text(key), flows_.size());
  if (is_new && flows_.size() >= kMaxFlows) return void(places_.erase(place));
  if (is_new) return flows_.push_back(std::move(flow));
  RegisteredFlow& known = flows_[place->second];
  if (known.client == flow.client) flow.first_ns = known.first_ns;
  known = std::move(flow);
}

void RegisteredFlows::forget_evicted(const Model& model) {
  std::erase_if(flows_,
                [&](const RegisteredFlow& flow) { return !model.messages.holds(flow.request); });
  places_.clear();  // a flow that goes on gets a new row
}

}  // namespace sipladder

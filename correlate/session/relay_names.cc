#include "correlate/session/relay_names.h"

#include <fmt/format.h>

#include <algorithm>

namespace sipladder {
namespace {

constexpr int kMostLookedAt = 64;

}  // namespace

void RelayNames::update() {
  if (model_.relay_ports.size() == 0) return;
  if (epoch_ != model_.evicted.epoch) {
    epoch_ = model_.evicted.epoch;
    calls_.clear();
    by_address_.clear();
    ports_ = calls_seen_ = 0;
  }
  for (const RelayPortId id : model_.relay_ports.ids(ports_ + 1))
    by_address_[model_.relay_ports[id].address].push_back(id);
  ports_ = model_.relay_ports.size();
  for (const CallId id : model_.calls.ids(calls_seen_ + 1))
    calls_[model_.calls[id].id_hash].push_back(id);
  calls_seen_ = model_.calls.size();
}

CallId RelayNames::call_of(const RelayPort& port) const {
  constexpr int64_t kLeadNs = 1'000'000'000;  // the proxy's clock, or HEP, may be late
  const RelaySession& session = model_.relay_sessions.at(port.session);
  const auto found = calls_.find(hash_text(session.call_id) | 1U);
  if (found == calls_.end()) return {};
  const std::vector<CallId>& calls = found->second;
  const auto later = std::partition_point(calls.begin(), calls.end(), [&](CallId id) {
    return model_.calls[id].start_ns <= port.from_ns + kLeadNs;
  });
  return later == calls.begin() ? calls.front() : *std::prev(later);
}

Party RelayNames::party_of(const RelayPort& port) const {
  if (!model_.relay_sessions.at(port.session).caller_known) return Party::none;
  return port.side == 0 ? Party::caller : Party::callee;
}

// The newest that was in force while the stream lasted. A port is used by one call after another:
// of those that had begun, a few are looked at.
const RelayPort* RelayNames::at(const Endpoint& end, const StreamRecord& stream) const {
  const auto found = by_address_.find(end);
  if (found == by_address_.end()) return nullptr;
  const std::vector<RelayPortId>& ports = found->second;
  auto id = std::partition_point(ports.begin(), ports.end(), [&](RelayPortId one) {
    return model_.relay_ports[one].from_ns <= stream.last_ns;
  });
  for (int left = kMostLookedAt; left > 0 && id != ports.begin(); left--) {
    const RelayPort& port = model_.relay_ports[*--id];
    const bool over = port.until_ns != 0 && port.until_ns < stream.first_ns;
    if (!over) return &port;
  }
  return nullptr;
}

const RelayPort* RelayNames::naming(const StreamRecord& stream) const {
  const RelayPort* const to = at(model_.endpoints[stream.dst], stream);
  const RelayPort* const from = at(model_.endpoints[stream.src], stream);
  if (to == nullptr || (from != nullptr && from->of_relay && !to->of_relay)) return from;
  return to;
}

std::string why_no_call(const Model& model, const RelayNames& names, const MediaBinding& media,
                        StreamId id) {
  const StreamRecord& stream = model.streams[id];
  if (const RelayPort* const port = names.naming(stream)) {
    const std::string& call_id = model.relay_sessions.at(port->session).call_id;
    const CallId call = names.call_of(*port);
    if (!call)
      return fmt::format("the relay named it (Call-ID {}), but its SIP is not in this capture",
                         call_id);
    return fmt::format("the relay named it (Call-ID {}), but no SDP of call {} does", call_id,
                       call.value);
  }
  if (const CallId call = media.named_by(stream))
    return fmt::format(
        "an SDP of call {} named its address, but its dialog is not here: that call was over",
        call.value);
  if (model.evicted.calls != 0) return "nobody named it, of what is still in memory";
  return "nobody named it";
}

}  // namespace sipladder

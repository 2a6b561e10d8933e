#include "correlate/model/names.h"

namespace sipladder {

std::string_view to_string(CallState state) {
  static constexpr std::string_view kNames[] = {
      "calling",    "ringing",      "in-call",  "completed", "cancelled", "busy",
      "no-answer",  "redirected",   "rejected", "failed",    "timeout",   "registering",
      "registered", "unregistered", "pending",  "done"};
  return kNames[static_cast<size_t>(state)];
}

std::string_view to_string(CallKind kind) {
  static constexpr std::string_view kNames[] = {
      "call", "registration", "subscription", "options", "message", "publish", "other"};
  return kNames[static_cast<size_t>(kind)];
}

std::string_view to_string(Party party) {
  static constexpr std::string_view kNames[] = {"", "caller", "callee", "network"};
  return kNames[static_cast<size_t>(party)];
}

std::string_view to_string(TransactionState state) {
  static constexpr std::string_view kNames[] = {"calling",  "trying",    "proceeding", "completed",
                                                "accepted", "confirmed", "terminated", "timed-out"};
  return kNames[static_cast<size_t>(state)];
}

std::string counted(uint64_t count, std::string_view thing) {
  std::string text = std::to_string(count) + " ";
  text.append(thing);
  return count == 1 ? text : text + "s";
}

std::string_view was_or_were(uint64_t count) {
  return count == 1 ? "was" : "were";
}

std::string_view to_string(TransactionKind kind) {
  static constexpr std::string_view kNames[] = {"invite", "non-invite", "ack-2xx"};
  return kNames[static_cast<size_t>(kind)];
}

std::string_view party_name(std::string_view from_or_to) {
  const NameAddr address = parse_name_addr(from_or_to);
  const SipUri uri = parse_uri(address.uri);
  if (!uri.user.empty()) return uri.user;
  return uri.host.empty() ? address.uri : uri.host;
}

}  // namespace sipladder

#include "correlate/sip/correlator.h"

#include <algorithm>

namespace sipladder {
namespace {

// Fetched together. sip-100k, per message: 1 alone 740 ns, 32 together 490 ns.
constexpr size_t kGroup = 32;

}  // namespace

// Three rounds, because each needs what the one before has brought: slot, record, chain.
void Correlator::fetch(std::span<const PreparedMessage> group) const {
  for (const PreparedMessage& message : group) {
    calls_.prefetch_slot(message.facts);
    transactions_.prefetch_slot(message.facts);
    dialogs_.prefetch_slot(message.facts);
  }
  for (const PreparedMessage& message : group) {
    calls_.prefetch_record(message.facts);
    transactions_.prefetch_record(message.facts);
    dialogs_.prefetch_record(message.facts);
  }
  for (const PreparedMessage& message : group) {
    calls_.prefetch_chain(message.facts);
    transactions_.prefetch_chain(message.facts);
  }
}

void Correlator::add(std::span<const PreparedMessage> messages) {
  while (!messages.empty()) {
    const auto group = messages.first(std::min(kGroup, messages.size()));
    fetch(group);
    for (const PreparedMessage& message : group) add(message);
    messages = messages.subspan(group.size());
  }
}

void Correlator::add(const PreparedMessage& message) {
  const MessageId id = calls_.add(message.record, message.facts, *message.sip);
  if (!message.facts.no_transaction) {
    transactions_.add(id, message.facts);
    dialogs_.add(id, message.facts);
  }
  calls_.update(id);
}

}  // namespace sipladder

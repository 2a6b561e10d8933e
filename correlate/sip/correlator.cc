#include "correlate/sip/correlator.h"

#include <algorithm>

namespace sipladder {
namespace {

// Messages whose memory is fetched together. sip-100k, per message: 740 ns with 1, 490 ns with 32.
constexpr size_t kGroup = 32;

}  // namespace

// Three rounds (slot, record, chain), because each reads the memory that the round before has
// brought into the cache.
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
    transactions_.add(id, message.facts, message.ttl);
    dialogs_.add(id, message.facts);
  }
  calls_.update(id);
}

}  // namespace sipladder

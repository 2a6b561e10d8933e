// Strong 32-bit ids, 1-based in capture order; 0 is "none". An id is the `id` column of its table
// (docs/schema.md).
#pragma once

#include <compare>
#include <cstdint>

namespace sipladder {

template <typename Tag>
struct Id {
  uint32_t value = 0;
  explicit operator bool() const { return value != 0; }
  auto operator<=>(const Id&) const = default;
};

using MessageId = Id<struct MessageTag>;
using TransactionId = Id<struct TransactionTag>;
using DialogId = Id<struct DialogTag>;
using CallId = Id<struct CallTag>;
using StreamId = Id<struct StreamTag>;
using RelayPortId = Id<struct RelayPortTag>;
using EndpointId = Id<struct EndpointTag>;

}  // namespace sipladder

// The words for what the records say, as every table and view writes them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "correlate/model/sip_records.h"

namespace sipladder {

std::string_view to_string(CallState state);
std::string_view to_string(CallKind kind);
std::string_view to_string(Party party);  // empty for none
std::string_view to_string(TransactionState state);
std::string_view to_string(TransactionKind kind);

std::string counted(uint64_t count, std::string_view thing);  // "1 packet", "3 packets"
std::string_view was_or_were(uint64_t count);

// Who a From or To value names: user part, else host. A view of the value.
std::string_view party_name(std::string_view from_or_to);

}  // namespace sipladder

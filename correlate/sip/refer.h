// REFER and Replaces: which call a transfer made (RFC 3515), and which dialog it names (RFC 3891).
//
// Pure functions; views live as long as what was parsed. Threads: as Model.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "correlate/model/message_view.h"
#include "correlate/model/model.h"

namespace sipladder {

struct DialogName {
  std::string call_id;
  std::string to_tag;
  std::string from_tag;

  // Who receives Replaces has the To tag as its own: the tags stand in no order for a bystander.
  bool is(std::string_view other_id, std::string_view tag, std::string_view other_tag) const;
};
// Of a Replaces value: "id;to-tag=a;from-tag=b". nullopt when it names no dialog.
std::optional<DialogName> parse_replaces(std::string_view value);

struct ReferTarget {
  std::string uri;  // without what follows its '?'
  std::optional<DialogName> replaces;
};
ReferTarget refer_target_of(const SipIndex& refer);

// How long after its REFER the new call may begin.
inline constexpr int64_t kReferNs = 10'000'000'000;
// The call to the target of `refer` that its receiver made then; none when the capture shows none.
// Requires a transaction whose request is known. Bounds: kMaxReferCalls calls are looked at.
inline constexpr uint32_t kMaxReferCalls = 512;
CallId call_of_refer(const Model& model, MessageView& view, TransactionId refer);

}  // namespace sipladder

// REFER and Replaces: which call a transfer made (RFC 3515), and which dialog Replaces names
// (RFC 3891).
//
// Threads: as Model.
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

  // The tags match in either order: only the receiver of Replaces knows which tag is its own.
  bool is(std::string_view other_id, std::string_view tag, std::string_view other_tag) const;
};
// Parses a Replaces value: "id;to-tag=a;from-tag=b". nullopt when it names no dialog.
std::optional<DialogName> parse_replaces(std::string_view value);

struct ReferTarget {
  std::string uri;                     // without the headers, which begin with '?'
  std::optional<DialogName> replaces;  // from the headers
};
// Parses Refer-To of a REFER. Without that header, the URI is empty.
ReferTarget refer_target_of(const SipIndex& refer);

// How long after its REFER the new call may begin.
inline constexpr int64_t kReferNs = 10'000'000'000;
// The call that the receiver of `refer` made to its target within kReferNs; id 0 when the capture
// shows none. Requires a transaction whose request is known. `view` is loaded anew.
// Bounds: kMaxReferCalls calls are looked at.
inline constexpr uint32_t kMaxReferCalls = 512;
CallId call_of_refer(const Model& model, MessageView& view, TransactionId refer);

}  // namespace sipladder

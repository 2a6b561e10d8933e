// Who calls whom under which Call-ID: what every list shows of a call. Kept beside the call's
// record, because reading 142,000 calls' first messages again took 0.15 s of 1.6 (sip-100k).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "correlate/model/ids.h"
#include "decode/sip_message.h"

namespace sipladder {

struct Model;
class MessageView;

// Views of the message or label that they were taken from; empty when the message lacks them.
struct CallNames {
  std::string_view call_id;  // every byte of it, folds too
  std::string_view caller;   // party_name() of From
  std::string_view callee;   // and of To
};
CallNames names_in(const SipIndex& sip);

// As much text as nearly all calls have; the names of the others are in their first message.
class CallLabel {
 public:
  CallLabel() = default;
  explicit CallLabel(const CallNames& names);

  bool is_complete() const { return whole_; }
  CallNames names() const;  // requires is_complete()

 private:
  std::array<char, 92> text_;
  uint8_t call_id_ = 0, caller_ = 0, callee_ = 0;  // lengths
  bool whole_ = false;
};

// Valid until the view's next load().
CallNames names_of(const Model& model, CallId call, MessageView& view);

}  // namespace sipladder

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

// Views of the message or label that the names were taken from. A name that the message lacks is
// empty.
struct CallNames {
  std::string_view call_id;  // as written, line folds included
  std::string_view caller;   // party_name() of From
  std::string_view callee;   // and of To
};
CallNames names_in(const SipIndex& sip);

// A copy of the three names, which fit here in nearly all calls. Longer ones are not copied: they
// are read from the call's message again.
class CallLabel {
 public:
  CallLabel() = default;
  explicit CallLabel(const CallNames& names);

  bool is_complete() const { return whole_; }
  CallNames names() const;  // views of this label; requires is_complete()

 private:
  std::array<char, 92> text_;
  uint8_t call_id_ = 0, caller_ = 0, callee_ = 0;  // lengths
  bool whole_ = false;
};

// The names of a call, from its label or read by `view`. Valid until the next load() of `view`, and
// no longer than the model holds the call. All are empty when the message cannot be read.
CallNames names_of(const Model& model, CallId call, MessageView& view);

}  // namespace sipladder

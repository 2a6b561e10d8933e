// Dialogs: Call-ID and both tags (RFC 3261 12). Forked early dialogs stay apart under one call.
#pragma once

#include <absl/container/flat_hash_map.h>

#include "correlate/hash.h"
#include "correlate/model.h"
#include "correlate/sip_keys.h"

namespace sipladder {

class DialogTable {
 public:
  explicit DialogTable(Model& model) : model_(model) {}

  // Finds or creates the dialog of message `id` (already in its transaction) and moves its state.
  void add(MessageId id, const SipIndex& sip, const SipKeys& keys);

 private:
  DialogId find_or_create(MessageId id, const SipKeys& keys);
  void learn_targets(DialogRecord& dialog, const MessageRecord& message, MessageId id,
                     const SipIndex& sip);
  void move_state(DialogRecord& dialog, const MessageRecord& message, MessageId id);

  Model& model_;
  absl::flat_hash_map<uint64_t, DialogId, IdentityHash> by_key_;
};

}  // namespace sipladder

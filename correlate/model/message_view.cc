#include "correlate/model/message_view.h"

#include "correlate/model/hash.h"
#include "decode/cut_header.h"

namespace sipladder {

bool MessageView::load_by(Index index, const MessageRecord& message) {
  bool there = log_.read(message.ref(), &bytes_);
  if (there && static_cast<uint32_t>(hash_text(bytes_)) != message.content_hash) {
    log_.note_changed(message.ref());
    there = false;
  }
  if (there && index(bytes_, &sip_)) return true;
  bytes_.clear();
  sip_ = SipIndex{};
  return false;
}

bool MessageView::load(const MessageRecord& message) {
  if (!load_by(index_sip, message)) return false;
  if (message.truncated) drop_cut_header(bytes_, &sip_);
  return true;
}

bool MessageView::load_routing(const MessageRecord& message) {
  // Only the index of all headers tells which of them the snap length has cut.
  return message.truncated ? load(message) : load_by(index_routing, message);
}

}  // namespace sipladder

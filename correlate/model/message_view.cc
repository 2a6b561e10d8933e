#include "correlate/model/message_view.h"

#include "correlate/model/hash.h"
#include "decode/cut_header.h"

namespace sipladder {

bool MessageView::load(const MessageRecord& message) {
  bool there = log_.read(message.ref(), &bytes_);
  if (there && static_cast<uint32_t>(hash_text(bytes_)) != message.content_hash) {
    log_.note_changed(message.ref());
    there = false;
  }
  if (!there || !index_sip(bytes_, &sip_)) {
    bytes_.clear();
    sip_ = SipIndex{};
    return false;
  }
  if (message.truncated) drop_cut_header(bytes_, &sip_);
  return true;
}

}  // namespace sipladder

#include "correlate/model/message_view.h"

#include "correlate/model/hash.h"
#include "decode/cut_header.h"

namespace sipladder {

// False when the bytes are not the message's any more.
bool MessageView::read(const MessageRecord& message) {
  if (!log_.read(message.ref(), &bytes_)) return false;
  if (static_cast<uint32_t>(hash_text(bytes_)) == message.content_hash) return true;
  log_.note_changed(message.ref());
  return false;
}

bool MessageView::load(const MessageRecord& message) {
  if (!read(message) || !index_sip(bytes_, &sip_)) {
    bytes_.clear();
    sip_ = SipIndex{};
    return false;
  }
  if (message.truncated) drop_cut_header(bytes_, &sip_);
  return true;
}

bool MessageView::load_routing(const MessageRecord& message) {
  if (message.truncated) return load(message);  // which of its headers is cut, all together tell
  if (read(message) && index_routing(bytes_, &sip_)) return true;
  bytes_.clear();
  sip_ = SipIndex{};
  return false;
}

}  // namespace sipladder

#include "correlate/message_view.h"

#include "decode/cut_header.h"

namespace sipladder {

bool MessageView::load(const MessageRecord& message) {
  if (!log_.read(message.ref(), &bytes_)) bytes_.clear();
  if (!index_sip(bytes_, &sip_)) {
    sip_ = SipIndex{};
    return false;
  }
  if (message.truncated) drop_cut_header(bytes_, &sip_);
  return true;
}

}  // namespace sipladder

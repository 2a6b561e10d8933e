#include "correlate/message_view.h"

namespace sipladder {

bool MessageView::load(const MessageRecord& message) {
  if (!log_.read(message.ref(), &bytes_)) bytes_.clear();
  if (index_sip(bytes_, &sip_)) return true;
  sip_ = SipIndex{};
  return false;
}

}  // namespace sipladder

#include "correlate/message_batch.h"

#include <algorithm>
#include <cstring>

namespace sipladder {

bool MessageBatch::has_room(size_t bytes) const {
  return count_ == 0 || (count_ < kMaxMessages && used_ + bytes <= capacity_);
}

IndexedMessage* MessageBatch::add(const Datagram& datagram) {
  const size_t size = datagram.payload.size();
  if (count_ == 0 && size > capacity_) {
    capacity_ = std::max(size, kMaxBytes);
    bytes_ = std::make_unique_for_overwrite<char[]>(capacity_);
  }
  if (messages_.empty()) messages_.resize(kMaxMessages);
  IndexedMessage& message = messages_[count_];
  char* const copy = bytes_.get() + used_;
  std::memcpy(copy, datagram.payload.data(), size);
  if (!index_sip({copy, size}, &message.sip)) return nullptr;
  message.datagram = datagram;
  message.datagram.payload = {copy, size};
  used_ += size;
  count_++;
  return &message;
}

void MessageBatch::clear() {
  count_ = used_ = 0;
  if (capacity_ <= kMaxBytes) return;
  bytes_.reset();
  capacity_ = 0;
}

}  // namespace sipladder

#include "correlate/rtp/media_batch.h"

#include "correlate/model/hash.h"

namespace sipladder {

std::span<const MediaItem> MediaBatch::prepare() {
  for (; prepared_ < items_.size(); prepared_++) {
    MediaItem& item = items_[prepared_];
    if (item.payload_class != PayloadClass::rtp) continue;
    if (parse_rtp(item.datagram.payload, &item.rtp)) {
      item.key = stream_key(item.datagram.src, item.datagram.dst, item.rtp.ssrc);
    } else {
      item.payload_class = PayloadClass::other;
    }
  }
  return items_;
}

}  // namespace sipladder

// A message's text, read again from the capture.
//
// Lifetime: the views in `sip` live until the next load(). Threads: one view per thread.
#pragma once

#include <string>

#include "capture/packet_log.h"
#include "correlate/model/sip_records.h"
#include "decode/sip_message.h"

namespace sipladder {

class MessageView {
 public:
  explicit MessageView(const PacketLog& log) : log_(log) {}

  // False when the bytes can no longer be read, or are not those of the message any more; `sip` and
  // `bytes` are then empty, and the log has counted it.
  bool load(const MessageRecord& message);

  // The same, and `sip` holds its start line, Via and Record-Route only: for the NAT audit, which
  // reads three messages of each hop.
  bool load_routing(const MessageRecord& message);

  const PacketLog& log() const { return log_; }
  const SipIndex& sip() const { return sip_; }
  std::string_view bytes() const { return bytes_; }

 private:
  using Index = bool (*)(std::string_view, SipIndex*);
  bool load_by(Index index, const MessageRecord& message);

  const PacketLog& log_;
  std::string bytes_;
  SipIndex sip_;
};

}  // namespace sipladder

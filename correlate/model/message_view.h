// A message's text, read again from the capture.
//
// Lifetime: sip() and bytes() are valid until the next load(). The PacketLog must outlive the view.
// Threads: one view per thread.
#pragma once

#include <string>

#include "capture/packet_log.h"
#include "correlate/model/sip_records.h"
#include "decode/sip_message.h"

namespace sipladder {

class MessageView {
 public:
  explicit MessageView(const PacketLog& log) : log_(log) {}

  // False when the bytes can no longer be read, or are not those of the message any more. sip() and
  // bytes() are empty then, and the PacketLog has counted the failure.
  bool load(const MessageRecord& message);

  // The same, but sip() need not hold more than the start line, Via and Record-Route. It is faster,
  // for the NAT audit, which reads three messages of each hop.
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

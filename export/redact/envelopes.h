// Packets that hold other packets, or messages, with addresses around them: ARP, ICMP and its
// quotes, HEP, exported PDUs, SCTP. What they tell is replaced in place, what is not understood is
// zeroed.
//
// Threads: one.
#pragma once

#include "export/redact/checksums.h"
#include "export/redact/payloads.h"

namespace sipladder {

class Envelopes {
 public:
  Envelopes(Replacer& replacer, Payloads& payloads) : replacer_(replacer), payloads_(payloads) {}

  void arp(Bytes packet);
  void icmp(Bytes message, bool v6);  // RFC 792, RFC 4443
  void hep(Bytes packet);
  void exported(Bytes packet);
  void sctp(Bytes packet);

 private:
  // What the IP header of a quoted packet says about the rest.
  struct Quote {
    IpAddress src, dst;  // as they were before
    uint8_t protocol = 0;
    bool whole = false;     // nothing was cut
    bool later = false;     // a fragment without the ports
    ChecksumChange change;  // of the addresses
  };
  void neighbour(Bytes message);
  void quote(Bytes quoted);
  void quoted_transport(Bytes transport, Quote& about);
  void hep2(Bytes packet);

  Replacer& replacer_;
  Payloads& payloads_;
};

}  // namespace sipladder

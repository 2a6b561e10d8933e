// Redacts packets that are neither UDP nor TCP payload: ARP, ICMP and the packets that it quotes,
// HEP, exported PDUs, SCTP. Addresses and messages are replaced in place; what is not understood is
// zeroed.
//
// Threads: one. Both references must outlive this object.
#pragma once

#include "export/redact/checksums.h"
#include "export/redact/payloads.h"

namespace sipladder {

class Envelopes {
 public:
  Envelopes(Replacer& replacer, Payloads& payloads) : replacer_(replacer), payloads_(payloads) {}

  // Each takes the bytes from the beginning of the header that it is named after.
  void arp(Bytes packet);             // RFC 826
  void icmp(Bytes message, bool v6);  // RFC 792, RFC 4443
  void hep(Bytes packet);
  void exported(Bytes packet);
  void sctp(Bytes packet);

 private:
  // What the IP header of a quoted packet says about the rest.
  struct Quote {
    IpAddress src, dst;  // as they were before
    uint8_t protocol = 0;
    bool whole = false;     // all of the packet is quoted
    bool later = false;     // a later fragment, which has no ports
    ChecksumChange change;  // from the replaced addresses
  };
  void neighbour(Bytes message);
  void quote(Bytes quoted);
  void quoted_transport(Bytes transport, Quote& about);
  void hep2(Bytes packet);

  Replacer& replacer_;
  Payloads& payloads_;
};

}  // namespace sipladder

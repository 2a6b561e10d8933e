// Two messages as every tool writes them, and what is read of such text.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "decode/decoder.h"

namespace sipladder {

inline const std::string kInvite =
    "INVITE sip:b@192.0.2.9 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1\r\n"
    "From: <sip:a@10.0.0.1>;tag=1\r\nTo: <sip:b@192.0.2.9>\r\nCall-ID: text\r\n"
    "CSeq: 1 INVITE\r\nContent-Length: 18\r\n\r\nv=0\r\ns=a session\r\n";
inline const std::string kRinging =
    "SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1\r\n"
    "From: <sip:a@10.0.0.1>;tag=1\r\nTo: <sip:b@192.0.2.9>;tag=2\r\nCall-ID: text\r\n"
    "CSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n";

// The message as a tool shows it: something before and behind every line, without CR.
std::string shown(const std::string& message, const std::string& before, const std::string& behind);

// kInvite of 2024-01-02 03:04:05.25 UTC and kRinging 1.25 s later.
std::string sofia();
std::string asterisk();
std::string pjsip();
std::string ngrep();
std::string tcpdump();
std::string sngrep();

struct Found {
  std::string src, dst, payload;
  int64_t time_ns;
  bool truncated;
  Transport transport;
};
std::vector<Found> read_trace(const std::string& text);

}  // namespace sipladder

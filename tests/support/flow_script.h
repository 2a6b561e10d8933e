// Packets as text: a SIP flow in a few lines becomes a capture. What a line leaves out is what a
// stack would write (Via stack, tags, CSeq, Contact); what it says, wins.
//
//   host alice 192.0.2.101            name, address, port (5060 when absent); tcp: its SIP goes
//                                     over TCP; `tcp acks`: and its
//                                     segments acknowledge what came, unseen or not
//   clock 1.5 -0.3                    the capture's clock is set back by 0.3 s at 1.5 s
//   snaplen 96                        no more is captured of each packet below; 0: all of it
//   ip-id 0                           the packets below have no IP ID; ip-id 1: they have
//   behind alice 20                   packets from and to alice below are captured at a second
//                                     point, too, a router and 20 ms nearer to the others (IPv4)
//   on-router                         all packets are captured on a router, by its device `any`
//                                     (Linux cooked): each comes in and goes out 0.1 ms later,
//                                     except those of lines with `kept`, which come in only (IPv4)
//   padding 28                        the records of the packets below count 28 bytes that no
//                                     packet had
//   0.000 alice > p1 INVITE sip:bob@example.com sdp=192.0.2.101:4000
//       Supported: replaces           an indented line sets a header; "Name: -" removes it
//   0.010 p1 > bob INVITE fwd         what p1 received, with p1's Via on top
//   0.020 bob > p1 180                answers the last INVITE from p1 to bob
//   0.030 p1 > alice 180 fwd          what p1 received, without its Via
//   0.500 bob > p1 repeat 180         the same bytes again; `dup 180` the same packet again
//   0.600 alice > p1 INVITE unseen    it was sent, and is not in the capture
//   1.000 alice > bob ACK
//   5.000 bob > alice 200 (BYE)       a response's method is INVITE when it does not say
//   1.000 alice:4000 > bob:5000 rtp for=5 pt=0 ssrc=1   `silence`, `same`, `twice` (captured
//                                     so), lose=N (each Nth), keep=N/M (the first N
//                                     of each M are in the capture), `badsum` (a
//                                     wrong UDP checksum; of SIP too), step=
//                                     timestamp units per packet (160),
//                                     every=SECONDS (0.02), seq= and ts= of the first one (else
//                                     a stream that had a line before goes on);
//                                     `tone` of 425 Hz; `murmur` of a quiet room; event=DIGIT,
//                                     `again`: all with one number; `unmarked`; jitter=MS: every
//                                     second packet comes later by that; srtp=KEY: encrypted with
//                                     that key and salt (base64, as in a=crypto; of rtcp too,
//                                     index=), suite= (AES_CM_128_HMAC_ SHA1_80), mki=NUMBER in
//                                     four bytes, roc= the rollover counter of the first round of
//                                     numbers, `uncounted`: of all; to-peer= or
//                                     from-peer=ADDRESS:PORT: inside TURN
//   5.000 bob:5001 > alice:4001 rtcp of=1 lost=7 high=99   a receiver report of that
//                                     SSRC: cumulative loss, highest number received; fraction= of
//                                     256 lost, from= SSRC of who reports; of=0: without a block;
//                                     sent=PACKETS: a sender report; `bye`
//   1.000 alice:4000 > bob:5000 stun name=B:A count=5   checks of ICE, one each every=SECONDS (1);
//                                     `success` or error=401: answers; relayed=ADDRESS:PORT: a TURN
//                                     server's answer to Allocate; without name= a question to a
//                                     STUN server: id= of its transaction, change=port or
//                                     change=both, mapped=ADDRESS:PORT and other=ADDRESS:PORT of
//                                     the answer
//   1.000 alice:4000 > bob:5000 dtls hello count=5      likewise `server-hello`, `verify`,
//                                     `server-done`, `client-key`, `encrypted`, alert=40; random=;
//                                     profile= of SRTP that a server-hello chooses, version=1.3
//   1.100 bob > alice icmp 3 alice:4000 > bob:5000      an error, code 3 of "unreachable" (type=:
//                                     another type; mtu=), which quotes a packet of RTP between
//                                     these ends: with ssrc=, else the SSRC that `rtp` takes
//   1.000 alice > bob arp count=4 every=1               asks who has bob's address; `answer`: tells
//                                     that it has its own. Of IPv6: neighbour discovery
//   1.020 alice:4000 > bob:5000 zrtp  a Hello
//   4.000 alice:4000 > bob:5000 fax for=5   UDPTL (T.38), one packet each every=SECONDS (0.02)
//   1.000 alice:4000 > web:443 tls hello name=www.example.com alpn=sip/2   a ClientHello over TCP;
//                                     versions=1.3,1.2; `tls data`: a record of application data;
//                                     `server-hello` version=1.2, `certificate` owner= names=a,b
//                                     from= until=YYMMDD, `finished`, alert=40 level=2, data size=;
//                                     split=BYTES in each segment; `syn`, `syn-ack`, `fin`,
//                                     `reset`; `sealed` number=7 secret=c: the indented lines in
//                                     TLS 1.3, by AES-128-GCM and a traffic secret of 32 bytes, all
//                                     alike
//   2.000 alice > bob raw             the indented lines are the payload
//   repeat 300 every=0.02 from=10     the lines up to `end` so many times, "{n}" is 10, 11...
//   2.000 alice > bob crlf count=4 every=30   keep-alives of CRLF CRLF; `pong`: of CRLF; `empty`
//   2.000 alice > bob segment count=3 every=1   over TCP: the newest bytes again; `syn`: a SYN
//
// Words of a request: call= cseq= from= to= fromtag= totag= via= branch= ("-" for none), by=callee.
// sdp=ADDRESS:PORT[/direction or other a= line][/pt,pt] | none; rtpmap=111:opus/48000/2;
// version= that of its o= line; media= names all m= lines when there are more:
// audio,video:PORT is that audio line, then video; audio:PORT and image:PORT are others
// (image=RTP/AVP: not udptl).
// ice=UFRAG:CANDIDATE,CANDIDATE, each ADDRESS:PORT or TYPE@ADDRESS:PORT; setup=actpass (with a
// fingerprint); bundle=0 (a=group:BUNDLE); a=crypto:1+AES,ptime:20: other a= lines, "+" for a
// space.
#pragma once

#include <string>
#include <string_view>

namespace sipladder::build {

// The capture file (pcap, nanoseconds; Ethernet, or Linux cooked with `on-router`). A line that
// makes no sense is described in *error.
std::string capture_of_flow(std::string_view script, std::string* error);

}  // namespace sipladder::build

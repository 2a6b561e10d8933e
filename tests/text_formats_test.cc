// How stacks, phones and log collectors print messages: a row each. Every one gives the same two
// messages with both ends, as the log says them or as the messages tell.
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <map>
#include <string>

#include "tests/support/text_traces.h"

namespace sipladder::text_formats_test {
namespace {

// What stands before a message that was sent, and before one that was received (empty: the same),
// before each of its lines, and behind it.
struct Format {
  const char* name;
  const char* sent;
  const char* received;
  const char* prefix;
  const char* tail;
};

const Format kFormats[] = {
    {"pjsua",
     "{time}   pjsua_core.c  .TX {bytes} bytes Request msg INVITE/cseq=1 (tdta0x7f3c) to UDP "
     "{peer}:",
     "{time}   pjsua_core.c  .RX {bytes} bytes Response msg 180/INVITE/cseq=1 (rdata0x7f3c) from "
     "UDP {peer}:",
     "", "--end msg--"},
    {"sipsorcery", "[{clock} DBG] Request sent: udp:{own}->udp:{peer}",
     "[{clock} DBG] Response received: udp:{own}<-udp:{peer}", "", ""},
    {"baresip", "{time}#\nUDP {src} -> {dst}", "", "", ""},
    {"belle-sip",
     "2024-01-02 {colons} belle-sip-message-channel [0x7f]: message sent to [UDP://{peer}], size: "
     "[{bytes}] bytes",
     "2024-01-02 {colons} belle-sip-message-channel [0x7f]: received [{bytes}] new bytes from "
     "[UDP://{peer}]:",
     "", ""},
    {"AudioCodes",
     "{time}  10.0.0.9  local0.notice  [S=17] [SID=b9:24:19]  (N  68) ---- Outgoing SIP Message to "
     "{peer} from SIPInterface #1 (Trunk) UDP TO(#1) SocketID(2) ----",
     "{time}  10.0.0.9  local0.notice  [S=18] [SID=b9:24:19]  (N  69) ---- Incoming SIP Message "
     "from {peer} to SIPInterface #1 (Trunk) UDP TO(#1) SocketID(2) ----",
     "", ""},
    {"Cisco ccsip", "*Jan  2 2024 {time} UTC: //12/ABCD/SIP/Msg/ccsipDisplayMsg:\nSent: ",
     "*Jan  2 2024 {time} UTC: //12/ABCD/SIP/Msg/ccsipDisplayMsg:\nReceived: ", "", ""},
    {"CUCM",
     "0012.001 |{time} |AppInfo  |SIPUdp - wait_SdlSPISignal: Outgoing SIP UDP message to "
     "{peer_ip} on port {peer_port} index 12:\n[12345,NET]",
     "0013.001 |{time} |AppInfo  |SIPUdp - wait_UdpDataInd: Incoming SIP UDP message size {bytes} "
     "from {peer_ip}:[{peer_port}]:\n[12346,NET]",
     "", "0014.001 |{time} |SdlSig   |SIPNormalizedReq |wait"},
    {"SIPp",
     "----------------------------------------------- 2024-01-02\t{time}\nUDP message sent "
     "({bytes} bytes):\n",
     "----------------------------------------------- 2024-01-02\t{time}\nUDP message received "
     "[{bytes}] bytes :\n",
     "", ""},
    {"Oracle", "Jan  2 {time} On [0:0]{own} sent to {peer}",
     "Jan  2 {time} On [0:0]{own} received from {peer}", "",
     "----------------------------------------"},
    {"JsSIP", "JsSIP:Transport sending message:\n", "JsSIP:Transport received text message:\n", "",
     " +20ms"},
    {"SIP.js",
     "Tue Jan 02 2024 {clock} GMT+0000 (UTC) | sip.Transport | Sending WebSocket message:\n",
     "Tue Jan 02 2024 {clock} GMT+0000 (UTC) | sip.Transport | Received WebSocket text message:\n",
     "", ""},
    {"Kamailio sipdump",
     "====================\ntag: snd\npid: 1001\ntime: {epoch}\ndate: Tue Jan  2 {clock} "
     "2024\nproto: udp ipv4\nsrcip: {src_ip}\nsrcport: {src_port}\ndstip: {dst_ip}\ndstport: "
     "{dst_port}\n~~~~~~~~~~~~~~~~~~~~",
     "", "", "||||||||||||||||||||"},
    {"reSIProcate",
     "DEBUG | 20240102-{digits} | repro | RESIP:TRANSPORT | 139 | TransportSelector.cxx:942 | "
     "Transmitting to [ V4 {peer} UDP target domain=unspecified mFlowKey=0 ] tlsDomain= via [ V4 "
     "0.0.0.0:0 UDP ]\n",
     "DEBUG | 20240102-{digits} | repro | RESIP:TRANSPORT | 139 | UdpTransport.cxx:320 | incoming "
     "from: [ V4 {peer} UDP target domain=unspecified mFlowKey=5 ]\n",
     "", ""},
    {"snom", "Sent to udp:{peer} at 2/1/2024 {colons} ({bytes} bytes):\n",
     "Received from udp:{peer} at 2/1/2024 {colons} ({bytes} bytes):\n", "", ""},
    {"Polycom", "0102{six}|sip  |0|00|>>>> Data Send to {peer}",
     "0102{six}|sip  |0|00|<<<< Data Receive from {peer}", "0102{six}|sip  |0|00|    ", ""},
    {"Yealink",
     "<134>Jan  2 {clock} sua [823:901]: SUA <6+info  > [000] Message sent: (to dest={peer} "
     "len={bytes})",
     "<134>Jan  2 {clock} sua [823:901]: SUA <6+info  > [000] Received message: (from src={peer} "
     "len={bytes})",
     "<134>Jan  2 {clock} sua [823:901]: SUA <6+info  > [000] ", ""},
    {"Grandstream",
     "Jan  2 {clock} 10.0.0.1 GS_PHONE: [00:0B:82:11:22:33][1.0.5.18] Sending SIP message to "
     "{peer}",
     "Jan  2 {clock} 10.0.0.1 GS_PHONE: [00:0B:82:11:22:33][1.0.5.18] Received SIP message from "
     "{peer}",
     "Jan  2 {clock} 10.0.0.1 GS_PHONE: [00:0B:82:11:22:33][1.0.5.18] ", ""},
    {"Sipura", "Jan  2 {clock} 10.0.0.1 [0:5060]->{peer}",
     "Jan  2 {clock} 10.0.0.1 [0:5060]<<{peer}", "Jan  2 {clock} 10.0.0.1 ", ""},
    {"Genesys", "{time}: Sending  [0,UDP] {bytes} bytes to {peer} >>>>>",
     "{time}: Received [0,UDP] {bytes} bytes from {peer} <<<<<", "", "{time} +++ CIFACE +++"},
    {"Homer", "----------------- \n\nproto:UDP 2024-01-02T{time}Z  {src} ---> {dst}\n", "", "", ""},
    {"Avaya", "--------------------\n2024-01-02 {time}\n{src} --UDP-> {dst}\n", "", "", ""},
    {"BroadWorks",
     "2024.01.02 {colons} UTC | Info       | Sip | 123\n\n\tudp {bytes} Bytes OUT to {peer}",
     "2024.01.02 {colons} UTC | Info       | Sip | 123\n\n\tudp {bytes} Bytes IN from {peer}", "",
     ""},
    {"JAIN SIP",
     "<message from=\"{src}\" to=\"{dst}\" time=\"{epoch_ms}\" isSender=\"true\" >\n<![CDATA[", "",
     "", "]]>\n</message>"},
    {"Lync",
     "TL_INFO(TF_PROTOCOL) [0]0F84.1234::01/02/2024-{time}.0001a2b3 "
     "(SIPStack)$$begin_record\nInstance-Id: 000121\nDirection: outgoing\nPeer: "
     "{peer}\nMessage-Type: request\nStart-Line: ",
     "TL_INFO(TF_PROTOCOL) [0]0F84.1234::01/02/2024-{time}.0001a2b3 "
     "(SIPStack)$$begin_record\nInstance-Id: 000122\nDirection: incoming\nPeer: "
     "{peer}\nMessage-Type: response\nStart-Line: ",
     "", "$$end_record"},
    {"OPAL",
     "2024/01/02 {time}\tOpal Liste:0x7f00\tSIP\tSending PDU ({bytes} bytes) to: "
     "rem=udp${peer},local=udp${own},if=eth0",
     "2024/01/02 {time}\tOpal Liste:0x7f00\tSIP\tReceived PDU ({bytes} bytes) from: "
     "rem=udp${peer},local=udp${own},if=eth0",
     "", ""},
    {"Twinkle", "+++ 2-1-2024 {time} INFO SIP ::send_sip_udp\nSend to: udp:{peer}",
     "+++ 2-1-2024 {time} INFO SIP ::recvd_sip\nReceived from: udp:{peer}", "", "\n---"},
    {"Yate", "2024-01-02_{time} <sip:ALL> Sending 'INVITE' code 0x7f to {peer} [0x55]\n------",
     "2024-01-02_{time} <sip:ALL> Received {bytes} bytes SIP message from {peer} [0x55]\n------",
     "", "------"},
    {"Blink", "2024-01-02 {time}: SENDING: Packet 1, +0:00:00\n{src} -(SIP over UDP)-> {dst}",
     "2024-01-02 {time}: RECEIVED: Packet 2, +0:00:01\n{src} -(SIP over UDP)-> {dst}", "", "\n--"},
    {"Patton", "{clock}  SIP_TR> [STACK] < Stack: to {peer}",
     "{clock}  SIP_TR> [STACK] > Stack: from {peer}", "", ""},
    {"Zoiper", "[2024-01-02 {time}] [SIP] Outgoing message to {peer} (UDP)",
     "[2024-01-02 {time}] [SIP] Incoming message from {peer} (UDP)", "", ""},
    {"tcpflow", "{tcpflow}: ", "", "", ""},
    {"an arrow of another kind", "2024-01-02 {time} UTC {src} → {dst}", "", "", ""},
    {"Go", "time=\"2024-01-02T{time}Z\" level=debug msg=\"UDP packet {src} -> {dst}:", "", "",
     "\""},
    {"Python", "2024-01-02 {comma} DEBUG sip: Sent data to ('{peer_ip}', {peer_port}):",
     "2024-01-02 {comma} DEBUG sip: Received data from ('{peer_ip}', {peer_port}):", "", ""},
    {"quoted in a mail", "> 2024/01/02 {time} {src} -> {dst}", "", "> ", ""},
    {"quoted twice", ">> 2024/01/02 {time} {src} -> {dst}", "", ">> ", ""},
    {"indented", "    2024/01/02 {time} {src} -> {dst}", "", "    ", ""},
    {"with an id",
     "f3c2a1b0-1111-2222-3333-444455556666 send {bytes} bytes to udp/[{peer_ip}]:{peer_port} at "
     "{time}:",
     "f3c2a1b0-1111-2222-3333-444455556666 recv {bytes} bytes from udp/[{peer_ip}]:{peer_port} at "
     "{time}:",
     "f3c2a1b0-1111-2222-3333-444455556666 ", ""},
    {"flutter", "I/flutter (32422): 2024/01/02 {time} {src} -> {dst}", "",
     "I/flutter (32422): ", ""},
    {"logcat",
     "01-02 {time}  1234  5678 D PJSIP   : {time}   pjsua_core.c  .TX {bytes} bytes Request msg "
     "INVITE/cseq=1 (tdta0x7f) to UDP {peer}:",
     "01-02 {time}  1234  5678 D PJSIP   : {time}   pjsua_core.c  .RX {bytes} bytes Response msg "
     "180/INVITE/cseq=1 (rdata0x7f) from UDP {peer}:",
     "01-02 {time}  1234  5678 D PJSIP   : ", "01-02 {time}  1234  5678 D PJSIP   : --end msg--"},
    {"a container", "kamailio_1  | 2024/01/02 {time} {src} -> {dst}", "", "kamailio_1  | ",
     "rtpengine_1 | [1.1] INFO: [core] hello 192.0.2.1"},
    {"Kubernetes",
     "2024-01-02T{time}123456Z stdout F send {bytes} bytes to udp/[{peer_ip}]:{peer_port} at "
     "{time}:",
     "2024-01-02T{time}123456Z stdout F recv {bytes} bytes from udp/[{peer_ip}]:{peer_port} at "
     "{time}:",
     "2024-01-02T{time}123456Z stdout F    ",
     "2024-01-02T{time}123456Z stdout F    ------------------------"},
    {"journald",
     "Jan 02 {clock} pbx asterisk[812]: <--- Transmitting SIP request ({bytes} bytes) to "
     "UDP:{peer} --->",
     "Jan 02 {clock} pbx asterisk[812]: <--- Received SIP response ({bytes} bytes) from UDP:{peer} "
     "--->",
     "Jan 02 {clock} pbx asterisk[812]: ", ""},
    {"colours", "\x1b[1;32mU\x1b[0m 2024/01/02 {time} {src} -> {dst}", "", "\x1b[31m", ""},
    {"only the way", "Outgoing request:", "Incoming message:", "", ""},
};

// kInvite goes from 10.0.0.1 to 192.0.2.9 at 03:04:05.250, kRinging back at 03:04:06.500.
std::string filled(std::string text, bool sent, size_t bytes) {
  const std::string own = "10.0.0.1", peer = "192.0.2.9";
  const std::string clock = sent ? "03:04:05" : "03:04:06", ms = sent ? "250" : "500";
  const std::string epoch = sent ? "1704164645" : "1704164646";
  const std::map<std::string, std::string> values = {
      {"{own}", own + ":5060"},
      {"{peer}", peer + ":5060"},
      {"{peer_ip}", peer},
      {"{peer_port}", "5060"},
      {"{src}", (sent ? own : peer) + ":5060"},
      {"{dst}", (sent ? peer : own) + ":5060"},
      {"{src_ip}", sent ? own : peer},
      {"{dst_ip}", sent ? peer : own},
      {"{src_port}", "5060"},
      {"{dst_port}", "5060"},
      {"{time}", clock + "." + ms},
      {"{comma}", clock + "," + ms},
      {"{colons}", clock + ":" + ms},
      {"{clock}", clock},
      {"{digits}", (sent ? "030405." : "030406.") + ms},
      {"{six}", sent ? "030405" : "030406"},
      {"{epoch}", epoch + "." + ms + "000"},
      {"{epoch_ms}", epoch + ms},
      {"{bytes}", std::to_string(bytes)},
      {"{tcpflow}", sent ? "010.000.000.001.05060-192.000.002.009.05060"
                         : "192.000.002.009.05060-010.000.000.001.05060"}};
  for (const auto& [name, value] : values) {
    for (size_t at = text.find(name); at != std::string::npos; at = text.find(name, at))
      text.replace(at, name.size(), value);
  }
  return text;
}

std::string printed(const Format& format, const std::string& message, bool sent) {
  const std::string head = !sent && *format.received != '\0' ? format.received : format.sent;
  // A line that is not ended yet goes on with the start-line.
  const bool goes_on =
      head.ends_with("Start-Line: ") || head.ends_with("[CDATA[") || head.ends_with("{tcpflow}: ");
  return filled(
      head + (goes_on ? "" : "\n") + shown(message, format.prefix, "") + format.tail + "\n", sent,
      message.size());
}

class TextFormats : public ::testing::Test {
 protected:
  void SetUp() override {
    setenv("TZ", "UTC", 1);
    tzset();
  }
};

std::string with_crlf(std::string text) {
  for (size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2)
    text.replace(at, 1, "\r\n");
  return text;
}

TEST_F(TextFormats, EachGivesTheSameMessages) {
  for (const Format& format : kFormats) {
    SCOPED_TRACE(format.name);
    const std::string text =
        "hello\n" + printed(format, kInvite, true) + printed(format, kRinging, false);
    for (const std::string& variant : {text, with_crlf(text)}) {
      const auto found = read_trace(variant);
      ASSERT_EQ(found.size(), 2U) << variant;
      EXPECT_EQ(found[0].payload, kInvite);
      EXPECT_EQ(found[1].payload, kRinging);
      EXPECT_EQ(found[0].src + " " + found[0].dst, "10.0.0.1:5060 192.0.2.9:5060");
      EXPECT_EQ(found[1].src + " " + found[1].dst, "192.0.2.9:5060 10.0.0.1:5060");
      // Exact, in whole seconds where the log has no more, or nothing at all.
      const std::string head = format.sent;
      const auto says = [&](const char* what) { return head.find(what) != std::string::npos; };
      const int64_t gap_ms = (found[1].time_ns - found[0].time_ns) / 1'000'000;
      const bool fine = says("{time}") || says("{colons}") || says("{comma}") || says("{epoch") ||
                        says("{digits}");
      const bool coarse = says("{clock}") || says("{six}");
      if (fine || coarse) {
        EXPECT_EQ(gap_ms, fine ? 1250 : 1000);
      }
    }
  }
}

// One line of a log holds the whole message, its line ends shown in another way.
TEST_F(TextFormats, MessageInOneLine) {
  for (const std::string end : {"\\r\\n", "#015#012", "\\n", "\\x0d\\x0a", "<br>"}) {
    SCOPED_TRACE(end);
    std::string text;
    for (const std::string& message : {kInvite, kRinging}) {
      const bool sent = message == kInvite;
      std::string line = message;
      for (size_t at = 0; (at = line.find("\r\n", at)) != std::string::npos; at += end.size())
        line.replace(at, 2, end);
      text += filled("2024-01-02T{time}Z sbc: message {src} -> {dst}: ", sent, 0) + line + "\n";
    }
    const auto found = read_trace(text);
    ASSERT_EQ(found.size(), 2U) << text;
    EXPECT_EQ(found[0].payload, kInvite);
    EXPECT_EQ(found[1].src, "192.0.2.9:5060");
    EXPECT_EQ(found[1].time_ns - found[0].time_ns, 1'250'000'000);
  }
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

// A forum page writes < and > as entities; a page copied as text may have an empty line behind
// each.
TEST_F(TextFormats, AsPagesShowThem) {
  const std::string page = replaced(replaced(sngrep(), "<", "&lt;"), ">", "&gt;");
  const std::string numbered = replaced("\n" + sngrep(), "\n", "\n12  ");
  for (const std::string& text : {page, replaced(sngrep(), "\n", "\n\n"), numbered}) {
    const auto found = read_trace(text);
    ASSERT_EQ(found.size(), 2U) << text;
    EXPECT_EQ(found[0].payload, kInvite);
    EXPECT_EQ(found[1].dst, "10.0.0.1:5060");
  }
}

// What `tshark -V` prints, with the parts of fields and what it makes up.
TEST_F(TextFormats, FieldByField) {
  const auto found = read_trace(R"(Frame 1: 300 bytes on wire (2400 bits), 300 bytes captured
    Arrival Time: Jan  2, 2024 03:04:05.250000000 UTC
    Epoch Time: 1704164645.250000000 seconds
Ethernet II, Src: aa:bb:cc:00:00:01, Dst: aa:bb:cc:00:00:02
Internet Protocol Version 4, Src: 10.0.0.1, Dst: 192.0.2.9
    0100 .... = Version: 4
User Datagram Protocol, Src Port: 5060, Dst Port: 5070
Session Initiation Protocol (INVITE)
    Request-Line: INVITE sip:b@192.0.2.9 SIP/2.0
        Method: INVITE
        [Resent Packet: False]
    Message Header
        Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1
            Transport: UDP
        Call-ID: text
        [Generated Call-ID: text]
        CSeq: 1 INVITE
            Sequence Number: 1
        Content-Type: application/sdp
        Content-Length: 18
    Message Body
        Session Description Protocol
            Session Description Protocol Version (v): 0
            Session Name (s): a session

)");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].payload,
            "INVITE sip:b@192.0.2.9 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1\r\n"
            "Call-ID: text\r\nCSeq: 1 INVITE\r\nContent-Type: application/sdp\r\n"
            "Content-Length: 18\r\n\r\nv=0\r\ns=a session\r\n");
  EXPECT_EQ(found[0].src + " " + found[0].dst, "10.0.0.1:5060 192.0.2.9:5070");
  EXPECT_EQ(found[0].time_ns, 1'704'164'645'250'000'000);
}

// A screen of sngrep: the message beside the ladder, its ends and its time from the ladder's row,
// and what the other rows tell.
TEST_F(TextFormats, ScreenOfSngrep) {
  const auto found = read_trace(
      "                                                          │SIP/2.0 180 Ringing\n"
      "           10.0.0.1:5060             192.0.2.9:5060       │Via: SIP/2.0/UDP 10.0.0.1:5060\n"
      "        ──────────┬─────────      ──────────┬─────────    │Call-ID: text\n"
      "  03:04:05.250000 │         INVITE          │             │CSeq: 1 INVITE\n"
      "        +1.250000 │ ──────────────────────> │             │Content-Length: 0\n"
      "  03:04:06.500000 │       180 Ringing       │             │\n"
      "                  │ <────────────────────── │             │\n");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].payload,
            "INVITE sip:192.0.2.9:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060\r\n"
            "Call-ID: text\r\nCSeq: 1 INVITE\r\nContent-Length: 1\r\n\r\n");
  EXPECT_TRUE(found[0].truncated);
  EXPECT_EQ(found[0].src + " " + found[0].dst, "10.0.0.1:5060 192.0.2.9:5060");
  EXPECT_EQ(found[1].payload,
            "SIP/2.0 180 Ringing\r\nVia: SIP/2.0/UDP 10.0.0.1:5060\r\nCall-ID: text\r\n"
            "CSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(found[1].src + " " + found[1].dst, "192.0.2.9:5060 10.0.0.1:5060");
  EXPECT_EQ(found[1].time_ns % 86'400'000'000'000, 11'046'500'000'000);
}

// Bodies that are not shown, and a body that is a message.
TEST_F(TextFormats, StartLineOrContentLength) {
  const std::string head = kInvite.substr(0, kInvite.find("v=0"));
  const auto found = read_trace(shown(head, "", "") + "\n" + shown(kRinging, "", ""));
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].payload, head);
  EXPECT_TRUE(found[0].truncated);
  EXPECT_EQ(found[1].payload, kRinging);
  const std::string notify = replaced(
      replaced(head, "Content-Length: 18", "Content-Type: message/sipfrag"), "INVITE", "NOTIFY");
  const auto fragment =
      read_trace(shown(notify + "SIP/2.0 200 OK\r\n", "", "") + "\n" + shown(kRinging, "", ""));
  ASSERT_EQ(fragment.size(), 2U);
  EXPECT_EQ(fragment[0].payload, notify + "SIP/2.0 200 OK\r\n");
}

// What only looks like a message is no message.
TEST_F(TextFormats, MentionsAreNone) {
  EXPECT_TRUE(read_trace("he sent INVITE sip:b@example.com SIP/2.0\nand then nothing\n").empty());
  EXPECT_TRUE(read_trace("INVITE sip:b@example.com SIP/2.0\nand then nothing\n").empty());
  const auto found = read_trace("debug: got SIP/2.0 200 OK\nnext line\n" + shown(kRinging, "", ""));
  EXPECT_EQ(found.size(), 1U);
}

}  // namespace
}  // namespace sipladder::text_formats_test

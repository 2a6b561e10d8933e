#include "tests/support/text_traces.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "capture/packet_source.h"
#include "tests/support/scratch.h"

namespace sipladder {

std::string shown(const std::string& message, const std::string& before,
                  const std::string& behind) {
  std::string result;
  for (size_t at = 0; at < message.size();) {
    const size_t end = message.find("\r\n", at);
    result += before + message.substr(at, end - at) + behind + "\n";
    at = end + 2;
  }
  return result;
}

std::string sofia() {
  const std::string line = "   " + std::string(72, '-') + "\n";
  return "2024-01-02 03:04:05.000000 [DEBUG] switch_core.c:1 hello\n"
         "recv " +
         std::to_string(kInvite.size()) + " bytes from udp/[10.0.0.1]:5060 at 03:04:05.250000:\n" +
         line + shown(kInvite, "   ", "") + line + "2024-01-02 03:04:05.3 [INFO] noise\nsend " +
         std::to_string(kRinging.size()) + " bytes to udp/[10.0.0.1]:5060 at 03:04:06.500000:\n" +
         line + shown(kRinging, "   ", "") + line;
}

std::string asterisk() {
  return "[2024-01-02 03:04:05.250] VERBOSE[7] chan_sip.c: \n"
         "<--- SIP read from UDP:10.0.0.1:5060 --->\n" +
         shown(kInvite, "", "") +
         "<------------->\n--- (7 headers 2 lines) ---\nSending to 10.0.0.1:5060 (NAT)\n"
         "[2024-01-02 03:04:06.500] VERBOSE[7] chan_sip.c: \n"
         "<--- Transmitting (NAT) to 10.0.0.1:5060 --->\n" +
         shown(kRinging, "", "") + "\n<------------>\n";
}

std::string pjsip() {
  return "[2024-01-02 03:04:05.250] VERBOSE[7] res_pjsip_logger.c: <--- Received SIP request (" +
         std::to_string(kInvite.size()) + " bytes) from UDP:10.0.0.1:5060 --->\n" +
         shown(kInvite, "", "") +
         "\n[2024-01-02 03:04:06.500] VERBOSE[7] res_pjsip_logger.c: "
         "<--- Transmitting SIP response (" +
         std::to_string(kRinging.size()) + " bytes) to UDP:10.0.0.1:5060 --->\n" +
         shown(kRinging, "", "") + "\n";
}

std::string ngrep() {
  return "interface: eth0 (10.0.0.0/255.0.0.0)\nfilter: (ip)\n#\n"
         "U 2024/01/02 03:04:05.250000 10.0.0.1:5060 -> 192.0.2.9:5060\n" +
         shown(kInvite, "", ".") +
         "\n##\n"
         "U 2024/01/02 03:04:06.500000 192.0.2.9:5060 -> 10.0.0.1:5060\n" +
         shown(kRinging, "", ".") + "\n";
}

std::string tcpdump() {
  return "2024-01-02 03:04:05.250000 IP 10.0.0.1.5060 > 192.0.2.9.5060: SIP: INVITE sip:b@192.0.2.9"
         " SIP/2.0\nE..\"+E..@...\n.7.\n.7........" +
         shown(kInvite, "", "") +
         "2024-01-02 03:04:05.300000 IP 10.0.0.1.4000 > 192.0.2.9.4000: UDP, length 172\nE....\n"
         "2024-01-02 03:04:06.500000 IP 192.0.2.9.5060 > 10.0.0.1.5060: SIP: SIP/2.0 180 Ringing\n"
         "E.....nx" +
         shown(kRinging, "", "") + "................\n";
}

std::string sngrep() {
  return "2024/01/02 03:04:05.250000 10.0.0.1:5060 -> 192.0.2.9:5060\n" + shown(kInvite, "", "") +
         "\n\n2024/01/02 03:04:06.500000 192.0.2.9:5060 -> 10.0.0.1:5060\n" +
         shown(kRinging, "", "") + "\n\n";
}

std::vector<Found> read_trace(const std::string& text) {
  const std::string path = scratch_path("trace.txt");
  std::ofstream(path, std::ios::binary) << text;
  PacketLog log;
  Decoder decoder;
  std::vector<std::string> errors;
  std::vector<Found> found;
  const auto source = open_captures({path}, {}, log, &errors);
  Packet packet;
  std::vector<Datagram> out;
  for (ReadResult result = ReadResult::idle; source != nullptr && result != ReadResult::end;) {
    result = source->next(&packet);
    if (result != ReadResult::packet) continue;
    EXPECT_EQ(decoder.decode(packet, &out), Fate::payload);
    for (const Datagram& one : out) {
      found.push_back({to_string(one.src), to_string(one.dst), std::string(one.payload),
                       one.time_ns, one.truncated, one.transport});
    }
    EXPECT_FALSE(packet.ref.is_stored());
  }
  std::filesystem::remove(path);
  return found;
}

}  // namespace sipladder

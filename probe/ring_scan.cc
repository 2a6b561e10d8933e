#include "probe/ring_scan.h"

#include "capture/packet_source.h"
#include "decode/decoder.h"
#include "decode/media.h"

namespace sipladder {
namespace {

void see_messages(const std::vector<Datagram>& datagrams, SipIndex& sip, const SeeMessage& see) {
  for (const Datagram& datagram : datagrams) {
    if (datagram.kind == PayloadKind::icmp_error) continue;
    if (classify_payload(datagram.payload) != PayloadClass::sip) continue;
    if (index_sip(datagram.payload, &sip)) see(datagram, sip);
  }
}

}  // namespace

bool scan_capture(const std::string& name, const SeePacket& see_packet, const SeeMessage& see) {
  PacketLog log;
  log.need_no_spool();
  std::vector<std::string> errors;
  const auto source = open_captures({name}, {}, log, &errors);
  if (source == nullptr) return false;
  Decoder decoder;
  Packet packet;
  std::vector<Datagram> datagrams;
  SipIndex sip;
  while (source->next(&packet) == ReadResult::packet) {
    if (see_packet) see_packet(packet);
    decoder.decode(packet, &datagrams);
    see_messages(datagrams, sip, see);
  }
  decoder.finish(&datagrams);
  see_messages(datagrams, sip, see);
  return true;
}

}  // namespace sipladder

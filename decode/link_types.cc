#include "decode/link_types.h"

namespace sipladder {

std::string_view link_type_name(uint16_t link_type) {
  if (link_type >= 147 && link_type <= 162) return "reserved for private use (USER)";
  switch (link_type) {
    case 3:
      return "AX.25";
    case 6:
      return "token ring";
    case 7:
      return "ARCNET";
    case 8:
      return "SLIP";
    case 10:
      return "FDDI";
    case 100:
      return "ATM, RFC 1483";
    case 107:
      return "frame relay";
    case 114:
      return "Apple LocalTalk";
    case 119:
      return "802.11 with a Prism header";
    case 122:
      return "IP over Fibre Channel";
    case 123:
      return "SunATM";
    case 129:
      return "ARCNET, Linux";
    case 138:
      return "IP over IEEE 1394";
    case 139:
      return "SS7 MTP2 with a header";
    case 140:
      return "SS7 MTP2";
    case 141:
      return "SS7 MTP3";
    case 142:
      return "SS7 SCCP";
    case 143:
      return "DOCSIS";
    case 144:
      return "Linux IrDA";
    case 163:
      return "802.11 with an AVS header";
    case 177:
      return "Linux LAPD";
    case 187:
    case 201:
      return "Bluetooth HCI H4";
    case 189:
    case 220:
      return "USB, Linux";
    case 195:
    case 215:
    case 230:
      return "IEEE 802.15.4";
    case 203:
      return "LAPD";
    case 227:
      return "CAN bus, Linux";
    case 231:
      return "D-Bus";
    case 242:
      return "IP over InfiniBand";
    case 247:
      return "InfiniBand";
    case 248:
      return "SCTP without IP";
    case 249:
      return "USB, Windows";
    case 251:
      return "Bluetooth LE";
    case 253:
      return "Linux netlink";
    default:
      return {};
  }
}

}  // namespace sipladder

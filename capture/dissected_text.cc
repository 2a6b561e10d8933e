#include "capture/dissected_text.h"

#include <algorithm>

#include "capture/text_heads.h"
#include "capture/text_scanner.h"

namespace sipladder {
namespace {

std::string_view value_behind(std::string_view line, std::string_view mark) {
  const size_t at = line.find(mark);
  if (at == npos) return {};
  const std::string_view rest = line.substr(at + mark.size());
  return rest.substr(0, rest.find_first_of(", "));
}

size_t indent_of(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

bool begins_packet(std::string_view line) {
  return line.starts_with("Frame ") && line.find(" bytes on wire") != npos;
}

// "Media Attribute (a): sendrecv" is "a=sendrecv".
std::string sdp_line(std::string_view field) {
  const size_t close = field.find("): ");
  if (close == npos || close < 2 || field[close - 2] != '(') return {};
  return std::string(1, field[close - 1]) + "=" + std::string(field.substr(close + 3));
}

}  // namespace

void DissectedText::note_packet(std::string_view line) {
  constexpr std::string_view kEpoch = "Epoch Time: ", kEpochArrival = "Epoch Arrival Time: ";
  for (const std::string_view mark : {kEpoch, kEpochArrival}) {
    if (const auto epoch = value_behind(line, mark); !epoch.empty()) time_ = epoch;
  }
  if (line.starts_with("Internet Protocol Version ")) {
    src_ = value_behind(line, "Src: ");
    dst_ = value_behind(line, "Dst: ");
  }
  for (const std::string_view protocol : {"User Datagram Protocol", "Transmission Control"}) {
    if (!line.starts_with(protocol)) continue;
    transport_ = protocol[0] == 'U' ? "UDP" : "TCP";
    src_port_ = value_behind(line, "Src Port: ");
    dst_port_ = value_behind(line, "Dst Port: ");
  }
  // Older versions give the name of the port with its number in brackets.
  for (std::string* port : {&src_port_, &dst_port_}) {
    const size_t open = port->find('(');
    if (open != std::string::npos) *port = port->substr(open + 1, port->find(')') - open - 1);
  }
}

bool DissectedText::begin_message(std::string_view line, std::vector<std::string>* out) {
  for (const std::string_view mark : {"Request-Line: ", "Status-Line: "}) {
    const size_t at = line.find(mark);
    if (at == npos || at != indent_of(line)) continue;
    const auto end = [](const std::string& address, const std::string& port) {
      const bool v6 = address.find(':') != std::string::npos;
      return (v6 ? "[" + address + "]" : address) + ":" + (port.empty() ? "5060" : port);
    };
    const std::string time = time_.empty() ? "" : time_ + " ";
    if (!src_.empty())
      out->push_back(time + transport_ + " " + end(src_, src_port_) + " -> " +
                     end(dst_, dst_port_));
    out->emplace_back(line.substr(at + mark.size()));
    part_ = Part::start;
    indent_ = body_at_ = 0;
    return true;
  }
  return false;
}

// A field of the headers stands one step deeper than "Message Header", its parts deeper still.
bool DissectedText::take_field(std::string_view line, std::vector<std::string>* out) {
  const size_t indent = indent_of(line);
  if (part_ == Part::start) {
    if (line.substr(indent) == "Message Header") part_ = Part::headers;
    return true;
  }
  if (part_ == Part::headers && line.substr(indent) == "Message Body" && indent < indent_) {
    part_ = Part::body;
    out->emplace_back();
    return true;
  }
  if (indent_ == 0 && indent < line.size()) indent_ = indent;
  if (part_ == Part::headers) {
    // A bracket holds what Wireshark made up.
    if (indent == line.size() || indent == indent_) {
      const std::string_view field = line.substr(std::min(indent_, line.size()));
      if (!field.starts_with('[')) out->emplace_back(field);
    }
    return true;
  }
  const std::string sdp = sdp_line(line.substr(indent));
  if (!sdp.empty() && (body_at_ == 0 || body_at_ == indent)) {
    body_at_ = indent;
    out->push_back(sdp);
  }
  return true;
}

bool DissectedText::take(std::string_view line, std::vector<std::string>* out) {
  if (begins_packet(line)) {
    if (part_ == Part::headers || part_ == Part::body) out->emplace_back();
    *this = {};
    part_ = Part::packet;
    return true;
  }
  if (part_ == Part::none) {
    // The print was copied from the SIP part on, without the layers above it.
    if (line.starts_with("Session Initiation Protocol (")) part_ = Part::packet;
    return part_ != Part::none;
  }
  if (part_ == Part::packet) {
    note_packet(line.substr(indent_of(line)));
    begin_message(line, out);
    return true;
  }
  if (begin_message(line, out)) return true;
  if (!line.empty() && line[0] != ' ') {
    part_ = Part::packet;
    note_packet(line);
    return true;
  }
  return take_field(line, out);
}

}  // namespace sipladder

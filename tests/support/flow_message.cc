#include "tests/support/flow_message.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <sstream>

namespace sipladder::build {
namespace {

// ADDRESS:PORT[/direction or other a= line][/pt,pt]
struct SdpWord {
  std::string address, port;
  std::string attribute;
  std::string formats = "0,101";
};

SdpWord read_sdp_word(const std::string& text) {
  SdpWord word;
  std::istringstream parts(text);
  std::string endpoint, part;
  std::getline(parts, endpoint, '/');
  while (std::getline(parts, part, '/')) {
    const bool digit = std::isdigit(static_cast<unsigned char>(part[0])) != 0;
    (digit ? word.formats : word.attribute) = part;
  }
  const size_t colon = endpoint.rfind(':');
  word.address = endpoint.substr(0, colon);
  word.port = endpoint.substr(colon + 1);
  return word;
}

std::string audio_line(const Line& line, const SdpWord& word) {
  std::string formats = word.formats;
  std::replace(formats.begin(), formats.end(), ',', ' ');
  return "m=audio " + word.port + " " + line.value("proto", "RTP/AVP") + " " + formats + "\r\n";
}

// UFRAG:CANDIDATE,CANDIDATE
std::string ice_lines(const std::string& text) {
  if (text.empty()) return "";
  const size_t colon = text.find(':');
  std::string out = "a=ice-ufrag:" + text.substr(0, colon) + "\r\na=ice-pwd:secret\r\n";
  std::istringstream candidates(colon == std::string::npos ? "" : text.substr(colon + 1));
  for (std::string candidate; std::getline(candidates, candidate, ',');) {
    const size_t at = candidate.find('@');
    const std::string type = at == std::string::npos ? "host" : candidate.substr(0, at);
    const std::string end = candidate.substr(at == std::string::npos ? 0 : at + 1);
    const size_t port = end.rfind(':');
    out += "a=candidate:1 1 UDP 2130706431 " + end.substr(0, port) + " " + end.substr(port + 1) +
           " typ " + type + "\r\n";
  }
  return out;
}

// MEDIA:PORT
std::string other_line(const Line& line, const std::string& text) {
  const size_t colon = text.find(':');
  const std::string media = text.substr(0, colon);
  const std::string format = media == "audio"   ? std::string(" RTP/AVP 8")
                             : media == "image" ? " " + line.value("image", "udptl") + " t38"
                                                : " RTP/AVP 96\r\na=rtpmap:96 H264/90000";
  return "m=" + media + " " + text.substr(colon + 1) + format + "\r\n";
}

std::string attribute_lines(const Line& line, const SdpWord& word) {
  std::string out;
  if (word.formats.find("101") != std::string::npos) {
    out += "a=rtpmap:101 telephone-event/8000\r\n";
  }
  const std::string rtpmap = line.value("rtpmap", "");
  if (!rtpmap.empty()) {
    const size_t colon = rtpmap.find(':');
    out += "a=rtpmap:" + rtpmap.substr(0, colon) + " " + rtpmap.substr(colon + 1) + "\r\n";
  }
  out += ice_lines(line.value("ice", ""));
  const std::string setup = line.value("setup", "");
  if (!setup.empty()) out += "a=fingerprint:sha-256 00:11:22:33\r\na=setup:" + setup + "\r\n";
  std::istringstream attributes(line.value("a", ""));
  for (std::string one; std::getline(attributes, one, ',');) {
    std::replace(one.begin(), one.end(), '+', ' ');
    out += "a=" + one + "\r\n";
  }
  if (!word.attribute.empty()) out += "a=" + word.attribute + "\r\n";
  return out;
}

}  // namespace

std::string* Message::find(const std::string& name) {
  for (auto& [key, value] : headers) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::string Message::get(const std::string& name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return "";
}

void Message::set(const std::string& name, const std::string& value) {
  if (value == "-") {
    std::erase_if(headers, [&](const auto& header) { return header.first == name; });
  } else if (std::string* old = find(name); old != nullptr && name != "Record-Route") {
    *old = value;
  } else if (name == "Via" || name == "Record-Route") {
    headers.insert(headers.begin() + (name == "Via" ? 0 : 1), {name, value});
  } else {
    headers.emplace_back(name, value);
  }
}

std::string Message::method() const {
  const std::string cseq = get("CSeq");
  return cseq.substr(cseq.find(' ') + 1);
}

bool Message::is_request() const {
  return start.rfind("SIP/2.0", 0) != 0;
}

std::string Message::text() const {
  std::string out = start + "\r\n";
  for (const auto& [key, value] : headers) out += key + ": " + value + "\r\n";
  return out + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string reason_phrase(const std::string& status) {
  static const std::map<std::string, std::string> kPhrases = {
      {"100", "Trying"},
      {"180", "Ringing"},
      {"181", "Call Is Being Forwarded"},
      {"183", "Session Progress"},
      {"200", "OK"},
      {"202", "Accepted"},
      {"302", "Moved Temporarily"},
      {"401", "Unauthorized"},
      {"403", "Forbidden"},
      {"404", "Not Found"},
      {"407", "Proxy Authentication Required"},
      {"408", "Request Timeout"},
      {"480", "Temporarily Unavailable"},
      {"481", "Call/Transaction Does Not Exist"},
      {"486", "Busy Here"},
      {"487", "Request Terminated"},
      {"488", "Not Acceptable Here"},
      {"491", "Request Pending"},
      {"503", "Service Unavailable"},
      {"603", "Decline"}};
  const auto found = kPhrases.find(status);
  return found == kPhrases.end() ? "Whatever" : found->second;
}

std::string sdp_body(const Line& line, int version) {
  const SdpWord word = read_sdp_word(line.value("sdp", ""));
  const std::string family = word.address.find(':') == std::string::npos ? "IP4 " : "IP6 ";
  std::string body = "v=0\r\n";
  body += "o=- 1 " + line.value("version", std::to_string(version)) + " IN " + family +
          word.address + "\r\n";
  body += "s=-\r\n";
  body += "c=IN " + family + word.address + "\r\n";
  body += "t=0 0\r\n";
  if (line.values.contains("bundle")) body += "a=group:BUNDLE " + line.value("bundle", "") + "\r\n";
  std::istringstream lines(line.value("media", "audio"));
  for (std::string media; std::getline(lines, media, ',');) {
    body +=
        media == "audio" ? audio_line(line, word) + attribute_lines(line, word) : other_line(line, media);
  }
  return body;
}

}  // namespace sipladder::build

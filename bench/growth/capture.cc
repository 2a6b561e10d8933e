#include "bench/growth/capture.h"

#include <utility>

namespace sipladder::growth {
namespace {

template <typename Number>
void append_native(std::string* out, Number value) {
  out->append(reinterpret_cast<const char*>(&value), sizeof value);
}

}  // namespace

std::string big_endian(uint64_t value, size_t size) {
  std::string bytes;
  for (size_t i = size; i-- > 0;) bytes.push_back(static_cast<char>(value >> 8 * i));
  return bytes;
}

Capture::Capture(const std::string& path) : file_(path, std::ios::binary) {
  constexpr uint32_t kNanoseconds = 0xA1B23C4D, kVersion = 0x00040002, kRawIp = 101;
  std::string header;
  for (const uint32_t word : {kNanoseconds, kVersion, 0U, 0U, 1U << 18, kRawIp})
    append_native(&header, word);
  file_ << header;
}

uint32_t Capture::random() {
  state_ ^= state_ << 13;
  state_ ^= state_ >> 7;
  state_ ^= state_ << 17;
  return static_cast<uint32_t>(state_ >> 16);
}

void Capture::ip(uint32_t src, uint32_t dst, uint8_t protocol, std::string_view payload,
                 uint16_t fragment, uint16_t id) {
  const size_t size = payload.size() + 20;
  std::string packet;
  for (const int64_t part : {time_ns_ / 1'000'000'000, time_ns_ % 1'000'000'000})
    append_native(&packet, static_cast<uint32_t>(part));
  for (int i = 0; i < 2; i++) append_native(&packet, static_cast<uint32_t>(size));
  packet += "\x45" + std::string(1, '\0') + big_endian(size, 2);
  packet += big_endian(id != 0 ? id : next_id_++, 2) + big_endian(fragment, 2);
  packet += "\x40" + std::string(1, static_cast<char>(protocol)) + std::string(2, '\0');
  packet += big_endian(src, 4) + big_endian(dst, 4);
  packet += payload;
  file_ << packet;
  time_ns_ += step_ns_;
}

void Capture::udp(Host src, Host dst, std::string_view payload) {
  std::string datagram = big_endian(src.port, 2) + big_endian(dst.port, 2) +
                         big_endian(payload.size() + 8, 2) + std::string(2, '\0');
  ip(src.ip, dst.ip, 17, datagram.append(payload));
}

void Capture::tcp(Host src, Host dst, uint32_t sequence, std::string_view payload, uint8_t flags) {
  std::string segment = big_endian(src.port, 2) + big_endian(dst.port, 2) +
                        big_endian(sequence, 4) + std::string(4, '\0') + "\x50" +
                        static_cast<char>(flags) + "\xFF\xFF" + std::string(4, '\0');
  ip(src.ip, dst.ip, 6, segment.append(payload));
}

void Capture::tcp_stream(Host src, Host dst, std::string_view bytes, size_t segment) {
  for (size_t at = 0; at < bytes.size(); at += segment)
    tcp(src, dst, 1 + static_cast<uint32_t>(at), bytes.substr(at, segment));
}

Sip Sip::as(std::string_view other_method, std::string other_branch, uint64_t number) const {
  Sip other = *this;
  other.method = other_method;
  other.branch = std::move(other_branch);
  other.cseq = number;
  other.sdp.clear();
  return other;
}

Sip Sip::answer(int code, std::string tag, std::string body) const {
  Sip response = *this;
  response.status = code;
  response.to_tag = std::move(tag);
  response.sdp = std::move(body);
  return response;
}

std::string Sip::text() const {
  const std::string name(method);
  std::string text = status == 0 ? name + " sip:" + to + "@example.org SIP/2.0\r\n"
                                 : "SIP/2.0 " + std::to_string(status) + " So\r\n";
  text +=
      vias + "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK" + branch + "\r\nMax-Forwards: 70\r\n";
  text += "From: <sip:" + from + "@example.com>;tag=" + from_tag + "\r\n";
  text += "To: <sip:" + to + "@example.org>" + (to_tag.empty() ? "" : ";tag=" + to_tag) + "\r\n";
  text += "Call-ID: " + call + "\r\nCSeq: " + std::to_string(cseq) + " " + name + "\r\n";
  if (!contact.empty()) text += "Contact: " + contact + "\r\n";
  text += headers;
  if (!sdp.empty()) text += "Content-Type: application/sdp\r\n";
  return text + "Content-Length: " + std::to_string(sdp.size()) + "\r\n\r\n" + sdp;
}

std::string sdp_of(Host host, uint64_t version, std::string_view lines) {
  std::string address;
  for (int shift = 24; shift >= 0; shift -= 8)
    address += (address.empty() ? "" : ".") + std::to_string(host.ip >> shift & 255U);
  return "v=0\r\no=- 1 " + std::to_string(version) + " IN IP4 " + address + "\r\ns=-\r\nc=IN IP4 " +
         address + "\r\nt=0 0\r\nm=audio " + std::to_string(host.port) +
         " RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n" + std::string(lines);
}

std::string Rtp::bytes() const {
  return "\x80" + std::string(1, static_cast<char>(type | (marker ? 0x80 : 0))) +
         big_endian(sequence, 2) + big_endian(sequence * uint64_t{160}, 4) + big_endian(ssrc, 4) +
         payload;
}

}  // namespace sipladder::growth

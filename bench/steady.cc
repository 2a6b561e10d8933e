// Writes calls one after the other as a capture to standard output, at the pace of a live device,
// for bench/level.sh.
//
//   steady SECONDS CALLS_PER_SECOND [SPEED]     each call: INVITE, 200, ACK, 10 s of RTP, BYE, 200
//
// SPEED: seconds of the capture that pass in one second of the clock; 1 by default.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

namespace {

constexpr uint32_t kLinkTypeRaw = 101;
constexpr int kTicksPerSecond = 50;  // one RTP packet in each direction per tick
constexpr int kTalkTicks = 10 * kTicksPerSecond;
constexpr uint32_t kCaller = 0xC0000201, kCallee = 0xC0000202;  // 192.0.2.1, 192.0.2.2

void put32(std::string* out, uint32_t value) {
  for (int i = 0; i < 4; i++) out->push_back(static_cast<char>(value >> (8 * i)));
}
void put_network16(std::string* out, uint32_t value) {
  out->push_back(static_cast<char>(value >> 8));
  out->push_back(static_cast<char>(value));
}
void put_network32(std::string* out, uint32_t value) {
  put_network16(out, value >> 16);
  put_network16(out, value & 0xFFFF);
}

void write_packet(int tick, bool from_caller, uint32_t src_port, uint32_t dst_port,
                  const std::string& payload) {
  std::string out;
  const auto size = static_cast<uint32_t>(28 + payload.size());
  put32(&out, 1'700'000'000U + static_cast<uint32_t>(tick / kTicksPerSecond));
  put32(&out, static_cast<uint32_t>(tick % kTicksPerSecond) * (1'000'000U / kTicksPerSecond));
  put32(&out, size);
  put32(&out, size);
  put_network16(&out, 0x4500);
  put_network16(&out, size);
  put_network32(&out, 0);
  put_network32(&out, 0x40110000);
  put_network32(&out, from_caller ? kCaller : kCallee);
  put_network32(&out, from_caller ? kCallee : kCaller);
  put_network16(&out, src_port);
  put_network16(&out, dst_port);
  put_network16(&out, size - 20);
  put_network16(&out, 0);
  out += payload;
  std::fwrite(out.data(), 1, out.size(), stdout);
}

std::string sdp(const std::string& host, uint32_t port) {
  return "v=0\r\no=- 1 1 IN IP4 " + host + "\r\ns=-\r\nc=IN IP4 " + host + "\r\nt=0 0\r\nm=audio " +
         std::to_string(port) + " RTP/AVP 0\r\n";
}

void write_sip(int tick, uint32_t call, bool request, const std::string& start,
               const std::string& method, const std::string& body) {
  const std::string id = std::to_string(call);
  const int number = method == "BYE" ? 2 : 1;
  const std::string type = body.empty() ? "" : "Content-Type: application/sdp\r\n";
  write_packet(tick, request, 5060, 5060,
               start + "\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK" + method + id +
                   "\r\nFrom: <sip:alice@192.0.2.1>;tag=a" + id +
                   "\r\nTo: <sip:bob@192.0.2.2>;tag=b" + id + "\r\nCall-ID: steady-" + id +
                   "\r\nCSeq: " + std::to_string(number) + " " + method +
                   "\r\nContact: <sip:bob@192.0.2.2>\r\n" + type +
                   "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
}

uint32_t port_of(uint32_t call) {
  return 10'000 + call % 10'000 * 2;
}

void begin(int tick, uint32_t call) {
  const uint32_t port = port_of(call);
  write_sip(tick, call, true, "INVITE sip:bob@192.0.2.2 SIP/2.0", "INVITE", sdp("192.0.2.1", port));
  write_sip(tick, call, false, "SIP/2.0 200 OK", "INVITE", sdp("192.0.2.2", port));
  write_sip(tick, call, true, "ACK sip:bob@192.0.2.2 SIP/2.0", "ACK", "");
}

void talk(int tick, uint32_t call, uint32_t number) {
  for (const bool from_caller : {true, false}) {
    std::string rtp;
    put_network16(&rtp, 0x8000);
    put_network16(&rtp, number);
    put_network32(&rtp, number * 160);
    put_network32(&rtp, call * 2 + (from_caller ? 1 : 0));
    for (uint32_t i = 0; i < 160; i++) rtp.push_back(static_cast<char>(number * 31 + i * 57));
    write_packet(tick, from_caller, port_of(call), port_of(call), rtp);
  }
}

void end(int tick, uint32_t call) {
  write_sip(tick, call, true, "BYE sip:bob@192.0.2.2 SIP/2.0", "BYE", "");
  write_sip(tick, call, false, "SIP/2.0 200 OK", "BYE", "");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const int ticks = std::atoi(argv[1]) * kTicksPerSecond;
  const int per_second = std::atoi(argv[2]);
  const double speed = argc > 3 ? std::atof(argv[3]) : 1;
  std::string header;
  for (const uint32_t word : {0xA1B2C3D4U, 0x00040002U, 0U, 0U, 65535U, kLinkTypeRaw})
    put32(&header, word);
  std::fwrite(header.data(), 1, header.size(), stdout);
  const auto begun = std::chrono::steady_clock::now();
  const auto calls_until = [&](int tick) {
    return tick < 0 ? 0U : static_cast<uint32_t>(int64_t{tick} * per_second / kTicksPerSecond);
  };
  for (int tick = 0; tick < ticks && std::ferror(stdout) == 0; tick++) {
    for (uint32_t call = calls_until(tick); call < calls_until(tick + 1); call++) begin(tick, call);
    for (uint32_t call = calls_until(tick - kTalkTicks); call < calls_until(tick); call++)
      talk(
          tick, call,
          static_cast<uint32_t>(tick) - call * kTicksPerSecond / static_cast<uint32_t>(per_second));
    for (uint32_t call = calls_until(tick - kTalkTicks - 1); call < calls_until(tick - kTalkTicks);
         call++)
      end(tick, call);
    std::fflush(stdout);
    const auto due = std::chrono::duration<double>(tick / speed / kTicksPerSecond);
    std::this_thread::sleep_until(begun +
                                  std::chrono::duration_cast<std::chrono::nanoseconds>(due));
  }
}

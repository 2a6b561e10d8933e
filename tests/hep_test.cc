// HEP inside UDP: versions 1 to 3, plain and compressed, and lengths that lie.
#include <gtest/gtest.h>
#include <zlib.h>

#include "decode/decoder.h"
#include "tests/support/packet_builder.h"

namespace sipladder {
namespace {

using build::number16;
using build::number32;

std::string chunk(uint16_t type, const std::string& value) {
  return number16(0) + number16(type) + number16(static_cast<unsigned>(value.size() + 6)) + value;
}

std::string raw4(const std::string& text) {
  const IpAddress ip = parse_ip(text).value_or(IpAddress{});
  return {reinterpret_cast<const char*>(ip.bytes.data()), 4};
}

std::string hep3(const std::string& payload, uint16_t type = 15) {
  const std::string chunks = chunk(1, "\x02") + chunk(2, "\x11") + chunk(3, raw4("10.1.1.1")) +
                             chunk(4, raw4("10.2.2.2")) + chunk(7, number16(5070)) +
                             chunk(8, number16(5080)) + chunk(9, number32(1'700'000'123)) +
                             chunk(10, number32(250'000)) + chunk(11, "\x01") +
                             chunk(type, payload);
  return "HEP3" + number16(static_cast<unsigned>(chunks.size() + 6)) + chunks;
}

std::string hep1(const std::string& payload) {
  return std::string("\x01\x10\x02\x11", 4) + number16(5070) + number16(5080) + raw4("10.1.1.1") +
         raw4("10.2.2.2") + payload;
}

std::string hep2(const std::string& payload) {
  std::string header = hep1("");
  header[0] = 2;
  header[1] = 28;
  // 1700000123 and 250000, little-endian
  return header + std::string("\x7B\xF1\x53\x65", 4) + std::string("\x90\xD0\x03\x00", 4) +
         std::string(4, '\0') + payload;
}

std::string deflated(const std::string& text) {
  std::string out(compressBound(text.size()), '\0');
  uLongf size = out.size();
  compress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(text.data()),
           text.size());
  out.resize(size);
  return out;
}

std::vector<Datagram> decode(Decoder& decoder, const std::string& hep, std::string* bytes) {
  *bytes = build::ethernet_ip(build::ip(build::udp(hep, "192.0.2.1", "192.0.2.2", 40000, 9060), 17,
                                        "192.0.2.1", "192.0.2.2"));
  std::vector<Datagram> out;
  decoder.decode(build::packet(*bytes), &out);
  return out;
}

TEST(Hep, TheInnerPacketHasItsOwnAddressesAndTime) {
  const std::string sip = build::sip_message("c1");
  for (const std::string& hep : {hep3(sip), hep3(deflated(sip), 16), hep2(sip)}) {
    PacketLog log;
    Decoder decoder(log);
    std::string bytes;
    const auto out = decode(decoder, hep, &bytes);
    ASSERT_EQ(out.size(), 1U);
    EXPECT_EQ(out[0].payload, sip);
    EXPECT_EQ(to_string(out[0].src), "10.1.1.1:5070");
    EXPECT_EQ(to_string(out[0].dst), "10.2.2.2:5080");
    EXPECT_EQ(out[0].time_ns, 1'700'000'123'250'000'000);
  }
}

TEST(Hep, VersionOneHasNoTime) {
  PacketLog log;
  Decoder decoder(log);
  std::string bytes;
  const auto out = decode(decoder, hep1(build::sip_message("c1")), &bytes);
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(to_string(out[0].src), "10.1.1.1:5070");
  EXPECT_EQ(out[0].time_ns, 1'000'000'000);
}

TEST(Hep, LyingLengthsAreCounted) {
  std::string lie = hep3(build::sip_message("c1"));
  lie[lie.find(chunk(11, "\x01")) + 5] = '\xFF';
  PacketLog log;
  Decoder decoder(log);
  std::string bytes;
  decode(decoder, lie, &bytes);
  EXPECT_GE(decoder.oddities()[static_cast<size_t>(Oddity::hep_length_lies)], 1U);
}

TEST(Hep, EveryTruncationIsSurvived) {
  const std::string whole = hep3(build::sip_message("c1"));
  for (size_t size = 1; size < whole.size(); size++) {
    PacketLog log;
    Decoder decoder(log);
    std::string bytes;
    EXPECT_LE(decode(decoder, whole.substr(0, size), &bytes).size(), 1U);
  }
}

}  // namespace
}  // namespace sipladder

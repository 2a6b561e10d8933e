// HEP packets for tests, around a payload.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sipladder::build {

struct HepFields {
  std::string src = "10.0.0.1";
  std::string dst = "192.0.2.9";
  uint16_t src_port = 1111;
  uint16_t dst_port = 2222;
  uint8_t protocol = 17;
  uint32_t seconds = 1'700'000'000;
  uint32_t microseconds = 250;
};

std::string hep1(std::string_view payload, const HepFields& fields = {});
std::string hep2(std::string_view payload, const HepFields& fields = {});  // little-endian time
std::string hep3_chunk(unsigned type, std::string_view value);
std::string hep3_packet(const std::string& chunks);  // with a length that is right
std::string hep3(std::string_view payload, const HepFields& fields = {});
std::string hep3_packed(std::string_view payload, const HepFields& fields = {});

}  // namespace sipladder::build

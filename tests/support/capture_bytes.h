// Capture files for tests as bytes: pcap and pcapng in either byte order, compressed or not.
#pragma once

#include <cstdint>
#include <string>

namespace sipladder::build {

// Writes integers in one byte order, as a machine of that order would.
class Bytes {
 public:
  explicit Bytes(bool big = false) : big_(big) {}
  Bytes& u16(uint32_t value) { return number(value, 2); }
  Bytes& u32(uint32_t value) { return number(value, 4); }
  Bytes& u64(uint64_t value) { return number(value, 8); }
  Bytes& raw(const std::string& bytes) {
    text_ += bytes;
    return *this;
  }
  Bytes& padded(const std::string& bytes) {
    return raw(bytes).raw(std::string((4 - bytes.size() % 4) % 4, '\0'));
  }
  const std::string& text() const { return text_; }

 private:
  Bytes& number(uint64_t value, int size) {
    for (int i = 0; i < size; i++) {
      text_ += static_cast<char>(value >> (8 * (big_ ? size - 1 - i : i)) & 0xFF);
    }
    return *this;
  }
  bool big_;
  std::string text_;
};

std::string pcap_header(uint32_t magic = 0xA1B2C3D4, bool big = false, uint32_t link_type = 1);
std::string pcap_packet(uint32_t seconds, uint32_t fraction, const std::string& data,
                        bool big = false);
std::string block(uint32_t type, const std::string& body, bool big = false);
std::string section(bool big = false);
std::string interface(uint32_t link_type, uint32_t snap, const std::string& options = "",
                      bool big = false);
std::string enhanced(uint32_t id, uint64_t ticks, const std::string& data, bool big = false);
std::string gzip(const std::string& text);
std::string zstd(const std::string& text);

}  // namespace sipladder::build

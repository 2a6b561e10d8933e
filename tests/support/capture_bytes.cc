#include "tests/support/capture_bytes.h"

#include <zlib.h>
#include <zstd.h>

namespace sipladder::build {

std::string pcap_header(uint32_t magic, bool big, uint32_t link_type) {
  return Bytes(big).u32(magic).u16(2).u16(4).u32(0).u32(0).u32(65535).u32(link_type).text();
}

std::string pcap_packet(uint32_t seconds, uint32_t fraction, const std::string& data, bool big) {
  const auto size = static_cast<uint32_t>(data.size());
  return Bytes(big).u32(seconds).u32(fraction).u32(size).u32(size + 1).raw(data).text();
}

std::string block(uint32_t type, const std::string& body, bool big) {
  const auto size = static_cast<uint32_t>(body.size() + 12);
  return Bytes(big).u32(type).u32(size).raw(body).u32(size).text();
}

std::string section(bool big) {
  return block(0x0A0D0D0A, Bytes(big).u32(0x1A2B3C4D).u16(1).u16(0).u64(UINT64_MAX).text(), big);
}

std::string interface(uint32_t link_type, uint32_t snap, const std::string& options, bool big) {
  return block(1, Bytes(big).u16(link_type).u16(0).u32(snap).raw(options).text(), big);
}

std::string enhanced(uint32_t id, uint64_t ticks, const std::string& data, bool big) {
  const auto size = static_cast<uint32_t>(data.size());
  Bytes body(big);
  body.u32(id).u32(static_cast<uint32_t>(ticks >> 32)).u32(static_cast<uint32_t>(ticks));
  return block(6, body.u32(size).u32(size).padded(data).text(), big);
}

std::string gzip(const std::string& text) {
  std::string out(text.size() + 1000, '\0');
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

}  // namespace sipladder::build

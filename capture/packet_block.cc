#include "capture/packet_block.h"

#include <zstd.h>

#include <algorithm>
#include <cstring>

namespace sipladder {
namespace {

constexpr size_t kHeader = 28;
constexpr int kLevel = 3;
constexpr uint8_t kLogged = 1, kInferred = 2;
constexpr int kTransportShift = 2;

template <typename Number>
void put(Number number, std::string* out) {
  for (size_t i = 0; i < sizeof number; i++)
    out->push_back(static_cast<char>(static_cast<uint64_t>(number) >> (8 * i) & 0xFFU));
}

template <typename Number>
void take(std::string_view bytes, size_t* at, Number* number) {
  uint64_t value = 0;
  for (size_t i = 0; i < sizeof *number; i++)
    value |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[*at + i])) << (8 * i);
  *number = static_cast<Number>(value);
  *at += sizeof *number;
}

}  // namespace

void append_packet(const Packet& packet, std::string* block) {
  put(packet.time_ns, block);
  put(packet.frame, block);
  put(packet.original, block);
  put(packet.ref.length, block);
  put(packet.source, block);
  put(packet.interface, block);
  put(packet.link_type, block);
  put(packet.point, block);
  const auto transport = static_cast<unsigned>(packet.transport) << kTransportShift;
  put(static_cast<uint8_t>(transport | (packet.logged ? kLogged : 0U) |
                           (packet.inferred ? kInferred : 0U)),
      block);
  block->append(reinterpret_cast<const char*>(packet.data), packet.ref.length);
}

bool take_packet(std::string_view block, size_t* at, Packet* packet) {
  if (block.size() - *at < kHeader) return false;
  uint32_t length = 0;
  uint8_t flags = 0;
  take(block, at, &packet->time_ns);
  take(block, at, &packet->frame);
  take(block, at, &packet->original);
  take(block, at, &length);
  take(block, at, &packet->source);
  take(block, at, &packet->interface);
  take(block, at, &packet->link_type);
  take(block, at, &packet->point);
  take(block, at, &flags);
  if (length > kMostCapturedBytes || block.size() - *at < length) return false;
  packet->logged = (flags & kLogged) != 0;
  packet->inferred = (flags & kInferred) != 0;
  const int transport = flags >> kTransportShift;
  if (transport > static_cast<int>(Transport::sctp)) return false;
  packet->transport = static_cast<Transport>(transport);
  packet->ref = not_stored(length);
  packet->data = reinterpret_cast<const uint8_t*>(block.data()) + *at;
  *at += length;
  return true;
}

std::string compress_block(std::string_view block) {
  std::string out(ZSTD_compressBound(block.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), block.data(), block.size(), kLevel));
  return out;
}

bool decompress_block(std::string_view compressed, std::string* block) {
  const unsigned long long size = ZSTD_getFrameContentSize(compressed.data(), compressed.size());
  if (size > kMostBlockBytes) return false;  // unknown and wrong ones are large numbers too
  block->resize(size);
  return ZSTD_decompress(block->data(), block->size(), compressed.data(), compressed.size()) ==
         size;
}

}  // namespace sipladder

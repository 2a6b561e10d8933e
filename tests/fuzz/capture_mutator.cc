#include "tests/fuzz/capture_mutator.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <optional>
#include <utility>

#include "tests/fuzz/sip_mutator.h"

namespace sipladder::fuzz {
namespace {

constexpr size_t kHeaderSize = 24;
constexpr size_t kRecordHeader = 16;
constexpr size_t kMaxTail = 32;

uint32_t little32(std::string_view bytes, size_t at) {
  uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at, 4);
  return value;
}

unsigned big16(std::string_view bytes, size_t at) {
  return static_cast<unsigned>(static_cast<unsigned char>(bytes[at])) << 8 |
         static_cast<unsigned char>(bytes[at + 1]);
}

void put_big16(std::string& bytes, size_t at, size_t value) {
  bytes[at] = static_cast<char>(value >> 8);
  bytes[at + 1] = static_cast<char>(value);
}

struct Place {
  size_t ip = 0, transport = 0, payload = 0;
  bool v6 = false, udp = false;
};

// UDP or TCP in IP, behind the usual link layers.
std::optional<Place> place_of(std::string_view bytes) {
  for (const size_t ip : {14U, 0U, 16U, 20U}) {
    if (bytes.size() < ip + 48) continue;
    const auto first = static_cast<unsigned char>(bytes[ip]);
    Place place{ip};
    place.v6 = first >> 4 == 6;
    if (!place.v6 && (first >> 4 != 4 || (first & 15) < 5)) continue;
    if (!place.v6 && big16(bytes, ip + 2) > bytes.size() - ip) continue;
    const int protocol = bytes[ip + (place.v6 ? 6 : 9)];
    if (protocol != 17 && protocol != 6) continue;
    place.udp = protocol == 17;
    place.transport = ip + (place.v6 ? 40 : size_t{4} * (first & 15));
    if (place.transport + 20 > bytes.size()) continue;
    const auto offset = static_cast<unsigned char>(bytes[place.transport + 12]);
    place.payload = place.transport + (place.udp ? 8 : size_t{4} * (offset >> 4));
    if (place.payload <= bytes.size()) return place;
  }
  return std::nullopt;
}

void replace_payload(CapturedPacket& packet, const Place& place, const std::string& payload) {
  packet.bytes.replace(place.payload, std::string::npos, payload);
  const size_t ip_length = packet.bytes.size() - place.ip;
  if (ip_length > 0xFFFF) packet.bytes.resize(place.ip + 0xFFFF);
  packet.original = static_cast<uint32_t>(packet.bytes.size());
  const size_t length = packet.bytes.size() - place.ip;
  put_big16(packet.bytes, place.ip + (place.v6 ? 4 : 2), place.v6 ? length - 40 : length);
  if (place.udp)
    put_big16(packet.bytes, place.transport + 4, packet.bytes.size() - place.transport);
}

void turn_round(CapturedPacket& packet, const Place& place) {
  const size_t size = place.v6 ? 16 : 4;
  const size_t at = place.ip + (place.v6 ? 8 : 12);
  for (size_t i = 0; i < size; i++) std::swap(packet.bytes[at + i], packet.bytes[at + size + i]);
  for (size_t i = 0; i < 2; i++) {
    std::swap(packet.bytes[place.transport + i], packet.bytes[place.transport + 2 + i]);
  }
}

void change_header_byte(CapturedPacket& packet, const Place& place, Random& random) {
  const size_t at = place.ip + below(random, place.payload - place.ip);
  packet.bytes[at] = static_cast<char>(packet.bytes[at] ^ (1 << below(random, 8)));
}

void change_time(CapturedPackets& capture, size_t at, Random& random) {
  static constexpr int64_t kSteps[] = {0, 1, -1, 5, 32, -32, 180, 3600, 86'400, -86'400};
  CapturedPacket& packet = capture.packets[at];
  switch (below(random, 6)) {
    case 0:
      packet.seconds = at == 0 ? 0 : capture.packets[at - 1].seconds;
      packet.fraction = at == 0 ? 0 : capture.packets[at - 1].fraction;
      break;
    case 1:
      packet.seconds = below(random, 2) == 0 ? 0 : 0xFFFFFFFF;
      break;
    case 2:
      packet.fraction = static_cast<uint32_t>(random());
      break;
    case 3: {  // all that follow too
      const int64_t step = kSteps[below(random, std::size(kSteps))];
      for (size_t i = at; i < capture.packets.size(); i++)
        capture.packets[i].seconds += static_cast<uint32_t>(step);
      break;
    }
    default:
      packet.seconds += static_cast<uint32_t>(kSteps[below(random, std::size(kSteps))]);
  }
}

void change_inside(CapturedPackets& capture, size_t at, Random& random) {
  CapturedPacket& packet = capture.packets[at];
  const auto place = place_of(packet.bytes);
  if (!place) return;
  const std::string payload = packet.bytes.substr(place->payload);
  if (looks_like_a_message(payload) && below(random, 4) != 0) {
    const CapturedPacket& donor = capture.packets[below(random, capture.packets.size())];
    replace_payload(packet, *place, mutate_message(payload, payload_of(donor), random));
    return;
  }
  switch (below(random, 4)) {
    case 0:
      turn_round(packet, *place);
      break;
    case 1:
      replace_payload(packet, *place, payload.substr(0, below(random, payload.size() + 1)));
      break;
    case 2: {
      std::string changed = payload;
      for (int i = 0; i < 3 && !changed.empty(); i++)
        changed[below(random, std::min<size_t>(changed.size(), 40))] = static_cast<char>(random());
      replace_payload(packet, *place, changed);
      break;
    }
    default:
      change_header_byte(packet, *place, random);
  }
}

void change_packets(CapturedPackets& capture, Random& random) {
  auto& packets = capture.packets;
  const size_t at = below(random, packets.size());
  const size_t other = below(random, packets.size());
  const auto iterator = [&](size_t index) {
    return packets.begin() + static_cast<std::ptrdiff_t>(index);
  };
  switch (below(random, 10)) {
    case 0:
      if (packets.size() > 1) packets.erase(iterator(at));
      break;
    case 1:
      packets.insert(iterator(other), CapturedPacket(packets[at]));
      break;
    case 2:
      std::swap(packets[at], packets[other]);
      break;
    case 3:
      packets[at].bytes.resize(below(random, packets[at].bytes.size() + 1));
      break;
    case 4:
    case 5:
      change_time(capture, at, random);
      break;
    case 6:
      if (capture.tail.size() < kMaxTail) capture.tail += static_cast<char>(random());
      break;
    default:
      change_inside(capture, at, random);
  }
}

void fit(CapturedPackets& capture, size_t max_size) {
  size_t size = capture.header.size() + capture.tail.size();
  for (const CapturedPacket& packet : capture.packets) size += kRecordHeader + packet.bytes.size();
  while (size > max_size && !capture.packets.empty()) {
    size -= kRecordHeader + capture.packets.back().bytes.size();
    capture.packets.pop_back();
  }
}

}  // namespace

CapturedPackets split_capture(std::string_view bytes) {
  CapturedPackets result;
  if (bytes.size() < kHeaderSize) return result;
  const uint32_t magic = little32(bytes, 0);
  if (magic != 0xA1B2C3D4 && magic != 0xA1B23C4D) return result;
  result.header = bytes.substr(0, kHeaderSize);
  bytes.remove_prefix(kHeaderSize);
  while (bytes.size() >= kRecordHeader && little32(bytes, 8) <= bytes.size() - kRecordHeader) {
    const size_t size = little32(bytes, 8);
    result.packets.push_back({little32(bytes, 0), little32(bytes, 4), little32(bytes, 12),
                              std::string(bytes.substr(kRecordHeader, size))});
    bytes.remove_prefix(kRecordHeader + size);
  }
  result.tail = bytes.substr(0, kMaxTail);
  return result;
}

std::string join_capture(const CapturedPackets& capture) {
  std::string result = capture.header;
  for (const CapturedPacket& packet : capture.packets) {
    const uint32_t fields[] = {packet.seconds, packet.fraction,
                               static_cast<uint32_t>(packet.bytes.size()), packet.original};
    result.append(reinterpret_cast<const char*>(fields), sizeof fields).append(packet.bytes);
  }
  return result + capture.tail;
}

std::string_view payload_of(const CapturedPacket& packet) {
  const auto place = place_of(packet.bytes);
  return place ? std::string_view(packet.bytes).substr(place->payload) : std::string_view();
}

std::string mutate_capture(std::string_view bytes, uint32_t seed, size_t max_size) {
  CapturedPackets capture = split_capture(bytes);
  if (capture.packets.empty()) return {};
  Random random(seed);
  random.discard(3);
  for (size_t changes = 1 + below(random, 4); changes > 0; changes--)
    change_packets(capture, random);
  fit(capture, max_size);
  return join_capture(capture);
}

std::string cross_captures(std::string_view a, std::string_view b, uint32_t seed, size_t max_size) {
  CapturedPackets first = split_capture(a);
  const CapturedPackets second = split_capture(b);
  if (first.packets.empty() || second.packets.empty()) return std::string(a);
  Random random(seed);
  random.discard(3);
  first.packets.resize(1 + below(random, first.packets.size()));
  const size_t from = below(random, second.packets.size());
  for (size_t i = from; i < second.packets.size(); i++) first.packets.push_back(second.packets[i]);
  fit(first, max_size);
  return join_capture(first);
}

}  // namespace sipladder::fuzz

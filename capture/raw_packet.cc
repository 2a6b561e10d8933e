#include "capture/raw_packet.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <unordered_map>

#include "capture/mutex.h"

namespace sipladder {
namespace {

constexpr size_t kUdpHeader = 8;

std::string number16(size_t value) {
  return {static_cast<char>(value >> 8 & 0xFF), static_cast<char>(value & 0xFF)};
}

// A length that does not fit is written as 0, as in packets captured before segmentation offload.
std::string length16(size_t value) {
  return number16(value <= 0xFFFF ? value : 0);
}

std::string address(const RawEndpoint& end, bool v6) {
  // Beside an IPv6 address, IPv4 is mapped into IPv6, as dual-stack sockets log it (RFC 4291
  // section 2.5.5.2).
  const std::string bytes(end.bytes.begin(), end.bytes.begin() + (end.v6 ? 16 : 4));
  if (!v6) return bytes;
  if (end.v6 || !end.known) return std::string(16 - bytes.size(), '\0') + bytes;
  return std::string(10, '\0') + "\xFF\xFF" + bytes;
}

// The full names of hosts whose names do not fit into an address, by the shortened name.
struct HostNames {
  Mutex mutex;
  std::unordered_map<std::string, std::string> whole ABSL_GUARDED_BY(mutex);
};
HostNames& host_names() {
  static HostNames names;
  return names;
}

}  // namespace

bool parse_raw_ip(std::string_view text, RawEndpoint* out) {
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
    text = text.substr(1, text.size() - 2);
  }
  const std::string copy(text.substr(0, text.find('%')));
  out->bytes = {};
  out->v6 = copy.find(':') != std::string::npos;
  out->known = inet_pton(out->v6 ? AF_INET6 : AF_INET, copy.c_str(), out->bytes.data()) == 1;
  return out->known;
}

bool name_raw_host(std::string_view name, RawEndpoint* out) {
  const auto allowed = [](unsigned char c) {
    return std::isalnum(c) || c == '.' || c == '-' || c == '_';
  };
  if (name.empty() || !std::all_of(name.begin(), name.end(), allowed)) return false;
  *out = {};
  out->v6 = out->known = true;
  out->bytes[0] = kNamedHost;
  const size_t room = out->bytes.size() - 1;
  std::string text(name);
  if (text.size() > room) {
    uint32_t hash = 2166136261;  // FNV-1a: names with one beginning stay apart
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
    char end[10];
    std::snprintf(end, sizeof end, "~%08x", static_cast<unsigned>(hash));
    text = text.substr(0, room - 9) + end;
    HostNames& names = host_names();
    const MutexLock lock(names.mutex);
    if (names.whole.size() < kMaxHostNames) names.whole.try_emplace(text, name);
  }
  std::copy(text.begin(), text.end(), out->bytes.begin() + 1);
  return true;
}

std::string whole_host_name(std::string_view shown) {
  std::string text(shown);
  HostNames& names = host_names();
  const MutexLock lock(names.mutex);
  const auto found = names.whole.find(text);
  return found == names.whole.end() ? text : found->second;
}

std::vector<std::string> replaced_host_names() {
  std::vector<std::string> replaced;
  HostNames& names = host_names();
  const MutexLock lock(names.mutex);
  for (const auto& [shown, whole] : names.whole) replaced.push_back(whole);
  std::sort(replaced.begin(), replaced.end());
  return replaced;
}

std::string raw_udp_packet(const RawEndpoint& src, const RawEndpoint& dst, std::string_view payload,
                           size_t missing) {
  const bool v6 = src.v6 || dst.v6;
  const std::string addresses = address(src, v6) + address(dst, v6);
  const size_t length = payload.size() + missing + kUdpHeader;
  constexpr std::string_view kVersion4("\x45\0", 2);
  constexpr std::string_view kBetween4("\0\0\x40\0\x40\x11\0\0", 8);  // id, flags, TTL, UDP
  constexpr std::string_view kVersion6("\x60\0\0\0", 4);
  constexpr std::string_view kNext6("\x11\x40", 2);
  std::string packet;
  packet.reserve(48 + payload.size());
  if (v6) {
    packet.append(kVersion6).append(length16(length)).append(kNext6);
  } else {
    packet.append(kVersion4).append(length16(length + 20)).append(kBetween4);
  }
  packet.append(addresses);
  packet.append(number16(src.port)).append(number16(dst.port));
  packet.append(length16(length)).append(2, '\0').append(payload);
  return packet;
}

}  // namespace sipladder

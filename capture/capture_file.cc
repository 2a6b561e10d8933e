#include "capture/capture_file.h"

#include <algorithm>
#include <cstring>

#include "capture/time_units.h"

namespace sipladder {
namespace {

constexpr uint32_t kMaxCaptured = 1 << 20;  // no link has longer packets: a longer one is damage
constexpr uint32_t kMaxBlock = 2 << 20;     // fits the window
constexpr size_t kSkipStep = 64 << 10;
constexpr int64_t kMaxSeconds =
    9'000'000'000;  // of a time or an offset: nanoseconds stay within 64 bits
constexpr uint32_t kSectionHeader = 0x0A0D0D0A;
constexpr uint32_t kDecryptionSecrets = 10;
constexpr uint32_t kByteOrderMagic = 0x1A2B3C4D;
constexpr size_t kMaxInterfaces = 65536;

// 12 and 14 are DLT_RAW on some systems, which write it in the place of LINKTYPE_RAW.
uint16_t link_type_of(uint32_t field) {
  const auto type = static_cast<uint16_t>(field & 0x03FF'FFFF);
  return type == 12 || type == 14 ? uint16_t{101} : type;
}

__extension__ typedef unsigned __int128 Wide;

int64_t to_ns(uint64_t ticks, uint64_t per_second) {
  const uint64_t seconds = ticks / per_second;
  const auto rest = static_cast<Wide>(ticks % per_second) * 1'000'000'000U / per_second;
  if (seconds > static_cast<uint64_t>(kMaxSeconds)) return 0;
  return static_cast<int64_t>(seconds * 1'000'000'000U + static_cast<uint64_t>(rest));
}

bool is_packet_block(uint32_t type) {
  return type == 2 || type == 3 || type == 6;
}

}  // namespace

CaptureFile::CaptureFile(std::string name, uint16_t index, uint64_t size, ByteInput input)
    : input_(std::move(input)), index_(index) {
  info_.name = std::move(name);
  info_.size = size;
}

uint32_t CaptureFile::u32(const uint8_t* p) const {
  uint32_t value = 0;
  std::memcpy(&value, p, 4);
  return swapped_ ? __builtin_bswap32(value) : value;
}

uint16_t CaptureFile::u16(const uint8_t* p) const {
  uint16_t value = 0;
  std::memcpy(&value, p, 2);
  return swapped_ ? __builtin_bswap16(value) : value;
}

ReadResult CaptureFile::stop(ByteInput::State state, const char* what) {
  if (state == ByteInput::State::idle) return ReadResult::idle;
  ended_ = true;
  const bool damaged = state == ByteInput::State::damaged;
  if (damaged) what = input_.fault();
  // Cut while it was read, between two packets.
  const bool shorter = input_.is_stored() && input_.offset() + input_.available() < info_.size;
  if (state == ByteInput::State::end && shorter) what = "the file was cut while it was read";
  const bool whole = input_.available() == 0 && skip_ == 0 && format_ != Format::unknown;
  const bool clean = state == ByteInput::State::end && (whole || may_grow_) && !shorter;
  if (!clean) {
    info_.damage = info_.name + ": " + what + " at byte " +
                   std::to_string(input_.offset() + (damaged ? input_.available() : 0)) +
                   ", after packet " + std::to_string(info_.packets);
  }
  return ReadResult::end;
}

ReadResult CaptureFile::begin() {
  ByteInput::State state = input_.need(4);
  if (state != ByteInput::State::ready)
    return stop(state, "not a capture file: empty or shorter than its header");
  uint32_t magic = 0;
  std::memcpy(&magic, input_.data(), 4);
  if (magic == kSectionHeader) {
    format_ = Format::pcapng;
    info_.format = "pcapng";
    return ReadResult::packet;
  }
  swapped_ = magic == 0xD4C3B2A1 || magic == 0x4D3CB2A1 || magic == 0x34CDB2A1;
  if (swapped_) magic = __builtin_bswap32(magic);
  constexpr uint32_t kModified = 0xA1B2CD34;  // by Alexey Kuznetsov: 8 more bytes a packet
  if (magic != 0xA1B2C3D4 && magic != 0xA1B23C4D && magic != kModified)
    return stop(ByteInput::State::ready, "not a capture file (pcap, pcapng)");
  state = input_.need(24);
  if (state != ByteInput::State::ready) return stop(state, "pcap file header cut off");
  packet_header_ = magic == kModified ? 24 : 16;
  ticks_ = magic == 0xA1B23C4D ? 1'000'000'000U : 1'000'000U;
  info_.fine_times = magic == 0xA1B23C4D;
  link_type_ = link_type_of(u32(input_.data() + 20));
  info_.link_type = link_type_;
  max_captured_ = std::clamp(u32(input_.data() + 16), kSnapLength, kMaxCaptured);
  input_.consume(24);
  format_ = Format::pcap;
  info_.format = "pcap";
  return ReadResult::packet;
}

ReadResult CaptureFile::next(Packet* packet) {
  if (ended_) return ReadResult::end;
  if (pending_ > 0) {
    input_.consume(pending_);
    pending_ = 0;
  }
  if (format_ == Format::unknown) {
    const ReadResult begun = begin();
    if (begun != ReadResult::packet) return begun;
  }
  const ReadResult result = format_ == Format::pcap ? next_pcap(packet) : next_pcapng(packet);
  info_.position = input_.consumed();
  return result;
}

ReadResult CaptureFile::fill(Packet* packet, int64_t time_ns, uint16_t link_type, uint32_t captured,
                             uint32_t original, size_t at) {
  time_ns = corrected_time(time_ns, info_.clock_ahead_ns);
  if (info_.packets == 0) {
    info_.first_ns = time_ns;
    info_.link_type = link_type;
  }
  info_.packets++;
  info_.bytes += captured;
  info_.last_ns = time_ns;
  packet->time_ns = time_ns;
  packet->frame = static_cast<uint32_t>(info_.packets);
  packet->original = original;
  packet->source = index_;
  packet->interface = interface_;
  packet->link_type = link_type;
  packet->ref = input_.ref(at, captured);
  packet->data = input_.data() + at;
  return ReadResult::packet;
}

ReadResult CaptureFile::next_pcap(Packet* packet) {
  const size_t size = packet_header_;
  ByteInput::State state = input_.need(size);
  if (state != ByteInput::State::ready) return stop(state, "packet header cut off");
  const uint8_t* header = input_.data();
  const uint32_t captured = u32(header + 8);
  if (captured > max_captured_) return stop(ByteInput::State::ready, "impossible packet length");
  state = input_.need(size + captured);
  if (state != ByteInput::State::ready) return stop(state, "packet cut off");
  header = input_.data();
  const int64_t fraction =
      ticks_ == 1'000'000U ? int64_t{u32(header + 4)} * 1000 : int64_t{u32(header + 4)};
  const int64_t time_ns = int64_t{u32(header)} * 1'000'000'000 + fraction;
  pending_ = size + captured;
  return fill(packet, time_ns, link_type_, captured, u32(header + 12), size);
}

void CaptureFile::read_interface(const uint8_t* body, uint32_t length) {
  if (length < 8 || interfaces_.size() >= kMaxInterfaces) return;
  Interface entry;
  entry.link_type = link_type_of(u16(body));
  entry.snap_length = u32(body + 4);
  for (uint32_t at = 8; at + 4 <= length;) {
    const uint16_t code = u16(body + at);
    const uint16_t size = u16(body + at + 2);
    const uint8_t* value = body + at + 4;
    if (code == 0 || at + 4 + size > length) break;
    constexpr size_t kLongestName = 255;
    if (code == 2) {  // if_name
      entry.name.assign(reinterpret_cast<const char*>(value), std::min<size_t>(size, kLongestName));
    } else if (code == 9 && size >= 1) {  // if_tsresol
      const unsigned power = value[0] & 0x7FU;
      entry.ticks_per_second = 1;
      for (unsigned i = 0; i < std::min(power, (value[0] & 0x80U) != 0 ? 62U : 18U); i++) {
        entry.ticks_per_second *= (value[0] & 0x80U) != 0 ? 2 : 10;
      }
    } else if (code == 14 && size >= 8) {  // if_tsoffset
      uint64_t offset = 0;
      std::memcpy(&offset, value, 8);
      const auto seconds = static_cast<int64_t>(swapped_ ? __builtin_bswap64(offset) : offset);
      entry.offset_seconds = std::clamp(seconds, -kMaxSeconds, kMaxSeconds);
    }
    at += 4U + ((size + 3U) & ~3U);
  }
  info_.fine_times = info_.fine_times || entry.ticks_per_second > 1'000'000;
  // A section begins its numbers anew: the first that has a number names it.
  constexpr size_t kMostNames = 1024;
  const size_t number = interfaces_.size();
  if (!entry.name.empty() && number < kMostNames) {
    if (info_.interfaces.size() <= number) info_.interfaces.resize(number + 1);
    if (info_.interfaces[number].empty()) info_.interfaces[number] = entry.name;
  }
  interfaces_.push_back(std::move(entry));
}

// The counters of an interface are totals: a later block replaces an earlier one.
void CaptureFile::read_statistics(const uint8_t* body, uint32_t length) {
  if (length < 12 || u32(body) >= interfaces_.size()) return;
  Interface& entry = interfaces_[u32(body)];
  uint64_t dropped = 0;
  for (uint32_t at = 12; at + 4 <= length;) {
    const uint16_t code = u16(body + at);
    const uint16_t size = u16(body + at + 2);
    if (code == 0 || at + 4 + size > length) break;
    if ((code == 5 || code == 7) && size == 8) {  // isb_ifdrop, isb_osdrop
      uint64_t drops = 0;
      std::memcpy(&drops, body + at + 4, 8);
      dropped += swapped_ ? __builtin_bswap64(drops) : drops;
    }
    at += 4U + ((size + 3U) & ~3U);
  }
  info_.dropped += dropped - entry.dropped;
  entry.dropped = dropped;
}

// Enhanced, simple and old packet blocks; true when *packet is filled.
bool CaptureFile::read_packet_block(uint32_t type, const uint8_t* body, uint32_t length,
                                    Packet* packet) {
  const size_t before = static_cast<size_t>(body - input_.data());
  if (type == 3) {
    if (length < 4 || interfaces_.empty()) return false;
    const uint32_t original = u32(body);
    const uint32_t snap =
        interfaces_[0].snap_length == 0 ? original : std::min(original, interfaces_[0].snap_length);
    const uint32_t captured = std::min(snap, length - 4);
    if (info_.packets == 0) info_.has_times = false;
    interface_ = 0;
    fill(packet, info_.last_ns + info_.clock_ahead_ns, interfaces_[0].link_type, captured, original,
         before + 4);
    return true;
  }
  if (length < 20) return false;
  const uint32_t interface_id = type == 2 ? u16(body) : u32(body);
  const uint32_t captured = u32(body + 12);
  if (interface_id >= interfaces_.size() || captured > length - 20) return false;
  const Interface& entry = interfaces_[interface_id];
  interface_ = static_cast<uint16_t>(interface_id);
  info_.has_times = true;
  const uint64_t ticks = uint64_t{u32(body + 4)} << 32 | u32(body + 8);
  const int64_t offset_ns = entry.offset_seconds * 1'000'000'000;
  int64_t time_ns = 0;
  if (__builtin_add_overflow(to_ns(ticks, entry.ticks_per_second), offset_ns, &time_ns))
    time_ns = 0;
  fill(packet, time_ns, entry.link_type, captured, u32(body + 16), before + 20);
  return true;
}

ByteInput::State CaptureFile::skip() {
  while (skip_ > 0) {
    const size_t step = std::min<uint64_t>(skip_, kSkipStep);
    const ByteInput::State state = input_.need(step);
    if (state != ByteInput::State::ready) return state;
    if (secrets_) read_secrets(input_.data(), step);
    input_.consume(step);
    skip_ -= step;
  }
  secrets_.reset();
  return ByteInput::State::ready;
}

// Called at the beginning of a Decryption Secrets Block. True when it holds a key log of TLS:
// skip() then reads its lines. Other kinds of secrets are skipped unread.
bool CaptureFile::begin_secrets(uint32_t length) {
  constexpr uint32_t kTlsKeyLog = 0x544C534B;
  constexpr uint32_t kAround = 12 + 8;  // both lengths and the type; kind and size of the secrets
  const uint8_t* block = input_.data();
  if (keys_ == nullptr || length < kAround || u32(block + 8) != kTlsKeyLog) return false;
  secrets_left_ = std::min(u32(block + 12), length - kAround);
  secrets_.emplace(keys_);
  constexpr size_t kBefore = 16;
  input_.consume(kBefore);
  skip_ = length - kBefore;
  return true;
}

void CaptureFile::read_secrets(const uint8_t* bytes, size_t length) {
  const size_t mine = std::min<uint64_t>(length, secrets_left_);
  secrets_->add({reinterpret_cast<const char*>(bytes), mine});
  secrets_left_ -= mine;
  if (secrets_left_ == 0) secrets_->end();
}

// Null, or what is wrong. A section header sets the byte order of everything after it.
const char* CaptureFile::read_block_header(uint32_t* type, uint32_t* length) {
  const uint8_t* header = input_.data();
  std::memcpy(type, header, 4);
  if (*type == kSectionHeader) {
    uint32_t magic = 0;
    std::memcpy(&magic, header + 8, 4);
    swapped_ = magic != kByteOrderMagic;
    if (u32(header + 8) != kByteOrderMagic) return "section header with an impossible byte order";
    interfaces_.clear();
  }
  *type = u32(header);
  *length = u32(header + 4);
  if (*length < 12 || *length % 4 != 0) return "impossible block length";
  const bool needed = *type == kSectionHeader || *type == 1 || is_packet_block(*type);
  return needed && *length > kMaxBlock ? "impossible block length" : nullptr;
}

ReadResult CaptureFile::next_pcapng(Packet* packet) {
  while (true) {
    ByteInput::State state = skip();
    if (state != ByteInput::State::ready) return stop(state, "block cut off");
    state = input_.need(12);
    if (state != ByteInput::State::ready) return stop(state, "block header cut off");
    uint32_t type = 0, length = 0;
    const char* wrong = read_block_header(&type, &length);
    if (wrong != nullptr) return stop(ByteInput::State::ready, wrong);
    if (type == kDecryptionSecrets) {
      state = input_.need(std::min<uint32_t>(length, 16));
      if (state != ByteInput::State::ready) return stop(state, "block cut off");
      if (begin_secrets(length)) continue;
    }
    if (length > kMaxBlock) {
      skip_ = length;
      continue;
    }
    state = input_.need(length);
    if (state != ByteInput::State::ready) return stop(state, "block cut off");
    const uint8_t* body = input_.data() + 8;
    if (u32(body + length - 12) != length) {
      return stop(ByteInput::State::ready, "block whose two lengths differ");
    }
    if (is_packet_block(type)) {
      if (!read_packet_block(type, body, length - 12, packet)) {
        return stop(ByteInput::State::ready, "packet block that contradicts itself");
      }
      pending_ = length;
      return ReadResult::packet;
    }
    if (type == 1) read_interface(body, length - 12);
    if (type == 5) read_statistics(body, length - 12);
    input_.consume(length);
  }
}

}  // namespace sipladder

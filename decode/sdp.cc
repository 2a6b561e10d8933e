#include "decode/sdp.h"

#include <absl/container/flat_hash_map.h>

#include <algorithm>

#include "decode/sdp_direction.h"
#include "decode/srtp/key.h"
#include "decode/text.h"

namespace sipladder {

namespace {

struct StaticFormat {
  uint8_t payload_type;
  std::string_view encoding;
  uint32_t clock_hz;
  uint32_t channels;
};
// RFC 3551 tables 4 and 5.
constexpr StaticFormat kStatic[] = {
    {0, "PCMU", 8000, 1},   {3, "GSM", 8000, 1},    {4, "G723", 8000, 1},   {5, "DVI4", 8000, 1},
    {6, "DVI4", 16000, 1},  {7, "LPC", 8000, 1},    {8, "PCMA", 8000, 1},   {9, "G722", 8000, 1},
    {10, "L16", 44100, 2},  {11, "L16", 44100, 1},  {12, "QCELP", 8000, 1}, {13, "CN", 8000, 1},
    {14, "MPA", 90000, 1},  {15, "G728", 8000, 1},  {16, "DVI4", 11025, 1}, {17, "DVI4", 22050, 1},
    {18, "G729", 8000, 1},  {19, "CN", 8000, 1},    {25, "CelB", 90000, 1}, {26, "JPEG", 90000, 1},
    {28, "nv", 90000, 1},   {31, "H261", 90000, 1}, {32, "MPV", 90000, 1},  {33, "MP2T", 90000, 1},
    {34, "H263", 90000, 1},
};

// "IN IP4 192.0.2.1/127" gives 192.0.2.1.
std::string_view connection_address(std::string_view value) {
  cut(&value, ' ');
  cut(&value, ' ');
  return trim(value.substr(0, value.find('/')));
}

// Whether an a=acap such as "1 crypto:1 AES_CM_128_HMAC_SHA1_80 inline:..." is a key (RFC 5939
// 3.4.1).
bool offers_key(std::string_view capability) {
  cut(&capability, ' ');
  const std::string_view name = cut(&capability, ':');
  return name == "crypto" || name == "fingerprint" || name == "key-mgmt";
}

class Parser {
 public:
  explicit Parser(std::string_view body) {
    while (!body.empty()) {
      const std::string_view line = trim(cut(&body, '\n'));
      if (line.size() < 2 || line[1] != '=') {
        if (!line.empty()) flag("SDP line that is not <letter>=<value> (RFC 8866 5)");
        continue;
      }
      take(line[0], line.substr(2));
    }
    finish();
  }
  Sdp result;

 private:
  void flag(const char* sentence) {
    if (result.malformed == nullptr) result.malformed = sentence;
  }

  void take(char type, std::string_view value) {
    if (type == 'o') {
      take_origin(value);
    } else if (type == 'c') {
      (result.media.empty() ? result.session_address : result.media.back().address) =
          connection_address(value);
    } else if (type == 'm') {
      take_media(value);
    } else if (type == 'a') {
      std::string_view rest = value;
      const std::string_view name = cut(&rest, ':');
      take_attribute(name, trim(rest));
    }
  }

  void take_origin(std::string_view value) {
    result.origin = value;
    result.origin_user = cut(&value, ' ');
    result.session_id = cut(&value, ' ');
    result.version = cut(&value, ' ');
    cut(&value, ' ');
    cut(&value, ' ');
    result.origin_address = value;
  }

  void take_media(std::string_view value) {
    full_ = result.media.size() >= kMaxSdpMedia;
    if (full_) {
      flag("more m= lines than are read (64)");
      return;
    }
    SdpMedia media;
    media.media = cut(&value, ' ');
    std::string_view port = cut(&value, ' ');
    const auto number = parse_number<uint32_t>(cut(&port, '/'));
    if (!number || *number > 65535) flag("m= line with an impossible port (RFC 8866 5.14)");
    media.port_number = number.value_or(0);
    media.port = media.port_number > 65535 ? uint16_t{0} : static_cast<uint16_t>(media.port_number);
    media.proto = cut(&value, ' ');
    while (!value.empty()) {
      const std::string_view payload = cut(&value, ' ');
      if (payload.empty()) continue;
      const auto type = parse_number<uint8_t>(payload);
      SdpFormat format = type ? static_format(*type) : SdpFormat{};
      format.payload = payload;
      media.formats.push_back(format);
    }
    directions_.push_back(std::nullopt);
    bundle_only_.push_back(false);
    result.media.push_back(std::move(media));
    index_formats(result.media.back());
  }

  // Formats of a line with many of them are found by a table. In a usual line a loop is quicker.
  void index_formats(const SdpMedia& media) {
    constexpr size_t kFew = 32;
    formats_.clear();
    if (media.formats.size() <= kFew) return;
    for (size_t i = 0; i < media.formats.size(); i++)
      formats_.try_emplace(media.formats[i].payload, i);
  }

  void take_attribute(std::string_view name, std::string_view value) {
    if (const auto direction = direction_of(name)) {
      (result.media.empty() ? session_direction_ : directions_.back()) = direction;
      return;
    }
    if (name == "fingerprint" && result.media.empty()) session_fingerprint_ = value;
    if (name == "setup" && result.media.empty()) session_setup_ = value;
    if (name == "key-mgmt" && result.media.empty()) session_key_mgmt_ = value;
    if (name == "acap" && result.media.empty()) session_keys_ |= offers_key(value);
    if (name == "ice-ufrag" && result.media.empty()) session_ufrag_ = value;
    if (result.media.empty() || full_) return;
    SdpMedia& media = result.media.back();
    if (name == "rtpmap") {
      take_rtpmap(media, value);
    } else if (name == "fmtp") {
      if (SdpFormat* format = format_of(media, cut(&value, ' '))) format->fmtp = value;
    } else if (name == "ptime") {
      if (const auto ptime = parse_number<uint32_t>(value)) media.ptime_ms = *ptime;
    } else if (name == "rtcp") {
      media.rtcp_port = parse_number<uint16_t>(cut(&value, ' '));
    } else if (name == "silenceSupp") {
      media.silence_suppressed = cut(&value, ' ') == "on";
    } else if (name == "rtcp-mux") {
      media.rtcp_mux = true;
    } else if (name == "crypto") {
      if (media.crypto.size() < 64) media.crypto.push_back(value);
    } else if (name == "fingerprint") {
      media.fingerprint = value;
    } else if (name == "setup") {
      media.setup = value;
    } else if (name == "key-mgmt") {
      media.key_mgmt = value;
    } else if (name == "acap") {
      media.potential_keys |= offers_key(value);
    } else if (name == "pcfg") {
      media.potential_transport |= value.find("t=") != std::string_view::npos;
    } else if (name == "acfg") {
      media.actual_configuration = true;
    } else if (name == "bundle-only") {
      bundle_only_.back() = true;
    } else if (name == "ice-ufrag") {
      media.ice_ufrag = value;
    } else if (name == "candidate") {
      if (media.candidates.size() < 64) media.candidates.push_back(value);
    }
  }

  // The format of the newest m= line with this payload type; null when it has none.
  SdpFormat* format_of(SdpMedia& media, std::string_view payload) {
    if (!formats_.empty()) {
      const auto found = formats_.find(payload);
      return found == formats_.end() ? nullptr : &media.formats[found->second];
    }
    for (SdpFormat& format : media.formats) {
      if (format.payload == payload) return &format;
    }
    return nullptr;
  }

  void take_rtpmap(SdpMedia& media, std::string_view value) {
    SdpFormat* format = format_of(media, cut(&value, ' '));
    if (format == nullptr) return;
    format->encoding = cut(&value, '/');
    format->clock_hz = parse_number<uint32_t>(trim(cut(&value, '/'))).value_or(0);
    format->channels = parse_number<uint32_t>(trim(value)).value_or(1);
  }

  // Port 0 with a=bundle-only is no refusal (RFC 9143 section 6). The line shares address, port,
  // candidates and fingerprint of the first line that has a port.
  void bundle(SdpMedia& media) {
    const auto open = std::find_if(result.media.begin(), result.media.end(),
                                   [](const SdpMedia& other) { return other.port != 0; });
    if (media.port != 0 || open == result.media.end()) return;
    media.port = open->port;
    media.address = open->address;
    if (media.candidates.empty()) media.candidates = open->candidates;
    if (media.ice_ufrag.empty()) media.ice_ufrag = open->ice_ufrag;
    if (media.fingerprint.empty()) media.fingerprint = open->fingerprint;
    if (media.setup.empty()) media.setup = open->setup;
  }

  void finish() {
    for (size_t i = 0; i < result.media.size(); i++) {
      if (bundle_only_[i]) bundle(result.media[i]);
      SdpMedia& media = result.media[i];
      if (media.address.empty()) media.address = result.session_address;
      if (media.fingerprint.empty()) media.fingerprint = session_fingerprint_;
      if (media.setup.empty()) media.setup = session_setup_;
      if (media.key_mgmt.empty()) media.key_mgmt = session_key_mgmt_;
      media.potential_keys |= session_keys_;
      if (media.ice_ufrag.empty()) media.ice_ufrag = session_ufrag_;
      media.direction =
          directions_[i].value_or(session_direction_.value_or(SdpDirection::sendrecv));
      // With ICE, this address says that the candidates decide, or come later (RFC 8840).
      const bool nowhere = media.address == "0.0.0.0" || media.address == "::";
      media.hold_address = nowhere && media.port != 9 && media.candidates.empty();
      if (media.hold_address) media.direction = SdpDirection::inactive;
    }
  }

  absl::flat_hash_map<std::string_view, size_t> formats_;  // of the newest line, if it has many
  std::optional<SdpDirection> session_direction_;
  std::vector<std::optional<SdpDirection>> directions_;
  std::vector<bool> bundle_only_;
  std::string_view session_fingerprint_;
  std::string_view session_setup_;
  std::string_view session_key_mgmt_;
  bool session_keys_ = false;
  std::string_view session_ufrag_;
  bool full_ = false;
};

}  // namespace

std::optional<SdpDirection> direction_of(std::string_view attribute) {
  if (attribute == "sendrecv") return SdpDirection::sendrecv;
  if (attribute == "sendonly") return SdpDirection::sendonly;
  if (attribute == "recvonly") return SdpDirection::recvonly;
  if (attribute == "inactive") return SdpDirection::inactive;
  return std::nullopt;
}

std::string_view to_string(SdpDirection direction) {
  static constexpr std::string_view kNames[] = {"sendrecv", "sendonly", "recvonly", "inactive"};
  return kNames[static_cast<size_t>(direction)];
}

std::optional<IceCandidate> parse_candidate(std::string_view value) {
  // foundation component transport priority address port ...
  cut(&value, ' ');
  const auto component = parse_number<uint16_t>(cut(&value, ' '));
  const std::string_view transport = cut(&value, ' ');
  cut(&value, ' ');
  const auto ip = parse_ip(cut(&value, ' '));
  const auto port = parse_number<uint16_t>(cut(&value, ' '));
  if (!component || !ip || !port) return std::nullopt;
  cut(&value, ' ');  // "typ"
  const std::string_view type = cut(&value, ' ');
  return IceCandidate{
      *component, {*ip, *port}, equal_no_case(transport, "UDP"), type == "host", type == "relay"};
}

namespace {

// Whether the base64 in "inline:KEY|lifetime|MKI" (RFC 4568 6.1) has so many bytes.
bool has_key_of(std::string_view key_param, size_t bytes) {
  const std::string_view method = cut(&key_param, ':');
  if (!equal_no_case(method, "inline")) return true;  // its keys come another way
  std::string_view key = cut(&key_param, '|');
  while (key.ends_with('=')) key.remove_suffix(1);
  return key.size() * 6 / 8 == bytes;
}

}  // namespace

std::optional<SdpCrypto> parse_crypto(std::string_view value) {
  SdpCrypto crypto;
  value = trim(value);
  const auto tag = parse_number<uint32_t>(cut(&value, ' '));
  value = trim(value);
  crypto.suite = cut(&value, ' ');
  value = trim(value);
  if (!tag || crypto.suite.empty()) return std::nullopt;
  crypto.tag = *tag;
  if (const SrtpSuite* const known = find_srtp_suite(crypto.suite)) {
    crypto.suite = known->name;
    const size_t bytes = size_t{known->key_bytes} + known->salt_bytes;
    std::string_view keys = cut(&value, ' ');
    while (!keys.empty()) crypto.key_fits &= has_key_of(cut(&keys, ';'), bytes);
  }
  return crypto;
}

bool is_srtp(std::string_view proto) {
  return proto.find("SAVP") != std::string_view::npos;
}

Sdp parse_sdp(std::string_view body) {
  return Parser(body).result;
}

bool is_data_encoding(std::string_view encoding) {
  constexpr std::string_view kData[] = {"CLEARMODE", "X-CCD", "CCD",  "GNX64",
                                        "G.CLEAR",   "T38",   "T140", "T140C"};
  return std::any_of(std::begin(kData), std::end(kData),
                     [&](std::string_view name) { return equal_no_case(encoding, name); });
}

SdpFormat static_format(uint8_t payload_type) {
  SdpFormat format;
  for (const StaticFormat& row : kStatic) {
    if (row.payload_type != payload_type) continue;
    format.encoding = row.encoding;
    format.clock_hz = row.clock_hz;
    format.channels = row.channels;
  }
  return format;
}

}  // namespace sipladder

#include "export/redact/media_fill.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "correlate/model/hash.h"
#include "decode/bytes.h"
#include "decode/media.h"
#include "decode/sdp.h"
#include "decode/sip_message.h"
#include "decode/text.h"
#include "media/loudness.h"
#include "media/tone.h"

namespace sipladder {
namespace {

constexpr size_t kRtpHeader = 12;

uint64_t codec_key(const Endpoint& end, uint8_t type) {
  return mix(hash_endpoint(end), type);
}

// The byte of G.711 (A-law or mu-law) whose sample is nearest to `sample` (ITU-T G.711).
uint8_t g711_of(int sample, bool a_law) {
  const int sign = sample < 0 ? 0 : 0x80;
  int magnitude = std::min(std::abs(sample), 32635) + (a_law ? 0 : 132);
  int exponent = 7;
  for (int bit = 0x4000; exponent > 0 && (magnitude & bit) == 0; bit >>= 1) exponent--;
  const int shift = a_law && exponent == 0 ? 4 : exponent + 3;
  const int mantissa = (magnitude >> shift) & 0x0F;
  const int code = exponent << 4 | mantissa;
  return static_cast<uint8_t>(a_law ? (sign | code) ^ 0x55 : ~((sign ^ 0x80) | code));
}

}  // namespace

void MediaFill::learn(std::string_view sip_message) {
  SipIndex sip;
  if (!index_sip(sip_message, &sip)) return;
  for (const SdpMedia& media : parse_sdp(find_sdp(sip)).media) {
    const auto ip = parse_ip(media.address);
    if (!ip) continue;
    for (const SdpFormat& format : media.formats) {
      const auto type = parse_number<uint8_t>(format.payload);
      if (!type || format.encoding.empty() || codecs_.size() >= kMostCodecs) continue;
      codecs_[codec_key({*ip, media.port}, *type)] = {std::string(format.encoding),
                                                      format.clock_hz};
    }
  }
}

MediaFill::Stream& MediaFill::stream_of(const Endpoint& src, const Endpoint& dst, uint32_t ssrc,
                                        uint8_t type) {
  const uint64_t key = mix(stream_key(src, dst, ssrc), type);
  if (const auto found = streams_.find(key); found != streams_.end()) return found->second;
  if (streams_.size() >= kMostStreams) return other_;
  Codec codec;
  for (const Endpoint* const end : {&dst, &src}) {
    const auto named = codecs_.find(codec_key(*end, type));
    if (named != codecs_.end() && codec.encoding.empty()) codec = named->second;
  }
  const SdpFormat fixed = static_format(type);
  if (!fixed.encoding.empty()) codec = {std::string(fixed.encoding), fixed.clock_hz};
  Stream& stream = streams_[key];
  stream.decoder = make_voice_decoder(codec.encoding, codec.clock_hz, 1);
  return stream;
}

bool MediaFill::is_silent_payload(Stream& stream, uint8_t type, std::string_view payload) {
  if (const auto loudness = loudness_of_payload(type, payload)) return is_silent(*loudness);
  if (stream.decoder == nullptr) return false;
  const size_t count = stream.decoder->decode(payload, pcm_);
  return count > 0 && is_silent(loudness_of({pcm_.data(), count}));
}

void MediaFill::fill_tone(Stream& stream, uint8_t type, std::span<uint8_t> payload) {
  constexpr double kStep = 2 * std::numbers::pi * 425 / 8000;
  constexpr double kLoud = 4000;
  for (uint8_t& byte : payload) {
    byte = g711_of(static_cast<int>(kLoud * std::sin(stream.phase)), type == 8);
    stream.phase = std::fmod(stream.phase + kStep, 2 * std::numbers::pi);
  }
}

void MediaFill::fill(Stream& stream, uint8_t type, std::span<uint8_t> payload) {
  const std::string_view before(reinterpret_cast<const char*>(payload.data()), payload.size());
  const bool constant = before.find_first_not_of(before.front()) == std::string_view::npos;
  const bool silent = is_silent_payload(stream, type, before);
  if (constant) return;  // one byte repeated tells nothing
  const bool g711 = is_heard_in_passing(type);
  if (silent && g711) {
    std::fill(payload.begin(), payload.end(), static_cast<uint8_t>(type == 0 ? 0xFF : 0xD5));
    return;
  }
  if (silent) return;  // a silent packet of another codec holds nothing to hear
  if (g711) {
    std::unique_ptr<VoiceDecoder> decoder =
        make_voice_decoder(type == 0 ? "PCMU" : "PCMA", 8000, 1);
    const size_t count = decoder->decode(before, pcm_);
    if (is_ringback_tone({pcm_.data(), count}, 8000)) return fill_tone(stream, type, payload);
  }
  // The first bytes tell how a payload is built (RFC 6716 3.1, RFC 4867 4.3): they stay. The same
  // payload becomes the same bytes again, so that repeated packets stay repeated.
  constexpr size_t kForm = 2;
  const size_t from = g711 ? 0 : std::min(kForm, payload.size());
  const std::string drawn = replacer_.hash().bytes('r', before, payload.size());
  for (size_t i = from; i < payload.size(); i++) payload[i] = static_cast<uint8_t>(drawn[i]);
}

size_t MediaFill::packet(std::span<uint8_t> rtp, const Endpoint& src, const Endpoint& dst) {
  if (mode_ == MediaMode::keep || replacer_.is_learning() || rtp.size() < kRtpHeader)
    return rtp.size();
  RtpHeader header;
  const std::string_view bytes(reinterpret_cast<const char*>(rtp.data()), rtp.size());
  if (!parse_rtp(bytes, &header)) return rtp.size();
  const auto at = static_cast<size_t>(bytes_of(header.payload) - rtp.data());
  if (mode_ == MediaMode::drop) return header.payload.empty() ? rtp.size() : at;
  const size_t sources = kRtpHeader + 4 * size_t{rtp[0] & 0x0FU};
  // The header of an RTP extension stays. Its values are zeroed: they can name what is sent (RFC
  // 8852).
  if ((rtp[0] & 0x10U) != 0 && sources + 4 < at)
    std::fill(rtp.begin() + static_cast<std::ptrdiff_t>(sources + 4),
              rtp.begin() + static_cast<std::ptrdiff_t>(at), uint8_t{0});
  const std::span<uint8_t> payload = rtp.subspan(at, header.payload.size());
  if (payload.empty() || is_comfort_noise(header.payload_type)) return rtp.size();
  const bool event = header.payload_type >= 96 && payload.size() == 4;  // RFC 4733
  if (event) {
    if (payload[0] < 10)
      payload[0] = static_cast<uint8_t>(replacer_.dtmf(static_cast<char>('0' + payload[0])) - '0');
    return rtp.size();
  }
  fill(stream_of(src, dst, header.ssrc, header.payload_type), header.payload_type, payload);
  return rtp.size();
}

}  // namespace sipladder

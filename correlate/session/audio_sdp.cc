#include "correlate/session/audio_sdp.h"

#include <algorithm>

#include "correlate/model/hash.h"
#include "correlate/session/srtp_media.h"
#include "decode/text.h"
#include "media/codec.h"

namespace sipladder {
namespace {

// The format's parameters announce silence suppression (RFC 4856 2.1.9, RFC 7587 7.1). A default
// value is no announcement.
bool suppresses_silence(const SdpFormat& format) {
  return param(format.fmtp, "annexb") == "yes" || param(format.fmtp, "usedtx") == "1";
}

constexpr uint8_t kFirstDynamic = 96;

uint32_t hash_of_codec(const SdpFormat& format) {
  std::string name(format.encoding);
  std::transform(name.begin(), name.end(), name.begin(), lower);
  return static_cast<uint32_t>(mix(hash_text(name), format.clock_hz));
}

void read_audio(const SdpMedia& media, AudioSdp* audio_sdp) {
  audio_sdp->audio = true;
  audio_sdp->usable = media.port != 0;
  audio_sdp->hold_address = media.hold_address;
  audio_sdp->direction = media.direction;
  audio_sdp->secure = is_srtp(media.proto);
  audio_sdp->other_keys = !media.key_mgmt.empty() || media.potential_keys;
  for (const std::string_view value : media.crypto) {
    if (const auto line = parse_crypto(value)) {
      CryptoLine& crypto = audio_sdp->crypto.emplace_back(
          CryptoLine{line->tag, std::string(line->suite), line->key_fits, {}});
      for (const SrtpKey& key : srtp_keys_of(value)) crypto.keys.push_back(hash_of(key));
    } else {
      audio_sdp->other_keys = true;
    }
  }
  audio_sdp->fingerprint = !media.fingerprint.empty();
  audio_sdp->setup = media.setup;
  audio_sdp->keyed = !audio_sdp->crypto.empty() || audio_sdp->fingerprint || audio_sdp->other_keys;
  audio_sdp->offers_transport = media.potential_transport;
  audio_sdp->chose_transport = media.actual_configuration;
  if (const auto ip = parse_ip(media.address)) audio_sdp->address = Endpoint{*ip, media.port};
  for (const std::string_view value : media.candidates) {
    if (const auto candidate = parse_candidate(value)) {
      audio_sdp->candidates.push_back(*candidate);
    } else {
      audio_sdp->named_candidate = true;
    }
  }
  audio_sdp->ice_ufrag = media.ice_ufrag;
  audio_sdp->ice = !media.candidates.empty();
  audio_sdp->silence_suppressed = media.silence_suppressed;
  audio_sdp->ptime_ms = media.ptime_ms;
  const Codec* first = media.formats.empty() ? nullptr : find_codec(media.formats.front().encoding);
  if (first != nullptr) audio_sdp->frame_ms = first->frame_ms;
  for (const SdpFormat& format : media.formats) {
    const auto type = parse_number<uint8_t>(format.payload);
    if (type) audio_sdp->payload_types.push_back(*type);
    if (type && *type >= kFirstDynamic && !format.encoding.empty())
      audio_sdp->mapped.push_back({*type, hash_of_codec(format)});
    if (equal_no_case(format.encoding, "CN"))
      audio_sdp->comfort_clocks |= clock_bit(format.clock_hz != 0 ? format.clock_hz : 8000);
    if (suppresses_silence(format)) audio_sdp->pauses = true;
  }
}

void read_formats(const SdpMedia& media, AudioSdp* audio_sdp) {
  for (const SdpFormat& format : media.formats) {
    const bool event = equal_no_case(format.encoding, "telephone-event");
    audio_sdp->telephone_event = audio_sdp->telephone_event || event;
    if (event || equal_no_case(format.encoding, "CN") || media.media != "audio" || media.port == 0)
      continue;
    std::string& name =
        audio_sdp->codecs.emplace_back(format.encoding.empty() ? format.payload : format.encoding);
    std::transform(name.begin(), name.end(), name.begin(), lower);
  }
}

void add_other_types(const SdpMedia& media, AudioSdp* audio_sdp) {
  if (media.media != "audio" || media.port == 0) return;
  for (const SdpFormat& format : media.formats)
    if (const auto type = parse_number<uint8_t>(format.payload))
      audio_sdp->other_types.push_back(*type);
}

uint64_t hash_without_origin(std::string_view body) {
  uint64_t hash = 0;
  while (!body.empty()) {
    const std::string_view line = trim(cut(&body, '\n'));
    if (!line.starts_with("o=")) hash = mix(hash, hash_text(line));
  }
  return hash;
}

// The index of the audio line that counts (see AudioSdp). `answered`: the line that the answer
// accepts, once it is known.
std::optional<size_t> choose_line(const Sdp& sdp, std::optional<size_t> answered) {
  std::optional<size_t> chosen;
  for (size_t line = 0; line < sdp.media.size(); line++) {
    if (sdp.media[line].media != "audio") continue;
    if (line == answered) return line;
    if (!chosen || (sdp.media[*chosen].port == 0 && sdp.media[line].port != 0)) chosen = line;
  }
  return chosen;
}

}  // namespace

AudioSdp read_audio_sdp(std::string_view body, MessageId id, const MessageRecord& message,
                        std::optional<size_t> answered) {
  const Sdp sdp = parse_sdp(body);
  AudioSdp audio_sdp;
  audio_sdp.origin = sdp.origin;
  audio_sdp.rest_hash = hash_without_origin(body);
  for (const SdpMedia& media : sdp.media) {
    audio_sdp.lines.push_back({std::string(media.media), media.port != 0});
    read_formats(media, &audio_sdp);
    audio_sdp.other_media = audio_sdp.other_media || (media.media != "audio" && media.port != 0);
  }
  audio_sdp.message = id;
  audio_sdp.time_ns = message.time_ns;
  audio_sdp.author = message.from_caller ? Party::caller : Party::callee;
  if (const auto line = choose_line(sdp, answered)) {
    audio_sdp.mline = *line;
    read_audio(sdp.media[*line], &audio_sdp);
    for (size_t other = 0; other < sdp.media.size(); other++)
      if (other != *line) add_other_types(sdp.media[other], &audio_sdp);
  }
  return audio_sdp;
}

bool closes_audio(const AudioSdp& audio_sdp) {
  return audio_sdp.audio && !audio_sdp.usable && !audio_sdp.other_media;
}

bool restricts(const AudioSdp& audio_sdp) {
  return closes_audio(audio_sdp) ||
         (audio_sdp.usable && (audio_sdp.hold_address || !may_receive(audio_sdp.direction)));
}

bool may_send(SdpDirection direction) {
  return direction == SdpDirection::sendrecv || direction == SdpDirection::sendonly;
}

bool may_receive(SdpDirection direction) {
  return direction == SdpDirection::sendrecv || direction == SdpDirection::recvonly;
}

bool accepts(const AudioSdp& audio_sdp, uint8_t payload_type) {
  const auto lists = [&](const std::vector<uint8_t>& types) {
    return std::find(types.begin(), types.end(), payload_type) != types.end();
  };
  return lists(audio_sdp.payload_types) || lists(audio_sdp.other_types);
}

}  // namespace sipladder

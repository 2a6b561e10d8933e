#include "correlate/session/stream_voice.h"

namespace sipladder {
namespace {

// Null when the stream is not encrypted, or when no known key opens a packet.
std::shared_ptr<const SrtpReading> opened(const MediaBinding& media, StreamId id) {
  auto reading = media.srtp_of(id);
  return reading != nullptr && reading->opened != 0 ? reading : nullptr;
}

OpenedPackets packets_of(const SrtpReading& reading, const KeyedPlaces& places,
                         SrtpOpener& opener) {
  return {reading.places(), reading.others,
          [&](uint32_t index, std::string* packet) { return opener.read(places, index, packet); }};
}

}  // namespace

Heard voice_heard_in(const MediaBinding& media, const PacketLog& log, StreamId id) {
  const Model& model = media.srtp().model();
  if (const auto reading = opened(media, id)) {
    const KeyedPlaces& places = model.keyed_places.at(id.value);
    SrtpOpener opener(media.srtp(), reading);
    return heard_in(model.streams[id], packets_of(*reading, places, opener), media.encoding_of(id));
  }
  if (media.of(id).secure) return {};
  return heard_of(model, log, id, media.encoding_of(id));
}

Listening listen_to_voice(const MediaBinding& media, const PacketLog& log, StreamId id) {
  const Model& model = media.srtp().model();
  const StreamRecord& stream = model.streams[id];
  if (const auto reading = opened(media, id)) {
    Listening listening;
    listening.audible = true;
    if (!reading->is_whole(stream)) return listening;
    const KeyedPlaces& places = model.keyed_places.at(id.value);
    SrtpOpener opener(media.srtp(), reading);
    return listen_in(stream, packets_of(*reading, places, opener), media.encoding_of(id));
  }
  return listen_to(model, log, id, media.encoding_of(id));
}

std::string digits_of(const MediaBinding& media, StreamId id) {
  const Model& model = media.srtp().model();
  const auto found = model.dtmf.find(id.value);
  if (found != model.dtmf.end()) return found->second.digits();
  const auto reading = model.streams[id].keyed ? media.srtp_of(id) : nullptr;
  return reading == nullptr ? std::string() : reading->dtmf.digits();
}

}  // namespace sipladder

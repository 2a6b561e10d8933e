#include "export/wav.h"

#include <absl/container/flat_hash_map.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>

#include "capture/packet_source.h"
#include "correlate/session/srtp_media.h"
#include "decode/decoder.h"
#include "decode/media.h"
#include "decode/sdp.h"
#include "decode/turn.h"
#include "media/codec.h"
#include "media/media_clock.h"
#include "media/voice_level.h"
#include "media/wav_writer.h"

namespace sipladder {
namespace {

constexpr int kRate = 8000;

// One stream of the call while it is read again.
struct Voice {
  StreamId id;
  TrackSide side = TrackSide::caller;
  std::string codec;
  std::unique_ptr<VoiceDecoder> decoder;
  MediaClock clock{8000};
  std::unique_ptr<VoiceLevel> level;
  std::unique_ptr<SrtpOpener> opener;  // null: it is not encrypted, or its keys are not here
  uint8_t payload_type = 0;
  bool closed = false;  // it is encrypted, and its keys are not known
};

class WavExport {
 public:
  WavExport(const Model& model, Analyst& analyst, CallId call)
      : model_(model), media_(analyst.media()) {
    media_.update();
    for (const Party party : {Party::caller, Party::callee}) {
      std::vector<StreamId> streams;
      for (const StreamId id : media_.streams_of(call)) {
        const StreamBinding& binding = media_.of(id, call);
        if (binding.from == party && !binding.video && media_.is_listed(id)) streams.push_back(id);
      }
      for (const StreamId id : last_leg_of(model, streams)) {
        add_voice(id, party == Party::caller ? TrackSide::caller : TrackSide::callee);
      }
    }
  }

  // One stream alone, on the left.
  WavExport(const Model& model, Analyst& analyst, StreamId stream)
      : model_(model), media_(analyst.media()) {
    media_.update();
    add_voice(stream, TrackSide::caller);
    alone_ = true;
  }

  bool empty() const { return voices_.empty(); }
  int channels() const { return alone_ ? 1 : 2; }
  int64_t origin_ns() const { return origin_ns_; }

  void read(const Datagram& outer, StereoTrack* track) {
    const std::optional<Datagram> relayed = turn_.unwrap(outer, classify_payload(outer.payload));
    const Datagram& datagram = relayed ? *relayed : outer;
    RtpHeader rtp;
    if (classify_payload(datagram.payload) != PayloadClass::rtp) return;
    if (!parse_rtp(datagram.payload, &rtp)) return;
    const auto with_ssrc = by_ssrc_.find(rtp.ssrc);
    if (with_ssrc == by_ssrc_.end()) return;
    for (const size_t place : with_ssrc->second) {
      Voice& voice = voices_[place];
      const StreamRecord& stream = model_.streams[voice.id];
      const bool same = datagram.point == stream.point &&
                        model_.endpoints[stream.src] == datagram.src &&
                        model_.endpoints[stream.dst] == datagram.dst;
      if (!same) continue;
      if (voice.opener != nullptr) {
        if (!voice.opener->open(datagram.payload, &plain_) || !parse_rtp(plain_, &rtp)) continue;
      }
      add(voice, rtp, datagram.time_ns, track);
    }
  }

  std::vector<std::string> report() {
    std::vector<std::string> lines;
    for (Voice& voice : voices_) {
      const StreamRecord& stream = model_.streams[voice.id];
      const std::string who = fmt::format("{}{} > {} ({})",
                                          alone_                            ? ""
                                          : voice.side == TrackSide::caller ? "caller "
                                                                            : "callee ",
                                          to_string(model_.endpoints[stream.src]),
                                          to_string(model_.endpoints[stream.dst]),
                                          voice.codec.empty() ? "unknown codec" : voice.codec);
      voice.level->finish();
      lines.push_back(voice.closed ? who + ": encrypted, and its key is not known here"
                      : voice.decoder == nullptr
                          ? who + ": cannot be decoded here, level unknown"
                          : fmt::format("{}: {:.0f} % of it is silence", who,
                                        100 * voice.level->figures().silent_share()));
    }
    return lines;
  }

 private:
  void add_voice(StreamId id, TrackSide side) {
    const StreamRecord& stream = model_.streams[id];
    Voice voice;
    voice.id = id;
    voice.side = side;
    voice.codec = media_.encoding_of(id);
    voice.payload_type = stream.payload_type;
    if (const auto reading = media_.srtp_of(id); reading != nullptr && reading->opened != 0)
      voice.opener = std::make_unique<SrtpOpener>(media_.srtp(), reading);
    voice.closed = media_.of(id).secure && voice.opener == nullptr;
    voice.decoder = make_voice_decoder(voice.codec, stream.clock_hz, 1);
    voice.clock = MediaClock(stream.clock_hz);
    voice.level = std::make_unique<VoiceLevel>(make_voice_decoder(voice.codec, stream.clock_hz, 1),
                                               stream.clock_hz);
    origin_ns_ = origin_ns_ == 0 ? stream.first_ns : std::min(origin_ns_, stream.first_ns);
    by_ssrc_[stream.ssrc].push_back(voices_.size());
    voices_.push_back(std::move(voice));
  }

  void add(Voice& voice, const RtpHeader& rtp, int64_t time_ns, StereoTrack* track) {
    if (voice.closed || rtp.payload_type != voice.payload_type) return;
    voice.level->add_voice(rtp.payload, rtp.timestamp, time_ns);
    if (voice.decoder == nullptr) return;
    const size_t count = voice.decoder->decode(rtp.payload, pcm_);
    track->add(voice.side, voice.clock.place(rtp.timestamp, time_ns),
               std::span<const int16_t>(pcm_.data(), count), voice.decoder->sample_rate());
  }

  const Model& model_;
  MediaBinding& media_;
  TurnRelays turn_;
  std::vector<Voice> voices_;
  absl::flat_hash_map<uint32_t, std::vector<size_t>> by_ssrc_;  // places in voices_
  int64_t origin_ns_ = 0;
  bool alone_ = false;
  std::string plain_;
  std::array<int16_t, kMaxPcmSamples> pcm_{};
};

WavReport write_voices(const ExportRequest& request, WavExport& voices) {
  WavReport result;
  PacketLog log;
  const auto source = reopen(request, log, &result.unreadable);
  if (source == nullptr) {
    result.error = request.path + ": not written";
    return result;
  }
  StereoTrack track(voices.origin_ns(), kRate);
  Decoder decoder;
  std::vector<Datagram> datagrams;
  Packet packet;
  for (ReadResult read{}; (read = source->next(&packet)) != ReadResult::end;) {
    if (read == ReadResult::idle) continue;
    decoder.decode(packet, &datagrams);
    for (const Datagram& datagram : datagrams) voices.read(datagram, &track);
  }
  for (const SourceInfo* info : source->infos()) {
    if (!info->damage.empty()) result.unreadable = info->damage;
  }
  result.seconds = track.seconds();
  result.lines = voices.report();
  if (track.truncated())
    result.lines.push_back(fmt::format("what comes after {} hours is not in the file",
                                       StereoTrack::kMaxSeconds / 3600));
  if (track.seconds() > 0) {
    result.error = track.write(request.path, voices.channels());
    return result;
  }
  result.error = request.path + ": not written: nothing of it can be heard here";
  for (const std::string& line : result.lines) result.error += "; " + line;
  return result;
}

}  // namespace

WavReport export_wav(const ExportRequest& request, CallId call) {
  WavExport voices(request.model, request.analyst, call);
  if (voices.empty()) {
    WavReport result;
    result.error = fmt::format("call {} has no audio in this capture", call.value);
    return result;
  }
  return write_voices(request, voices);
}

WavReport export_stream_wav(const ExportRequest& request, StreamId stream) {
  WavExport voice(request.model, request.analyst, stream);
  return write_voices(request, voice);
}

}  // namespace sipladder

// Measures how loud one RTP stream is over time, and counts what shows that nobody is heard in it.
//
// Levels are in dBov: 20 log10 of the RMS of the decoded samples over 32768, so that a full-scale
// sine is at -3 (ITU-T G.100.1). The constant part is subtracted first, so that every digital
// silence (0xFF of PCMU, 0xD5 of PCMA) is at kLowestLevel, whatever value it decodes to.
//
// One object for each stream. Threads: one. Bounds: kMaxSlots bytes of levels, and the last
// payload.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "media/codec.h"
#include "media/media_clock.h"

namespace sipladder {

struct VoiceFigures {
  uint64_t voice_packets = 0;
  uint64_t repeated_payloads = 0;  // with the same bytes as the voice payload before
  uint64_t undecodable = 0;        // voice payloads that gave no sample
  uint64_t comfort_noise = 0;      // packets, RFC 3389
  uint64_t telephone_events = 0;   // packets, RFC 4733
  uint64_t slots = 0;              // of 100 ms, with samples or a comfort noise level
  uint64_t silent_slots = 0;       // of these, at kSilenceLevel or below
  int8_t loudest = INT8_MIN;       // dBov of a slot; INT8_MIN: no slot

  double silent_share() const;    // 0..1 of the slots; 0 without slots
  double repeated_share() const;  // 0..1 of the payloads but the first
};
// How the figures are meant: a stream with at least 0.9 silent slots is silent. Repeated payloads
// are a sign of silence only where levels are unknown for lack of a decoder, since a looped test
// tone repeats its payload, too.

class VoiceLevel {
 public:
  static constexpr size_t kMaxSlots = 36'000;  // an hour at 100 ms
  static constexpr int64_t kSlotNs = 100'000'000;
  static constexpr int8_t kNoData = INT8_MIN;
  static constexpr int8_t kLowestLevel = -127;
  static constexpr int8_t kSilenceLevel = -60;

  // `decoder` null: packets are counted and compared, levels stay unknown. `clock_hz` is that of
  // the RTP timestamps; 0 means 8000.
  VoiceLevel(std::unique_ptr<VoiceDecoder> decoder, uint32_t clock_hz);

  // The sender has changed its codec. The figures go on.
  void use(std::unique_ptr<VoiceDecoder> decoder, uint32_t clock_hz);

  // Takes packets in capture order. A late one counts into the present slot.
  void add_voice(std::string_view payload, uint32_t timestamp, int64_t time_ns);
  // Takes a payload of type 13. Its level is that of its slot if no sample falls into the slot.
  void add_comfort_noise(std::string_view payload, uint32_t timestamp, int64_t time_ns);
  void add_telephone_event() { figures_.telephone_events++; }

  // Closes the present slot: levels() and figures() now cover everything that was added.
  void finish();

  const VoiceFigures& figures() const { return figures_; }  // always of slots of 100 ms
  // One level for each slot_ns(), from start_ns() on; kNoData where nothing was heard. When a
  // stream is longer than kMaxSlots, each level is the mean power of 200 ms, then of 400, and so
  // on.
  const std::vector<int8_t>& levels() const { return levels_; }
  int64_t slot_ns() const { return kSlotNs * slots_per_level_; }
  int64_t start_ns() const { return start_ns_; }  // capture time; 0 before the first packet

 private:
  void enter_slot(int64_t at_ns);
  void add_samples(std::span<const int16_t> pcm, int64_t at_ns);
  void close_slot();
  void store(int64_t slot, int8_t level);
  void halve_resolution();

  std::unique_ptr<VoiceDecoder> decoder_;
  MediaClock clock_;
  VoiceFigures figures_;
  std::vector<int8_t> levels_;
  std::string last_payload_;
  bool started_ = false;
  int64_t start_ns_ = 0;
  int64_t slots_per_level_ = 1;
  // The present slot.
  int64_t slot_ = 0;
  uint64_t samples_ = 0;
  int64_t sum_ = 0;
  uint64_t squares_ = 0;
  int8_t noise_level_ = kNoData;
};

}  // namespace sipladder

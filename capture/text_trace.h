// SIP messages in a text (trace_parser.h) as packets, with the addresses and times of their log
// lines.
//
// Messages are read ahead, because later ones tell the addresses of those before (hop_inference.h).
// Bounds: kMaxTraceText bytes of a line; kMaxAhead messages, or kMaxAheadBytes of them, read ahead.
// Threads: one. Errors: SourceInfo::damage.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "capture/byte_input.h"
#include "capture/hop_inference.h"
#include "capture/packet_source.h"
#include "capture/trace_lines.h"
#include "capture/trace_parser.h"

namespace sipladder {

class TextTrace : public PacketSource {
 public:
  TextTrace(std::string name, uint16_t index, uint64_t size, std::unique_ptr<ByteReader> reader);

  ReadResult next(Packet* packet) override;
  std::vector<int> waits_for() const override { return reader_->waits_for(); }
  std::vector<const SourceInfo*> infos() const override { return {&info_}; }

 private:
  enum class Line { ready, idle, end };
  Line read_line(std::string_view* line);
  Line refill();
  enum class Ahead { more, idle, end };
  Ahead read_ahead();
  void keep(TraceMessage message);
  std::optional<int64_t> said_time(const TraceMessage& message);
  int64_t time_of(const TraceMessage& message);
  void look_at_differences();
  void learn_date();
  int64_t to_ns(const LogTime& time);
  void hand_out(TraceMessage message, Packet* packet);

  std::unique_ptr<ByteReader> reader_;
  SourceInfo info_;
  TraceLines lines_;
  TraceParser parser_;
  HopInference hops_;
  static constexpr size_t kMaxAhead = 2000;
  static constexpr size_t kMaxAheadBytes = 8 << 20;
  std::deque<TraceMessage> ahead_;
  size_t ahead_bytes_ = 0;
  std::string buffer_;
  size_t at_ = 0;
  bool input_ended_ = false;
  bool ended_ = false;
  std::string packet_bytes_;
  LogTime date_;  // the last time that had a date
  int64_t last_ns_ = 0;
  uint32_t frame_ = 0;
  uint16_t index_ = 0;
};

}  // namespace sipladder

// SIP messages in text (trace_parser.h) as packets: each with the addresses and the time of its log
// lines.
//
// Bounds: kMaxTraceText bytes of a line.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "capture/byte_input.h"
#include "capture/packet_source.h"
#include "capture/segment_order.h"
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
  int64_t time_of(const TraceMessage& message);
  void look_at_differences();
  int64_t to_ns(const LogTime& time);
  void hand_out(const TraceMessage& message, Packet* packet);

  std::unique_ptr<ByteReader> reader_;
  SourceInfo info_;
  SegmentOrder order_;
  TraceParser parser_;
  std::string buffer_;
  size_t at_ = 0;
  bool input_ended_ = false;
  bool ended_ = false;
  std::string packet_bytes_;
  LogTime date_;  // the last that was said
  int64_t last_ns_ = 0;
  uint32_t frame_ = 0;
  uint16_t index_ = 0;
};

}  // namespace sipladder

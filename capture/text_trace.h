// SIP messages in text: what FreeSWITCH, Asterisk, ngrep, tcpdump -A and sngrep write. Every
// message becomes a packet with the addresses and the time of its log lines, kept in a spool.
//
// Bounds: kMaxText bytes of a message and of a line; what is longer counts as cut by a snap length.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/byte_input.h"
#include "capture/packet_source.h"
#include "capture/text_heads.h"

namespace sipladder {

struct TraceMessage {
  TraceHead head;
  std::optional<LogTime> log_time;  // of the log line before, when the head has none
  std::string bytes;                // with CRLF restored
  size_t missing = 0;
};

// Finds messages line by line.
class TraceParser {
 public:
  // `line` without its line end. True when a message has ended: before the line, or with it.
  bool add(std::string_view line, TraceMessage* out);
  bool finish(TraceMessage* out);  // the text has ended

 private:
  bool ends_before(std::string_view line) const;
  void begin(std::string_view line);
  void append(std::string_view line);
  void append_text(std::string_view line);
  void note_header(std::string_view line);
  bool is_complete() const;
  size_t body_size() const { return text_.size() - body_at_; }
  void take(TraceMessage* out);

  std::optional<TraceHead> head_;
  int lines_since_head_ = 0;
  std::optional<LogTime> log_time_;
  bool in_message_ = false;
  bool dots_ = false;
  size_t indent_ = 0;
  std::string text_;
  size_t body_at_ = 0;  // 0 while in the headers
  size_t body_lines_ = 0;
  std::optional<size_t> content_length_;
  size_t missing_ = 0;
};

// Whether the beginning of a file is text with SIP messages in it.
bool is_text_trace(std::string_view beginning);

class TextTrace : public PacketSource {
 public:
  // `store` must be a spool.
  TextTrace(std::string name, uint16_t index, uint64_t size, std::unique_ptr<ByteReader> reader,
            PacketLog& log, uint16_t store);

  ReadResult next(Packet* packet) override;
  std::vector<const SourceInfo*> infos() const override { return {&info_}; }

 private:
  enum class Line { ready, idle, end };
  Line read_line(std::string_view* line);
  Line refill();
  int64_t time_of(const TraceMessage& message);
  int64_t to_ns(const LogTime& time);
  void hand_out(const TraceMessage& message, Packet* packet);

  std::unique_ptr<ByteReader> reader_;
  PacketLog& log_;
  SourceInfo info_;
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
  uint16_t store_ = 0;
};

}  // namespace sipladder

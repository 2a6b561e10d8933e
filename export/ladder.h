// The ladder of one or several calls: participants as columns, and rows in time order. Every
// renderer (terminal, text, HTML, SVG, Mermaid, PlantUML, JSON) draws this model.
//
// A Ladder owns its texts and refers to nothing. Texts are as the network sent them: each renderer
// escapes them for its own output. The same model and options give the same ladder.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "capture/packet_log.h"
#include "correlate/analysis/analysis.h"
#include "correlate/model/model.h"

namespace sipladder {

// What makes a column: a host, each of its ports, or a name that several addresses can share.
enum class ColumnsBy : uint8_t { ip, endpoint, name };

// A name that the user gave: of an address, or of one port of it.
struct HostAlias {
  Endpoint endpoint;  // port 0: all ports
  std::string name;
};

struct Participant {
  IpAddress ip;
  uint16_t port = 0;   // the one that most of its messages use; arrows of other ports name them
  std::string label;   // "10.0.0.1", or "10.0.0.1:5061" where a host talks to itself
  std::string detail;  // "5060", where the label has no port
  std::string name;    // its alias, else (ColumnsBy::name) that of its party, else empty
  bool media_only = false;  // seen in RTP, never in SIP
};

enum class RowKind : uint8_t { message, media, note, gap };

struct LadderRow {
  RowKind kind = RowKind::message;
  int64_t time_ns = 0;
  int64_t order_ns = 0;  // time_ns as if no clock had been set back; rows are sorted by it
  bool timed = true;     // false: the log that it comes from has no times
  int64_t delta_ns = 0;  // since the message or media row before; 0 for the first
  uint32_t from = 0;     // columns; equal when a participant talks to itself
  uint32_t to = 0;
  uint16_t from_port = 0;  // where it is not the port of the column; else 0
  uint16_t to_port = 0;
  std::string label;    // "INVITE (SDP)", "200 OK (BYE)", "RTP PCMU 349 pkt"
  uint32_t tail = 0;    // bytes at the end of the label that stay when the label is cut: " (SDP)"
  uint16_t source = 0;  // 0-based, of `frame`
  uint32_t frame = 0;   // of a message, or the first one of media
  CallId call;

  // message
  MessageId message;
  MessageId original;   // what a retransmission or capture duplicate repeats
  uint32_t copies = 1;  // messages that the row stands for, when LadderOptions::compact
  MessageId before;     // the same message one hop before, when it was captured there
  TransactionId txn;
  uint32_t txn_number = 0;  // 0, 1, ... by first appearance in the ladder; renderers colour by it
  uint16_t status = 0;      // 0: a request
  Method method = Method::unknown;
  bool has_sdp = false;
  bool retransmission = false;
  bool duplicate = false;
  bool malformed = false;
  bool inferred = false;  // an end was concluded from headers, because the log does not say it
  std::string sdp;        // one-line summary, when LadderOptions::sdp
  std::string
      transaction;  // state and timer on its first message, when LadderOptions::transactions
  std::string raw;  // the text, when LadderOptions::raw

  // media
  StreamId stream;
  std::string codec;
  uint32_t packets = 0;
  uint32_t lost = 0;
  double loss_pct = 0;
  int64_t end_ns = 0;  // last packet
};

struct LadderFinding {
  Severity severity = Severity::info;
  std::string code;
  std::string summary;
  MessageId message;  // primary evidence, may be none
};

struct LadderCall {
  CallId id;
  std::string call_id;
  std::string caller;  // user part, else host
  std::string callee;
  std::string state;
  std::string audio;  // empty when there is no verdict
  std::vector<LadderFinding> findings;
  std::vector<std::string> codecs;  // codec_table() and sdp_hops(), when LadderOptions::sdp
};

struct LadderFile {
  uint16_t source = 0;  // 0-based
  std::string name;     // without its folders
};

struct Ladder {
  std::vector<LadderCall> calls;
  std::vector<LadderFile> files;  // that the rows come from
  std::string date;               // of the first row; empty where times are made up
  std::vector<Participant> participants;
  std::vector<LadderRow> rows;
  int64_t line_ns = 0;               // time of each empty line when drawn to scale; else 0
  std::vector<std::string> unknown;  // of LadderOptions::order: no host here is called so
};

struct LadderOptions {
  bool rtp = true;
  bool sdp = false;
  bool raw = false;
  bool transactions = false;
  // Also shows findings that need a look at the whole capture. Without them a ladder costs only
  // what its own messages cost: half a second less while a large capture is being read.
  bool of_capture = true;
  bool utc = false;         // of dates
  bool compact = false;     // repeats only count in the row of the first one; 100 is left out
  bool scale_time = false;  // empty rows (RowKind::gap without a label) where time passes
  ColumnsBy columns_by = ColumnsBy::ip;
  std::vector<HostAlias> aliases;
  std::vector<std::string> order;  // columns from the left, by alias, address or address:port
  std::vector<Method> hidden;      // left out with their responses; a note says how many
  size_t max_columns = 64;         // the hosts beyond share the last one
  uint32_t max_messages = 0;       // 0: all; else a note says how many are left out
  size_t memory = SIZE_MAX;        // bytes for all rows; a note says how many messages do not fit
};

struct LadderInput {
  const Model& model;
  const PacketLog& log;
  Analyst& analyst;
  std::vector<CallId> calls;
};

Ladder build_ladder(const LadderInput& input, const LadderOptions& options);

}  // namespace sipladder

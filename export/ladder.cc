#include "export/ladder.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "correlate/model/message_view.h"
#include "correlate/model/names.h"
#include "correlate/session/sdp_hop.h"
#include "correlate/sip/transactions.h"
#include "export/codec_table.h"
#include "export/ladder_arrange.h"
#include "export/ladder_columns.h"
#include "export/ladder_labels.h"
#include "export/sdp_hops.h"
#include "export/time_text.h"

namespace sipladder {
namespace {

// A pause from this length on gets a row of its own.
constexpr int64_t kGapNs = 10'000'000'000;

// Estimates for LadderOptions::memory: the bytes of a row and its drawn text, and how many times
// the message that --raw adds is counted.
constexpr size_t kRowBytes = 1200;
constexpr size_t kCopiesOfRaw = 3;

size_t how_many_fit(const LadderInput& input, const LadderOptions& options,
                    const std::vector<MessageId>& ids) {
  const size_t most = options.max_messages == 0 ? ids.size() : options.max_messages;
  size_t count = 0;
  for (size_t bytes = 0; count < std::min(most, ids.size()); count++) {
    bytes += kRowBytes;
    if (options.raw) bytes += kCopiesOfRaw * input.model.messages[ids[count]].length;
    if (bytes > options.memory) break;
  }
  return count;
}

bool is_hidden(const LadderOptions& options, Method method) {
  return std::find(options.hidden.begin(), options.hidden.end(), method) != options.hidden.end();
}

std::vector<MessageId> messages_of(const LadderInput& input, const LadderOptions& options,
                                   uint64_t* left_out, uint64_t* hidden) {
  std::vector<MessageId> ids;
  for (const CallId call : input.calls) {
    MessageId id = input.model.calls[call].first_message;
    for (; id; id = input.model.messages[id].next_in_call) {
      if (is_hidden(options, input.model.messages[id].method)) {
        (*hidden)++;
      } else {
        ids.push_back(id);
      }
    }
  }
  const auto order = [&](MessageId id) {
    const MessageRecord& message = input.model.messages[id];
    return std::tuple(ordered_ns(input.model, message.source, message.frame, message.time_ns), id);
  };
  std::sort(ids.begin(), ids.end(), [&](MessageId a, MessageId b) { return order(a) < order(b); });
  const size_t fitting = how_many_fit(input, options, ids);
  *left_out = ids.size() - fitting;
  ids.resize(fitting);
  return ids;
}

class Builder {
 public:
  Builder(const LadderInput& input, const LadderOptions& options)
      : input_(input), options_(options), view_(input.log), columns_(options) {}

  Ladder build() {
    for (const CallId call : input_.calls) add_call(call);
    uint64_t left_out = 0, hidden = 0;
    const std::vector<MessageId> messages = messages_of(input_, options_, &left_out, &hidden);
    for (const MessageId id : messages) {
      const MessageRecord& record = input_.model.messages[id];
      columns_.learn(endpoint(record.src), endpoint(record.dst));
    }
    for (const MessageId id : messages) {
      if (input_.model.cancellation.requested()) break;
      add_message(id);
    }
    if (options_.rtp) add_media();
    name_files();
    order_rows();
    if (hidden > 0)
      add_note(counted(hidden, "message") + (hidden == 1 ? " is" : " are") +
               " hidden: " + hidden_methods());
    if (left_out > 0) {
      const bool by_number = messages.size() == options_.max_messages;
      add_note(counted(left_out, "more message") +
               (left_out == 1 ? " is not shown" : " are not shown") +
               (by_number ? "" : ": more than --memory allows"));
    }
    ladder_.participants = columns_.take();
    if (options_.columns_by == ColumnsBy::name) name_parties();
    for (LadderRow& row : ladder_.rows) {
      if (ladder_.participants[row.from].port == row.from_port) row.from_port = 0;
      if (ladder_.participants[row.to].port == row.to_port) row.to_port = 0;
    }
    order_columns(options_.order, &ladder_);
    if (options_.scale_time && has_times()) scale_time(&ladder_);
    return std::move(ladder_);
  }

 private:
  const Endpoint& endpoint(EndpointId id) const { return input_.model.endpoints[id]; }

  std::string hidden_methods() const {
    std::string text;
    for (const Method method : options_.hidden)
      text.append(text.empty() ? "" : ", ").append(to_string(method));
    return text;
  }

  // A host without an alias gets the name of the party that is there.
  void name_parties() {
    for (const LadderCall& call : ladder_.calls) {
      const Parties parties = parties_[call.id.value];
      const auto name = [&](std::optional<uint32_t> column, const std::string& party) {
        if (!column || party.empty() || !ladder_.participants[*column].name.empty()) return;
        ladder_.participants[*column].name = party;
      };
      name(parties.caller, call.caller);
      name(parties.callee, call.callee);
    }
  }

  // True for a message that has no row of its own in a compact ladder: 100, and a repeated message,
  // which counts in the row of its original.
  bool is_folded(const MessageRecord& record) {
    if (!options_.compact) return false;
    if (record.status == 100) return true;
    const auto first = record.is_copy() ? rows_.find(record.original.value) : rows_.end();
    if (first == rows_.end()) return false;
    ladder_.rows[first->second].copies++;
    return true;
  }

  void add_call(CallId id) {
    const CallRecord& record = input_.model.calls[id];
    LadderCall call;
    call.id = id;
    call.state = to_string(record.state);
    const CallNames names = names_of(input_.model, id, view_);
    call.call_id = unfold(names.call_id);
    call.caller = names.caller;
    call.callee = names.callee;
    const CallAnalysis& analysis = input_.analyst.of(id);
    call.audio = to_string(analysis.audio);
    const auto add = [&](const Finding& finding) {
      call.findings.push_back(
          {finding.severity, std::string(finding.code), finding.summary, finding.message});
    };
    if (options_.of_capture) {
      for (const Finding* finding : input_.analyst.of_call(id)) add(*finding);
    } else {
      for (const Finding& finding : analysis.findings) add(finding);
    }
    std::stable_sort(call.findings.begin(), call.findings.end(),
                     [](const LadderFinding& a, const LadderFinding& b) {
                       return std::tuple(b.severity, std::string_view(a.code)) <
                              std::tuple(a.severity, std::string_view(b.code));
                     });
    if (options_.sdp) {
      call.codecs = codec_table(input_.model, input_.log, id);
      const std::vector<std::string> hops = sdp_hops(input_.model, input_.log, id);
      call.codecs.insert(call.codecs.end(), hops.begin(), hops.end());
    }
    ladder_.calls.push_back(std::move(call));
  }

  void add_message(MessageId id) {
    const MessageRecord& record = input_.model.messages[id];
    if (is_folded(record)) return;
    if (options_.compact) rows_.emplace(id.value, ladder_.rows.size());
    LadderRow row;
    row.time_ns = record.time_ns;
    row.order_ns = ordered_ns(input_.model, record.source, record.frame, record.time_ns);
    row.timed = input_.model.has_times(record.source);
    row.inferred = record.inferred;
    place(record, &row);
    if (record.has_sdp) {
      // The first time that the capture shows a party's SDP, it comes from the host nearest to it.
      Parties& parties = parties_[record.call.value];
      std::optional<uint32_t>& party = record.from_caller ? parties.caller : parties.callee;
      if (!party) party = row.from;
    }
    row.call = record.call;
    row.message = id;
    row.original = record.original;
    row.before = hop_before(input_.model, record);
    row.txn = record.txn;
    row.txn_number = txn_numbers_.try_emplace(record.txn.value, txn_numbers_.size()).first->second;
    row.frame = record.frame;
    row.source = record.source;
    row.status = record.status;
    row.method = record.method;
    row.has_sdp = record.has_sdp;
    row.retransmission = record.retransmission;
    row.duplicate = record.duplicate;
    row.malformed = record.malformed;
    if (options_.transactions) row.transaction = transaction_text(record, id);
    const bool readable = view_.load(record);
    row.label = message_label(record, view_.sip(), &row.tail);
    if (!readable) {
      row.tail = 0;
      row.label += " (bytes no longer readable)";
    }
    if (options_.sdp && readable && record.has_sdp) row.sdp = sdp_summary(view_.sip());
    if (options_.raw) row.raw = view_.bytes();
    ladder_.rows.push_back(std::move(row));
  }

  // State and timer beside the first message of a transaction, and what the hop before it added.
  std::string transaction_text(const MessageRecord& record, MessageId id) const {
    if (!record.txn) return {};
    const TransactionRecord& txn = input_.model.transactions[record.txn];
    if (txn.first_message != id) return {};
    const StateAsOfNow settled = state_as_of_now(input_.model, txn);
    std::string text = fmt::format("transaction {} {}", record.txn.value, to_string(settled.state));
    if (txn.final_status != 0) {
      text += fmt::format(" {} after {:.1f} ms", txn.final_status,
                          static_cast<double>(txn.final_response_ns - txn.first_ns) / 1e6);
    }
    if (settled.timer != 0) text += fmt::format(", timer {}", settled.timer);
    if (txn.requests > 1) text += fmt::format(", {} copies of the request", txn.requests);
    if (txn.request_path) {
      const TransactionRecord& before = input_.model.transactions[txn.request_path];
      text += fmt::format(", {:.1f} ms after transaction {} one hop before",
                          static_cast<double>(txn.first_ns - before.first_ns) / 1e6,
                          txn.request_path.value);
    }
    return text;
  }

  // Makes the caller the first column, also when the capture begins with a response to it.
  void place(const MessageRecord& record, LadderRow* row) {
    if (ladder_.rows.empty() && !record.is_request()) row->to = columns_.sip(endpoint(record.dst));
    row->from = columns_.sip(endpoint(record.src));
    row->to = columns_.sip(endpoint(record.dst));
    row->from_port = endpoint(record.src).port;
    row->to_port = endpoint(record.dst).port;
  }

  void add_media() {
    MediaBinding& media = input_.analyst.media();
    media.update();
    std::map<StreamId, CallId> calls;  // the first call of each: legs of a B2BUA may share streams
    for (const CallId call : input_.calls) {
      for (const StreamId id : media.streams_of(call)) {
        if (media.is_listed(id) && input_.model.streams[id].packets > 0) calls.emplace(id, call);
      }
    }
    std::vector<StreamId> ids;
    for (const auto& [id, call] : calls) ids.push_back(id);
    std::sort(ids.begin(), ids.end(), [&](StreamId a, StreamId b) {
      return std::tuple(input_.model.streams[a].first_ns, a) <
             std::tuple(input_.model.streams[b].first_ns, b);
    });
    for (const StreamId id : ids) add_stream(id, media.of(id, calls.at(id)));
  }

  void add_stream(StreamId id, const StreamBinding& binding) {
    const StreamRecord& record = input_.model.streams[id];
    LadderRow row;
    row.kind = RowKind::media;
    row.time_ns = record.first_ns;
    row.order_ns = ordered_ns(input_.model, record.source, record.first_frame, row.time_ns);
    row.end_ns = record.last_ns;
    const Parties parties = parties_[binding.call.value];
    const bool from_caller = binding.from == Party::caller;
    row.from = columns_.media(endpoint(record.src), from_caller ? parties.caller : parties.callee);
    row.to = columns_.media(endpoint(record.dst), from_caller ? parties.callee : parties.caller);
    row.call = binding.call;
    row.stream = id;
    row.frame = record.first_frame;
    row.source = record.source;
    row.from_port = endpoint(record.src).port;
    row.to_port = endpoint(record.dst).port;
    row.packets = record.packets;
    row.codec = encoding_of(binding, record);
    if (row.codec.empty()) row.codec = fmt::format("type {}", record.payload_type);
    const int64_t expected = int64_t{record.sequence.highest} - record.sequence.base + 1;
    const int64_t came = record.distinct();
    row.lost = static_cast<uint32_t>(std::max<int64_t>(0, expected - came));
    if (expected > 0) row.loss_pct = 100.0 * row.lost / static_cast<double>(expected);
    row.label = fmt::format("RTP {} {} pkt", row.codec, row.packets);
    if (record.elsewhere != 0) {
      row.label += fmt::format(", {} at the other point ({:+.1f} ms)", record.elsewhere,
                               static_cast<double>(record.delay_ns) / record.elsewhere / 1e6);
    }
    if (row.lost > 0) {
      const std::string lost = fmt::format(" {:.1f}% lost", row.loss_pct);
      row.tail = static_cast<uint32_t>(lost.size());
      row.label += lost;
    }
    ladder_.rows.push_back(std::move(row));
  }

  void order_rows() {
    std::vector<LadderRow> rows = std::move(ladder_.rows);
    // Stable: of messages and media of the same time, the message that caused it comes first.
    std::stable_sort(rows.begin(), rows.end(), [](const LadderRow& a, const LadderRow& b) {
      return a.order_ns < b.order_ns;
    });
    ladder_.rows.clear();
    const bool dated = has_times();
    if (dated && !rows.empty()) ladder_.date = date_text(rows.front().time_ns, options_.utc);
    std::string today = ladder_.date;
    int64_t before = rows.empty() ? 0 : rows.front().order_ns;
    for (LadderRow& row : rows) {
      row.delta_ns = row.order_ns - before;
      if (row.delta_ns >= kGapNs && row.timed) add_gap(row);
      before = row.order_ns;
      if (dated) add_date(row.time_ns, &today);
      ladder_.rows.push_back(std::move(row));
    }
  }

  bool has_times() const {
    return std::all_of(ladder_.files.begin(), ladder_.files.end(), [&](const LadderFile& file) {
      return input_.model.has_times(file.source) && input_.model.has_dates(file.source);
    });
  }

  // A row of its own where a new day begins.
  void add_date(int64_t time_ns, std::string* today) {
    std::string date = date_text(time_ns, options_.utc);
    if (date == *today) return;
    LadderRow note;
    note.kind = RowKind::note;
    note.time_ns = time_ns;
    note.label = *today = std::move(date);
    ladder_.rows.push_back(std::move(note));
  }

  // Names the files that rows of the ladder come from.
  void name_files() {
    const auto& captures = input_.model.captures;
    std::vector<bool> named(captures.size());
    for (const LadderRow& row : ladder_.rows) {
      if (row.source < named.size()) named[row.source] = true;
    }
    for (size_t i = 0; i < captures.size(); i++) {
      const std::string& name = captures[i].name;
      if (named[i])
        ladder_.files.push_back({static_cast<uint16_t>(i), name.substr(name.rfind('/') + 1)});
    }
  }

  void add_gap(const LadderRow& next) {
    LadderRow gap;
    gap.kind = RowKind::gap;
    gap.time_ns = next.time_ns - next.delta_ns;
    gap.delta_ns = next.delta_ns;
    gap.label = fmt::format("{:.1f} s", static_cast<double>(next.delta_ns) / 1e9);
    ladder_.rows.push_back(std::move(gap));
  }

  void add_note(std::string text) {
    LadderRow note;
    note.kind = RowKind::note;
    note.label = std::move(text);
    if (!ladder_.rows.empty()) note.time_ns = ladder_.rows.back().time_ns;
    ladder_.rows.push_back(std::move(note));
  }

  // The columns where the SDP of each party of a call comes from.
  struct Parties {
    std::optional<uint32_t> caller, callee;
  };

  const LadderInput& input_;
  const LadderOptions& options_;
  MessageView view_;
  LadderColumns columns_;
  absl::flat_hash_map<uint32_t, uint32_t> txn_numbers_;
  absl::flat_hash_map<uint32_t, Parties> parties_;
  absl::flat_hash_map<uint32_t, size_t> rows_;  // row of each message; only in a compact ladder
  Ladder ladder_;
};

}  // namespace

Ladder build_ladder(const LadderInput& input, const LadderOptions& options) {
  return Builder(input, options).build();
}

}  // namespace sipladder

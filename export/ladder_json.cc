// Ladders as JSON: an array with one object for each ladder, its rows in order. Texts from the
// network are escaped by append_json().
#include "decode/sip_message.h"
#include "export/ladder_formats.h"
#include "export/ladder_words.h"
#include "query/escape.h"

namespace sipladder {
namespace {

// Writes a JSON object member by member.
class JsonMembers {
 public:
  void add(std::string_view name, std::string_view value) { append_json(member(name), value); }
  void add_number(std::string_view name, int64_t value) { *member(name) += std::to_string(value); }
  void add_real(std::string_view name, double value) { append_json(member(name), value); }
  void add_flag(std::string_view name, bool value) { *member(name) += value ? "true" : "false"; }
  void add_null(std::string_view name) { *member(name) += "null"; }
  void add_json(std::string_view name, std::string_view json) { *member(name) += json; }
  // Writes null for an empty text or 0.
  void add_some(std::string_view name, std::string_view value) {
    value.empty() ? add_null(name) : add(name, value);
  }
  void add_some(std::string_view name, uint32_t value) {
    value == 0 ? add_null(name) : add_number(name, value);
  }
  std::string text() const { return text_ + "}"; }

 private:
  std::string* member(std::string_view name) {
    if (text_.size() > 1) text_ += ',';
    append_json(&text_, name);
    text_ += ':';
    return &text_;
  }
  std::string text_ = "{";
};

// A JSON array with each object on a line of its own.
template <typename Items, typename Write>
std::string json_lines(const Items& items, Write write) {
  std::string out;
  for (const auto& item : items) out.append(out.empty() ? "[\n  " : ",\n  ").append(write(item));
  return out.empty() ? "[]" : out + "]";
}

std::string array_of(const std::vector<std::string>& texts) {
  JsonArray array;
  for (const std::string& text : texts) array.add(text);
  return array.text();
}

class LadderAsJson {
 public:
  explicit LadderAsJson(const Ladder& ladder) : ladder_(ladder), findings_(ladder) {
    for (const LadderRow& row : ladder.rows) {
      if (row.message) rows_.emplace(row.message.value, &row);
    }
  }

  std::string text() const {
    JsonMembers object;
    object.add_json("calls", json_lines(ladder_.calls, [&](const auto& call) { return of(call); }));
    object.add_some("date", ladder_.date);
    object.add_json("files", json_lines(ladder_.files, [](const LadderFile& file) {
                      JsonMembers one;
                      one.add_number("file", file.source + 1);
                      one.add("name", file.name);
                      return one.text();
                    }));
    object.add_json("columns", json_lines(ladder_.participants, of_column));
    object.add_json("rows",
                    json_lines(shown_rows(), [&](const LadderRow* row) { return of(*row); }));
    return object.text();
  }

 private:
  // All rows but the empty ones of a ladder drawn to scale, which say no more than the times do.
  std::vector<const LadderRow*> shown_rows() const {
    std::vector<const LadderRow*> rows;
    for (const LadderRow& row : ladder_.rows) {
      if (row.kind != RowKind::gap || !row.label.empty()) rows.push_back(&row);
    }
    return rows;
  }

  std::string of(const LadderCall& call) const {
    JsonMembers object;
    object.add_number("id", call.id.value);
    object.add("call_id", call.call_id);
    object.add("caller", call.caller);
    object.add("callee", call.callee);
    object.add("state", call.state);
    object.add_some("audio", call.audio);
    object.add_json("findings",
                    json_lines(call.findings, [&](const auto& finding) { return of(finding); }));
    object.add_json("codecs", array_of(call.codecs));
    return object.text();
  }

  std::string of(const LadderFinding& finding) const {
    JsonMembers object;
    object.add("severity", to_string(finding.severity));
    object.add("code", finding.code);
    object.add("summary", finding.summary);
    const auto row = rows_.find(finding.message.value);
    object.add_some("message", finding.message.value);
    object.add_some("frame", row == rows_.end() ? 0 : row->second->frame);
    return object.text();
  }

  static std::string of_column(const Participant& participant) {
    JsonMembers object;
    object.add("label", participant.label);
    object.add("address", to_string(participant.ip));
    object.add_some("port", participant.port);
    object.add_some("name", participant.name);
    object.add_flag("media_only", participant.media_only);
    return object.text();
  }

  std::string of(const LadderRow& row) const {
    static constexpr std::string_view kKinds[] = {"message", "media", "note", "gap"};
    const bool arrow = row.kind == RowKind::message || row.kind == RowKind::media;
    JsonMembers object;
    object.add("kind", kKinds[static_cast<size_t>(row.kind)]);
    const bool timed = row.timed && row.kind != RowKind::note;
    timed ? object.add_number("time_ns", row.time_ns) : object.add_null("time_ns");
    if (arrow) {
      object.add_number("file", row.source + 1);
      object.add_number("frame", row.frame);
      object.add_number("from", row.from);
      object.add_number("to", row.to);
      object.add_some("from_port", row.from_port);
      object.add_some("to_port", row.to_port);
      object.add_number("call", row.call.value);
    }
    object.add("label", row.label);
    if (row.kind == RowKind::message) add_message(row, &object);
    if (row.kind == RowKind::media) add_media(row, &object);
    return object.text();
  }

  void add_message(const LadderRow& row, JsonMembers* object) const {
    object->add_number("message", row.message.value);
    object->add_some("method", to_string(row.method));
    object->add_some("status", row.status);
    object->add_some("transaction", row.txn.value);
    object->add_some("original", row.original.value);
    object->add_some("hop_before", row.before.value);
    object->add_number("copies", row.copies);
    object->add_flag("has_sdp", row.has_sdp);
    object->add_flag("retransmission", row.retransmission);
    object->add_flag("duplicate", row.duplicate);
    object->add_flag("malformed", row.malformed);
    object->add_flag("inferred", row.inferred);
    object->add_json("details", array_of(detail_lines(row)));
    // The findings are sorted: the worst one is first.
    const auto& found = findings_.at(row);
    object->add_some("severity", found.empty() ? "" : to_string(found.front()->severity));
    JsonArray codes;
    for (const LadderFinding* finding : found) codes.add(finding->code);
    object->add_json("findings", codes.text());
  }

  static void add_media(const LadderRow& row, JsonMembers* object) {
    object->add_number("stream", row.stream.value);
    object->add("codec", row.codec);
    object->add_number("packets", row.packets);
    object->add_number("lost", row.lost);
    object->add_real("loss_pct", row.loss_pct);
    row.timed ? object->add_number("end_ns", row.end_ns) : object->add_null("end_ns");
  }

  const Ladder& ladder_;
  PlacedFindings findings_;
  absl::flat_hash_map<uint32_t, const LadderRow*> rows_;  // by message
};

class JsonLadders : public LadderWriter {
 public:
  JsonLadders(const LadderStyle& style, BoundedOutput* out) : LadderWriter(style, out) {
    is_open_ = out_->put("[", kEnd.size());
  }
  bool add(const Ladder& ladder) override {
    const std::string text = (first_ ? "\n" : ",\n") + LadderAsJson(ladder).text();
    if (!out_->put(text, kEnd.size())) return false;
    first_ = false;
    return true;
  }
  void end() override {
    if (is_open_) out_->finish(first_ ? "]\n" : kEnd);
  }

 private:
  static constexpr std::string_view kEnd = "\n]\n";
  bool is_open_ = false;
  bool first_ = true;
};

}  // namespace

std::unique_ptr<LadderWriter> make_json_ladders(const LadderStyle& style, BoundedOutput* out) {
  return std::make_unique<JsonLadders>(style, out);
}

}  // namespace sipladder

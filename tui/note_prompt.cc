#include "tui/note_prompt.h"

#include "query/format.h"
#include "query/table_description.h"

namespace sipladder {
namespace {

constexpr std::string_view kBookmark = "*";

// With the lock held.
std::string call_id_of(const Shared& shared, CallId call) {
  if (!shared.model.calls.holds(call)) return {};
  Reader reader(shared.model, shared.log, shared.analyst);
  Value value;
  find_column(kCallsTable, "call_id")->get(reader, {call.value, 0}, value);
  return value.type == Value::Type::text ? value.text : std::string();
}

// The key of Notes; empty for a message of no call. With the lock held.
std::string key_of(const Shared& shared, MessageId message) {
  if (!shared.model.messages.holds(message)) return {};
  const MessageRecord& record = shared.model.messages[message];
  const std::string call_id = call_id_of(shared, record.call);
  if (call_id.empty()) return {};
  return Notes::message_key(call_id, record.frame, record.source);
}

// With the lock held.
void keep_note(const Shared& shared, const std::string& key, std::string_view text) {
  Ui& ui = *shared.ui;
  Notes& notes = shared.analyst.notes();
  const bool had = !notes.of(key).empty();
  if (!notes.set(key, text)) {
    ui.notice = "there are too many notes";
    return;
  }
  ui.look++;
  ui.notice = text.empty() ? (had ? "note removed" : "") : "noted";
  if (!ui.save_notes) {
    ui.notice += ui.notice.empty() ? "" : ", until the program ends";
    return;
  }
  const std::string wrong = ui.save_notes(notes.to_text());
  if (!wrong.empty()) ui.notice = wrong;
}

void toggle_star(const Shared& shared, const std::string& key) {
  if (key.empty()) return;
  const std::string before(shared.analyst.notes().of(key));
  std::string after;
  if (!before.starts_with(kBookmark)) {
    after = std::string(kBookmark) + (before.empty() ? "" : " " + before);
  } else {
    const size_t begin = before.find_first_not_of(" ", kBookmark.size());
    if (begin != std::string::npos) after = before.substr(begin);
  }
  keep_note(shared, key, after);
}

}  // namespace

void NotePrompt::begin(const Shared& shared, CallId call) {
  const SharedLock lock(shared);
  begin_with(shared, call_id_of(shared, call));
}

void NotePrompt::begin(const Shared& shared, MessageId message) {
  const SharedLock lock(shared);
  begin_with(shared, key_of(shared, message));
}

void NotePrompt::begin_with(const Shared& shared, std::string key) {
  key_ = std::move(key);
  if (key_.empty()) return;
  edit_.begin("note (empty: none): ", std::string(shared.analyst.notes().of(key_)));
}

void NotePrompt::type(Key key, const Shared& shared) {
  if (edit_.type(key) != LineEdit::Answer::done) return;
  const SharedLock lock(shared);
  keep_note(shared, key_, edit_.text());
}

void toggle_bookmark(const Shared& shared, CallId call) {
  const SharedLock lock(shared);
  toggle_star(shared, call_id_of(shared, call));
}

void toggle_bookmark(const Shared& shared, MessageId message) {
  const SharedLock lock(shared);
  toggle_star(shared, key_of(shared, message));
}

std::string note_of(const Shared& shared, MessageId message) {
  const Notes& notes = shared.analyst.notes();
  return notes.empty() ? std::string() : std::string(notes.of(key_of(shared, message)));
}

}  // namespace sipladder

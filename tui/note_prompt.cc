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

// With the lock held.
void keep_note(const Shared& shared, const std::string& call_id, std::string_view text) {
  Ui& ui = *shared.ui;
  Notes& notes = shared.analyst.notes();
  const bool had = !notes.of(call_id).empty();
  if (!notes.set(call_id, text)) {
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

}  // namespace

void NotePrompt::begin(const Shared& shared, CallId call) {
  const SharedLock lock(shared);
  call_id_ = call_id_of(shared, call);
  if (call_id_.empty()) return;
  edit_.begin("note (empty: none): ", std::string(shared.analyst.notes().of(call_id_)));
}

void NotePrompt::type(Key key, const Shared& shared) {
  if (edit_.type(key) != LineEdit::Answer::done) return;
  const SharedLock lock(shared);
  keep_note(shared, call_id_, edit_.text());
}

void toggle_bookmark(const Shared& shared, CallId call) {
  const SharedLock lock(shared);
  const std::string call_id = call_id_of(shared, call);
  if (call_id.empty()) return;
  const std::string before(shared.analyst.notes().of(call_id));
  std::string after;
  if (!before.starts_with(kBookmark)) {
    after = std::string(kBookmark) + (before.empty() ? "" : " " + before);
  } else {
    const size_t begin = before.find_first_not_of(" ", kBookmark.size());
    if (begin != std::string::npos) after = before.substr(begin);
  }
  keep_note(shared, call_id, after);
}

}  // namespace sipladder

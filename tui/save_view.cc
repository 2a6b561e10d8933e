// The save dialog: asks for a format and a file name, then tells what was written.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "correlate/model/names.h"
#include "export/exporters.h"
#include "tui/choose_view.h"
#include "tui/line_edit.h"
#include "tui/settings_view.h"

namespace sipladder {
namespace {

// Asks for a name, and writes.
class SaveView : public Screen {
 public:
  SaveView(const Shared& shared, const Exporter& exporter, std::vector<CallId> calls,
           StreamId stream = {})
      : shared_(shared), exporter_(exporter), calls_(std::move(calls)), stream_(stream) {
    std::string folder = shared_.ui->save_folder;
    if (!folder.empty() && folder.back() != '/') folder += '/';
    edit_.begin("save as: ", folder + file_name() + std::string(exporter.ending));
  }

  void refresh(int, int) override {}
  void draw(Canvas& canvas) const override;
  bool typing() const override { return edit_.active(); }
  Reply type(Key key) override;
  Reply act(Action) override { return {Reply::Kind::back, nullptr}; }  // after writing, any key
  const KeyTable& keys() const override {
    static const KeyTable kKeys = {{kKeyEnter, Action::open, "write the file", "write"},
                                   {kKeyEscape, Action::back, "back", "back"}};
    return kKeys;
  }
  std::string name() const override { return "save"; }
  std::string heading() const override {
    if (stream_) return fmt::format("what is heard in stream {}", stream_.value);
    return counted(calls_.size(), "call") + " as " + std::string(exporter_.about);
  }
  std::string prompt() const override { return edit_.prompt(); }
  bool asks_for_file() const override { return true; }

 private:
  void write();
  std::string file_name() const {
    return stream_ ? fmt::format("stream-{}", stream_.value) : std::string("calls");
  }

  Shared shared_;
  const Exporter& exporter_;
  std::vector<CallId> calls_;
  StreamId stream_;  // none: the calls
  LineEdit edit_;
  std::vector<std::string> lines_;  // what was written, or why not
};

void SaveView::draw(Canvas& canvas) const {
  int y = 1;
  for (const std::string& line : lines_) canvas.text(2, y++, line);
  if (lines_.empty())
    canvas.text(2, y++, std::string_view("Enter writes the file, Esc goes back."), Ink::dim);
  if (shared_.ui->mask.is_on())
    canvas.text(2, y, std::string_view("Files are not masked: sipladder redact makes one that is."),
                Ink::warning);
}

void SaveView::write() {
  lines_.clear();
  std::error_code error;
  if (std::filesystem::exists(edit_.text(), error)) {
    lines_.push_back(edit_.text() + " is there already: choose another name.");
    return;
  }
  const SharedLock lock(shared_);
  std::erase_if(calls_, [&](CallId id) { return !shared_.model.calls.holds(id); });
  ExportRequest request{shared_.model, shared_.log, shared_.analyst};
  request.path = edit_.text();
  request.calls = &calls_;
  request.stream = stream_;
  request.sources = shared_.ui->sources;
  request.bpf = shared_.ui->bpf;
  request.tape = shared_.ui->tape;
  request.version = shared_.ui->version;
  request.command_line = shared_.ui->command_line;
  request.ladder.utc = shared_.utc();
  request.ladder.aliases = shared_.ui->aliases;
  request.text.utc = shared_.utc();
  request.text.ascii = shared_.ui->ascii;
  const ExportReport report = exporter_.write(request);
  lines_ = report.complaints;
  lines_.insert(lines_.end(), report.lines.begin(), report.lines.end());
  if (report.outcome == ExportReport::Outcome::done && !stream_)
    lines_.insert(lines_.begin(), counted(calls_.size(), "call") + " written to " + request.path);
}

Reply SaveView::type(Key key) {
  const LineEdit::Answer answer = edit_.type(key);
  if (answer == LineEdit::Answer::left) return {Reply::Kind::back, nullptr};
  if (answer != LineEdit::Answer::done) return {};
  write();
  return {};
}

}  // namespace

std::unique_ptr<Screen> save_stream_view(const Shared& shared, StreamId stream) {
  return std::make_unique<SaveView>(shared, *exporter_of_file("x.wav"), std::vector<CallId>{},
                                    stream);
}

std::unique_ptr<Screen> save_view(const Shared& shared, std::vector<CallId> chosen,
                                  std::vector<CallId> shown) {
  std::vector<Choice> choices;
  for (const bool all : {false, true}) {
    const size_t count = all ? shown.size() : chosen.size();
    if (all && shown == chosen) continue;
    for (const Exporter& exporter : exporters()) {
      if (exporter.is_place()) continue;
      choices.push_back({fmt::format("{} {}", all ? "all shown," : "selected,", exporter.ending),
                         fmt::format("{}: {}", counted(count, "call"), exporter.about),
                         std::string(exporter.ending), all});
    }
  }
  std::sort(shown.begin(), shown.end());
  ChooseView::Manner manner{"save", "which calls, and as what", false, false, false};
  return std::make_unique<ChooseView>(
      manner, std::move(choices),
      [shared, chosen = std::move(chosen), shown = std::move(shown)](const auto& all, size_t at) {
        const Exporter* const exporter = exporter_of_file("x" + all[at].id);
        if (exporter == nullptr) return Reply{Reply::Kind::back, nullptr};
        return Reply{Reply::Kind::replace, std::make_unique<SaveView>(
                                               shared, *exporter, all[at].marked ? shown : chosen)};
      });
}

}  // namespace sipladder

#include "export/html/report_call.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "correlate/analysis/evidence.h"
#include "correlate/model/message_view.h"
#include "correlate/model/names.h"
#include "decode/text.h"
#include "export/html/sha256.h"
#include "export/ladder_picture.h"
#include "export/ladder_words.h"
#include "export/time_text.h"
#include "export/wav.h"

namespace sipladder {
namespace {

constexpr int kBars = 200;  // bars of the overview in brush()

// The text with its line breaks; hidden characters (query/characters.h) are written as escapes.
std::string escaped_lines(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    out += xml_text(line);
    if (end < text.size()) out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string badge(std::string_view text, std::string_view kind) {
  return fmt::format("<span class=\"badge {}\">{}</span>", kind, xml_text(text));
}

std::string_view kind_of(const LadderCall& call) {
  if (call.state == "completed" || call.state == "answered" || call.state == "registered")
    return "good";
  return call.state == "failed" || call.state == "timed-out" ? "error" : "dim";
}

std::string host_text(const Ladder& ladder, uint32_t column, uint16_t port) {
  if (column >= ladder.participants.size()) return {};
  const Participant& participant = ladder.participants[column];
  const std::string text = participant.name.empty() ? participant.label : participant.name;
  return port == 0 ? text : fmt::format("{}:{}", text, port);
}

}  // namespace

ReportCall::ReportCall(const Ladder& ladder, const LadderStyle& style, ReportTables* tables)
    : ladder_(ladder), style_(style), tables_(tables) {
  for (const LadderRow& row : ladder.rows) {
    if (row.message && row.kind == RowKind::message) {
      by_frame_.try_emplace(frame_key(row.source, row.frame),
                            fmt::format("m{}", row.message.value));
      shown_.insert(row.message.value);
    }
    if (row.kind == RowKind::media && row.stream && style.request != nullptr)
      by_frame_.try_emplace(frame_key(row.source, row.frame), fmt::format("s{}", row.stream.value));
    if (!row.timed || row.time_ns == 0) continue;
    begin_ns_ = begin_ns_ == 0 ? row.time_ns : std::min(begin_ns_, row.time_ns);
    end_ns_ = std::max({end_ns_, row.time_ns, row.end_ns});
  }
}

std::string ReportCall::part(std::string_view title, const std::string& body) const {
  return body.empty() ? std::string() : fmt::format("<h3>{}</h3>\n{}", title, body);
}

std::string ReportCall::evidence_links(const Finding& finding) const {
  constexpr size_t kMostLinks = 40;
  const uint16_t source = evidence_source(style_.request->model, finding);
  std::string text;
  for (size_t i = 0; i < std::min(finding.evidence.size(), kMostLinks); i++) {
    const uint32_t frame = finding.evidence[i];
    const auto found = by_frame_.find(frame_key(source, frame));
    text += i == 0 ? "" : ", ";
    text += found == by_frame_.end() ? std::to_string(frame)
                                     : fmt::format("<a href=\"#{}\">{}</a>", found->second, frame);
  }
  if (finding.evidence.size() > kMostLinks)
    text += fmt::format(", and {} more", finding.evidence.size() - kMostLinks);
  return text;
}

std::string ReportCall::finding_item(const Finding& finding) {
  const std::string_view severity = to_string(finding.severity);
  const std::string id = fmt::format("f{}-{}", finding.call.value, finding.code);
  std::string time;
  if (finding.message && shown_.contains(finding.message.value) && style_.request != nullptr) {
    const int64_t at = style_.request->model.messages[finding.message].time_ns;
    time = fmt::format(" data-t=\"{}\"", milliseconds(at));
  }
  std::string text = fmt::format(
      "<li class=\"finding {}\" id=\"{}\"{}><p class=\"what\">{} {} <code>{}</code> <a "
      "class=\"anchor\" href=\"#{}\" aria-label=\"Link to this finding\">#</a></p>\n",
      severity, xml_text(id), time, badge(severity, severity), xml_text(finding.summary),
      xml_text(finding.code), xml_text(id));
  const auto line = [&](std::string_view label, std::string_view words) {
    if (!words.empty())
      text += fmt::format("<p><span class=\"label\">{}</span>{}</p>\n", label, xml_text(words));
  };
  line("Why", finding.explanation);
  line("What to do", finding.remedy);
  line("Rule", finding.rfc);
  if (!finding.evidence.empty())
    text += fmt::format("<p><span class=\"label\">Evidence</span>frames {}</p>\n",
                        evidence_links(finding));
  return text + "</li>\n";
}

std::string ReportCall::findings() {
  std::string items;
  for (const LadderCall& call : ladder_.calls) {
    if (style_.request != nullptr) {
      for (const Finding* finding : style_.request->analyst.of_call(call.id))
        items += finding_item(*finding);
      continue;
    }
    for (const LadderFinding& finding : call.findings)
      items += fmt::format("<li class=\"finding {0}\"><p class=\"what\">{1} {2}</p></li>\n",
                           to_string(finding.severity),
                           badge(to_string(finding.severity), to_string(finding.severity)),
                           xml_text(finding.summary));
  }
  return items.empty() ? "<p class=\"good\">Nothing was found to be wrong.</p>\n"
                       : "<ul class=\"findings\">\n" + items + "</ul>\n";
}

std::string ReportCall::picture() {
  const LadderDrawing drawing = draw_ladder(ladder_, style_, true, begin_ns_);
  return fmt::format(
      "<div class=\"ladder\" tabindex=\"0\" role=\"region\" aria-label=\"Ladder "
      "of call {3}\">\n<svg "
      "class=\"fits\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"group\" "
      "aria-label=\"Ladder: each arrow leads to its message\">\n{2}</svg>\n</div>\n",
      drawing.width, drawing.height, drawing.svg, number());
}

// A small overview of the call over time, with two handles that choose a part of it (a "brush").
std::string ReportCall::brush() const {
  const int64_t most = milliseconds(end_ns_);
  if (most <= 0) return {};
  std::string bars;
  std::set<int64_t> drawn;
  for (const LadderRow& row : ladder_.rows) {
    if (row.kind != RowKind::message || !row.timed) continue;
    const int64_t bar = milliseconds(row.time_ns) * kBars / (most + 1);
    if (drawn.insert(bar).second)
      bars += fmt::format("<rect class=\"tick\" x=\"{}\" y=\"6\" width=\"3\" height=\"28\"/>",
                          bar * 1000 / kBars);
  }
  std::string ends;
  for (const auto& [label, value] : {std::pair("From", int64_t{0}), std::pair("To", most)})
    ends += fmt::format(
        "<label>{} <input type=\"range\" min=\"0\" max=\"{}\" value=\"{}\" step=\"1\"></label>\n",
        label, most, value);
  return fmt::format(
      "<div class=\"brush needs-script\" hidden role=\"group\" aria-label=\"Narrow the time\">\n"
      "<div class=\"strip\"><svg viewBox=\"0 0 1000 40\" preserveAspectRatio=\"none\" "
      "aria-hidden=\"true\"><rect class=\"sel\" x=\"0\" y=\"0\" width=\"1000\" "
      "height=\"40\"/>{}</svg></div>\n<div class=\"ends\">\n{}<button type=\"button\" "
      "data-do=\"whole\">All</button> <output>0.000 s to {:.3f} s</output></div>\n</div>\n",
      bars, ends, static_cast<double>(most) / 1000);
}

std::string ReportCall::message(const LadderRow& row) {
  std::string raw = row.raw, note;
  if (style_.request != nullptr) {
    MessageView view(style_.request->log);
    if (view.load(style_.request->model.messages[row.message])) raw = view.bytes();
    for (const HeaderLine& line : view.sip().headers) headers_.insert(lower_case(line.name));
    const MessageRecord& record = style_.request->model.messages[row.message];
    const std::string_view call_id = view.sip().value(HeaderId::call_id);
    const std::string_view written = style_.request->analyst.notes().of(
        Notes::message_key(call_id, record.frame, record.source));
    if (!written.empty()) note = fmt::format("<p class=\"note\">Note: {}</p>\n", xml_text(written));
  }
  const std::string id = fmt::format("m{}", row.message.value);
  const std::string time =
      row.timed ? fmt::format(" data-t=\"{}\"", milliseconds(row.time_ns)) : std::string();
  return fmt::format(
      "<details class=\"msg\" id=\"{0}\"{1}><summary><span class=\"dim\">{2}</span><span>{3}</span>"
      "<span class=\"label-text\">{4}</span><span class=\"dim\">{5} → {6}</span></summary>\n{9}"
      "<pre tabindex=\"0\" role=\"region\" aria-label=\"Message {7}\">{8}</pre><p><a "
      "class=\"anchor\" href=\"#{0}\">Link to this message</a></p></details>\n",
      id, time, xml_text(frame_text(ladder_, row)),
      row.timed ? xml_text(clock_text(row.time_ns, style_.text.utc)) : "",
      xml_text(utf8_text(row_label(row, false))),
      xml_text(host_text(ladder_, row.from, row.from_port)),
      xml_text(host_text(ladder_, row.to, row.to_port)), row.message.value, escaped_lines(raw),
      note);
}

std::string ReportCall::messages() {
  std::string text;
  std::set<uint32_t> done;
  for (const LadderRow& row : ladder_.rows) {
    if (row.kind == RowKind::message && row.message && done.insert(row.message.value).second)
      text += message(row);
  }
  if (text.empty()) return {};
  return "<div class=\"tools needs-script\" hidden><button type=\"button\" data-do=\"open\">Open "
         "all</button><button type=\"button\" data-do=\"close\">Close all</button></div>\n" +
         text;
}

std::string ReportCall::codecs() const {
  std::string items;
  for (const LadderCall& call : ladder_.calls) {
    for (const std::string& line : call.codecs) items += "<li>" + xml_text(line) + "</li>\n";
  }
  return items.empty() ? "" : "<ul class=\"codecs\">\n" + items + "</ul>\n";
}

// A player for the talk of the call, when --audio asked for one. The talk is decoded into a
// temporary file, which is removed when its bytes are in the page.
std::string ReportCall::audio() const {
  if (style_.request == nullptr || !style_.request->audio) return {};
  const ExportRequest& request = *style_.request;
  std::string players;
  for (const LadderCall& call : ladder_.calls) {
    std::string path =
        (std::filesystem::temp_directory_path() / "sipladder-talk.XXXXXX.wav").string();
    const int file = mkstemps(path.data(), 4);
    if (file < 0) continue;
    close(file);
    ExportRequest talk = request;
    talk.path = path;
    const WavReport report = export_wav(talk, call.id);
    std::stringstream bytes;
    bytes << std::ifstream(path, std::ios::binary).rdbuf();
    std::filesystem::remove(path);
    if (!report.error.empty()) continue;
    players += fmt::format(
        "<p>Call {0}, {1:.1f} s: caller left, callee right</p>\n<audio controls preload=\"none\" "
        "aria-label=\"Talk of call {0}\" src=\"data:audio/wav;base64,{2}\"></audio>\n",
        call.id.value, report.seconds, base64(bytes.str()));
  }
  return players;
}

ReportCall::Section ReportCall::section() {
  std::string heads, first;
  for (const LadderCall& call : ladder_.calls) {
    const std::string title = xml_text(utf8_text(parties_text(call, false)));
    heads += fmt::format("<h2 id=\"call-{0}\">Call {0}: {1}</h2> {2} {3} ", call.id.value, title,
                         call.state.empty() ? "" : badge(call.state, kind_of(call)),
                         call.audio.empty() ? "" : badge("audio " + call.audio, "dim"));
    first += fmt::format("<p class=\"dim\">Call-ID {}</p>\n", xml_text(call.call_id));
    if (style_.request == nullptr) continue;
    const std::string_view note = style_.request->analyst.notes().of(call.call_id);
    if (!note.empty()) first += fmt::format("<p class=\"note\">Note: {}</p>\n", xml_text(note));
  }
  std::string body = first + part("Findings", findings()) + part("Ladder", brush() + picture());
  body += part("Talk", audio());
  if (tables_ != nullptr) body += part("Streams", tables_->streams(ladder_, begin_ns_, number()));
  body += part("Messages", messages());
  if (tables_ != nullptr)
    body += part("Offers and answers", codecs() + tables_->offers(ladder_, number())) +
            part("Via hops", tables_->hops(ladder_, number()));
  return {heads, body};
}

}  // namespace sipladder

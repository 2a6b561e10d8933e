// The HTML report: ladders with all that is known of their calls, as one page that needs no other
// file. Its Content-Security-Policy allows only its own style and script, by their hashes.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>

#include "correlate/model/names.h"
#include "export/explain/explain.h"
#include "export/html/assets.h"
#include "export/html/report_call.h"
#include "export/html/sha256.h"
#include "export/html/shared_pieces.h"
#include "export/ladder_formats.h"
#include "export/ladder_words.h"

namespace sipladder {
namespace {

constexpr size_t kOpenCalls = 3;  // with more calls than these, all sections begin closed
constexpr size_t kWrittenOut = 50;
constexpr size_t kFrame = 64 << 10;

std::string many(size_t count, std::string_view one) {
  return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

// A JSON object that explains the header fields of the report, by their names in lower case.
std::string header_sentences(const std::set<std::string>& names) {
  std::string text = "{";
  for (const std::string& name : names) {
    const Explanation* const found = find_explanation(name);
    if (found == nullptr || found->kind != WordKind::header) continue;
    text += text.size() > 1 ? ",\n" : "";
    append_json(&text, name);
    text += ':';
    append_json(&text, found->detail);
  }
  std::string safe;
  for (const char c : text + "}") c == '<' ? safe.append("\\u003c") : safe.append(1, c);
  return "<script type=\"application/json\" id=\"headers\">" + safe + "</script>\n";
}

class HtmlReport : public LadderWriter {
 public:
  HtmlReport(const LadderStyle& style, BoundedOutput* out) : LadderWriter(style, out) {
    if (style_.request != nullptr) tables_ = std::make_unique<ReportTables>(*style_.request);
  }

  bool add(const Ladder& ladder) override {
    ReportCall call(ladder, style_, tables_.get());
    ReportCall::Section section = call.section();
    const size_t size = size_ + list_.size() + section.head.size() + section.inside.size() + kFrame;
    full_ = size > style_.memory;
    if (full_ || size > out_->left()) return false;
    size_ += section.head.size() + section.inside.size();
    sections_.push_back(std::move(section));
    headers_.insert(call.headers().begin(), call.headers().end());
    for (const LadderCall& one : ladder.calls) note(one);
    return true;
  }

  void end() override {
    std::string page = head() + "<main id=\"main\">\n" + summary() + call_list();
    if (tables_ != nullptr) {
      if (const std::string nat = tables_->nat(style_.request->calls); !nat.empty())
        page += "<h2>Endpoints behind a NAT</h2>\n" + nat;
    }
    page += "<h2>Calls in detail</h2>\n" + details() + "</main>\n" + footer();
    page += header_sentences(headers_);
    if (tables_ != nullptr) page += tables_->rows(calls_);
    page += fmt::format("<script>{}</script>\n</body></html>\n", kReportScript);
    out_->put(page);
  }

  std::string remark() const override {
    return full_ ? "the report ends early: more than --memory allows; choose fewer calls" : "";
  }

 private:
  void note(const LadderCall& call) {
    calls_.push_back(call.id);
    states_[call.state.empty() ? "seen" : call.state]++;
    std::string worst;
    for (const LadderFinding& finding : call.findings) {
      severities_[finding.severity]++;
      if (worst.empty()) worst = std::string(to_string(finding.severity));
      if (!worst_ || finding.severity > worst_->first)
        worst_ = {finding.severity,
                  fmt::format("<a href=\"#call-{}\">call {}</a>: {}", call.id.value, call.id.value,
                              xml_text(finding.summary))};
    }
    const std::string title = utf8_text(parties_text(call, false));
    list_ += fmt::format(
        "<tr><td><a href=\"#call-{0}\">{0}</a></td><td>{1}</td><td>{2}</td><td>{3}</td><td>{4}</td>"
        "<td>{5}</td></tr>\n",
        call.id.value, xml_text(title), xml_text(call.state), xml_text(call.audio),
        worst.empty() ? "" : fmt::format("<span class=\"badge {0}\">{0}</span>", worst),
        xml_text(call.findings.empty() ? "" : call.findings.front().summary));
  }

  // With many calls the sections stay plain text until somebody opens them, because the elements of
  // a thousand calls would be half a million. Markup that repeats is written once.
  std::string details() const {
    const bool many_calls = sections_.size() > kWrittenOut;
    std::string text;
    if (many_calls)
      text +=
          "<noscript><p>The details of so many calls need the script of this "
          "page.</p></noscript>\n";
    SharedPieces shared;
    for (const ReportCall::Section& section : sections_) {
      if (many_calls) shared.add(section.inside);
    }
    for (const ReportCall::Section& section : sections_)
      text += fmt::format(
          "<details class=\"call\"{}><summary>{}</summary>\n<div "
          "class=\"inside\">\n{}{}{}</div></details>\n",
          sections_.size() <= kOpenCalls ? " open" : "", section.head,
          many_calls ? "<script type=\"text/plain\" class=\"part\">" : "",
          many_calls ? shared.shortened(section.inside) : section.inside,
          many_calls ? "</script>" : "");
    if (many_calls)
      text += "<script type=\"text/plain\" id=\"pieces\">" + shared.pieces() + "</script>\n";
    return text;
  }

  std::string head() const {
    const std::string policy = fmt::format(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; media-src data:; "
        "base-uri 'none'; form-action 'none'",
        sha256_base64(kReportStyle), sha256_base64(kReportScript));
    return fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta "
        "http-equiv=\"Content-Security-Policy\" content=\"{}\">\n<meta name=\"viewport\" "
        "content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" "
        "content=\"light dark\">\n<title>SIP report: {}</title>\n<style>{}</style>\n</head><body>\n"
        "<a class=\"skip\" href=\"#main\">To the report</a>\n",
        policy, many(calls_.size(), "call"), kReportStyle);
  }

  std::string summary() const {
    std::string states;
    for (const auto& [state, count] : states_)
      states += fmt::format("{}{} {}", states.empty() ? "" : ", ", count, xml_text(state));
    std::string found;
    for (const auto& [severity, name] :
         {std::pair(Severity::error, "error"), std::pair(Severity::warning, "warning"),
          std::pair(Severity::info, "note")}) {
      const auto at = severities_.find(severity);
      if (at != severities_.end()) found += (found.empty() ? "" : ", ") + many(at->second, name);
    }
    return fmt::format(
        "<h1>SIP report</h1>\n<p class=\"lead\">{}{}. {}.</p>\n{}", many(calls_.size(), "call"),
        states.empty() ? "" : ": " + states,
        found.empty() ? "Nothing was found to be wrong" : "Found: " + found,
        worst_ ? fmt::format("<p class=\"lead\">The worst, in {}</p>\n", worst_->second) : "");
  }

  std::string call_list() const {
    if (calls_.size() < 2) return {};
    return "<h2>Calls</h2>\n<div class=\"tools needs-script\" hidden><label>Show those with <input "
           "type=\"search\" id=\"filter\"></label><button type=\"button\" data-do=\"open\">Open "
           "everything</button><button type=\"button\" data-do=\"close\">Close "
           "everything</button></div>\n<div class=\"scroll\" id=\"list\" tabindex=\"0\" "
           "role=\"region\" aria-label=\"Calls\"><table><thead><tr><th scope=\"col\">call</th><th "
           "scope=\"col\">parties</th><th scope=\"col\">state</th><th scope=\"col\">audio</th><th "
           "scope=\"col\">worst</th><th scope=\"col\">finding</th></tr></thead><tbody>\n" +
           list_ + "</tbody></table></div>\n";
  }

  std::string footer() const {
    if (style_.request == nullptr) return {};
    const ExportRequest& request = *style_.request;
    std::string text = fmt::format("<footer>\n<p>sipladder {}</p>\n", xml_text(request.version));
    for (const SourceInfo& info : request.model.captures) {
      const std::string hash = sha256_of_file(info.name);
      text += fmt::format("<p>{}: {}{}</p>\n", xml_text(info.name), many(info.packets, "packet"),
                          hash.empty() ? "" : ", SHA-256 <code>" + hash + "</code>");
    }
    if (!request.command_line.empty())
      text += fmt::format("<p>Made by <code>{}</code></p>\n", xml_text(request.command_line));
    return text + "</footer>\n";
  }

  std::unique_ptr<ReportTables> tables_;
  std::vector<ReportCall::Section> sections_;
  size_t size_ = 0;  // of sections_ in bytes
  std::string list_;
  std::set<std::string> headers_;
  std::vector<CallId> calls_;
  std::map<std::string, size_t> states_;
  std::map<Severity, size_t> severities_;
  std::optional<std::pair<Severity, std::string>> worst_;
  bool full_ = false;
};

}  // namespace

std::unique_ptr<LadderWriter> make_html_ladders(const LadderStyle& style, BoundedOutput* out) {
  return std::make_unique<HtmlReport>(style, out);
}

}  // namespace sipladder

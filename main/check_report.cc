// What `check` prints: text for people, JUnit XML, annotations of GitHub.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "export/annotations.h"
#include "export/finding_text.h"
#include "export/ladder_text.h"
#include "export/text_block.h"
#include "main/check.h"
#include "main/output.h"
#include "query/escape.h"

namespace sipladder {
namespace {

std::string times_text(uint64_t n, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

std::string file_names(const Model& model) {
  std::string all;
  for (const SourceInfo& info : model.captures)
    all += (all.empty() ? "" : ", ") + std::filesystem::path(info.name).filename().string();
  return all;
}

std::string expiry_text(const BaselineEntry& entry) {
  return fmt::format("line {} of the baseline accepted this until {}{}{}", entry.line,
                     entry.expires, entry.reason.empty() ? "" : ": ", entry.reason);
}

std::string broken_text(const CheckedAssertion& assertion, uint64_t calls) {
  return fmt::format("{} does not hold for {} of {}", assertion.condition, assertion.broken,
                     times_text(calls, "call", "calls"));
}

std::vector<std::string> broken_calls(const Session& session, const CheckedAssertion& assertion) {
  MessageView view(session.log);
  std::vector<std::string> lines;
  for (const BrokenCall& one : assertion.first)
    lines.push_back(call_text(session.model, view, one.call) + (one.unknown ? " (NULL)" : ""));
  if (assertion.broken > lines.size())
    lines.push_back(fmt::format("and {} more", assertion.broken - lines.size()));
  return lines;
}

std::string severities_text(const CheckResult& result, bool accepted) {
  std::string all;
  for (const Severity severity : {Severity::error, Severity::warning, Severity::info}) {
    const auto count = std::count_if(
        result.findings.begin(), result.findings.end(), [&](const CheckedFinding& one) {
          return one.finding->severity == severity && (one.accepted != nullptr) == accepted;
        });
    const std::string name(to_string(severity));
    if (count == 0) continue;
    all += (all.empty() ? "" : ", ") + times_text(static_cast<uint64_t>(count), name, name + "s");
  }
  return all;
}

// "failed: 1 error; 2 findings below error; 1 of 2 assertions does not hold"
std::string verdict(const CheckPlan& plan, const CheckResult& result) {
  const std::string_view level = to_string(plan.fail_on);
  const std::string failing = severities_text(result, false);
  std::string text = result.failed() ? "failed: " : "passed: ";
  text += !failing.empty()                    ? failing
          : plan.fail_on == Severity::info    ? std::string("no finding")
          : plan.fail_on == Severity::warning ? "no error and no warning"
                                              : fmt::format("no {}", level);
  const std::string accepted = severities_text(result, true);
  if (!accepted.empty()) text += failing.empty() ? " but " : "; ";
  if (!accepted.empty()) text += accepted + " accepted by the baseline";
  if (result.below > 0)
    text += fmt::format("; {} below {}", times_text(result.below, "finding", "findings"), level);
  const auto broken = std::count_if(result.assertions.begin(), result.assertions.end(),
                                    [](const auto& one) { return one.broken > 0; });
  const size_t asked = result.assertions.size();
  if (broken > 0)
    text += fmt::format("; {} of {} {} not hold", broken,
                        times_text(asked, "assertion", "assertions"), broken == 1 ? "does" : "do");
  if (asked > 0 && broken == 0)
    text += fmt::format(
        "; {} for {}",
        asked == 1 ? std::string("1 assertion holds") : fmt::format("{} assertions hold", asked),
        times_text(result.calls, "call", "calls"));
  if (!result.unmatched.empty())
    text += fmt::format("; {} of the baseline {} nothing here",
                        times_text(result.unmatched.size(), "entry", "entries"),
                        result.unmatched.size() == 1 ? "fits" : "fit");
  return text;
}

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void print_text_report(const Session& session, const Options& options, const CheckPlan& plan,
                       const CheckResult& result) {
  const TextBlockStyle style{output_width(options), is_colored(options)};
  for (const CheckedFinding& one : result.findings) {
    if (one.accepted != nullptr) continue;
    TextBlock notes(style);
    if (one.expired != nullptr) notes.add(2, "", expiry_text(*one.expired), Ink::dim);
    print(finding_text(session.model, session.log, {one.finding}, {style.width, style.color}) +
          notes.take() + "\n");
    if (std::ferror(stdout) != 0) return;
  }
  TextBlock rest(style);
  for (const CheckedAssertion& one : result.assertions) {
    if (one.broken == 0) continue;
    rest.add(0, "", "assertion " + broken_text(one, result.calls), Ink::error);
    for (const std::string& line : broken_calls(session, one)) rest.add(2, "", line);
    print(rest.take() + "\n");
    rest = TextBlock(style);
  }
  rest.add(0, "", verdict(plan, result), result.failed() ? Ink::error : Ink::good);
  print(rest.take());
}

// Escapes a text of several lines for XML. The line breaks stay.
std::string xml_lines(std::string_view text) {
  std::string out;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    out += xml_text(text.substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return out;
}

// The cases of one test suite. They are counted, because the counts are written before the cases.
class JunitCases {
 public:
  void passed(std::string_view group, std::string_view name) { add(group, name, ""); }
  void skipped(std::string_view group, std::string_view name, std::string_view why) {
    skipped_++;
    add(group, name, fmt::format("      <skipped message=\"{}\"/>\n", xml_text(why)));
  }
  void failed(std::string_view group, std::string_view name, std::string_view type,
              std::string_view message, std::string_view body) {
    failures_++;
    add(group, name,
        fmt::format("      <failure type=\"{}\" message=\"{}\">{}</failure>\n", xml_text(type),
                    xml_text(message), xml_lines(body)));
  }
  void broken(std::string_view group, std::string_view name, std::string_view message) {
    errors_++;
    add(group, name, fmt::format("      <error message=\"{}\"/>\n", xml_text(message)));
  }
  std::string suite(std::string_view name) const {
    const std::string counts =
        fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"", tests_, failures_,
                    errors_, skipped_);
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"sipladder check\" {}>\n"
        "  <testsuite name=\"{}\" {}>\n{}  </testsuite>\n</testsuites>\n",
        counts, xml_text(name), counts, cases_);
  }

 private:
  void add(std::string_view group, std::string_view name, std::string_view inside) {
    tests_++;
    cases_ +=
        fmt::format("    <testcase classname=\"sipladder.{}\" name=\"{}\"", group, xml_text(name));
    cases_ += inside.empty() ? std::string("/>\n") : fmt::format(">\n{}    </testcase>\n", inside);
  }

  int tests_ = 0, failures_ = 0, errors_ = 0, skipped_ = 0;
  std::string cases_;
};

void add_findings(const Session& session, const CheckResult& result, JunitCases* cases) {
  MessageView view(session.log);
  for (const CheckedFinding& one : result.findings) {
    const Finding& finding = *one.finding;
    const std::string name = finding_head(session.model, view, finding);
    if (one.accepted != nullptr) {
      cases->skipped("findings", name,
                     "accepted by the baseline" +
                         (one.accepted->reason.empty() ? "" : ": " + one.accepted->reason));
      continue;
    }
    std::string body = finding_text(session.model, session.log, {one.finding}, {});
    if (one.expired != nullptr) body += "  " + expiry_text(*one.expired) + "\n";
    cases->failed("findings", name, finding.code, finding.summary, body);
  }
}

void print_junit(const Session& session, const CheckPlan& plan, const CheckResult& result) {
  JunitCases cases;
  for (const SourceInfo& info : session.model.captures) {
    const std::string name = std::filesystem::path(info.name).filename().string();
    if (info.damage.empty()) {
      cases.passed("sources", name);
    } else {
      cases.broken("sources", name, info.damage);
    }
  }
  add_findings(session, result, &cases);
  if (result.findings.empty())
    cases.passed("findings", fmt::format("no finding of severity {}{}", to_string(plan.fail_on),
                                         plan.fail_on == Severity::error ? "" : " or above"));
  for (const CheckedAssertion& one : result.assertions) {
    if (one.broken == 0) {
      cases.passed("assertions", one.condition);
      continue;
    }
    std::string body;
    for (const std::string& line : broken_calls(session, one)) body += line + "\n";
    cases.failed("assertions", one.condition, "assertion", broken_text(one, result.calls), body);
  }
  print(cases.suite(file_names(session.model)));
}

void print_annotations(const Session& session, const CheckPlan& plan, const CheckResult& result) {
  MessageView view(session.log);
  for (const CheckedFinding& one : result.findings) {
    if (one.accepted != nullptr) continue;
    const Finding& finding = *one.finding;
    const std::string_view level =
        finding.severity == Severity::info ? "notice" : to_string(finding.severity);
    std::string message = finding_head(session.model, view, finding) + "\n" + finding.summary;
    if (!std::string_view(finding.remedy).empty())
      message.append("\n").append(std::string_view(finding.remedy));
    if (one.expired != nullptr) message += "\n" + expiry_text(*one.expired);
    print(fmt::format("::{} title={}::{}\n", level, annotation_property(finding.code),
                      annotation_text(message)));
    if (std::ferror(stdout) != 0) return;
  }
  for (const CheckedAssertion& one : result.assertions) {
    if (one.broken == 0) continue;
    std::string message = broken_text(one, result.calls);
    for (const std::string& line : broken_calls(session, one)) message += "\n" + line;
    print(fmt::format("::error title=assertion::{}\n", annotation_text(message)));
  }
  print(verdict(plan, result) + "\n");
}

}  // namespace

void print_check_report(const Session& session, const Options& options, const CheckPlan& plan,
                        const CheckResult& result) {
  if (options.format == "junit") return print_junit(session, plan, result);
  if (options.format == "github") return print_annotations(session, plan, result);
  print_text_report(session, options, plan, result);
}

}  // namespace sipladder

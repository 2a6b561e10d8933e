#include "main/rule_file.h"

#include <algorithm>
#include <sstream>

#include "decode/text.h"
#include "main/severity_option.h"
#include "query/call_choice.h"
#include "query/format.h"

namespace sipladder {
namespace {

bool is_code(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
}

std::string wrong_code(const std::string& code) {
  if (!is_code(code)) return "code: " + code + ": write small letters, digits and -";
  for (const Detector* detector : detectors()) {
    if (detector->code == code) return "code: " + code + ": the program has a finding of that name";
  }
  return {};
}

std::string wrong_severity(const std::string& value) {
  return "severity: " + value + ": write error, warning or info";
}

std::string take_comment(std::string_view comment, RuleFile* rule) {
  const size_t colon = comment.find(':');
  if (colon == std::string_view::npos) return {};
  const std::string_view name = trim(comment.substr(0, colon));
  const std::string value(trim(comment.substr(colon + 1)));
  if (name == "code") rule->code = value;
  if (name == "sentence") rule->sentence = value;
  if (name == "explanation") rule->explanation = value;
  if (name == "remedy") rule->remedy = value;
  if (name == "rule") rule->rule = value;
  if (name != "severity") return {};
  const auto severity = parse_severity(value);
  if (!severity) return wrong_severity(value);
  rule->severity = *severity;
  return {};
}

// Makes a finding of a row, column by column.
class RowFinding {
 public:
  RowFinding(const RuleFile& rule, const Model& model, RuleFindings* out)
      : rule_(rule), model_(model), out_(out) {
    finding_.code = rule.code;
    finding_.severity = rule.severity;
    finding_.explanation = rule.explanation.c_str();
    finding_.remedy = rule.remedy.c_str();
    finding_.rfc = rule.rule;
  }

  std::string take(const std::string& name, const Value& value) {
    if (value.type == Value::Type::null) return {};
    const std::string text = plain_text(value);
    if (name == "call") return take_call(value);
    if (name == "code") return take_code(text);
    if (name == "frame") {
      if (value.type == Value::Type::integer && value.integer > 0 && value.integer <= UINT32_MAX)
        finding_.evidence = {static_cast<uint32_t>(value.integer)};
    } else if (name == "severity") {
      const auto severity = parse_severity(text);
      if (!severity) return wrong_severity(text);
      finding_.severity = *severity;
    } else if (name == "summary") {
      finding_.summary = text;
    } else if (name == "explanation") {
      finding_.explanation = text;
    } else if (name == "remedy") {
      finding_.remedy = text;
    } else {
      others_.append(others_.empty() ? ": " : ", ").append(name).append(" ").append(text);
    }
    return {};
  }

  Finding finish() {
    if (finding_.summary.empty()) finding_.summary = rule_.sentence + others_;
    return std::move(finding_);
  }

 private:
  std::string take_call(const Value& value) {
    const bool id =
        value.type == Value::Type::integer && value.integer > 0 && value.integer <= UINT32_MAX;
    if (!id || !model_.calls.holds(CallId{static_cast<uint32_t>(value.integer)}))
      return "call: " + plain_text(value) + ": is no calls.id";
    finding_.call = CallId{static_cast<uint32_t>(value.integer)};
    return {};
  }
  std::string take_code(const std::string& code) {
    if (const std::string wrong = wrong_code(code); !wrong.empty()) return wrong;
    finding_.code = *out_->codes.insert(code).first;
    return {};
  }

  const RuleFile& rule_;
  const Model& model_;
  RuleFindings* out_;
  Finding finding_;
  std::string others_;
};

}  // namespace

std::string parse_rule(const std::string& path, const std::string& text, RuleFile* rule) {
  *rule = {};
  rule->path = path;
  rule->sql = text;
  bool has_severity = false;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::string_view rest = trim(line);
    if (rest.empty()) continue;
    if (!rest.starts_with("--")) break;
    rest = trim(rest.substr(2));
    has_severity |= rest.starts_with("severity");
    if (const std::string wrong = take_comment(rest, rule); !wrong.empty())
      return path + ": " + wrong;
  }
  for (const auto& [there, name] :
       {std::pair(!rule->code.empty(), "code: NAME"),
        std::pair(has_severity, "severity: error, warning or info"),
        std::pair(!rule->sentence.empty(), "sentence: what a row means")}) {
    if (!there) return path + ": its first lines lack \"-- " + name + "\"";
  }
  if (const std::string wrong = wrong_code(rule->code); !wrong.empty()) return path + ": " + wrong;
  const std::string error = check_query(rule->sql);
  return error.empty() ? error : path + ": " + error;
}

std::string run_rule(const RuleFile& rule, Reader& reader, RuleFindings* out) {
  constexpr size_t kMost = 10'000;
  std::vector<std::string> names;
  std::string wrong;
  size_t rows = 0;
  const std::string error = Database(reader).run(
      rule.sql,
      [&](const std::vector<ResultColumn>& columns) {
        for (const ResultColumn& column : columns) names.push_back(column.name);
      },
      [&](const std::vector<Value>& values) {
        if (rows++ == kMost) {
          out->notes.push_back(rule.path + ": more than 10000 rows; the others are left out");
          return false;
        }
        RowFinding row(rule, reader.model, out);
        for (size_t i = 0; i < values.size() && wrong.empty(); i++)
          wrong = row.take(names[i], values[i]);
        if (wrong.empty()) out->findings.push_back(row.finish());
        return wrong.empty();
      });
  if (!error.empty()) wrong = error;
  return wrong.empty() ? wrong : rule.path + ": " + wrong;
}

}  // namespace sipladder

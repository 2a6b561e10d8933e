// `explain`: each word that the project knows has an explanation.
#include "export/explain/explain.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "correlate/analysis/analysis.h"
#include "correlate/model/reason_text.h"
#include "decode/sip_message.h"
#include "tests/support/flow_message.h"
#include "tests/support/run_binary.h"

namespace sipladder::explain_test {
namespace {

const Explanation* explained(WordKind kind, std::string_view word) {
  const Explanation* const one = find_explanation(word);
  return one != nullptr && one->kind == kind ? one : nullptr;
}

TEST(Explain, EachFindingOfTheCatalogueAndNoOther) {
  std::set<std::string_view> codes;
  for (const Detector* detector : detectors()) {
    codes.insert(detector->code);
    const Explanation* const one = explained(WordKind::finding, detector->code);
    ASSERT_NE(one, nullptr) << detector->code;
    EXPECT_FALSE(one->title.empty() || one->detail.empty()) << detector->code;
    EXPECT_FALSE(one->causes.empty() || one->remedy.empty()) << detector->code;
    EXPECT_FALSE(one->disproof.empty()) << detector->code;
  }
  for (const Explanation& one : explanations()) {
    if (one.kind != WordKind::finding) continue;
    EXPECT_TRUE(codes.contains(one.word)) << one.word;
  }
}

TEST(Explain, EachHeaderByBothNames) {
  for (int i = 0; i < static_cast<int>(HeaderId::count_); i++) {
    const HeaderInfo& info = header_info(static_cast<HeaderId>(i));
    const Explanation* const one = explained(WordKind::header, info.name);
    ASSERT_NE(one, nullptr) << info.name;
    EXPECT_EQ(one->word, info.name);
    EXPECT_FALSE(one->detail.empty()) << info.name;
    if (info.compact.empty()) continue;
    EXPECT_EQ(find_explanation(info.compact), one) << info.name;
  }
}

TEST(Explain, EachCauseOfQ850) {
  for (int cause = 0; cause <= 127; cause++) {
    const bool known = !q850_meaning(cause).empty();
    EXPECT_EQ(explained(WordKind::cause, "Q.850:" + std::to_string(cause)) != nullptr, known)
        << cause;
  }
}

TEST(Explain, EachTimer) {
  for (char name = 'A'; name <= 'M'; name++)
    EXPECT_NE(explained(WordKind::timer, std::string("timer ") + name), nullptr) << name;
  EXPECT_NE(explained(WordKind::timer, "T1"), nullptr);
}

// The source without its comments, which also mention codes of the header Warning.
std::string source_of(const std::filesystem::path& path) {
  std::string text;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) text += line.substr(0, line.find("//")) + "\n";
  return text;
}

// "status == 486", "final_status != 487", "486 Busy Here".
void add_statuses(const std::string& text, std::set<std::string>* statuses) {
  static const RE2 kCompared("status[a-z_]*(?:\\(\\))? *[=!]= *([1-6]\\d\\d)");
  static const RE2 kWithPhrase("[ \"(]([1-6]\\d\\d) [A-Z][a-z]+[ \"]");
  for (const RE2* pattern : {&kCompared, &kWithPhrase}) {
    re2::StringPiece rest(text);
    for (std::string status; RE2::FindAndConsume(&rest, *pattern, &status);)
      statuses->insert(status);
  }
}

TEST(Explain, EachStatusThatTheProjectNames) {
  std::set<std::string> statuses;
  for (const char* folder : {"correlate", "decode", "query", "export", "tui", "main"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root_path(folder))) {
      if (entry.is_regular_file()) add_statuses(source_of(entry.path()), &statuses);
    }
  }
  EXPECT_GT(statuses.size(), 20U);
  for (int status = 100; status < 700; status++) {
    if (build::reason_phrase(std::to_string(status)) != "Whatever")
      statuses.insert(std::to_string(status));
  }
  for (const std::string& status : statuses)
    EXPECT_NE(explained(WordKind::status, status), nullptr) << status;
}

TEST(Explain, WordsInTheFormsThatPeopleWrite) {
  for (const char* word : {"486", "486 Busy Here", "SIP/2.0 486 Busy Here"})
    EXPECT_EQ(find_explanation(word), find_explanation("486")) << word;
  for (const char* word : {"via", "VIA", "Via:", "v"})
    EXPECT_EQ(find_explanation(word), find_explanation("Via")) << word;
  for (const char* word : {"q850:16", "Q.850 16", "Q.850;cause=16", "Q.850: 16"})
    EXPECT_EQ(find_explanation(word), find_explanation("Q.850:16")) << word;
  for (const char* word : {"Timer b", "timer-B", "timerB"})
    EXPECT_EQ(find_explanation(word), find_explanation("timer B")) << word;
  for (const char* word : {"", " ", "timer", "timer ", "Q.850", "Q.850:", "499", "4860", "audio"})
    EXPECT_EQ(find_explanation(word), nullptr) << word;
}

}  // namespace
}  // namespace sipladder::explain_test

// Notes about calls, and the file that they are kept in.
#include "correlate/analysis/notes.h"

#include <gtest/gtest.h>

namespace sipladder::notes_test {
namespace {

TEST(Notes, AreFoundByCallIdAndForgottenWhenEmpty) {
  Notes notes;
  EXPECT_TRUE(notes.empty());
  EXPECT_TRUE(notes.set("a@x", "ask the carrier"));
  EXPECT_EQ(notes.of("a@x"), "ask the carrier");
  EXPECT_EQ(notes.of("b@x"), "");
  EXPECT_TRUE(notes.set("a@x", ""));
  EXPECT_TRUE(notes.empty());
}

TEST(Notes, ComeBackFromTheirFile) {
  Notes notes;
  notes.set("b@x", "100 % lost\tafter 3 s");
  notes.set(std::string("odd\n\0\tid%", 9), "* \xc3\xa4");
  notes.set("a@x", "*");
  const std::string text = notes.to_text();
  EXPECT_EQ(text, "a@x\t*\nb@x\t100 %25 lost%09after 3 s\nodd%0A%00%09id%25\t* \xc3\xa4\n");
  Notes again;
  again.take(text);
  EXPECT_EQ(again.to_text(), text);
}

TEST(Notes, AreAboutMessagesToo) {
  Notes notes;
  notes.set("a@x", "the call");
  notes.set(Notes::message_key("a@x", 17, 0), "the lost one");
  notes.set(Notes::message_key("a@x", 17, 1), "as the second capture shows it");
  EXPECT_EQ(notes.of("a@x"), "the call");
  EXPECT_EQ(notes.of(Notes::message_key("a@x", 17, 0)), "the lost one");
  EXPECT_EQ(notes.of(Notes::message_key("a@x", 18, 0)), "");
  EXPECT_EQ(notes.to_text(),
            "a@x\tthe call\na@x%09frame 17\tthe lost one\n"
            "a@x%09frame 17 of 2\tas the second capture shows it\n");
}

TEST(Notes, LeaveOutLinesThatMakeNoSense) {
  Notes notes;
  notes.take("no tab\n\tno id\na@x\tnoted\r\nb@x\t\n%\t%4");
  EXPECT_EQ(notes.to_text(), "%25\t%254\na@x\tnoted\n");
}

TEST(Notes, HaveABound) {
  Notes notes;
  for (size_t i = 0; i < Notes::kMostNotes; i++) notes.set(std::to_string(i), "x");
  EXPECT_FALSE(notes.set("one more", "x"));
  EXPECT_TRUE(notes.set("1", std::string(2 * Notes::kMostNoteBytes, 'y')));
  EXPECT_EQ(notes.of("1").size(), Notes::kMostNoteBytes);
}

}  // namespace
}  // namespace sipladder::notes_test

// sngrep's configuration, scripts of keys, lines that are typed, comparisons of messages.
#include <gtest/gtest.h>

#include "tui/arrangement.h"
#include "tui/completion.h"
#include "tui/diff_view.h"
#include "tui/line_edit.h"
#include "tui/mouse.h"
#include "tui/row_filter.h"
#include "tui/sngreprc.h"

namespace sipladder::tui_settings_test {
namespace {

TEST(Sngreprc, SetsColumnsNamesKeysAndSwitches) {
  Ui ui;
  read_sngreprc(
      "# a comment\nset color off\n  set cl.column0 sipfrom\nset cl.column1 dst\n"
      "set cl.column0.width 30\nset cf.forceraw on\nset sngrep.savepath /tmp/x\n"
      "alias 192.0.2.1 my proxy\nalias 192.0.2.2:5080 pbx\nalias nowhere x\n"
      "bind save W\nbind showflow F5\nbind nothing X\nset unknown 1\nset cl.column9999999999 x\n",
      &ui);
  EXPECT_FALSE(ui.color);
  EXPECT_EQ(ui.columns, (std::vector<std::string>{"sipfrom", "dst"}));
  EXPECT_TRUE(ui.raw_pane);
  EXPECT_EQ(ui.save_folder, "/tmp/x");
  ASSERT_EQ(ui.aliases.size(), 2U);
  EXPECT_EQ(ui.aliases[0].name, "my proxy");
  EXPECT_EQ(ui.aliases[1].endpoint.port, 5080);
  ASSERT_EQ(ui.bindings.size(), 2U);
  EXPECT_EQ(ui.bindings[Key{'W'}], Action::save);
  EXPECT_EQ(ui.bindings[function_key(5)], Action::open);
}

TEST(KeyScripts, WordsQuotesAndComments) {
  const KeyScript script = read_key_script("Enter F7 \"a b\" ^f  # the rest\nTab ?\n\"#\"");
  EXPECT_EQ(script.keys, (std::vector<Key>{kKeyEnter, function_key(7), 'a', ' ', 'b',
                                           control_key('f'), kKeyTab, '?', '#'}));
  EXPECT_EQ(read_key_script("Enter Nonsense").error, "Nonsense");
}

TEST(KeyScripts, HaveTheMouse) {
  const KeyScript script = read_key_script("Click@10,5 WheelDown@0,4095 x");
  ASSERT_EQ(script.keys.size(), 3U);
  const auto click = mouse_event(script.keys[0]);
  ASSERT_TRUE(click);
  EXPECT_EQ(click->kind, MouseKind::click);
  EXPECT_EQ(click->x, 10);
  EXPECT_EQ(click->y, 5);
  EXPECT_EQ(key_name(script.keys[1]), "WheelDown@0,4095");
  EXPECT_FALSE(mouse_event(script.keys[2]));
  EXPECT_FALSE(mouse_event(kKeyBackTab));
  for (const char* wrong :
       {"Click@", "Click@1", "Click@1,", "Click@1,2,3", "Click@-1,2", "Clack@1,2"})
    EXPECT_EQ(read_key_script(wrong).error, wrong);
}

TEST(LineEdits, MoveInTheLineAndRecallLines) {
  LineEdit edit;
  edit.begin("> ");
  for (const Key key : {Key{'a'}, Key{0xE4}, Key{'c'}, kKeyLeft, kKeyLeft, Key{'x'}})
    edit.type(key);
  EXPECT_EQ(edit.text(), "axäc");
  EXPECT_EQ(edit.prompt(), "> ax_äc");
  edit.type(kKeyEnd);
  edit.type(kKeyBackspace);
  edit.type(kKeyBackspace);
  EXPECT_EQ(edit.text(), "ax");
  EXPECT_EQ(edit.type(kKeyEnter), LineEdit::Answer::done);
  edit.begin("> ");
  edit.type(kKeyUp);
  EXPECT_EQ(edit.text(), "ax");
  edit.type(kKeyDown);
  EXPECT_EQ(edit.text(), "");
  EXPECT_EQ(edit.type(kKeyEscape), LineEdit::Answer::left);
}

TEST(RowFilters, TellWordsPatternsAndConditionsApart) {
  EXPECT_EQ(understand_filter("alice one-way", "calls").words.size(), 2U);
  EXPECT_EQ(understand_filter("state", "calls").kind, RowFilter::Kind::words);
  const RowFilter condition = understand_filter("state = 'busy'", "calls");
  EXPECT_EQ(condition.kind, RowFilter::Kind::condition);
  EXPECT_EQ(condition.error, "");
  EXPECT_NE(understand_filter("stat = 'busy'", "calls").error, "");
  EXPECT_NE(understand_filter("/a(/", "calls").error, "");
  EXPECT_EQ(understand_filter("/it's/", "messages").condition, "raw REGEXP 'it''s'");
  EXPECT_NE(understand_filter("/x/", "endpoints").error, "");
}

TEST(Completions, AsFarAsNamesAgree) {
  EXPECT_EQ(complete_name("SELECT audio_l", "calls").text, "SELECT audio_lost_toward ");
  EXPECT_EQ(complete_name("aud", "calls").text, "audio");
  EXPECT_NE(complete_name("audio", "calls").choices.find("audio_cause"), std::string::npos);
  EXPECT_EQ(complete_name("zzz", {}).text, "zzz");
}

TEST(Differences, LinesThatBothHaveStayInPlace) {
  std::string all;
  for (const CellLine& line :
       diff_lines({"INVITE", "Via: a", "To: b"}, {"INVITE", "Via: c", "Via: a", "To: b"}))
    all += to_utf8(line) + "\n";
  EXPECT_EQ(all, "  INVITE\n+ Via: c\n  Via: a\n  To: b\n");
}

TEST(Arrangements, AreStableInBothDirections) {
  Arrangement<int> arrangement;
  for (const bool descending : {false, true}) {
    arrangement.begin({11, 21, 12, 22, 13},
                      {[](int id) { return id != 12; },
                       [](int id, Value* key) { key->set(int64_t{id / 10}); }, descending});
    while (!arrangement.step(std::chrono::milliseconds(5))) {
    }
    EXPECT_EQ(arrangement.result(),
              descending ? (std::vector<int>{21, 22, 11, 13}) : (std::vector<int>{11, 13, 21, 22}));
  }
}

}  // namespace
}  // namespace sipladder::tui_settings_test

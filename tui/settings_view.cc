#include "tui/settings_view.h"

#include <utility>

#include "tui/choose_view.h"

namespace sipladder {
namespace {

struct Setting {
  const char* id;
  const char* about;
  bool Ui::*value;
};
constexpr Setting kSettings[] = {
    {"panel", "finding and small ladder below the list (b)", &Ui::panel},
    {"autoscroll", "the list follows the newest call (A)", &Ui::autoscroll},
    {"aliases", "names of hosts instead of addresses (a)", &Ui::show_aliases},
    {"message beside ladder", "the text of the selected message (t)", &Ui::raw_pane},
    {"media", "RTP streams in ladders (m)", &Ui::media},
    {"compact", "repeats folded into their first row (s in a ladder)", &Ui::compact},
    {"time to scale", "empty rows where time passes (y in a ladder)", &Ui::scale_time},
    {"syntax", "colours in messages (C)", &Ui::syntax},
    {"mouse", "clicks, wheel and dragging; off: the terminal selects text again", &Ui::mouse},
    {"ascii", "lines and arrows in ASCII", &Ui::ascii},
    {"ask before leaving", "a question before a live capture ends", &Ui::ask_before_leaving},
};

}  // namespace

std::unique_ptr<Screen> settings_view(const Shared& shared) {
  std::vector<Choice> choices;
  for (const Setting& setting : kSettings)
    choices.push_back({setting.id, setting.about, setting.id, (*shared.ui).*setting.value});
  ChooseView::Manner manner{"settings", "Space: on or off, Enter takes them", true, false, false};
  return std::make_unique<ChooseView>(manner, std::move(choices),
                                      [ui = shared.ui](const std::vector<Choice>& all, size_t) {
                                        for (size_t i = 0; i < std::size(kSettings); i++)
                                          (*ui).*kSettings[i].value = all[i].marked;
                                        return Reply{Reply::Kind::back, nullptr};
                                      });
}

}  // namespace sipladder

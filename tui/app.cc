#include "tui/app.h"

#include <chrono>
#include <future>
#include <thread>

#include "tui/help_view.h"
#include "tui/settings_view.h"
#include "tui/sql_view.h"
#include "tui/tabs.h"
#include "tui/times.h"

namespace sipladder {
namespace {

// How long a frame waits for the session's lock, which a live source holds for up to 100 ms. The
// analysis at the end of a large file holds it longer: then the rows of the last frame are drawn.
constexpr std::chrono::milliseconds kPatience{150};
// How long when the last frame waited in vain, so that not each key has to wait.
constexpr std::chrono::milliseconds kLittlePatience{10};

// A view that answers within this time is waited for; keys typed meanwhile wait too.
constexpr auto kQuick = std::chrono::milliseconds(700);

constexpr int kLeastForHints = 10;  // rows

}  // namespace

App::App(const Shared& shared, bool calls_only, std::function<std::string()> status,
         std::function<void()> while_busy, const ListChoice& choice)
    : shared_(shared), status_(std::move(status)), while_busy_(std::move(while_busy)) {
  layers_.push_back({std::make_unique<ListView>(shared, calls_only, choice)});
}

// A view can take long to answer, and this thread reads the keyboard: another one runs the job.
void App::work(const std::function<void()>& job) {
  if (!while_busy_) return job();
  const auto working = std::async(std::launch::async, job);
  if (working.wait_for(kQuick) == std::future_status::ready) return;
  while (working.wait_for(std::chrono::seconds(0)) != std::future_status::ready) while_busy_();
}

bool App::leaves(const Reply& reply) const {
  return reply.kind == Reply::Kind::leave ||
         (reply.kind == Reply::Kind::back && layers_.size() == 1);
}

void App::take(Reply reply) {
  switch (reply.kind) {
    case Reply::Kind::stay:
      break;
    case Reply::Kind::leave:
      layers_.clear();
      break;
    case Reply::Kind::back:
      layers_.pop_back();
      break;
    case Reply::Kind::open:
      layers_.push_back({std::move(reply.view)});
      break;
    case Reply::Kind::replace:
      layers_.back() = {std::move(reply.view)};
      break;
    case Reply::Kind::help:
      layers_.push_back({std::make_unique<HelpView>(*layers_.back().view)});
      break;
  }
}

// A key that the user has bound to an action counts as the first key of that action in this view.
Key App::meant_key(Key key) const {
  const auto bound = shared_.ui->bindings.find(key);
  if (bound == shared_.ui->bindings.end()) return key;
  for (const KeyBinding& binding : layers_.back().view->keys()) {
    if (binding.action == bound->second) return binding.key;
  }
  return key;
}

// Does actions that are the same in all views. Nullopt: the view has to do this one.
std::optional<Reply> App::common(Screen& view, Action action, Key key) {
  switch (action) {
    case Action::back:
      if (key == kKeyEscape && view.unwind()) return Reply{};
      return Reply{Reply::Kind::back, nullptr};
    case Action::help:
      return Reply{Reply::Kind::help, nullptr};
    case Action::settings:
      return Reply{Reply::Kind::open, settings_view(shared_)};
    case Action::sql:
      return Reply{Reply::Kind::open, std::make_unique<SqlView>(shared_)};
    case Action::stats:
      return Reply{Reply::Kind::open, tab_called(shared_, "stats")};
    case Action::time_mode:
      step_time_mode(shared_.ui.get());
      return Reply{};
    case Action::mask:
      shared_.ui->mask.toggle();
      shared_.ui->look++;
      shared_.ui->notice = shared_.ui->mask.is_on()
                               ? "names, numbers and addresses are replaced on the screen"
                               : "names, numbers and addresses are shown as they are";
      return Reply{};
    case Action::zone:
      shared_.ui->other_zone = !shared_.ui->other_zone;
      shared_.ui->look++;
      shared_.ui->notice = shared_.utc() ? "times in UTC" : "local times";
      return Reply{};
    default:
      return std::nullopt;
  }
}

// A click on a word in the line of keys is that key. Clicks in the rows of the view go to the view.
Reply App::mouse(Screen& view, const MouseEvent& event) {
  constexpr int kWheelRows = 3;
  const int y = event.y - 1;
  switch (event.kind) {
    case MouseKind::wheel_up:
    case MouseKind::wheel_down:
      for (int i = 0; i < kWheelRows; i++)
        view.act(event.kind == MouseKind::wheel_up ? Action::up : Action::down);
      return {};
    case MouseKind::click: {
      pressed_ = event;
      const bool hints = height_ >= kLeastForHints && event.y == height_ - 2;
      const Key key = hints ? hint_at(view.keys(), width_, event.x) : kKeyNone;
      if (key != kKeyNone) return answer(view, key);
      if (!hints) view.click(event.x, y);
      return {};
    }
    case MouseKind::double_click:
      return view.click(event.x, y) ? view.act(Action::open) : Reply{};
    case MouseKind::release:
      if (event.x != pressed_.x || event.y != pressed_.y)
        view.drag(pressed_.x, pressed_.y - 1, event.x, y);
      return {};
  }
  return {};
}

Reply App::answer(Screen& view, Key key) {
  if (const auto event = mouse_event(key)) return view.typing() ? Reply{} : mouse(view, *event);
  if (view.typing()) return view.type(key);
  key = meant_key(key);
  const Action action = action_of(view.keys(), key);
  if (std::optional<Reply> reply = common(view, action, key)) return std::move(*reply);
  return view.act(action);
}

bool App::key(Key key) {
  if (layers_.empty()) return false;  // the last view was closed
  shared_.ui->notice.clear();
  if (asking_ && mouse_event(key)) return true;
  if (asking_) {
    asking_ = false;
    if (key == 'y' || key == 'Y' || key == kKeyEnter) layers_.clear();
    return !layers_.empty();
  }
  Reply reply;
  work([&] { reply = answer(*layers_.back().view, key); });
  // A live capture cannot be taken again: leaving it needs a second key.
  if (leaves(reply) && shared_.ui->live && shared_.ui->ask_before_leaving) {
    asking_ = true;
    return true;
  }
  take(std::move(reply));
  return !layers_.empty();
}

// A view that has no rows yet waits for the lock; another one keeps its rows when the lock is busy.
bool App::refresh(Layer& layer, int width, int height) {
  if (!layer.filled) {
    shared_.lock.lock_to_draw();
  } else if (!shared_.lock.lock_to_draw(busy_ ? kLittlePatience : kPatience)) {
    busy_ = true;
    return false;
  }
  busy_ = false;
  layer.view->refresh(width, height);
  status_words_ = status_();
  layer.filled = true;
  shared_.lock.unlock();
  return true;
}

std::string App::trail() const {
  const std::string between = shared_.ui->ascii ? " > " : " › ";
  std::string trail;
  for (const Layer& layer : layers_)
    trail += (trail.empty() ? "sipladder  " : between) + layer.view->crumb();
  const std::string heading = layers_.back().view->heading();
  return heading.empty() ? trail : trail + "  " + heading;
}

// Words that are typed are masked once they are names of the capture. The cursor is no part of
// them.
std::string App::masked_prompt(const std::string& prompt) const {
  Mask& mask = shared_.ui->mask;
  const size_t cursor = prompt.rfind('_');
  if (!mask.is_on() || cursor == std::string::npos) return mask.sentence(prompt);
  return mask.sentence(prompt.substr(0, cursor)) + "_" + mask.sentence(prompt.substr(cursor + 1));
}

void App::draw_edges(Canvas* canvas, bool hints, bool fresh) {
  const Screen& view = *layers_.back().view;
  const int last = canvas->height() - 1;
  canvas->text(0, 0, trail(), Ink::bold);
  canvas->reverse_row(0);
  if (hints) canvas->text(0, last - 1, hint_line(view.keys(), canvas->width()), Ink::dim);
  const std::string prompt = view.prompt();
  std::string words = asking_           ? "End the capture? y: yes, any other key: no"
                      : !prompt.empty() ? (view.asks_for_file() ? prompt : masked_prompt(prompt))
                      : !shared_.ui->notice.empty() ? shared_.ui->notice
                                                    : status_words_;
  if (!fresh) words += "  (busy)";
  const std::u32string end = shared_.ui->mask.is_on() ? U" masked  ? help" : U" ? help";
  const int room = canvas->width() - text_width(end);
  std::u32string text = fit_text(safe_text(words), room - 2);
  text.append(static_cast<size_t>(std::max(0, room - text_width(text))), U' ');
  canvas->blank(0, last, canvas->width(), 1);
  canvas->text(0, last, std::u32string_view(text + end));
  canvas->reverse_row(last);
}

Canvas App::frame(int width, int height) {
  Canvas canvas(width, height);
  width_ = width;
  height_ = height;
  if (layers_.empty()) return canvas;  // the last view was closed
  Layer& layer = layers_.back();
  const bool hints = canvas.height() >= kLeastForHints;
  Canvas area(canvas.width(), std::max(1, canvas.height() - (hints ? 3 : 2)));
  bool fresh = false;
  work([&] { fresh = refresh(layer, area.width(), area.height()); });
  layer.view->draw(area);
  canvas.paste(0, 1, area);
  draw_edges(&canvas, hints, fresh);
  if (shared_.ui->ascii) canvas.make_ascii();
  return canvas;
}

}  // namespace sipladder

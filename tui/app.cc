#include "tui/app.h"

#include <chrono>
#include <future>
#include <thread>

#include "tui/help_view.h"

namespace sipladder {
namespace {

// A live source waits up to 100 ms for packets. What takes longer (the analysis at the end of a
// large file) is not waited for: the rows of before are drawn again.
constexpr std::chrono::milliseconds kPatience{150};

// What is typed meanwhile waits for the answer, as in any program.
constexpr auto kQuick = std::chrono::milliseconds(700);

}  // namespace

App::App(const Shared& shared, bool calls_only, std::function<std::string()> status,
         std::function<void()> while_busy, const ListChoice& choice)
    : shared_(shared), status_(std::move(status)), while_busy_(std::move(while_busy)) {
  layers_.push_back({std::make_unique<ListView>(shared, calls_only, choice)});
}

// A question of a view can take long, and this thread has the keyboard: another one asks it.
void App::work(const std::function<void()>& job) {
  if (!while_busy_) return job();
  const auto working = std::async(std::launch::async, job);
  if (working.wait_for(kQuick) == std::future_status::ready) return;
  while (working.wait_for(std::chrono::seconds(0)) != std::future_status::ready) while_busy_();
}

bool App::key(Key key) {
  if (layers_.empty()) return false;  // the last view was closed
  Screen& top = *layers_.back().view;
  Reply reply;
  work([&] { reply = top.handle(key); });
  switch (reply.kind) {
    case Reply::Kind::stay:
      break;
    case Reply::Kind::back:
      layers_.pop_back();
      break;
    case Reply::Kind::open:
      layers_.push_back({std::move(reply.view)});
      break;
    case Reply::Kind::help:
      layers_.push_back({std::make_unique<HelpView>(top)});
      break;
  }
  return !layers_.empty();
}

// A view that was never filled must wait for its rows; others can do without new ones for a while.
bool App::refresh(Layer& layer, int width, int height) {
  if (!layer.filled) {
    shared_.lock.lock_to_draw();
  } else if (!shared_.lock.lock_to_draw(kPatience)) {
    return false;
  }
  layer.view->refresh(width, height);
  status_words_ = status_();
  layer.filled = true;
  shared_.lock.unlock();
  return true;
}

Canvas App::frame(int width, int height) {
  Canvas canvas(width, height);
  if (layers_.empty()) return canvas;  // the last view was closed
  Layer& layer = layers_.back();
  bool fresh = false;
  work([&] { fresh = refresh(layer, canvas.width(), canvas.height() - 1); });
  layer.view->draw(canvas);
  // The last row is ours, whatever a view drew on a very small screen.
  const std::string prompt = layer.view->prompt();
  std::string words = !prompt.empty() ? prompt : status_words_;
  if (!fresh) words += "  (busy)";
  std::u32string last = fit_text(safe_text(words), canvas.width() - 9);
  last.append(static_cast<size_t>(std::max(0, canvas.width() - 7 - text_width(last))), U' ');
  canvas.text(0, canvas.height() - 1, std::u32string_view(last + U" ? help"));
  canvas.reverse_row(canvas.height() - 1);
  return canvas;
}

}  // namespace sipladder

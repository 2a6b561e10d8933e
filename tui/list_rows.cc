#include "tui/list_rows.h"

#include <fmt/format.h>

#include <algorithm>

namespace sipladder {
namespace {

constexpr std::chrono::milliseconds kBetween{400};  // new rows are sorted in at most this often

std::string_view words_of(Group group) {
  static constexpr std::string_view kWords[] = {"",       "one-way",    "silent",
                                                "failed", "NAT faults", "capture trouble"};
  return kWords[static_cast<size_t>(group)];
}

}  // namespace

bool ListRows::is_arranged() const {
  return given_.active() || has_filter() || !sort_.name.empty() || group_ != Group::all ||
         hidden_until_;
}

bool ListRows::is_hidden(CallId id) const {
  return id <= hidden_until_ && !std::binary_search(kept_.begin(), kept_.end(), id);
}

bool ListRows::keeps(CallId id) {
  const auto chosen = [&](const CallFilter& filter) {
    return std::binary_search(filter.chosen().begin(), filter.chosen().end(), id);
  };
  if (!shared_.model.calls.holds(id) || is_hidden(id)) return false;
  if (given_.active() && !chosen(given_)) return false;
  if (group_ != Group::all && !shared_.ui->overview.of(id).is_in(group_)) return false;
  if (asked_.active() && !chosen(asked_)) return false;
  if (!picked_.name.empty() && cells_.text(picked_, id) != picked_cell_) return false;
  return filter_.kind != RowFilter::Kind::words || filter_.matches(cells_.everything(id));
}

// Adds the calls that came since the last time.
bool ListRows::collect() {
  const auto& calls = shared_.model.calls;
  const size_t before = base_.size();
  bool gone = false;
  if (epoch_ != shared_.model.evicted.epoch) {
    epoch_ = shared_.model.evicted.epoch;
    gone = std::erase_if(base_, [&](CallId id) { return !calls.holds(id); }) > 0;
  }
  for (const CallId id : calls.ids(collected_ + 1)) {
    if (!calls_only_ || calls[id].kind == CallKind::call) base_.push_back(id);
  }
  collected_ = calls.size();
  total_ = calls.held();
  if (gone) gone_ = true;
  return gone || base_.size() != before;
}

bool ListRows::is_stale() const {
  if (stale_ || gone_) return true;
  if (std::chrono::steady_clock::now() < again_) return false;
  const bool by_verdict = group_ != Group::all || !sort_.name.empty() || has_filter();
  return arranged_of_ != base_.size() ||
         (by_verdict && arranged_version_ != shared_.ui->overview.version());
}

void ListRows::arrange() {
  stale_ = gone_ = false;
  arranged_of_ = base_.size();
  arranged_version_ = shared_.ui->overview.version();
  Arrangement<CallId>::Wish wish;
  wish.keep = [this](CallId id) { return keeps(id); };
  if (!sort_.name.empty())
    wish.key = [this](CallId id, Value* value) {
      if (shared_.model.calls.holds(id)) cells_.key(sort_, id, value);
    };
  wish.descending = descending_;
  arrangement_.begin(base_, std::move(wish));
}

bool ListRows::working() const {
  const bool waits_for_verdicts = (given_.active() || asked_.active()) && !shared_.verdicts;
  return arrangement_.running() || (stale_ && is_arranged() && !waits_for_verdicts);
}

bool ListRows::refresh() {
  const bool grown = collect();
  if (!is_arranged()) return grown || std::exchange(stale_, false);
  for (CallFilter* filter : {&given_, &asked_}) {
    if (!filter->active()) continue;
    // A condition may need verdicts, which are there when the capture has been read.
    if (!shared_.verdicts) return false;
    if (filter->update(shared_.model, shared_.log, shared_.analyst)) stale_ = true;
  }
  // What has chosen its first rows by another filter does not choose the rest by the new one. Calls
  // that come or go do not begin it anew, or it would never end.
  if (stale_ || (!arrangement_.running() && is_stale())) arrange();
  if (!arrangement_.step(shared_.ui->slice)) return false;
  shown_ = std::move(arrangement_.result());
  again_ = std::chrono::steady_clock::now() + kBetween;
  return true;
}

void ListRows::show_group(Group group) {
  group_ = group;
  begin_anew();
}

void ListRows::toggle_calls_only() {
  calls_only_ = !calls_only_;
  base_.clear();
  collected_ = 0;
  begin_anew();
}

void ListRows::filter(const std::string& text, RowFilter filter) {
  filter_text_ = text;
  filter_ = std::move(filter);
  picked_.name.clear();
  asked_ = CallFilter(filter_.condition);
  begin_anew();
}

void ListRows::pick(const ListColumn& column, const std::string& cell) {
  picked_ = column;
  picked_cell_ = cell;
  begin_anew();
}

void ListRows::sort(const ListColumn* column, bool descending) {
  sort_ = column == nullptr ? ListColumn{} : *column;
  descending_ = descending;
  begin_anew();
}

void ListRows::clear(bool keep_shown) {
  kept_ = keep_shown ? ids() : std::vector<CallId>{};
  std::sort(kept_.begin(), kept_.end());
  hidden_until_ = CallId{collected_};
  begin_anew();
}

std::string ListRows::about() const {
  std::string about;
  const auto add = [&](const std::string& words) { about += (about.empty() ? "" : ", ") + words; };
  if (calls_only_) add("calls only");
  if (group_ != Group::all) add(std::string(words_of(group_)));
  if (!picked_.name.empty())
    add(fmt::format("{}={}", picked_.title.empty() ? picked_.name : picked_.title, picked_cell_));
  if (!filter_text_.empty()) add(filter_text_);
  if (hidden_until_) add("cleared");
  if (!sort_.name.empty())
    add(fmt::format("by {} {}", sort_.title.empty() ? "worst" : sort_.title,
                    descending_ ? "down" : "up"));
  if (arrangement_.running()) add(fmt::format("{:.0f}% looked at", progress() * 100));
  return about;
}

}  // namespace sipladder

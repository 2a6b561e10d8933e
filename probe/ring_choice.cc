#include "probe/ring_choice.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "capture/packet_source.h"
#include "correlate/model/call_label.h"
#include "probe/ring_scan.h"

namespace sipladder {
namespace {

// What is known about one file, from its index or from the file itself.
class IndexedFile {
 public:
  IndexedFile(const std::string& name, bool may_write) : index_(RingIndex::open(name)) {
    if (index_) return;
    was_scanned_ = true;
    scan_capture(
        name, [this](const Packet& packet) { built_.note(packet, 0); },
        [this](const Datagram& datagram, const SipIndex& sip) { built_.add(datagram, sip, 0); });
    built_.settle();
    is_whole_ = built_.is_whole();
    if (!may_write || !is_whole_ || !built_.write(name)) return;
    index_ = RingIndex::open(name);
  }

  bool was_scanned() const { return was_scanned_; }
  TimeSpan span() const { return index_ ? index_->span() : built_.span(); }
  // A file with more names than an index can hold may have any name: all of it is needed.
  std::optional<TimeSpan> find(IndexKey kind, const std::string& text) {
    if (!is_whole_) return span();
    return index_ ? index_->find(kind, text) : built_.find(kind, text);
  }

 private:
  std::optional<RingIndex> index_;
  IndexBuilder built_;
  bool was_scanned_ = false;
  bool is_whole_ = true;
};

bool has_index(const std::vector<std::string>& names) {
  return std::any_of(names.begin(), names.end(), [](const std::string& name) {
    std::error_code code;
    return std::filesystem::exists(index_path(name), code);
  });
}

class Chooser {
 public:
  Chooser(const std::vector<std::string>& names, const RingWish& wish)
      : names_(names), wish_(wish) {
    wanted_.resize(names.size());
    // No index is written for the newest file, which may still grow, nor in a folder without any
    // index, which no capture service has written.
    const bool is_ring = has_index(names);
    for (const std::string& name : names)
      files_.emplace_back(name, is_ring && &name != &names.back());
  }

  RingChoice choose() {
    if (!wish_.call_id.empty())
      want_call(wish_.call_id);
    else if (!wish_.user.empty())
      want_calls_with(IndexKey::user, wish_.user);
    else if (!wish_.address.empty())
      want_calls_with(IndexKey::address, wish_.address);
    else
      std::fill(wanted_.begin(), wanted_.end(), true);
    RingChoice choice;
    choice.window = window_;
    choice.of = names_.size();
    for (size_t i = 0; i < names_.size(); i++) {
      choice.scanned += files_[i].was_scanned();
      if (!wanted_[i] || !is_in_time(files_[i].span())) continue;
      std::error_code code;
      const uint64_t size = std::filesystem::file_size(names_[i], code);
      if (!code) choice.bytes += size;
      choice.files.push_back(names_[i]);
    }
    return choice;
  }

 private:
  bool is_in_time(const TimeSpan& span) const {
    if (wish_.from_ns && span.last_ns < *wish_.from_ns - kBeforeNs) return false;
    return !wish_.to_ns || span.first_ns <= *wish_.to_ns + kBesideNs;
  }

  // All files between the first and the last message of a call.
  void want_call(const std::string& call_id) {
    std::optional<TimeSpan> whole;
    for (IndexedFile& file : files_) {
      const auto found = file.find(IndexKey::call_id, call_id);
      if (!found) continue;
      if (!whole) whole = found;
      whole->first_ns = std::min(whole->first_ns, found->first_ns);
      whole->last_ns = std::max(whole->last_ns, found->last_ns);
    }
    if (!whole) return;
    whole->first_ns -= kBesideNs;
    whole->last_ns += kBesideNs;
    if (!window_) window_ = whole;
    window_->first_ns = std::min(window_->first_ns, whole->first_ns);
    window_->last_ns = std::max(window_->last_ns, whole->last_ns);
    for (size_t i = 0; i < files_.size(); i++) {
      if (files_[i].span().overlaps(*whole)) wanted_[i] = true;
    }
  }

  // An index does not tell to which call a name belongs: the files with the name are read for that.
  void want_calls_with(IndexKey kind, const std::string& text) {
    std::set<std::string> calls;
    for (size_t i = 0; i < files_.size(); i++) {
      if (!is_in_time(files_[i].span()) || !files_[i].find(kind, text)) continue;
      wanted_[i] = true;
      scan_capture(names_[i], nullptr, [&](const Datagram& datagram, const SipIndex& sip) {
        const CallNames call = names_in(sip);
        const bool has_it = kind == IndexKey::user ? call.caller == text || call.callee == text
                                                   : to_string(datagram.src.ip) == text ||
                                                         to_string(datagram.dst.ip) == text;
        if (has_it && calls.size() < kMostCallsOfUser) calls.emplace(call.call_id);
      });
    }
    for (const std::string& call : calls) want_call(call);
  }

  const std::vector<std::string>& names_;
  const RingWish& wish_;
  std::vector<IndexedFile> files_;
  std::vector<bool> wanted_;
  std::optional<TimeSpan> window_;
};

}  // namespace

RingChoice choose_ring_files(const std::vector<std::string>& names, const RingWish& wish) {
  allow_many_files();
  return names.empty() ? RingChoice() : Chooser(names, wish).choose();
}

}  // namespace sipladder

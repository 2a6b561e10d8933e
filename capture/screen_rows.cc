#include "capture/screen_rows.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <utility>

#include "capture/text_scanner.h"

namespace sipladder {
namespace {

constexpr std::string_view kSdpMark = " (SDP)";

bool is_status(std::string_view word) {
  return word.size() == 3 && word[0] >= '1' && word[0] <= '6' &&
         std::all_of(word.begin(), word.end(),
                     [](unsigned char c) { return std::isdigit(c) != 0; });
}

bool is_method(std::string_view word) {
  return word.size() >= 3 && std::all_of(word.begin(), word.end(),
                                         [](unsigned char c) { return std::isupper(c) != 0; });
}

std::string_view first_word(std::string_view text) {
  return text.substr(0, text.find(' '));
}

// The value of a header field of the message that is shown, by its name or compact form.
std::string_view field_of(const std::vector<std::string>& message, std::string_view name,
                          std::string_view compact) {
  for (const std::string_view line : message) {
    if (line.empty()) break;
    const size_t colon = line.find(':');
    if (colon == npos) continue;
    const std::string_view given = trim_text(line.substr(0, colon));
    if (same_word(given, name) || same_word(given, compact))
      return trim_text(line.substr(colon + 1));
  }
  return {};
}

// "<sip:bob@example.com>;tag=x" as address and tag.
struct ScreenSide {
  std::string address, tag;
};
ScreenSide side_of(std::string_view value) {
  constexpr std::string_view kTag = ";tag=";
  const size_t tag = value.find(kTag);
  ScreenSide side{std::string(value.substr(0, tag)), ""};
  if (tag == npos) return side;
  const std::string_view rest = value.substr(tag + kTag.size());
  side.tag = rest.substr(0, rest.find(';'));
  return side;
}

// A request, as far as the rows alone tell.
struct Request {
  std::string method, src, dst;
  size_t number = 0;             // of its branch
  std::optional<size_t> before;  // place of the same request one hop before
  unsigned cseq = 0;             // counted from the first one of the call
  bool from_caller = true;
  bool answered = false;
};

struct Entry {
  size_t row = 0;
  size_t request = 0;  // place of the request that the row is, or that it answers
  bool is_response = false;
};

class Rows {
 public:
  explicit Rows(const std::vector<ScreenRow>& rows) : rows_(rows) {
    for (size_t i = 0; i < rows.size(); i++) {
      const std::string_view word = first_word(rows[i].label);
      if (rows[i].src.empty()) continue;
      if (is_status(word)) {
        add_response(i, word[0] != '1');
      } else if (is_method(word)) {
        add_request(i, word);
      }
    }
  }
  const std::vector<Entry>& entries() const { return entries_; }
  const std::vector<Request>& requests() const { return requests_; }

 private:
  // Place of the newest request for which `fits` holds.
  template <typename Fits>
  std::optional<size_t> newest(Fits fits) const {
    for (size_t i = requests_.size(); i-- > 0;) {
      if (fits(requests_[i])) return i;
    }
    return std::nullopt;
  }

  void add_response(size_t row, bool is_final) {
    const ScreenRow& it = rows_[row];
    const auto goes_back = [&](const Request& one) {
      return one.method != "ACK" && one.src == it.dst && one.dst == it.src;
    };
    auto asked = newest([&](const Request& one) { return goes_back(one) && !one.answered; });
    if (!asked || it.repeat) {
      const auto last = newest(goes_back);
      if (last) asked = last;
    }
    if (!asked) return;
    if (is_final) requests_[*asked].answered = true;
    entries_.push_back({row, *asked, true});
  }

  void add_request(size_t row, std::string_view method) {
    const ScreenRow& it = rows_[row];
    const auto same = newest([&](const Request& one) {
      return one.method == method && one.src == it.src && one.dst == it.dst;
    });
    if (it.repeat && same) {
      entries_.push_back({row, *same, false});
      return;
    }
    Request request{std::string(method), it.src, it.dst, requests_.size(), {}, 0, true, false};
    request.before = newest([&](const Request& one) {
      return one.method == method && one.dst == it.src && !one.answered && one.src != it.dst;
    });
    number(&request);
    entries_.push_back({row, requests_.size(), false});
    requests_.push_back(std::move(request));
  }

  void number(Request* request) {
    if (request->before) {
      request->cseq = requests_[*request->before].cseq;
      request->from_caller = requests_[*request->before].from_caller;
      return;
    }
    request->from_caller = requests_.empty() || request->src == requests_.front().src;
    const bool of_invite = request->method == "ACK" || request->method == "CANCEL";
    const auto invite = newest([&](const Request& one) {
      return one.method == "INVITE" && one.from_caller == request->from_caller;
    });
    if (of_invite && invite) {
      request->cseq = requests_[*invite].cseq;
      if (request->method == "CANCEL") request->number = requests_[*invite].number;
      return;
    }
    request->cseq = next_cseq_++;
  }

  const std::vector<ScreenRow>& rows_;
  std::vector<Entry> entries_;
  std::vector<Request> requests_;
  unsigned next_cseq_ = 0;
};

// Writes the messages of rows that the screen does not show.
class Writer {
 public:
  Writer(const std::vector<std::string>& shown, const Request& shown_request, size_t shown_number)
      : shown_(shown), shown_number_(shown_number) {
    ScreenSide from = side_of(field_of(shown, "From", "f"));
    ScreenSide to = side_of(field_of(shown, "To", "t"));
    caller_ = shown_request.from_caller ? from : to;
    callee_ = shown_request.from_caller ? to : from;
    if (callee_.tag.empty()) callee_.tag = "not-shown";
    if (caller_.tag.empty()) caller_.tag = "not-shown";
    const std::string_view cseq = first_word(field_of(shown, "CSeq", "CSeq"));
    std::from_chars(cseq.data(), cseq.data() + cseq.size(), first_cseq_);
    first_cseq_ -= std::min(first_cseq_, shown_request.cseq);
  }

  void write(const std::vector<Request>& requests, const Entry& entry, const ScreenRow& row,
             std::vector<std::string>* out) const {
    const Request& request = requests[entry.request];
    std::string label = row.label;
    const bool sdp = label.ends_with(kSdpMark);
    if (sdp) label.resize(label.size() - kSdpMark.size());
    out->push_back(entry.is_response ? "SIP/2.0 " + label
                                     : request.method + " sip:" + request.dst + " SIP/2.0");
    write_vias(requests, entry.request, out);
    // The first INVITE knows no tag of the callee, and 100 has none.
    const bool begins = request.method == "INVITE" && request.cseq == 0;
    const bool tagged = entry.is_response ? !label.starts_with("100") : !begins;
    const ScreenSide& from = request.from_caller ? caller_ : callee_;
    const ScreenSide& to = request.from_caller ? callee_ : caller_;
    if (!from.address.empty()) out->push_back("From: " + from.address + ";tag=" + from.tag);
    if (!to.address.empty()) out->push_back("To: " + to.address + (tagged ? ";tag=" + to.tag : ""));
    out->push_back("Call-ID: " + std::string(field_of(shown_, "Call-ID", "i")));
    out->push_back("CSeq: " + std::to_string(first_cseq_ + request.cseq) + " " + request.method);
    if (sdp) out->emplace_back("Content-Type: application/sdp");
    out->emplace_back("Content-Length: 1");  // not shown
    out->emplace_back();
  }

 private:
  // The Via lines, topmost first. From the hop of the shown message on, its own Via lines are
  // taken.
  void write_vias(const std::vector<Request>& requests, size_t at,
                  std::vector<std::string>* out) const {
    std::optional<size_t> next = at;
    for (size_t hops = 0; next && hops < requests.size(); hops++) {
      const Request& request = requests[*next];
      if (*next == shown_number_) {
        for (const std::string& line : shown_) {
          const std::string_view name = trim_text(std::string_view(line).substr(0, line.find(':')));
          if (line.empty()) break;
          if (same_word(name, "Via") || same_word(name, "v")) out->push_back(line);
        }
        return;
      }
      out->push_back("Via: SIP/2.0/UDP " + request.src + ";branch=z9hG4bKrow" +
                     std::to_string(request.number));
      next = request.before;
    }
  }

  const std::vector<std::string>& shown_;
  size_t shown_number_;
  ScreenSide caller_, callee_;
  unsigned first_cseq_ = 1;
};

std::string head_of(const ScreenRow& row) {
  return row.time + " " + row.src + " -> " + row.dst;
}

}  // namespace

std::vector<std::string> messages_of_rows(const std::vector<ScreenRow>& rows, size_t shown_row,
                                          const std::vector<std::string>& shown) {
  std::vector<std::string> lines;
  const auto add_shown = [&](const std::string& head) {
    if (!head.empty()) lines.push_back(head);
    lines.insert(lines.end(), shown.begin(), shown.end());
    lines.emplace_back();
  };
  const Rows read(rows);
  const auto entry_of_shown =
      std::find_if(read.entries().begin(), read.entries().end(),
                   [&](const Entry& entry) { return entry.row == shown_row; });
  if (entry_of_shown == read.entries().end() || field_of(shown, "Call-ID", "i").empty()) {
    add_shown(shown_row < rows.size() ? head_of(rows[shown_row]) : std::string());
    return lines;
  }
  const size_t request = entry_of_shown->request;
  const Writer writer(shown, read.requests()[request], request);
  for (const Entry& entry : read.entries()) {
    const ScreenRow& row = rows[entry.row];
    if (entry.row == shown_row) {
      add_shown(head_of(row));
      continue;
    }
    lines.push_back(head_of(row));
    writer.write(read.requests(), entry, row, &lines);
  }
  return lines;
}

}  // namespace sipladder

// One section of the HTML report: a call, or the legs of one session, with all that is known of
// it. Text from the network is escaped. The same model and options give the same bytes.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <set>
#include <string>
#include <string_view>

#include "export/exporters.h"
#include "export/frame_key.h"
#include "export/html/report_tables.h"

namespace sipladder {

class ReportCall {
 public:
  // All three must outlive this object. Without `style.request` the section tells only what the
  // ladder holds; then `tables` may be null.
  ReportCall(const Ladder& ladder, const LadderStyle& style, ReportTables* tables);

  struct Section {
    std::string head, inside;
  };
  Section section();
  // Names of the SIP header fields in the section, in lower case. Complete after section().
  const std::set<std::string>& headers() const { return headers_; }

 private:
  std::string findings();
  std::string finding_item(const Finding& finding);
  std::string evidence_links(const Finding& finding) const;
  std::string picture();
  std::string brush() const;
  std::string message(const LadderRow& row);
  std::string messages();
  std::string part(std::string_view title, const std::string& body) const;
  std::string codecs() const;
  std::string audio() const;
  uint32_t number() const { return ladder_.calls.empty() ? 0 : ladder_.calls.front().id.value; }
  int64_t milliseconds(int64_t time_ns) const { return (time_ns - begin_ns_) / 1'000'000; }

  const Ladder& ladder_;
  const LadderStyle& style_;
  ReportTables* tables_;
  int64_t begin_ns_ = 0, end_ns_ = 0;
  absl::flat_hash_map<FrameKey, std::string> by_frame_;  // id of the first element of each frame
  std::set<uint32_t> shown_;                             // messages with an element of their own
  std::set<std::string> headers_;
};

}  // namespace sipladder

#include "query/table_description.h"

namespace sipladder {

const SipIndex& Reader::sip(MessageId id) {
  if (!model.messages.holds(id)) return none_;
  if (id != loaded_) {
    readable_ = view_.load(model.messages[id]);
    loaded_ = id;
  }
  return view_.sip();
}

bool Reader::is_readable(MessageId id) {
  sip(id);
  return id == loaded_ && readable_;
}

std::string_view Reader::bytes(MessageId id) {
  sip(id);
  return view_.bytes();
}

const Sdp& Reader::sdp(MessageId id) {
  if (sdp_of_ != id || loaded_ != id) {
    sdp_ = parse_sdp(find_sdp(sip(id)));
    sdp_of_ = id;
  }
  return sdp_;
}

uint32_t one_part(Reader&, uint32_t) {
  return 1;
}

void row_id(Reader&, RowId row, Value& v) {
  v.set(int64_t{row.id});
}

const std::vector<const TableDescription*>& tables() {
  static const std::vector<const TableDescription*> all = {
      &kCallsTable,     &kMessagesTable, &kViasTable,    &kHeadersTable,       &kTransactionsTable,
      &kDialogsTable,   &kSdpTable,      &kStreamsTable, &kRegistrationsTable, &kSubscriptionsTable,
      &kEndpointsTable, &kFindingsTable, &kCaptureTable, &kStatsTable};
  return all;
}

}  // namespace sipladder

#include "query/table_description.h"

#include "decode/text.h"

namespace sipladder {

const SipIndex& Reader::sip(MessageId id) {
  if (!model.messages.holds(id)) return none_;
  if (id != loaded_) {
    readable_ = view_.load(model.messages[id]);
    loaded_ = id;
    loads_++;
  }
  return view_.sip();
}

// For a message that is not there the result is empty, and what is kept of another one stays.
template <typename Parsed, typename Parse>
const Parsed& Reader::keep(Kept<Parsed>& kept, MessageId id, Parse parse) {
  static const Parsed kNothing;
  const SipIndex& index = sip(id);
  if (&index == &none_) return kNothing;
  if (kept.of_load != loads_) {
    kept.parsed = parse(index);
    kept.of_load = loads_;
  }
  return kept.parsed;
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
  return keep(sdp_, id, [](const SipIndex& sip) { return parse_sdp(find_sdp(sip)); });
}

const std::vector<std::string_view>& Reader::vias(MessageId id) {
  return keep(vias_, id,
              [](const SipIndex& sip) { return sipladder::header_values(sip, HeaderId::via); });
}

static std::vector<HeaderValue> all_values(const SipIndex& sip) {
  std::vector<HeaderValue> values;
  for (const HeaderLine& line : sip.headers) {
    const HeaderInfo& info = header_info(line.id);
    const std::string_view name = line.id == HeaderId::other ? line.name : info.name;
    if (line.id == HeaderId::other || !info.comma_list) {
      values.push_back({name, line.value});
      continue;
    }
    for (const std::string_view value : split_list(line.value)) values.push_back({name, value});
  }
  return values;
}

const std::vector<HeaderValue>& Reader::header_values(MessageId id) {
  return keep(header_values_, id, all_values);
}

uint32_t one_part(Reader&, uint32_t) {
  return 1;
}

void row_id(Reader&, RowId row, Value& v) {
  v.set(int64_t{row.id});
}

const std::vector<const TableDescription*>& tables() {
  static const std::vector<const TableDescription*> all = {
      &kCallsTable,         &kMessagesTable,   &kViasTable,          &kHeadersTable,
      &kTransactionsTable,  &kDialogsTable,    &kSdpTable,           &kStreamsTable,
      &kRelaySessionsTable, &kIntervalsTable,  &kRegistrationsTable, &kSubscriptionsTable,
      &kEndpointsTable,     &kTlsTable,        &kPeersTable,         &kFindingsTable,
      &kCaptureTable,       &kHepSendersTable, &kStatsTable};
  return all;
}

const TableDescription* find_table(std::string_view name) {
  const auto& all = tables();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const TableDescription* one) { return one->name == name; });
  return found == all.end() ? nullptr : *found;
}

const Column* find_column(const TableDescription& table, std::string_view name) {
  const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                  [&](const Column& column) { return column.name == name; });
  return found == table.columns.end() ? nullptr : &*found;
}

std::vector<std::string> split_names(std::string_view list) {
  std::vector<std::string> names;
  while (!list.empty()) names.emplace_back(trim(cut(&list, ',')));
  return names;
}

}  // namespace sipladder

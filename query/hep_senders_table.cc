#include "query/table_description.h"

namespace sipladder {
namespace {

struct Place {
  size_t source = 0;
  const HepSender* sender = nullptr;
};

Place place_of(const Reader& r, RowId row) {
  size_t at = row.id - 1;
  for (size_t source = 0; source < r.model.captures.size(); source++) {
    const auto& senders = r.model.captures[source].hep_senders;
    if (at < senders.size()) return {source, &senders[at]};
    at -= senders.size();
  }
  return {};
}

template <auto kGet>
void of_sender(Reader& r, RowId row, Value& v) {
  if (const HepSender* const sender = place_of(r, row).sender) kGet(*sender, v);
}
using From = HepSender;

uint32_t count(Reader& r) {
  size_t sum = 0;
  for (const SourceInfo& info : r.model.captures) sum += info.hep_senders.size();
  return static_cast<uint32_t>(sum);
}

}  // namespace

const TableDescription kHepSendersTable{
    "hep_senders",
    "one row per sender of HEP to hep:HOST:PORT: a place where packets are captured",
    {
        {"id", "INTEGER", "in the order of their first packets", row_id},
        {"file", "INTEGER", "capture.file",
         [](Reader& r, RowId row, Value& v) {
           v.set(static_cast<int64_t>(place_of(r, row).source) + 1);
         }},
        {"address", "TEXT", "where it sends from; others: beyond 250 of them",
         of_sender<[](const From& s, Value& v) { v.set(s.address); }>},
        {"capture_id", "INTEGER", "as it calls itself (chunk 12)",
         of_sender<[](const From& s, Value& v) {
           if (s.has_id) v.set(int64_t{s.capture_id});
         }>},
        {"packets", "INTEGER", "that were taken",
         of_sender<[](const From& s, Value& v) { v.set_count(s.packets); }>},
        {"refused", "INTEGER", "that were not, for want of the key that --hep-key asks for",
         of_sender<[](const From& s, Value& v) { v.set_count(s.refused); }>},
        {"refusal", "TEXT", "why, the last time",
         of_sender<[](const From& s, Value& v) { v.set_if(words_of(s.last_refusal)); }>},
        {"first_ns", "INTEGER", "first packet, as it came here",
         of_sender<[](const From& s, Value& v) { v.set(s.first_ns); }>},
        {"last_ns", "INTEGER", "last packet, as it came here",
         of_sender<[](const From& s, Value& v) { v.set(s.last_ns); }>},
    },
    count,
    one_part};

}  // namespace sipladder

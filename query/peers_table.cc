#include "decode/utc_text.h"
#include "query/peer_rows.h"
#include "query/table_description.h"

namespace sipladder {
namespace {

const PeerRow& peer(Reader& r, RowId row) {
  return r.peers[row.id - 1];
}

void set_share(uint64_t part, uint64_t whole, Value& v) {
  if (whole != 0) v.set_real(100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

void set_mean(const Mean& mean, Value& v) {
  if (const auto value = mean.value()) v.set_real(*value);
}

}  // namespace

const TableDescription kPeersTable{
    "peers",
    "calls by who takes part in them, over the whole capture and by hour",
    {
        {"key", "TEXT", "the address, the link, the relay or the program",
         [](Reader& r, RowId row, Value& v) { v.set(peer(r, row).peer.key); }},
        {"kind", "TEXT",
         "address: a host that INVITEs pass; trunk: from one such host to the next; relay: an "
         "address that media passes and no phone signals from; user-agent: a program at an end",
         [](Reader& r, RowId row, Value& v) { v.set(to_string(peer(r, row).peer.kind)); }},
        {"hour_ns", "INTEGER", "when the hour began; NULL: the whole capture",
         [](Reader& r, RowId row, Value& v) {
           if (const auto hour_ns = peer(r, row).hour_ns) v.set(*hour_ns);
         }},
        {"hour", "TEXT", "the same as UTC; NULL: the whole capture",
         [](Reader& r, RowId row, Value& v) {
           if (const auto hour_ns = peer(r, row).hour_ns) v.set(utc_text(*hour_ns));
         }},
        {"calls", "INTEGER", "INVITE calls that began in it",
         [](Reader& r, RowId row, Value& v) { v.set_count(peer(r, row).calls); }},
        {"answered", "INTEGER", "of these",
         [](Reader& r, RowId row, Value& v) { v.set_count(peer(r, row).answered); }},
        {"asr_pct", "REAL", "answered of calls (answer-seizure ratio)",
         [](Reader& r, RowId row, Value& v) {
           set_share(peer(r, row).answered, peer(r, row).calls, v);
         }},
        {"ner_pct", "REAL", "answered, busy, not taken or given up of calls (ITU-T E.425)",
         [](Reader& r, RowId row, Value& v) {
           set_share(peer(r, row).effective, peer(r, row).calls, v);
         }},
        {"acd_s", "REAL", "mean length of answered calls",
         [](Reader& r, RowId row, Value& v) { set_mean(peer(r, row).talk_s, v); }},
        {"pdd_ms", "REAL", "mean post-dial delay",
         [](Reader& r, RowId row, Value& v) { set_mean(peer(r, row).pdd_ms, v); }},
        {"judged", "INTEGER", "answered calls whose audio the capture can judge",
         [](Reader& r, RowId row, Value& v) { v.set_count(peer(r, row).judged); }},
        {"one_way", "INTEGER", "of these, those whose audio is one-way",
         [](Reader& r, RowId row, Value& v) { v.set_count(peer(r, row).one_way); }},
        {"one_way_pct", "REAL", "of judged",
         [](Reader& r, RowId row, Value& v) {
           set_share(peer(r, row).one_way, peer(r, row).judged, v);
         }},
        {"no_audio", "INTEGER", "of judged, those whose audio is none",
         [](Reader& r, RowId row, Value& v) { v.set_count(peer(r, row).no_audio); }},
        {"packets", "INTEGER", "RTP packets that were expected",
         [](Reader& r, RowId row, Value& v) {
           v.set_count(static_cast<uint64_t>(peer(r, row).packets_expected));
         }},
        {"loss_pct", "REAL", "lost of these",
         [](Reader& r, RowId row, Value& v) {
           set_share(static_cast<uint64_t>(peer(r, row).packets_lost),
                     static_cast<uint64_t>(peer(r, row).packets_expected), v);
         }},
        {"rated", "INTEGER", "calls with a MOS",
         [](Reader& r, RowId row, Value& v) { v.set_count(peer(r, row).mos.count); }},
        {"mos", "REAL", "mean of calls.mos",
         [](Reader& r, RowId row, Value& v) { set_mean(peer(r, row).mos, v); }},
    },
    [](Reader& r) {
      r.peers = peer_rows(r);
      return static_cast<uint32_t>(r.peers.size());
    },
    one_part,
    "kind,key,hour,calls,answered,asr_pct,ner_pct,acd_s,pdd_ms,judged,one_way,one_way_pct,"
    "loss_pct,mos",
    "pdd_ms,acd_s,ner_pct,judged,loss_pct",
    RowsCome::by_opening};

}  // namespace sipladder

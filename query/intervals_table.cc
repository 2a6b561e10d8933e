#include <algorithm>
#include <cmath>

#include "correlate/session/voice_quality.h"
#include "media/loudness.h"
#include "query/table_description.h"

namespace sipladder {
namespace {

const StreamHistory& history(Reader& r, uint32_t stream) {
  static const StreamHistory kNone;  // for a stream within one second, which is one interval
  const auto found = r.model.histories.find(stream);
  return found == r.model.histories.end() ? kNone : found->second;
}
const StreamRecord& stream_of(Reader& r, RowId row) {
  return r.model.streams[StreamId{row.id}];
}
StreamInterval interval(Reader& r, RowId row) {
  return history(r, row.id).at(stream_of(r, row), row.part);
}
int64_t begin_ns(Reader& r, RowId row) {
  return stream_of(r, row).first_ns + int64_t{row.part} * history(r, row.id).width_ns();
}
const StreamBinding& binding_of(Reader& r, RowId row) {
  return r.analyst.media().of(StreamId{row.id});
}

// G.711 that is not encrypted.
bool is_listened_to(Reader& r, RowId row) {
  if (!is_heard_in_passing(stream_of(r, row).payload_type)) return false;
  const auto opened = r.analyst.media().srtp_of(StreamId{row.id});
  return !binding_of(r, row).secure && (opened == nullptr || opened->opened == 0);
}

// In dB below a square wave of full scale, to a tenth.
double level_of(double mean_square) {
  constexpr double kLeast = -127, kFullScale = 32768.0 * 32768.0;
  if (mean_square <= 0) return kLeast;
  return std::max(kLeast, std::round(100 * std::log10(mean_square / kFullScale)) / 10);
}

bool has_jitter(Reader& r, RowId row) {
  return stream_of(r, row).clock_hz != 0 &&
         jitter_of(r.model, StreamId{row.id}, binding_of(r, row)).has_value();
}

}  // namespace

const TableDescription kIntervalsTable{
    "intervals",
    "one row per interval of an RTP stream: its figures over time, at most 120 of equal width",
    {
        {"stream", "INTEGER", "streams.id", row_id},
        {"call", "INTEGER", "calls.id",
         [](Reader& r, RowId row, Value& v) { v.set_if(uint64_t{binding_of(r, row).call.value}); }},
        {"position", "INTEGER", "0 = the first of its stream",
         [](Reader&, RowId row, Value& v) { v.set(int64_t{row.part}); }},
        {"from_ns", "INTEGER", "when it began",
         [](Reader& r, RowId row, Value& v) { v.set(begin_ns(r, row)); }},
        {"until_ns", "INTEGER", "when it ended; of the last one, its newest packet",
         [](Reader& r, RowId row, Value& v) {
           const StreamHistory& all = history(r, row.id);
           const bool last = row.part + 1 == all.count();
           v.set(last ? stream_of(r, row).last_ns : begin_ns(r, row) + all.width_ns());
         }},
        {"expected", "INTEGER", "packets by sequence numbers",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{interval(r, row).expected}); }},
        {"lost", "INTEGER",
         "of these, did not come in time: a late one counts as lost here, and came later",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{interval(r, row).lost}); }},
        {"loss_pct", "REAL", "lost of expected; NULL where none was expected",
         [](Reader& r, RowId row, Value& v) {
           const StreamInterval one = interval(r, row);
           if (one.expected != 0) v.set_real(100.0 * one.lost / one.expected);
         }},
        {"jitter_ms", "REAL", "RFC 3550, mean; NULL where nothing came",
         [](Reader& r, RowId row, Value& v) {
           const StreamInterval one = interval(r, row);
           if (one.came() != 0 && has_jitter(r, row)) v.set_real(double{one.jitter_ms});
         }},
        {"silence_pct", "REAL",
         "nothing to hear, of the packets listened to (G.711); NULL for other codecs and for SRTP",
         [](Reader& r, RowId row, Value& v) {
           const StreamInterval one = interval(r, row);
           if (is_listened_to(r, row) && one.level_samples != 0)
             v.set_real(100.0 * one.silent_samples / one.level_samples);
         }},
        {"level_dbov", "REAL",
         "mean level of these packets, 0 = the loudest, -127 = digital silence (RFC 6464 3)",
         [](Reader& r, RowId row, Value& v) {
           const StreamInterval one = interval(r, row);
           if (is_listened_to(r, row) && one.level_samples != 0) v.set_real(level_of(one.loudness));
         }},
    },
    [](Reader& r) {
      r.analyst.media().update();
      return r.model.streams.size();
    },
    [](Reader& r, uint32_t id) {
      if (!r.analyst.media().is_listed(StreamId{id})) return 0U;
      return static_cast<uint32_t>(history(r, id).count());
    }};

}  // namespace sipladder

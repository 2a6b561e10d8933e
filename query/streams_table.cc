#include <fmt/format.h>

#include "correlate/session/stream_voice.h"
#include "correlate/session/voice_quality.h"
#include "query/table_description.h"

namespace sipladder {
namespace {

const StreamRecord& stream(Reader& r, RowId row) {
  return r.model.streams[StreamId{row.id}];
}
const StreamBinding& stream_binding(Reader& r, RowId row) {
  return r.analyst.media().of(StreamId{row.id});
}
StreamFigures figures(Reader& r, RowId row) {
  return figures_of(stream(r, row));
}

uint32_t clock(Reader& r, RowId row) {
  return clock_of(stream_binding(r, row), stream(r, row));
}

std::optional<Jitter> jitter(Reader& r, RowId row) {
  return jitter_of(r.model, StreamId{row.id}, stream_binding(r, row));
}

BurstFigures bursts(Reader& r, RowId row) {
  return burst_figures_of(stream(r, row), clock(r, row));
}

void set_if_known(std::optional<double> figure, Value& v) {
  if (figure) v.set_real(*figure);
}

void stream_codec(Reader& r, RowId row, Value& v) {
  v.set_if(r.analyst.media().encoding_of(StreamId{row.id}));
}

}  // namespace

const TableDescription kStreamsTable{
    "streams",
    "one row per RTP stream (5-tuple and SSRC)",
    {
        {"id", "INTEGER", "in capture order",
         [](Reader&, RowId row, Value& v) { v.set(int64_t{row.id}); }},
        {"call", "INTEGER", "calls.id",
         [](Reader& r, RowId row, Value& v) {
           v.set_if(uint64_t{stream_binding(r, row).call.value});
         }},
        {"dialog", "INTEGER", "dialogs.id",
         [](Reader& r, RowId row, Value& v) {
           v.set_if(uint64_t{stream_binding(r, row).dialog.value});
         }},
        {"from_party", "TEXT", "caller, callee",
         [](Reader& r, RowId row, Value& v) { v.set_if(to_string(stream_binding(r, row).from)); }},
        {"src", "TEXT", "source address",
         [](Reader& r, RowId row, Value& v) { v.set_ip(r.endpoint(stream(r, row).src)); }},
        {"src_port", "INTEGER", "source port",
         [](Reader& r, RowId row, Value& v) { v.set_port(r.endpoint(stream(r, row).src)); }},
        {"dst", "TEXT", "destination address",
         [](Reader& r, RowId row, Value& v) { v.set_ip(r.endpoint(stream(r, row).dst)); }},
        {"dst_port", "INTEGER", "destination port",
         [](Reader& r, RowId row, Value& v) { v.set_port(r.endpoint(stream(r, row).dst)); }},
        {"ssrc", "TEXT", "synchronisation source, hexadecimal",
         [](Reader& r, RowId row, Value& v) {
           v.set(fmt::format("0x{:08X}", stream(r, row).ssrc));
         }},
        {"payload_type", "INTEGER", "of the audio or video itself",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{stream(r, row).payload_type}); }},
        {"codec", "TEXT", "negotiated name, or that of RFC 3551", stream_codec},
        {"clock_hz", "INTEGER", "timestamp clock",
         [](Reader& r, RowId row, Value& v) { v.set_if(uint64_t{clock(r, row)}); }},
        {"packets", "INTEGER", "packets",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{stream(r, row).packets}); }},
        {"bytes", "INTEGER", "of RTP payload",
         [](Reader& r, RowId row, Value& v) { v.set_count(stream(r, row).bytes); }},
        {"expected", "INTEGER", "by sequence numbers",
         [](Reader& r, RowId row, Value& v) { v.set(figures(r, row).expected); }},
        {"lost", "INTEGER", "expected, and never came: a packet that came twice makes up for none",
         [](Reader& r, RowId row, Value& v) { v.set(figures(r, row).missing); }},
        {"loss_pct", "REAL", "lost of expected",
         [](Reader& r, RowId row, Value& v) { v.set_real(figures(r, row).loss_pct); }},
        {"late", "INTEGER", "came after a later one",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{stream(r, row).late}); }},
        {"duplicates", "INTEGER", "came twice",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{stream(r, row).duplicates}); }},
        {"jitter_ms", "REAL",
         "RFC 3550, mean; NULL where its timestamps run by another clock than the agreed one",
         [](Reader& r, RowId row, Value& v) {
           if (const auto known = jitter(r, row)) v.set_real(known->mean_ms);
         }},
        {"jitter_max_ms", "REAL", "RFC 3550, maximum",
         [](Reader& r, RowId row, Value& v) {
           if (const auto known = jitter(r, row)) v.set_real(known->max_ms);
         }},
        {"delta_max_ms", "REAL", "longest pause between packets",
         [](Reader& r, RowId row, Value& v) {
           v.set_real(static_cast<double>(stream(r, row).delta_max_ns) / 1e6);
         }},
        {"first_ns", "INTEGER", "first packet",
         [](Reader& r, RowId row, Value& v) { v.set(stream(r, row).first_ns); }},
        {"last_ns", "INTEGER", "last packet",
         [](Reader& r, RowId row, Value& v) { v.set(stream(r, row).last_ns); }},
        {"ptime_ms", "REAL", "from timestamps",
         [](Reader& r, RowId row, Value& v) {
           if (jitter(r, row)) set_if_known(packet_ms_of(stream(r, row), clock(r, row)), v);
         }},
        {"silence_pct", "REAL",
         "nothing to hear, of the packets listened to; NULL when the codec is not decoded here, or "
         "the "
         "key of SRTP is not known",
         [](Reader& r, RowId row, Value& v) {
           const Heard heard = voice_heard_in(r.analyst.media(), r.log(), StreamId{row.id});
           if (heard.known && heard.packets != 0) v.set_real(100.0 * heard.silent / heard.packets);
         }},
        {"mos", "REAL",
         "E-model (G.107) by codec, loss and jitter; NULL for a codec without published figures",
         [](Reader& r, RowId row, Value& v) {
           Value name;
           stream_codec(r, row, name);
           const StreamRecord& s = stream(r, row);
           const CallId call = stream_binding(r, row).call;
           const bool held = s.sequence.pause_lost != 0 && call && r.analyst.of(call).was_held;
           if (const auto quality = quality_of(s, name.text, jitter(r, row), held))
             v.set_real(quality->mos);
         }},
        {"mos_model", "TEXT", "what mos rests on; NULL when it is",
         [](Reader& r, RowId row, Value& v) {
           Value name;
           stream_codec(r, row, name);
           if (quality_of(stream(r, row), name.text, jitter(r, row), false))
             v.set_if(mos_model_of(name.text));
         }},
        {"mos_worst", "REAL", "of its worst ten seconds",
         [](Reader& r, RowId row, Value& v) {
           Value name;
           stream_codec(r, row, name);
           if (const auto quality = worst_quality_of(stream(r, row), name.text, jitter(r, row)))
             v.set_real(quality->mos);
         }},
        {"loss_worst_pct", "REAL", "of its worst ten seconds",
         [](Reader& r, RowId row, Value& v) { v.set_real(figures(r, row).worst_loss_pct); }},
        {"loss_worst_ns", "INTEGER", "when these began",
         [](Reader& r, RowId row, Value& v) { v.set(figures(r, row).worst_ns); }},
        {"bursts", "INTEGER", "of losses with fewer than 16 packets between them (RFC 3611 4.7.2)",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{bursts(r, row).count}); }},
        {"burst_loss_pct", "REAL", "lost within bursts",
         [](Reader& r, RowId row, Value& v) { set_if_known(bursts(r, row).loss_pct, v); }},
        {"burst_ms", "REAL", "mean length of a burst",
         [](Reader& r, RowId row, Value& v) { set_if_known(bursts(r, row).length_ms, v); }},
        {"gap_loss_pct", "REAL", "lost outside of bursts",
         [](Reader& r, RowId row, Value& v) { set_if_known(bursts(r, row).gap_loss_pct, v); }},
        {"gap_ms", "REAL", "mean length of what lies between bursts",
         [](Reader& r, RowId row, Value& v) { set_if_known(bursts(r, row).gap_ms, v); }},
        {"dst_advertised", "INTEGER", "1: dst is what SDP said",
         [](Reader& r, RowId row, Value& v) {
           if (stream_binding(r, row).call) v.set(int64_t{stream_binding(r, row).dst_advertised});
         }},
        {"src_advertised", "INTEGER", "1: src is what SDP said",
         [](Reader& r, RowId row, Value& v) {
           if (stream_binding(r, row).call) v.set(int64_t{stream_binding(r, row).src_advertised});
         }},
        {"latched", "INTEGER", "1: sent to where RTP came from rather than where SDP said",
         [](Reader& r, RowId row, Value& v) {
           if (stream_binding(r, row).call) v.set(int64_t{stream_binding(r, row).latched});
         }},
        {"icmp_errors", "INTEGER", "ICMP errors that quote it",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{stream(r, row).icmp_errors}); }},
        {"dscp", "INTEGER", "of the first packet",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{stream(r, row).dscp}); }},
        {"rtt_ms", "REAL",
         "from RTCP: from here to the receiver and back; lacking that, as its XR says",
         [](Reader& r, RowId row, Value& v) {
           const StreamRecord& s = stream(r, row);
           if (s.has_rtt) {
             v.set_real(s.rtt_us / 1000.0);
           } else if (s.xr_rtt_ms != 0) {
             v.set_real(s.xr_rtt_ms);
           }
         }},
        {"remote_loss_pct", "REAL",
         "from RTCP: its XR where there is one, else what it has lost in all",
         [](Reader& r, RowId row, Value& v) {
           const StreamRecord& s = stream(r, row);
           if (s.has_xr) return v.set_real(s.xr_loss_rate * 100.0 / 256.0);
           if (!s.has_rtcp) return;
           // The cumulative loss, unless it includes packets before the capture: then the last
           // fraction.
           const auto lost = remote_loss_pct(s);
           v.set_real(lost ? *lost : s.remote_fraction_lost * 100.0 / 256.0);
         }},
        {"remote_jitter_ms", "REAL", "from RTCP",
         [](Reader& r, RowId row, Value& v) {
           const StreamRecord& s = stream(r, row);
           const uint32_t clock = clock_of(stream_binding(r, row), s);
           if (s.has_rtcp && clock != 0) v.set_real(1000.0 * s.remote_jitter / clock);
         }},
        {"why_no_call", "TEXT", "where call is NULL: who named it, and what is missing",
         [](Reader& r, RowId row, Value& v) {
           if (!stream_binding(r, row).call)
             v.set(why_no_call(r.model, r.relays, r.analyst.media(), StreamId{row.id}));
         }},
        {"dtmf", "TEXT", "digits (RFC 4733)",
         [](Reader& r, RowId row, Value& v) {
           v.set_if(digits_of(r.analyst.media(), StreamId{row.id}));
         }},
    },
    [](Reader& r) {
      r.analyst.media().update();
      r.relays.update();
      return r.model.streams.size();
    },
    [](Reader& r, uint32_t id) { return r.analyst.media().is_listed(StreamId{id}) ? 1U : 0U; },
    "id,call,from_party,src,src_port,dst,dst_port,ssrc,codec,packets,lost,loss_pct,late,duplicates,"
    "jitter_ms,dst_advertised,latched,icmp_errors",
    "duplicates,late,icmp_errors,latched,dst_advertised,ssrc,lost,from_party"};

}  // namespace sipladder

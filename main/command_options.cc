#include "main/command_options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "capture/hep_listen.h"
#include "export/exporters.h"
#include "main/capture_options.h"
#include "main/commands.h"
#include "main/words.h"

namespace sipladder {
namespace {

constexpr const char* kSourceGroup = "Source";

// Options of all commands that read captures.
void add_input_options(CLI::App& app, Options* o, OptionTexts* texts) {
  const char* const group = kSourceGroup;
  app.add_option("-i,-d,--device", o->devices, "capture live from DEVICE (repeatable)")
      ->allow_extra_args(false)
      ->type_name("DEVICE")
      ->group(group);
  app.add_option("-I", o->sources, "read FILE (the same as a SOURCE)")
      ->allow_extra_args(false)
      ->type_name("FILE")
      ->group(group);
  app.add_option("--bpf", o->bpf, "capture filter")->type_name("FILTER")->group(group);
  app.add_option("--max-unpacked", texts->max_unpacked,
                 "what a compressed capture may unpack to (64G)")
      ->type_name("SIZE")
      ->group(group);
  app.add_option("--max-ratio", texts->max_ratio,
                 "how many times its own size it may unpack to (250), beyond 64 MiB")
      ->type_name("N")
      ->group(group);
  app.add_option("--hep-key", o->hep_key,
                 "hep:HOST:PORT takes only HEPv3 packets with this authentication key; capture "
                 "--hep sends it")
      ->type_name("KEY")
      ->group(group);
  app.add_option(
         "--keylog", o->key_logs,
         "secrets of TLS, as SSLKEYLOGFILE writes them, from FILE (which may grow), a FIFO or "
         "udp:HOST:PORT, where lines are taken (repeatable)")
      ->allow_extra_args(false)
      ->type_name("SOURCE")
      ->group(group);
  app.add_option("--rsa-key", o->rsa_keys,
                 "private key of a server, PEM, for TLS without forward secrecy (repeatable)")
      ->allow_extra_args(false)
      ->type_name("FILE")
      ->group(group);
}

void add_source_options(CLI::App& app, Options* o, OptionTexts* texts) {
  const char* const group = kSourceGroup;
  add_input_options(app, o, texts);
  app.add_option("--memory", texts->memory,
                 "what may be used, such as 512M or 4G (1G): beyond it, calls that ended longest "
                 "ago are given up")
      ->type_name("SIZE")
      ->group(group);
  app.add_option("--spool", texts->spool,
                 "what the temporary file for live, piped and compressed input may take (half of "
                 "what is free)")
      ->type_name("SIZE")
      ->group(group);
  app.add_option("--join-header", o->join_headers,
                 "header whose equal values join legs of one call (repeatable)")
      ->allow_extra_args(false)
      ->type_name("NAME")
      ->group(group);
  app.add_flag("--no-progress,-q", o->quiet, "no progress on stderr")->group(group);
  app.add_flag("-F", o->no_configuration, "the terminal UI reads no configuration")->group(group);
  app.add_flag("-r,-n", texts->ignored,
               "accepted as sngrep and tcpdump have them: RTP is always looked at, no name is "
               "looked up")
      ->group(group);
}

void add_select_options(CLI::App& app, Options* o, OptionTexts* texts, bool about_calls) {
  const char* const group = "Which calls";
  app.add_option("--where", o->where,
                 about_calls ? "SQL condition over calls, such as \"state='failed'\""
                             : "SQL condition over the columns of this table")
      ->type_name("SQL")
      ->group(group);
  app.add_option("--calls-where", o->calls_where, "SQL condition over calls")
      ->type_name("SQL")
      ->group(group);
  app.add_option("--call-id", o->call_id, "the call with this Call-ID")
      ->type_name("ID")
      ->group(group);
  app.add_option("--user", o->user, "calls from or to this user (else host) of From and To")
      ->type_name("USER")
      ->group(group);
  app.add_option("--address", o->address, "calls with a message from or to this address")
      ->type_name("ADDRESS")
      ->group(group);
  app.add_option("--call", texts->call, "the call with this number")->type_name("N")->group(group);
  app.add_option("--match", o->match,
                 "calls of which any message matches this regular expression (re2)")
      ->type_name("REGEX")
      ->group(group);
  app.add_flag("-v,--invert", o->invert, "calls of which no message matches --match")->group(group);
  app.add_flag("-c,--calls-only", o->calls_only, "INVITE calls only")->group(group);
  app.add_option("--from", o->from,
                 "calls that are not over before TIME, such as 2024-01-02T03:04:05Z")
      ->type_name("TIME")
      ->group(group);
  app.add_option("--to", o->to, "calls that begin before TIME")->type_name("TIME")->group(group);
}

void add_shape_options(CLI::App& app, Options* o, OptionTexts* texts) {
  const char* const group = "Output";
  app.add_flag("--utc", o->utc, "times in UTC")->group(group);
  app.add_option("--width", texts->width, "columns that the output may take")
      ->type_name("N")
      ->group(group);
}

// Options of all commands that print text.
void add_text_options(CLI::App& app, Options* o, OptionTexts* texts, const std::string& formats) {
  const char* const group = "Output";
  app.add_option("--format", o->format, formats)->type_name("FORMAT")->group(group);
  app.add_option("--color", o->color, "auto, always or never")->type_name("WHEN")->group(group);
  add_shape_options(app, o, texts);
}

void add_bound_option(CLI::App& app, OptionTexts* texts) {
  app.add_option("--max-bytes", texts->max_bytes, "at most so much output, whole rows only")
      ->type_name("N")
      ->group("Output");
}

void add_row_options(CLI::App& app, Options* o, OptionTexts* texts) {
  const char* const group = "Output";
  app.add_option("--columns", o->columns, "the columns to print")->type_name("a,b,c")->group(group);
  app.add_flag("--wide", o->wide, "all columns, uncut, however wide the terminal is")->group(group);
  app.add_option("--limit", texts->limit, "at most so many rows")->type_name("ROWS")->group(group);
  app.add_flag("--raw-csv", o->raw_csv, "csv without protection from formulas")->group(group);
  app.add_flag("--follow", o->follow,
               "print messages as they come, transactions and calls as they end")
      ->group(group);
}

void add_nat_options(CLI::App& app, Options* o, OptionTexts* texts) {
  const char* const group = "Output";
  app.add_option("--endpoint", o->endpoint, "what concerns this address only")
      ->type_name("ADDRESS[:PORT]")
      ->group(group);
  app.add_flag("--wide", o->wide, "all endpoints and hops, no line broken")->group(group);
  app.add_option("--limit", texts->limit, "at most so many rows of each part")
      ->type_name("ROWS")
      ->group(group);
  app.add_flag("--raw-csv", o->raw_csv, "csv without protection from formulas")->group(group);
}

void add_ladder_options(CLI::App& app, Options* o) {
  const char* const group = "Ladder";
  app.add_flag("--sdp", o->sdp, "a summary of each SDP, codecs chosen, and what a hop changed")
      ->group(group);
  app.add_flag("--rtp,!--no-rtp", o->rtp, "media bars")->group(group);
  app.add_flag("--raw", o->raw, "the text of each message")->group(group);
  app.add_flag("--transactions", o->transactions, "state and timers of each transaction")
      ->group(group);
  app.add_flag("--session", o->session, "all legs of the end-to-end call on one ladder")
      ->group(group);
  app.add_flag("--frames,!--no-frames", o->frames, "frame numbers")->group(group);
  app.add_option("--columns-by", o->columns_by,
                 "a column for each ip (one that talks to itself: each port), endpoint "
                 "(address:port), or name (addresses of one alias share a column)")
      ->type_name("WHAT")
      ->group(group);
  app.add_option("--order", o->order,
                 "columns from the left: aliases, addresses or addresses with ports; the others "
                 "follow")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("a,b,c")
      ->group(group);
  app.add_option("--alias", o->alias, "names of hosts, from lines \"ADDRESS[:PORT] NAME\" of FILE")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--hide", o->hide, "leave out messages of METHOD (repeatable, or a,b,c)")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->type_name("METHOD")
      ->group(group);
  app.add_flag("--compact", o->compact, "repeats as a number (×3) in their first row, no 100")
      ->group(group);
  app.add_flag("--scale-time", o->scale_time, "empty lines where time passes")->group(group);
  app.add_flag("--ascii", o->ascii, "drawn in ASCII")->group(group);
}

void add_packet_options(CLI::App& app, Options* o) {
  const char* const group = "Packets";
  app.add_flag("--sip-only", o->sip_only, "SIP without its media")->group(group);
  app.add_flag("--comments", o->comments, "findings as comments of the packets that prove them")
      ->group(group);
  app.add_option("--side", o->side, "whose side a scenario plays: caller (default) or callee")
      ->type_name("PARTY")
      ->group(group);
  app.add_flag("--wireshark-filter", o->wireshark_filter,
               "print the display filter that shows the calls in Wireshark")
      ->group(group);
}

void add_sink_options(CLI::App& app, Options* o, OptionTexts* texts) {
  const char* const group = "ClickHouse";
  app.add_option("--probe", o->sink.probe, "the name that rows get (this host's)")
      ->type_name("NAME")
      ->group(group);
  app.add_option("--tables", texts->tables, "these tables only (all)")
      ->type_name("a,b,c")
      ->group(group);
  app.add_option(
         "--sink-spool", o->sink.spool_folder,
         "a folder for what waits for the cluster; what is left in it the next run sends (a "
         "temporary one)")
      ->type_name("DIR")
      ->group(group);
  app.add_option("--sink-spool-size", texts->sink_size, "what it may take (1G)")
      ->type_name("SIZE")
      ->group(group);
  app.add_option("--sink-wait", texts->sink_wait,
                 "how long a cluster that is away is waited for (30)")
      ->type_name("SECONDS")
      ->group(group);
}

// "text (lines and arrows), json (...)"
std::string ladder_format_help() {
  std::string all;
  for (const LadderFormat& format : ladder_formats())
    all += fmt::format("{}{} ({})", all.empty() ? "" : "; ", format.name, format.about);
  return all;
}

void add_check_options(CLI::App& app, Options* o, OptionTexts* texts) {
  add_text_options(app, o, texts, "text, junit or github");
  const char* const group = "Test";
  app.add_option("--fail-on", o->fail_on,
                 "a finding of this severity or above fails: error (default), warning or info")
      ->type_name("SEVERITY")
      ->group(group);
  app.add_option("--assert", o->asserts,
                 "SQL condition over calls that must hold for each of them; NULL does not hold "
                 "(repeatable)")
      ->allow_extra_args(false)
      ->type_name("SQL")
      ->group(group);
  app.add_option("--rule", o->rules,
                 "a SELECT whose rows are findings; its first comments give -- code:, -- "
                 "severity: and -- sentence: (repeatable)")
      ->allow_extra_args(false)
      ->type_name("FILE.sql")
      ->group(group);
  app.add_option("--baseline", o->baseline, "findings that FILE names are accepted")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--write-baseline", o->write_baseline,
                 "write what is found (with --fail-on: of this severity or above) as accepted, "
                 "keeping reasons of --baseline, and end with 0")
      ->type_name("FILE")
      ->group(group);
}

void add_redact_options(CLI::App& app, Options* o) {
  const char* const group = "Redaction";
  app.add_option("--key", o->key_file,
                 "any bytes: the same ones replace alike in every file (a new key for each run)")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--map", o->map_file, "write what was replaced by what, for you alone to read")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--media", o->media,
                 "zero (something to hear stays that, silence stays silence), drop (cut behind its "
                 "header) or keep")
      ->type_name("WHAT")
      ->group(group);
  app.add_flag("--keep-prefix", o->keep_prefix, "addresses of one network stay in one, to the bit")
      ->group(group);
}

void add_schema_options(CLI::App& app, Options* o, OptionTexts* texts) {
  app.add_option("words", texts->words, "TABLE...: these tables only")->type_name("");
  const char* const group = "ClickHouse";
  app.add_flag("--clickhouse", o->clickhouse, "the statements that make all tables in ClickHouse")
      ->group(group);
  app.add_option(
         "--cluster", o->cluster,
         "for a cluster of this name in remote_servers: run them on each of its servers (one "
         "server)")
      ->type_name("NAME")
      ->group(group);
  app.add_option("--server", o->server,
                 "the servers' version: before 19.14 they know no codecs and no TTL")
      ->type_name("VERSION")
      ->group(group);
}

std::string about_sources() {
  std::string about = "SOURCE..., several are merged by time:";
  for (const SourceForm& one : source_forms())
    about += fmt::format("\n{}: {}", one.form, one.about);
  return about;
}

constexpr const char* kRowFormats = "table, json, ndjson, csv or md";

}  // namespace

void add_options(CLI::App& app, uint32_t groups, const std::string& command, Options* o,
                 OptionTexts* texts) {
  if (groups & kSourceOptions) {
    app.add_option("words", texts->words, about_sources())->type_name("");
    add_source_options(app, o, texts);
  }
  if (groups & kExplainOptions) {
    app.add_option("words", texts->words,
                   "WORD: a finding's code, a status, a header, Q.850:N, or timer X")
        ->type_name("");
    add_text_options(app, o, texts, "text, json, ndjson, csv or md");
  }
  if (groups & kMcpOptions) {
    app.add_option("--root", o->root, "the folder whose files may be read (this one)")
        ->type_name("DIR")
        ->group("Source");
    app.add_option("--memory", texts->memory, "what may be used, such as 512M or 4G (1G)")
        ->type_name("SIZE")
        ->group("Source");
  }
  if (command == "schema") add_schema_options(app, o, texts);
  if (groups & kSelectOptions) add_select_options(app, o, texts, where_is_about_calls(command));
  if (groups & kLadderOptions) {
    add_text_options(app, o, texts, ladder_format_help());
    add_bound_option(app, texts);
  }
  if (groups & kRowOptions) {
    add_text_options(app, o, texts, kRowFormats);
    add_bound_option(app, texts);
    add_row_options(app, o, texts);
  }
  if (groups & kNatOptions) {
    add_text_options(app, o, texts, kRowFormats);
    add_nat_options(app, o, texts);
  }
  if (groups & kCompareOptions) {
    app.add_option("words", texts->words, "A B: two captures")->type_name("");
    app.add_option("--format", o->format, "text, json or html")
        ->type_name("FORMAT")
        ->group("Output");
    app.add_flag("--periods", o->periods,
                 "two times of one place: figures that moved, those that moved farthest first")
        ->group("Output");
    app.add_option("--limit", texts->limit, "with --periods: at most so many figures")
        ->type_name("FIGURES")
        ->group("Output");
    app.add_option("--bpf", o->bpf, "capture filter")->type_name("FILTER")->group("Source");
  }
  if (groups & kRedactOptions) {
    app.add_option("words", texts->words, "IN OUT: the capture to read, the one to write")
        ->type_name("");
    add_redact_options(app, o);
  }
  if (groups & kCaptureOptions) {
    app.add_option("words", texts->words, about_sources())->type_name("");
    add_input_options(app, o, texts);
    app.add_flag("--no-progress,-q", o->quiet, "no summary at the end")->group(kSourceGroup);
    add_capture_options(app, &o->capture);
  }
  if (groups & kCheckOptions) add_check_options(app, o, texts);
  if (groups & kLadderOptions) add_ladder_options(app, o);
  if (groups & kListOption) app.add_flag("--list", o->list, "print the catalogue");
  if (groups & kExportOptions) {
    app.add_option("-o,--output", o->output, "the file to write")->type_name("OUT");
    add_packet_options(app, o);
    add_shape_options(app, o, texts);
    add_ladder_options(app, o);
    add_sink_options(app, o, texts);
    app.add_option("--stream", texts->stream, "a .wav of this stream alone (streams.id)")
        ->type_name("N")
        ->group("Output");
    app.add_flag("--audio", o->audio, "a report (.html) has the talk of each call to listen to")
        ->group("Output");
  }
  app.allow_extras();
}

}  // namespace sipladder

#include "main/commands.h"

#include <algorithm>

#include "export/ladder_formats.h"
#include "query/table_description.h"

namespace sipladder {
namespace {

constexpr uint32_t kTable = kSourceOptions | kSelectOptions | kRowOptions;

std::string ladder_endings() {
  std::string all;
  for (const LadderFormat& format : ladder_formats()) {
    if (!format.ending.empty()) all.append(all.empty() ? "" : ", ").append(format.ending);
  }
  return all;
}

std::vector<Command> all_commands() {
  std::vector<Command> all = {
      {"calls", kTable, "the call list",
       "id,kind,caller,callee,src,dst,state,final_status,duration_ms,messages,retransmissions,"
       "audio,audio_lost_toward,audio_cause,worst,call_id",
       "retransmissions,messages,dst,src,kind,audio_lost_toward,final_status,call_id,duration_ms"},
      {"ladder", kSourceOptions | kSelectOptions | kLadderOptions,
       "ladder diagrams of the chosen calls", "", ""},
      {"findings", kTable | kListOption,
       "what is wrong and why, worst first, with evidence; --list prints the catalogue",
       "id,severity,code,call,summary,evidence,remedy", "remedy,evidence,id"},
      {"nat", kSourceOptions | kSelectOptions | kNatOptions,
       "who is behind a NAT, and does each hop handle it: endpoints, Via hops, findings", "", ""},
      {"messages", kTable, "one row per SIP message",
       "id,call,frame,time,transport,src,src_port,dst,dst_port,method,status,reason,cseq,has_sdp,"
       "retransmission_of,call_id",
       "call_id,has_sdp,cseq,transport,retransmission_of,id,reason,call"},
      {"transactions", kTable, "one row per transaction and hop",
       "id,call,method,cseq,kind,src,src_port,dst,dst_port,state,final_status,provisionals,"
       "requests,"
       "responses,final_response_ms,timer,branch",
       "branch,provisionals,kind,cseq,responses,requests,timer"},
      {"dialogs", kTable, "one row per dialog",
       "id,call,state,caller_tag,callee_tag,ended_by,caller_target,callee_target,route_set,forked",
       "callee_tag,caller_tag,route_set,forked"},
      {"streams", kTable, "one row per RTP stream",
       "id,call,from_party,src,src_port,dst,dst_port,ssrc,codec,packets,lost,loss_pct,late,"
       "duplicates,jitter_ms,dst_advertised,latched,icmp_errors",
       "duplicates,late,icmp_errors,latched,dst_advertised,ssrc,lost,from_party"},
      {"registrations", kTable, "one row per binding",
       "id,aor,contact,src,src_port,expires_s,state,refreshes,challenges,nat",
       "challenges,refreshes,id,nat"},
      {"subscriptions", kTable, "one row per subscription",
       "id,call,event,subscriber,notifier,src,src_port,expires_s,state,reason,refreshes,notifies",
       "refreshes,notifies,id,reason,src_port,src"},
      {"endpoints", kTable, "one row per address and port seen as a SIP or media peer",
       "address,port,transport,role,user_agent,messages_in,messages_out,behind_nat,private_address,"
       "public_address,public_port,nat_type,keepalive_s,keepalive_kind",
       "messages_out,messages_in,keepalive_kind,keepalive_s,user_agent,transport,behind_nat"},
      {"stats", kTable, "counts, ratios, percentiles, and where every packet went",
       "\"group\",name,count,value,note", "note"},
      {"export", kSourceOptions | kSelectOptions | kExportOptions,
       "-o OUT, by its ending: .csv, .json, .ndjson (rows of calls), " + ladder_endings() +
           " (ladders), .wav (the talk of one call, caller left, callee right), .db (all, as a "
           "source "
           "to open again, and its tables for sqlite3)",
       "", ""},
      {"sql", kTable | kSqlOptions,
       "any read-only query over the tables: sql SOURCE... QUERY; a prompt without one", "", ""},
      {"check", kSourceOptions | kSelectOptions | kCheckOptions,
       "findings and assertions as a test: 1 when one fails; text, junit or github", "", ""},
      {"explain", kExplainOptions,
       "what a finding's code, a status, a header, Q.850:N or a timer is, its usual causes, what "
       "to do",
       "", ""},
      {"schema", kRowOptions, "the tables and their columns", "", ""},
  };
  for (const TableDescription* table : tables()) {
    const auto known = [&](const Command& one) { return one.name == table->name; };
    if (std::any_of(all.begin(), all.end(), known)) continue;
    all.push_back({std::string(table->name), kTable, std::string(table->doc), "*", ""});
  }
  return all;
}

}  // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> kAll = all_commands();
  return kAll;
}

const Command* find_command(const std::string& name) {
  const auto& all = commands();
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Command& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::vector<std::string> export_endings() {
  std::vector<std::string> endings = {".csv", ".db", ".json", ".ndjson"};
  for (const LadderFormat& format : ladder_formats()) {
    if (!format.ending.empty()) endings.emplace_back(format.ending);
  }
  endings.emplace_back(".wav");
  return endings;
}

bool where_is_about_calls(const std::string& command) {
  return command.empty() || command == "calls" || command == "ladder" || command == "stats" ||
         command == "export" || command == "sql" || command == "nat" || command == "check";
}

}  // namespace sipladder

#include "main/selection.h"

#include <vector>

#include "query/time_option.h"

namespace sipladder {
namespace {

struct TableCommand {
  const char* command;
  const char* call_column;  // empty: rows belong to no call
  const char* columns;
};
constexpr TableCommand kTables[] = {
    {"calls", "id",
     "id,kind,caller,callee,src,dst,state,final_status,duration_ms,messages,retransmissions,audio,"
     "audio_lost_toward,audio_cause,worst,call_id"},
    {"messages", "call",
     "id,call,frame,time,transport,src,src_port,dst,dst_port,method,status,reason,cseq,has_sdp,"
     "retransmission_of,call_id"},
    {"transactions", "call",
     "id,call,method,cseq,kind,src,src_port,dst,dst_port,state,final_status,provisionals,requests,"
     "responses,final_response_ms,timer,branch"},
    {"dialogs", "call",
     "id,call,state,caller_tag,callee_tag,ended_by,caller_target,callee_target,route_set,forked"},
    {"streams", "call",
     "id,call,from_party,src,src_port,dst,dst_port,ssrc,codec,packets,lost,loss_pct,late,"
     "duplicates,jitter_ms,dst_advertised,latched,icmp_errors"},
    {"registrations", "call",
     "id,aor,contact,src,src_port,expires_s,state,refreshes,challenges,nat"},
    {"subscriptions", "call",
     "id,call,event,subscriber,notifier,src,src_port,expires_s,state,reason,refreshes,notifies"},
    {"findings", "call", "id,severity,code,call,summary,evidence,remedy"},
    {"endpoints", "",
     "address,port,transport,role,user_agent,messages_in,messages_out,behind_nat,private_address,"
     "public_address,public_port,nat_type,keepalive_s,keepalive_kind"},
    {"stats", "", "\"group\",name,count,value,note"},
};

std::string time_condition(const char* column, const char* comparison, const std::string& time) {
  return column + std::string(comparison) + std::to_string(parse_time(time).value_or(0));
}

}  // namespace

std::string sql_string(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out.append(c == '\'' ? 2 : 1, c);
  return out + "'";
}

std::string selection(const Options& o) {
  std::vector<std::string> conditions;
  if (o.calls_only) conditions.push_back("kind='call'");
  if (!o.call_id.empty()) conditions.push_back("call_id=" + sql_string(o.call_id));
  if (o.call > 0) conditions.push_back("id=" + std::to_string(o.call));
  if (!o.match.empty())
    conditions.push_back(std::string(o.invert ? "id NOT IN" : "id IN") +
                         " (SELECT call FROM messages WHERE raw REGEXP " + sql_string(o.match) +
                         ")");
  if (!o.from.empty()) conditions.push_back(time_condition("end_ns", ">=", o.from));
  if (!o.to.empty()) conditions.push_back(time_condition("start_ns", "<=", o.to));
  if (!o.where.empty()) conditions.push_back("(" + o.where + ")");
  std::string all;
  for (const std::string& condition : conditions)
    all.append(all.empty() ? "" : " AND ").append(condition);
  return all;
}

std::string select_for(const Options& o) {
  const std::string command = o.command.empty() ? "calls" : o.command;
  for (const TableCommand& table : kTables) {
    if (command != table.command) continue;
    std::string sql = "SELECT " + (o.columns.empty() ? std::string(table.columns) : o.columns) +
                      " FROM " + command;
    const std::string chosen = selection(o);
    if (chosen.empty() || *table.call_column == 0) return sql;
    if (command == "calls") return sql + " WHERE " + chosen;
    sql += std::string(" WHERE ") + table.call_column + " IN (SELECT id FROM calls WHERE " + chosen;
    // What is found of the capture has no call, or one that is all NULL: a condition that asks
    // for nothing of it may hold.
    const char* of_capture =
        ") OR call IS NULL AND EXISTS (SELECT 1 FROM (SELECT 1) LEFT JOIN calls ON 0 WHERE ";
    return command == "findings" ? sql + of_capture + chosen + ")" : sql + ")";
  }
  return {};
}

}  // namespace sipladder

// The statements that make the tables of a cluster, from their descriptions.
#include <fmt/format.h>

#include <algorithm>

#include "query/cluster_tables.h"

namespace sipladder {
namespace {

// Texts that differ from row to row: a dictionary of them would be as large as they are.
constexpr std::string_view kManifold[] = {
    "call_id",   "from_uri",      "to_uri",        "request_uri", "caller",     "callee",
    "from_tag",  "to_tag",        "branch",        "contact",     "raw",        "value",
    "summary",   "caller_tag",    "callee_tag",    "origin",      "crypto",     "candidates",
    "aor",       "caller_target", "callee_target", "note",        "notes",      "ssrc",
    "evidence",  "explanation",   "route_set",     "malformed",   "dtmf",       "alias_params",
    "dtmf_info", "instance",      "registrant",    "subscriber",  "fingerprint"};

bool is_manifold(std::string_view name) {
  return std::find(std::begin(kManifold), std::end(kManifold), name) != std::end(kManifold);
}

bool is_port(std::string_view name) {
  return name == "port" || name.ends_with("_port");
}

// What a row is found and replaced by is never NULL.
bool is_sorted_by(const ClusterTable& table, std::string_view name) {
  return name == kCallIdColumn || (table.table->name == "messages" && name == "time_ns");
}

std::string text_type(const ClusterTable& table, std::string_view name, bool old) {
  if (is_sorted_by(table, name)) return old ? "String" : "String CODEC(ZSTD(1))";
  if (old) return "Nullable(String)";
  return is_manifold(name) ? "Nullable(String) CODEC(ZSTD(1))" : "LowCardinality(Nullable(String))";
}

std::string integer_type(const ClusterTable& table, const ClusterColumn& column, bool old) {
  const std::string_view name = column.column->name;
  const std::string codec = old ? "" : " CODEC(ZSTD(1))";
  if (column.role == ClusterRole::own_id) return "UInt64" + codec;
  if (column.role == ClusterRole::reference) return "Nullable(UInt64)" + codec;
  if (is_sorted_by(table, name)) return old ? "Int64" : "Int64 CODEC(Delta, ZSTD(1))";
  return (is_port(name) ? "Nullable(UInt16)" : "Nullable(Int64)") + codec;
}

// As RFC 3339 writes it, in UTC.
std::string time_text(std::string_view ns) {
  return fmt::format(
      "Nullable(String) ALIAS concat(replaceOne(toString(toDateTime(intDiv({0}, 1000000000), "
      "'UTC')), ' ', 'T'), '.', substring(toString(1000000 + intDiv({0} % 1000000000, 1000)), 2), "
      "'Z')",
      ns);
}

std::string type_of(const ClusterTable& table, const ClusterColumn& column, bool old) {
  const std::string_view type = column.column->type;
  if (column.role == ClusterRole::derived)
    return time_text(column.column->name == "hour" ? "hour_ns" : "time_ns");
  if (type == "INTEGER") return integer_type(table, column, old);
  if (type == "REAL") return old ? "Nullable(Float64)" : "Nullable(Float64) CODEC(ZSTD(1))";
  return text_type(table, column.column->name, old);
}

std::string columns_of(const ClusterTable& table, bool old) {
  const std::string words = old ? "String" : "LowCardinality(String)";
  std::string all = fmt::format("  `{}` {}", kProbeColumn, words);
  const auto add = [&](std::string_view name, const std::string& type) {
    all += fmt::format(",\n  `{}` {}", name, type);
  };
  for (const ClusterColumn& column : table.columns)
    add(column.column->name, type_of(table, column, old));
  if (!table.has_call_id && table.owner != ClusterOwner::probe)
    add(kCallIdColumn, old ? "String" : "String CODEC(ZSTD(1))");
  if (!table.has_id) add(kRowIdColumn, old ? "UInt64" : "UInt64 CODEC(ZSTD(1))");
  if (table.owner != ClusterOwner::probe) add(kCallKindColumn, words);
  add(kDayColumn, "Date");
  add(kSeenColumn, old ? "UInt64" : "UInt64 CODEC(ZSTD(1))");
  if (!old) add("stored", "Date DEFAULT today()");
  return all;
}

// The rows of a call lie together, in the order of its messages.
std::string order_of(const ClusterTable& table) {
  if (table.owner == ClusterOwner::probe)
    return fmt::format("({}, {})", kProbeColumn, id_column(table));
  return fmt::format("({}, {}{})", kCallIdColumn,
                     table.table->name == "messages" ? "time_ns, " : "", id_column(table));
}

// By when a row came, not by when it was captured: an old capture is kept as long as a new one.
// What phones do all day long is kept for a shorter time than what people do.
std::string retention_of(const ClusterTable& table) {
  if (table.owner == ClusterOwner::probe) return "TTL stored + INTERVAL 90 DAY";
  return fmt::format(
      "TTL stored + toIntervalDay(multiIf({0} = 'options', 2, {0} IN ('registration', "
      "'subscription', 'publish', 'other'), 14, 90))",
      kCallKindColumn);
}

// All of a call on one server. What belongs to none is spread by who saw it.
std::string shard_of(const ClusterTable& table) {
  switch (table.owner) {
    case ClusterOwner::call:
      return fmt::format("cityHash64({})", kCallIdColumn);
    case ClusterOwner::call_if_any:
      return fmt::format("cityHash64(if({0} = '', {1}, {0}))", kCallIdColumn, kProbeColumn);
    case ClusterOwner::probe:
      break;
  }
  return fmt::format("cityHash64({})", kProbeColumn);
}

std::string quoted(std::string_view text) {
  std::string all = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') all += '\\';
    all += c;
  }
  return all + "'";
}

std::string ddl_of(const ClusterTable& table, const ClusterDdl& wanted) {
  const std::string name(table.table->name);
  const std::string local = name + (wanted.cluster.empty() ? "" : "_local");
  std::string made = fmt::format(
      "-- {}\nCREATE TABLE IF NOT EXISTS `{}`\n(\n{}\n)\nENGINE = ReplacingMergeTree({})\n"
      "PARTITION BY {}\nORDER BY {}",
      table.table->doc, local, columns_of(table, wanted.old_server), kSeenColumn, kDayColumn,
      order_of(table));
  if (!wanted.old_server) made += "\n" + retention_of(table);
  made += ";\n\n";
  if (wanted.cluster.empty()) return made;
  return made + fmt::format(
                    "CREATE TABLE IF NOT EXISTS `{0}` AS `{1}`\nENGINE = Distributed({2}, {3}, "
                    "{1}, {4});\n\n",
                    name, local, quoted(wanted.cluster),
                    wanted.database.empty() ? "currentDatabase()" : quoted(wanted.database),
                    shard_of(table));
}

}  // namespace

std::string cluster_ddl(const ClusterDdl& wanted) {
  std::string all;
  for (const ClusterTable& table : cluster_tables()) all += ddl_of(table, wanted);
  all.pop_back();
  return all;
}

}  // namespace sipladder

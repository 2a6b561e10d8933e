#include "export/html/report_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "export/hop_verdict.h"
#include "export/html/stream_plots.h"

namespace sipladder {
namespace {

// In a table of one call, or in the NAT table. The page says how many rows are left out.
constexpr size_t kMostRows = 500;
// Of each table in the embedded JSON, whose "left_out" says how many more there are.
constexpr size_t kMostCallRows = 5000;

std::set<uint32_t> messages_of(const Ladder& ladder, bool with_sdp) {
  std::set<uint32_t> ids;
  for (const LadderRow& row : ladder.rows) {
    const bool message = row.kind == RowKind::message && row.message;
    if (message && !row.retransmission && !row.duplicate && (!with_sdp || row.has_sdp))
      ids.insert(row.message.value);
  }
  return ids;
}

std::string cell(const Value& value) {
  if (value.type == Value::Type::null) return "<td class=\"dim\">–</td>";
  const bool number = value.type != Value::Type::text;
  return fmt::format("<td{}>{}</td>", number ? " class=\"num\"" : "", xml_text(plain_text(value)));
}

std::string heading(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return xml_text(name);
}

// A bar whose filled part is `percent` of it.
std::string meter(double percent) {
  return fmt::format(
      "<svg width=\"60\" height=\"8\" role=\"img\" aria-label=\"{0:.1f} percent lost\"><rect "
      "class=\"meter\" width=\"60\" height=\"8\" rx=\"3\"/><rect class=\"meter-on\" "
      "width=\"{1:.1f}\" "
      "height=\"8\" rx=\"3\"/></svg>",
      percent, std::clamp(percent, 0.0, 100.0) * 0.6);
}

std::string scrolled(const std::string& caption, const std::string& head, const std::string& body) {
  return fmt::format(
      "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\"><table><thead><tr>"
      "{1}</tr></thead><tbody>\n{2}</tbody></table></div>\n",
      caption, head, body);
}

// Empty when all rows are in the table.
std::string left_out_text(size_t rows) {
  return rows == 0 ? std::string()
                   : fmt::format("<p class=\"dim\">{} more {} not shown.</p>\n", rows,
                                 rows == 1 ? "row is" : "rows are");
}

std::string header_cells(const std::vector<ResultColumn>& columns) {
  std::string head;
  for (const ResultColumn& column : columns)
    head += "<th scope=\"col\">" + heading(column.name) + "</th>";
  return head;
}

}  // namespace

ReportTables::ReportTables(const ExportRequest& request)
    : reader_(request.model, request.log, request.analyst), database_(reader_) {}

ReportTables::Rows ReportTables::ask(const std::string& sql) {
  Rows rows;
  add(sql, &rows);
  return rows;
}

void ReportTables::add(const std::string& sql, Rows* rows) {
  database_.run(
      sql, [&](const std::vector<ResultColumn>& columns) { rows->columns = columns; },
      [&](const std::vector<Value>& values) {
        if (rows->values.size() < kMostRows) {
          rows->values.push_back(values);
        } else {
          rows->left_out++;
        }
        return true;
      });
}

// Only rows that are shown are made: what a large call has beyond them is counted.
ReportTables::Rows ReportTables::of_each(const std::set<uint32_t>& ids, const std::string& columns,
                                         const std::string& from, const std::string& key) {
  constexpr size_t kCountedAtOnce = 10'000;  // ids in one statement
  Rows rows;
  auto id = ids.begin();
  for (; id != ids.end() && rows.values.size() < kMostRows; ++id)
    add(fmt::format("SELECT {} FROM {} WHERE {} = {}", columns, from, key, *id), &rows);
  while (id != ids.end()) {
    std::string list;
    for (size_t i = 0; i < kCountedAtOnce && id != ids.end(); i++, ++id)
      list += (list.empty() ? "" : ",") + std::to_string(*id);
    rows.left_out += count(fmt::format("{} WHERE {} IN ({})", from, key, list));
  }
  return rows;
}

size_t ReportTables::count(const std::string& from) {
  const Rows counted = ask("SELECT count(*) FROM " + from);
  return counted.values.empty() ? 0 : static_cast<size_t>(counted.values[0][0].integer);
}

std::string ReportTables::table(const Rows& rows, const std::string& caption) {
  if (rows.values.empty()) return {};
  std::string body;
  for (const auto& values : rows.values) {
    body += "<tr>";
    for (const Value& value : values) body += cell(value);
    body += "</tr>\n";
  }
  return scrolled(caption, header_cells(rows.columns), body) + left_out_text(rows.left_out);
}

std::string ReportTables::streams(const Ladder& ladder, int64_t begin_ns, uint32_t call) {
  std::set<uint32_t> ids;
  for (const LadderRow& row : ladder.rows) {
    if (row.kind == RowKind::media && row.stream) ids.insert(row.stream.value);
  }
  if (ids.empty()) return {};
  Rows all = of_each(ids,
                     "id, first_ns, last_ns, from_party, src || ':' || src_port AS source, dst || "
                     "':' || dst_port AS destination, codec, packets, lost, loss_pct, jitter_ms, "
                     "jitter_max_ms, silence_pct, mos",
                     "streams", "id");
  std::string body, plots;
  constexpr size_t kShownFrom = 3, kSource = 4, kDestination = 5, kCodec = 6, kLoss = 9;
  for (const auto& values : all.values) {
    const auto ms = [&](size_t at) {
      return values[at].type == Value::Type::integer ? (values[at].integer - begin_ns) / 1'000'000
                                                     : 0;
    };
    body += fmt::format("<tr id=\"s{}\" data-t=\"{}\" data-end=\"{}\">", values[0].integer, ms(1),
                        ms(2));
    for (size_t i = kShownFrom; i < values.size(); i++) body += cell(values[i]);
    const std::string name =
        fmt::format("{} {} → {}", plain_text(values[kCodec]), plain_text(values[kSource]),
                    plain_text(values[kDestination]));
    plots += stream_plots_html(reader_, StreamId{static_cast<uint32_t>(values[0].integer)}, name,
                               begin_ns);
    const Value& loss = values[kLoss];
    body += "<td>" + (loss.type == Value::Type::real ? meter(loss.real) : std::string()) +
            "</td></tr>\n";
  }
  if (all.columns.size() <= kShownFrom) return {};
  all.columns.erase(all.columns.begin(), all.columns.begin() + kShownFrom);
  return scrolled(fmt::format("Streams of call {}", call),
                  header_cells(all.columns) + "<th scope=\"col\">loss</th>", body) +
         left_out_text(all.left_out) + plots;
}

std::string ReportTables::offers(const Ladder& ladder, uint32_t call) {
  const Rows all = of_each(messages_of(ladder, true),
                           "(SELECT frame FROM messages WHERE id = sdp.message) AS frame, role, "
                           "media, address, port, direction, codecs, crypto, candidates",
                           "sdp", "message");
  return table(all, fmt::format("Offers and answers of call {}", call));
}

std::string ReportTables::hops(const Ladder& ladder, uint32_t call) {
  std::set<uint32_t> requests = messages_of(ladder, false);
  std::erase_if(requests,
                [&](uint32_t id) { return !reader_.model.messages[MessageId{id}].is_request(); });
  Rows all = of_each(
      requests,
      "message, (SELECT frame FROM messages WHERE id = vias.message) AS frame, (SELECT method FROM "
      "messages WHERE id = vias.message) AS method, position, transport, host, port, received, "
      "rport, source, source_port, response_dst, response_dst_port, response_due, answered",
      "vias", "message");
  constexpr size_t kPosition = 3;
  for (auto& values : all.values) {
    const bool topmost = values[kPosition].integer == 0;
    values.push_back(topmost ? verdict_on(values.front().integer) : Value());
    values.erase(values.begin());
  }
  if (all.columns.empty()) return {};
  all.columns.erase(all.columns.begin());
  all.columns.push_back({"verdict"});
  return table(all, fmt::format("Via hops of call {}", call));
}

Value ReportTables::verdict_on(int64_t request) {
  NatAudit& audit = reader_.analyst.nat();
  if (verdicts_.empty()) {
    audit.update();
    for (const ViaHop& hop : audit.hops()) verdicts_[hop.request.value] = hop_verdict(hop);
  }
  Value verdict;
  const auto found = verdicts_.find(static_cast<uint32_t>(request));
  if (found != verdicts_.end()) verdict.set(found->second);
  return verdict;
}

std::string ReportTables::nat(const std::vector<CallId>* calls) {
  std::string query =
      "SELECT address, port, transport, role, private_address, public_address, public_port, "
      "nat_type, keepalive_kind, keepalive_s FROM endpoints WHERE behind_nat = 1";
  if (calls != nullptr)
    query +=
        " AND address IN (SELECT src FROM messages UNION SELECT dst FROM messages UNION SELECT src "
        "FROM streams UNION SELECT dst FROM streams)";
  reader_.choose(calls);
  const Rows all = ask(query);
  reader_.choose(nullptr);
  return table(all, "Endpoints behind a NAT");
}

std::string ReportTables::json(const std::string& table, std::string* left_out) {
  std::string text = "[";
  size_t rows = 0;
  JsonRows objects;
  database_.run(
      "SELECT * FROM " + table,
      [&](const std::vector<ResultColumn>& columns) { objects.begin(columns); },
      [&](const std::vector<Value>& values) {
        if (rows++ != 0) text += ",\n";
        objects.append(&text, values);
        return rows < kMostCallRows;
      });
  const size_t all = rows < kMostCallRows ? rows : count(table);
  *left_out += fmt::format("{}\"{}\":{}", left_out->empty() ? "" : ",", table, all - rows);
  return text + "]";
}

std::string ReportTables::rows(const std::vector<CallId>& calls) {
  std::vector<CallId> chosen = calls;
  std::sort(chosen.begin(), chosen.end());
  reader_.choose(&chosen);
  std::string all = "{", left_out;
  for (const char* const table : {"calls", "streams", "findings"})
    all += fmt::format("\"{}\":{},\n", table, json(table, &left_out));
  all += "\"left_out\":{" + left_out + "}}";
  reader_.choose(nullptr);
  // Without "<" no text in the JSON can end the <script> element.
  std::string safe;
  for (const char c : all) c == '<' ? safe.append("\\u003c") : safe.append(1, c);
  return "<script type=\"application/json\" id=\"rows\">" + safe + "</script>\n";
}

}  // namespace sipladder

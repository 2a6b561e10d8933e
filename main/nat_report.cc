#include "main/nat_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "correlate/nat/hop_rules.h"
#include "main/option_values.h"
#include "query/format.h"

namespace sipladder {
namespace {

constexpr const char* kEndpoints =
    "SELECT e.address, e.port, e.transport, e.role, e.user_agent, e.behind_nat, e.private_address, "
    "e.public_address, e.public_port, e.nat_type, e.mapping, e.filtering, e.keepalive_kind, "
    "e.keepalive_s, e.survived_s, e.died_s, r.n AS registrations, r.moves FROM endpoints e "
    "LEFT JOIN (SELECT src, src_port, count(*) AS n, sum(source_changes) AS moves "
    "FROM registrations GROUP BY src, src_port) r ON r.src=e.address AND r.src_port=e.port "
    "WHERE (e.messages_in+e.messages_out>0 OR e.private_address IS NOT NULL OR "
    "e.nat_type IS NOT NULL)";
constexpr const char* kOfChosen =
    " AND (e.address, e.port) IN (SELECT src, src_port FROM messages UNION "
    "SELECT dst, dst_port FROM messages)";
constexpr const char* kFindings = "code LIKE 'nat-%' OR code='audio-private-address'";

std::string_view verdict_of(const ViaHop& hop) {
  switch (headline_of(hop)) {
    case HopFault::misrouted:
      return "the answer went elsewhere";
    case HopFault::rport_missing:
      return "rport was not asked for";
    case HopFault::unreachable:
      return "nobody is where the Via sends the answer";
    case HopFault::response_source:
      return "the answer came from elsewhere";
    case HopFault::received_wrong:
      return "received is wrong";
    case HopFault::received_missing:
      return "received is missing";
    case HopFault::rport_unfilled:
      return "rport was left empty";
    case HopFault::none:
      break;
  }
  if (!hop.is_answered()) return "no answer";
  return hop.repeats == 0 ? "fine" : "repeated although answered";
}

Value cell(Reader& reader, const TableDescription& table, MessageId message,
           std::string_view name) {
  Value value;
  if (!message || table.parts(reader, message.value) == 0) return value;
  const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                  [&](const Column& column) { return column.name == name; });
  if (found != table.columns.end()) found->get(reader, {message.value, 0}, value);
  return value;
}

Value text_value(std::string_view text) {
  Value value;
  value.set(text);
  return value;
}

Value count_value(uint64_t count) {
  Value value;
  value.set_count(count);
  return value;
}

// Of a hop: what its request says, what its answer says, and where both went.
constexpr std::string_view kOfRequest[] = {
    "source",       "source_port",       "host",         "port",
    "has_rport",    "received_due",      "response_due", "response_due_port",
    "response_dst", "response_dst_port", "answered"};
constexpr std::string_view kOfAnswer[] = {"received", "rport"};
// The ports of connections differ from one to the next.
constexpr std::string_view kOfConnection[] = {"source_port", "response_due_port",
                                              "response_dst_port", "rport"};

class HopRows {
 public:
  HopRows(Reader& reader, NatRows* rows) : reader_(reader), rows_(rows) {
    for (const std::string_view name : kOfRequest) rows->columns.push_back({std::string(name)});
    for (const std::string_view name : kOfAnswer) rows->columns.push_back({std::string(name)});
    for (const char* name : {"server", "server_port", "verdict", "requests", "frame"})
      rows->columns.push_back({name});
  }

  void add(const ViaHop& hop) {
    std::vector<Value> row;
    for (const std::string_view name : kOfRequest)
      row.push_back(cell(reader_, kViasTable, hop.request, name));
    for (const std::string_view name : kOfAnswer)
      row.push_back(cell(reader_, kViasTable, hop.answer, name));
    row.push_back(cell(reader_, kMessagesTable, hop.request, "dst"));
    row.push_back(cell(reader_, kMessagesTable, hop.request, "dst_port"));
    row.push_back(text_value(verdict_of(hop)));
    const auto [place, is_new] = places_.try_emplace(key_of(row, hop.reliable), rows_->rows.size());
    if (!is_new) {
      rows_->rows[place->second].rbegin()[1].integer++;
      return;
    }
    row.push_back(count_value(1));
    row.push_back(cell(reader_, kMessagesTable, hop.request, "frame"));
    rows_->rows.push_back(std::move(row));
  }

 private:
  std::string key_of(const std::vector<Value>& row, bool reliable) const {
    std::string key;
    for (size_t i = 0; i < row.size(); i++) {
      const std::string& name = rows_->columns[i].name;
      const bool differs = std::find(std::begin(kOfConnection), std::end(kOfConnection), name) !=
                           std::end(kOfConnection);
      if (!reliable || !differs) key += plain_text(row[i]);
      key += '\n';
    }
    return key;
  }

  Reader& reader_;
  NatRows* rows_;
  std::map<std::string, size_t> places_;
};

bool is_end(const Endpoint& wanted, const Endpoint& end) {
  return wanted.ip == end.ip && (wanted.port == 0 || wanted.port == end.port);
}

// --endpoint: its own address, that which the world sees of it, or that which it believes in.
class Wanted {
 public:
  explicit Wanted(const Options& options)
      : end_(options.endpoint.empty() ? std::nullopt : parse_endpoint(options.endpoint)) {}

  bool endpoint(const NatRows& rows, size_t row) const {
    if (!end_) return true;
    const auto port = [&](const char* name) {
      return static_cast<uint16_t>(rows.number(row, name));
    };
    const auto ip = [&](const char* name) {
      return parse_ip(rows.at(row, name).text).value_or(IpAddress{});
    };
    return is_end(*end_, {ip("address"), port("port")}) ||
           is_end(*end_, {ip("public_address"), port("public_port")}) ||
           (end_->port == 0 && ip("private_address") == end_->ip);
  }
  bool hop(const ViaHop& hop) const {
    if (!end_) return true;
    return is_end(*end_, hop.source) || is_end(*end_, hop.server) ||
           is_end(*end_, hop.answered_to) ||
           (hop.sent_by_ip && is_end(*end_, {*hop.sent_by_ip, hop.sent_by_port})) ||
           (hop.received && is_end(*end_, {*hop.received, hop.rport.value_or(0)}));
  }
  bool finding(const Finding& finding, const std::vector<Endpoint>& ends) const {
    if (!end_) return true;
    for (const Endpoint& end : ends) {
      if (is_end(*end_, end)) return true;
    }
    return names(finding.summary);
  }

 private:
  // The address as a word of its own: 10.0.0.1 is not in 10.0.0.12.
  bool names(std::string_view text) const {
    const std::string word = to_string(end_->ip);
    const auto is_part = [](char c) {
      return std::isxdigit(static_cast<unsigned char>(c)) != 0 || c == '.';
    };
    for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
      const size_t end = at + word.size();
      const bool begins = at == 0 || !is_part(text[at - 1]);
      const bool ends = end == text.size() || !is_part(text[end]) ||
                        (text[end] == '.' && (end + 1 == text.size() || text[end + 1] == ' '));
      if (begins && ends) return true;
    }
    return false;
  }

  std::optional<Endpoint> end_;
};

// Between whom the finding's transaction, or message, passed.
std::vector<Endpoint> ends_of(const Model& model, const Finding& finding) {
  if (model.transactions.holds(finding.txn)) {
    const TransactionRecord& txn = model.transactions[finding.txn];
    return {model.endpoints[txn.src], model.endpoints[txn.dst]};
  }
  if (!model.messages.holds(finding.message)) return {};
  const MessageRecord& message = model.messages[finding.message];
  return {model.endpoints[message.src], model.endpoints[message.dst]};
}

// Of one endpoint.
struct Faults {
  uint64_t count = 0;  // errors and warnings
  const Finding* worst = nullptr;
};

class Gathering {
 public:
  Gathering(Session& session, Reader& reader, const Options& options)
      : session_(session), reader_(reader), wanted_(options) {}

  std::string gather(const Options& options, NatReport* report) {
    std::string error;
    for (const Finding* finding : chosen_findings(session_, reader_, kFindings, &error))
      add(*finding, report);
    if (error.empty()) error = add_endpoints(&report->endpoints);
    if (!error.empty()) return error;
    session_.analyst.nat().update();
    HopRows hops(reader_, &report->hops);
    for (const ViaHop& hop : session_.analyst.nat().hops()) {
      const TransactionRecord& txn = session_.model.transactions[hop.txn];
      const bool answerable = txn.method != Method::ack && reader_.is_chosen(txn.call);
      if (answerable && wanted_.hop(hop)) hops.add(hop);
    }
    sort_hops(&report->hops);
    limit(options, report);
    return {};
  }

 private:
  void add(const Finding& finding, NatReport* report) {
    const std::vector<Endpoint> ends = ends_of(session_.model, finding);
    if (!wanted_.finding(finding, ends)) return;
    report->findings.push_back(&finding);
    for (const Endpoint& end : ends) {
      Faults& faults = faults_[{to_string(end.ip), end.port}];
      if (finding.severity != Severity::info) faults.count++;
      if (faults.worst == nullptr) faults.worst = &finding;  // the worst comes first
    }
  }

  std::string add_endpoints(NatRows* rows) {
    NatRows all;
    const std::string error = Database(reader_).run(
        std::string(kEndpoints) + (reader_.has_choice() ? kOfChosen : ""),
        [&](const std::vector<ResultColumn>& columns) { all.columns = columns; },
        [&](const std::vector<Value>& values) {
          all.rows.push_back(values);
          return true;
        });
    if (!error.empty()) return error;
    std::multimap<std::pair<int, int>, std::vector<Value>> sorted;
    for (size_t i = 0; i < all.rows.size(); i++) {
      if (!wanted_.endpoint(all, i)) continue;
      const Faults faults = faults_of(all, i);
      const int severity = faults.count == 0 ? 0 : static_cast<int>(faults.worst->severity);
      const bool behind = all.number(i, "behind_nat") == 1;
      std::vector<Value> row = all.rows[i];
      row.push_back(count_value(faults.count));
      row.push_back(faults.worst != nullptr ? text_value(faults.worst->code) : Value{});
      sorted.emplace(std::pair(-severity, behind ? 0 : 1), std::move(row));
    }
    rows->columns = all.columns;
    rows->columns.push_back({"faults"});
    rows->columns.push_back({"worst"});
    for (auto& entry : sorted) rows->rows.push_back(std::move(entry.second));
    return {};
  }

  Faults faults_of(const NatRows& rows, size_t row) const {
    const auto found = faults_.find({rows.at(row, "address").text, rows.number(row, "port")});
    return found == faults_.end() ? Faults{} : found->second;
  }

  // Faults first.
  static void sort_hops(NatRows* hops) {
    const auto is_fine = [&](const std::vector<Value>& row) {
      return row.rbegin()[2].text == "fine" || row.rbegin()[2].text == "no answer";
    };
    std::stable_partition(hops->rows.begin(), hops->rows.end(),
                          [&](const auto& row) { return !is_fine(row); });
  }

  static void limit(const Options& options, NatReport* report) {
    for (NatRows* rows : {&report->endpoints, &report->hops})
      rows->rows.resize(std::min<uint64_t>(rows->rows.size(), options.limit));
    report->findings.resize(std::min<uint64_t>(report->findings.size(), options.limit));
  }

  Session& session_;
  Reader& reader_;
  Wanted wanted_;
  std::map<std::pair<std::string, int64_t>, Faults> faults_;
};

std::string many(size_t count, const char* one) {
  return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

}  // namespace

const Value& NatRows::at(size_t row, std::string_view column) const {
  static const Value kNull;
  for (size_t i = 0; i < columns.size(); i++) {
    if (columns[i].name == column) return rows[row][i];
  }
  return kNull;
}

int64_t NatRows::number(size_t row, std::string_view column) const {
  const Value& value = at(row, column);
  return value.type == Value::Type::integer ? value.integer : 0;
}

std::string NatRows::text(size_t row, std::string_view column) const {
  const Value& value = at(row, column);
  return value.type == Value::Type::real ? fmt::format("{:.1f}", value.real) : plain_text(value);
}

std::string NatRows::place(size_t row, std::string_view address, std::string_view port) const {
  const std::string host = text(row, address), number = text(row, port);
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + (number.empty() ? "" : ":" + number);
}

size_t NatReport::behind_nat() const {
  size_t count = 0;
  for (size_t i = 0; i < endpoints.rows.size(); i++)
    count += endpoints.number(i, "behind_nat") == 1 ? 1U : 0U;
  return count;
}

size_t NatReport::with_faults() const {
  size_t count = 0;
  for (size_t i = 0; i < endpoints.rows.size(); i++)
    count += endpoints.number(i, "faults") != 0 ? 1U : 0U;
  return count;
}

bool NatReport::is_without_nat() const {
  return behind_nat() == 0 &&
         std::all_of(findings.begin(), findings.end(),
                     [](const Finding* finding) { return finding->code == "nat-type"; });
}

static std::string_view words_of(std::string_view code) {
  for (const Detector* detector : detectors()) {
    if (detector->code == code) return detector->sentence;
  }
  return code;
}

std::vector<std::string> NatReport::summary() const {
  constexpr size_t kMostNamed = 10;
  const size_t all = endpoints.rows.size(), behind = behind_nat(), faulty = with_faults();
  if (is_without_nat()) {
    size_t proven = 0;
    for (size_t i = 0; i < all; i++) {
      const Value& known = endpoints.at(i, "behind_nat");
      proven += known.type == Value::Type::integer ? 1U : 0U;
    }
    if (all == 0) return {"no NAT is seen: no endpoint either"};
    if (proven == all) return {fmt::format("no NAT: {} behind none", many(all, "endpoint"))};
    return {fmt::format("no NAT is seen: {}, {} of them certainly behind none",
                        many(all, "endpoint"), proven == 0 ? "none" : std::to_string(proven))};
  }
  std::vector<std::string> sentences = {fmt::format("{}: {} behind a NAT, {} with faults{}",
                                                    many(all, "endpoint"), behind,
                                                    faulty == 0 ? "none" : std::to_string(faulty),
                                                    faulty == 0  ? "."
                                                    : faulty > 1 ? ", the worst first:"
                                                                 : ":")};
  for (size_t i = 0; i < all && i < kMostNamed; i++) {
    const auto faults = static_cast<size_t>(endpoints.number(i, "faults"));
    if (faults == 0) break;
    sentences.push_back(fmt::format("{}: {}; {} ({})", endpoints.place(i, "address", "port"),
                                    many(faults, "fault"), words_of(endpoints.at(i, "worst").text),
                                    endpoints.at(i, "worst").text));
  }
  if (faulty > kMostNamed)
    sentences.push_back(fmt::format("{} more are listed below", faulty - kMostNamed));
  return sentences;
}

NatReport nat_report(Session& session, const Options& options, const ChosenCalls& chosen,
                     std::string* error) {
  Reader reader(session.model, session.log, session.analyst);
  reader.choose(chosen.get());
  NatReport report;
  *error = Gathering(session, reader, options).gather(options, &report);
  return report;
}

}  // namespace sipladder

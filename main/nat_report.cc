#include "main/nat_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <tuple>

#include "correlate/nat/hop_rules.h"
#include "decode/text.h"
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

Value cell(Reader& reader, const TableDescription& table, MessageId message, std::string_view name,
           uint32_t part = 0) {
  Value value;
  if (!message || table.parts(reader, message.value) <= part) return value;
  const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                  [&](const Column& column) { return column.name == name; });
  if (found != table.columns.end()) found->get(reader, {message.value, part}, value);
  return value;
}

constexpr std::string_view kTold = "told by the Via";  // the hop itself is not seen here

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
    add_once(std::move(row), hop.reliable, hop.request);
    for (uint32_t part = 1; part < hop.vias; part++) add_lower(hop, part);
  }

 private:
  // A hop before this point, as its Via tells it.
  void add_lower(const ViaHop& hop, uint32_t part) {
    const Value received = cell(reader_, kViasTable, hop.request, "received", part);
    if (received.type == Value::Type::null) return;
    std::vector<Value> row;
    for (const std::string_view name : kOfRequest)
      row.push_back(cell(reader_, kViasTable, hop.request, name, part));
    for (const std::string_view name : kOfAnswer)
      row.push_back(cell(reader_, kViasTable, hop.request, name, part));
    row.resize(row.size() + 2);
    row.push_back(text_value(kTold));
    add_once(std::move(row), false, hop.request);
  }

  void add_once(std::vector<Value> row, bool reliable, MessageId request) {
    const auto [place, is_new] = places_.try_emplace(key_of(row, reliable), rows_->rows.size());
    if (!is_new) {
      rows_->rows[place->second].rbegin()[1].integer++;
      return;
    }
    row.push_back(count_value(1));
    row.push_back(cell(reader_, kMessagesTable, request, "frame"));
    rows_->rows.push_back(std::move(row));
  }

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

// The addresses that a sentence names.
std::set<IpAddress> named_in(std::string_view text) {
  std::set<IpAddress> named;
  while (!text.empty()) {
    std::string_view word = cut(&text, ' ');
    while (!word.empty() && std::string_view("(,;:.)").find(word.back()) != std::string_view::npos)
      word.remove_suffix(1);
    if (!word.empty() && word.front() == '(') word.remove_prefix(1);
    if (const auto end = parse_endpoint(word)) named.insert(end->ip);
  }
  return named;
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
    return named_in(finding.summary).contains(end_->ip);
  }

 private:
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

// Of one endpoint, each finding once.
using Told = std::set<const Finding*>;

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
    // Of media the message that proves it can have passed between others.
    if (finding.code.starts_with("audio-")) {
      for (const IpAddress& ip : named_in(finding.summary))
        told_by_ip_[to_string(ip)].insert(&finding);
      return;
    }
    for (const Endpoint& end : ends) told_[{to_string(end.ip), end.port}].insert(&finding);
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
      const Told told = told_of(all, i);
      const auto worst = std::max_element(told.begin(), told.end(), [](auto* a, auto* b) {
        return std::tuple(a->severity, b->code) < std::tuple(b->severity, a->code);
      });
      const auto faults = static_cast<uint64_t>(std::count_if(
          told.begin(), told.end(), [](auto* one) { return one->severity != Severity::info; }));
      const int severity = worst == told.end() ? 0 : static_cast<int>((*worst)->severity);
      const bool behind = all.number(i, "behind_nat") == 1;
      std::vector<Value> row = all.rows[i];
      row.push_back(count_value(faults));
      row.push_back(worst == told.end() ? Value{} : text_value((*worst)->code));
      sorted.emplace(std::pair(-severity, behind ? 0 : 1), std::move(row));
    }
    rows->columns = all.columns;
    rows->columns.push_back({"faults"});
    rows->columns.push_back({"worst"});
    for (auto& entry : sorted) rows->rows.push_back(std::move(entry.second));
    return {};
  }

  Told told_of(const NatRows& rows, size_t row) const {
    Told all;
    const auto take = [&](const auto& told, const auto& key) {
      const auto found = told.find(key);
      if (found != told.end()) all.insert(found->second.begin(), found->second.end());
    };
    const std::string& address = rows.at(row, "address").text;
    take(told_, std::pair(address, rows.number(row, "port")));
    take(told_by_ip_, address);
    take(told_by_ip_, rows.text(row, "private_address"));
    return all;
  }

  // Faults first.
  static void sort_hops(NatRows* hops) {
    const auto is_fine = [&](const std::vector<Value>& row) {
      const std::string& verdict = row.rbegin()[2].text;
      return verdict == "fine" || verdict == "no answer" || verdict == kTold;
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
  std::map<std::pair<std::string, int64_t>, Told> told_;
  std::map<std::string, Told> told_by_ip_;
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

size_t NatReport::told_by_vias() const {
  std::set<std::string> known;
  for (size_t i = 0; i < endpoints.rows.size(); i++)
    known.insert(endpoints.text(i, "private_address"));
  size_t count = 0;
  for (size_t i = 0; i < hops.rows.size(); i++) {
    if (hops.text(i, "verdict") != kTold) continue;
    const auto host = parse_ip(hops.at(i, "host").text);
    const auto seen = parse_ip(hops.at(i, "received").text);
    const bool behind = host && seen && *host != *seen && is_private_scope(scope_of(*host));
    count += behind && known.insert(to_string(*host)).second ? 1U : 0U;
  }
  return count;
}

bool NatReport::is_without_nat() const {
  return behind_nat() == 0 && told_by_vias() == 0 &&
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
  const size_t all = endpoints.rows.size(), behind = behind_nat(), faulty = with_faults(),
               told = told_by_vias();
  if (is_without_nat()) {
    size_t proven = 0;
    for (size_t i = 0; i < all; i++) {
      const Value& known = endpoints.at(i, "behind_nat");
      proven += known.type == Value::Type::integer ? 1U : 0U;
    }
    if (all == 0) return {"no NAT is seen, and no endpoint of SIP or STUN"};
    if (proven == all) return {fmt::format("no NAT: {}, none behind one", many(all, "endpoint"))};
    return {fmt::format("no NAT is seen: {}, {} proven to be behind none, {} not told",
                        many(all, "endpoint"), proven, all - proven)};
  }
  std::vector<std::string> sentences = {
      fmt::format("{}: {} behind a NAT{}, {} with faults{}", many(all, "endpoint"), behind,
                  told == 0 ? "" : fmt::format(" and {} more whose Via tells it", told),
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

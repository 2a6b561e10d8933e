#include "main/nat_hops.h"

#include <algorithm>
#include <iterator>

#include "query/format.h"

namespace sipladder {
namespace {

template <typename Names>
std::vector<const Column*> columns_of(const TableDescription& table, const Names& names) {
  std::vector<const Column*> columns;
  for (const std::string_view name : names) columns.push_back(find_column(table, name));
  return columns;
}

// Columns of a hop: what its request says, what its answer says, and where both went.
constexpr std::string_view kOfRequest[] = {
    "source",       "source_port",       "host",         "port",
    "has_rport",    "received_due",      "response_due", "response_due_port",
    "response_dst", "response_dst_port", "answered"};
constexpr std::string_view kOfAnswer[] = {"received", "rport"};
constexpr std::string_view kOfMessage[] = {"dst", "dst_port"};
constexpr std::string_view kOfBelow[] = {"host", "received"};
// Ports that differ from one TCP connection to the next: hops are alike in spite of them.
constexpr std::string_view kOfConnection[] = {"source_port", "response_due_port",
                                              "response_dst_port", "rport"};

}  // namespace

NatHopRows::NatHopRows(Reader& reader)
    : reader_(reader),
      of_request_(columns_of(kViasTable, kOfRequest)),
      of_answer_(columns_of(kViasTable, kOfAnswer)),
      of_below_(columns_of(kViasTable, kOfBelow)),
      of_message_(columns_of(kMessagesTable, kOfMessage)),
      frame_(find_column(kMessagesTable, "frame")) {
  for (const std::string_view name : kOfRequest) rows_.columns.push_back({std::string(name)});
  for (const std::string_view name : kOfAnswer) rows_.columns.push_back({std::string(name)});
  for (const char* name : {"server", "server_port", "verdict", "requests", "frame"})
    rows_.columns.push_back({name});
}

// Appends the cells of one Via of the message; null values when the message has no such Via.
void NatHopRows::add_cells(const std::vector<const Column*>& columns, MessageId message,
                           uint32_t part, std::vector<Value>* row) {
  const bool there = message && kViasTable.parts(reader_, message.value) > part;
  for (const Column* column : columns) {
    row->emplace_back();
    if (there) column->get(reader_, {message.value, part}, row->back());
  }
}

void NatHopRows::add(const ViaHop& hop) {
  std::vector<Value> row;
  add_cells(of_request_, hop.request, 0, &row);
  add_cells(of_answer_, hop.answer, 0, &row);
  for (const Column* column : of_message_) {
    row.emplace_back();
    column->get(reader_, {hop.request.value, 0}, row.back());
  }
  row.push_back(text_value(hop_verdict(hop)));
  add_once(std::move(row), hop.reliable, hop.request);
  for (uint32_t part = 1; part < hop.vias; part++) add_lower(hop, part);
}

// Adds a hop before the capture point, which only a lower Via tells.
void NatHopRows::add_lower(const ViaHop& hop, uint32_t part) {
  std::vector<Value> told;
  add_cells(of_answer_, hop.request, part, &told);
  if (told.front().type == Value::Type::null) return;  // received
  std::vector<Value> row;
  add_cells(of_request_, hop.request, part, &row);
  row.insert(row.end(), told.begin(), told.end());
  row.resize(row.size() + of_message_.size());
  row.push_back(text_value(kToldByVia));
  add_once(std::move(row), false, hop.request);
}

void NatHopRows::add_once(std::vector<Value> row, bool reliable, MessageId request) {
  const auto [place, is_new] = places_.try_emplace(key_of(row, reliable), rows_.rows.size());
  if (!is_new) {
    rows_.rows[place->second].rbegin()[1].integer++;
    return;
  }
  row.push_back(count_value(1));
  row.emplace_back();
  frame_->get(reader_, {request.value, 0}, row.back());
  rows_.rows.push_back(std::move(row));
}

std::string NatHopRows::key_of(const std::vector<Value>& row, bool reliable) const {
  std::string key;
  for (size_t i = 0; i < row.size(); i++) {
    const std::string& name = rows_.columns[i].name;
    const bool differs = std::find(std::begin(kOfConnection), std::end(kOfConnection), name) !=
                         std::end(kOfConnection);
    if (!reliable || !differs) key += plain_text(row[i]);
    key += '\n';
  }
  return key;
}

bool NatHopRows::names_below(const ViaHop& hop, const IpAddress& ip) {
  for (uint32_t part = 1; part < hop.vias; part++) {
    std::vector<Value> hosts;
    add_cells(of_below_, hop.request, part, &hosts);
    const auto is_it = [&](const Value& host) { return parse_ip(host.text) == ip; };
    if (std::any_of(hosts.begin(), hosts.end(), is_it)) return true;
  }
  return false;
}

NatRows NatHopRows::take() {
  const auto is_fault = [](const std::vector<Value>& row) {
    const std::string& verdict = row.rbegin()[2].text;
    return verdict != kFineHop && verdict != kUnansweredHop && verdict != kToldByVia;
  };
  std::stable_partition(rows_.rows.begin(), rows_.rows.end(), is_fault);
  return std::move(rows_);
}

}  // namespace sipladder

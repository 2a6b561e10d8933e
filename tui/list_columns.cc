#include "tui/list_columns.h"

#include <algorithm>
#include <charconv>

#include "correlate/model/names.h"
#include "decode/text.h"
#include "export/time_text.h"
#include "query/format.h"

namespace sipladder {
namespace {

constexpr std::string_view kHeader = "header:";

// The present name of a column that older versions of sngrep called differently.
std::string_view present_name(std::string_view name) {
  if (name == "srchost") return "src";
  if (name == "dsthost") return "dst";
  if (name == "starting") return "method";
  return name;
}

// Splits "src:21" into name and width; width 0: none is given.
std::pair<std::string_view, int> take_width(std::string_view whole) {
  const size_t colon = whole.rfind(':');
  if (colon == std::string_view::npos) return {whole, 0};
  const std::string_view digits = whole.substr(colon + 1);
  int width = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), width);
  const bool number = error == std::errc() && end == digits.data() + digits.size() && width > 0;
  if (!number) return {whole, 0};
  return {whole.substr(0, colon), width};
}

std::vector<ListColumn> all_columns() {
  std::vector<ListColumn> all = {
#define COLUMN(name, title, field, least, most, keep, right, about) \
  {name, title, about, least, most, keep, 0, right, Field::field, nullptr},
#include "tui/list_columns.def"
#undef COLUMN
  };
  for (const Column& column : kCallsTable.columns) {
    const auto taken = std::find_if(all.begin(), all.end(),
                                    [&](const ListColumn& one) { return one.name == column.name; });
    if (taken != all.end() && taken->field == Field::of_table) taken->column = &column;
    if (taken != all.end()) continue;
    const std::string name(column.name);
    const int width = static_cast<int>(name.size());
    all.push_back({name, name, std::string(column.doc), std::max(4, std::min(width, 12)),
                   std::max(24, width), 40, 0, column.type != "TEXT", Field::of_table, &column});
  }
  return all;
}

Ink state_ink(CallState state) {
  switch (state) {
    case CallState::completed:
    case CallState::in_call:
    case CallState::registered:
      return Ink::good;
    case CallState::failed:
    case CallState::timeout:
    case CallState::rejected:
      return Ink::error;
    case CallState::busy:
    case CallState::cancelled:
    case CallState::no_answer:
      return Ink::warning;
    default:
      return Ink::plain;
  }
}

constexpr std::string_view kMarks[] = {" ", ".", "*", "!", "!"};

}  // namespace

const std::vector<ListColumn>& list_columns() {
  static const std::vector<ListColumn> kAll = all_columns();
  return kAll;
}

void set_width(ListColumn* column, int width) {
  constexpr int kWidest = 200;
  column->width = std::clamp(width, 1, kWidest);
  column->least = column->most = column->width;
}

std::string name_with_width(const ListColumn& column) {
  return column.width == 0 ? column.name : column.name + ":" + std::to_string(column.width);
}

std::vector<ListColumn> list_columns_called(const std::vector<std::string>& names) {
  std::vector<ListColumn> columns;
  for (const std::string& whole : names) {
    const auto [name, width] = take_width(whole);
    const size_t before = columns.size();
    if (name.starts_with(kHeader) && name.size() > kHeader.size()) {
      const std::string header(name.substr(kHeader.size()));
      columns.push_back({std::string(name), header, "header of the first request", 8, 40, 40, 0,
                         false, Field::header, nullptr});
    }
    for (const ListColumn& column : list_columns()) {
      if (column.name == present_name(name)) columns.push_back(column);
    }
    if (width > 0 && columns.size() > before) set_width(&columns.back(), width);
  }
  return columns;
}

std::vector<ListColumn> chosen_list_columns(const std::vector<std::string>& names) {
  constexpr int kLast = 99;  // only the mark of the worst finding stays longer
  std::vector<ListColumn> columns = list_columns_called(names);
  const std::vector<std::string>& usual = default_list_columns();
  for (ListColumn& column : columns) {
    if (std::find(usual.begin(), usual.end(), column.name) == usual.end()) column.keep = kLast;
  }
  return columns;
}

const std::vector<std::string>& default_list_columns() {
  static const std::vector<std::string> kNames = {
      "mark", "index", "time",    "method", "sipfromuser", "siptouser", "src",
      "dst",  "state", "convdur", "msgcnt", "audio",       "why",       "callid"};
  return kNames;
}

std::vector<PlacedColumn> place_columns(const std::vector<ListColumn>& columns, int width) {
  std::vector<PlacedColumn> placed;
  for (size_t i = 0; i < columns.size(); i++) placed.push_back({i, 0, columns[i].least});
  const auto needed = [&] {
    int sum = -1;
    for (const PlacedColumn& one : placed) sum += one.width + 1;
    return sum;
  };
  while (placed.size() > 1 && needed() > width) {
    const auto least = std::min_element(placed.begin(), placed.end(),
                                        [&](const PlacedColumn& a, const PlacedColumn& b) {
                                          const int left = columns[a.column].keep;
                                          const int right = columns[b.column].keep;
                                          return left != right ? left < right : a.column > b.column;
                                        });
    placed.erase(least);
  }
  for (int left = width - needed(); left > 0;) {  // one more for each that wants more, in turn
    const int before = left;
    for (PlacedColumn& one : placed) {
      if (left == 0 || one.width >= columns[one.column].most) continue;
      one.width++;
      left--;
    }
    if (left == before) break;
  }
  int x = 0;
  for (PlacedColumn& one : placed) {
    one.x = x;
    x += one.width + 1;
  }
  return placed;
}

std::string CallCells::uri_of(CallId id, HeaderId header) {
  const SipIndex& sip = reader_.sip(shared_.model.calls[id].naming_message());
  return std::string(parse_name_addr(sip.value(header)).uri);
}

std::string CallCells::address(EndpointId id) const {
  const Endpoint& end =
      reader_.model.endpoints.holds(id) ? reader_.model.endpoints[id] : Endpoint{};
  if (end.ip.family == 0) return {};
  if (shared_.ui->show_aliases) {
    for (const HostAlias& alias : shared_.ui->aliases) {
      if (alias.endpoint.ip != end.ip) continue;
      if (alias.endpoint.port == end.port) return alias.name;
      if (alias.endpoint.port == 0) return alias.name + ":" + std::to_string(end.port);
    }
  }
  return to_string(end);
}

std::string CallCells::header(CallId id, std::string_view name) {
  for (const HeaderValue& value : reader_.header_values(shared_.model.calls[id].naming_message())) {
    if (value.name.size() == name.size() && starts_no_case(value.name, name))
      return std::string(value.value);
  }
  return {};
}

std::string CallCells::method(CallId id) {
  const MessageId named = shared_.model.calls[id].naming_message();
  const std::string_view known = to_string(shared_.model.messages[named].method);
  return std::string(known.empty() ? reader_.sip(named).method : known);
}

// Cells that need the analysis stay empty until that is cheap (Shared::verdicts).
void CallCells::value(const ListColumn& column, CallId id, Value* value) {
  value->clear();
  const Column* of_table = column.column;
  if (of_table == nullptr) {
    static constexpr std::pair<Field, std::string_view> kSame[] = {
        {Field::from_user, "caller"},    {Field::to_user, "callee"},
        {Field::call_id, "call_id"},     {Field::state, "state"},
        {Field::audio, "audio"},         {Field::reason, "end_reason"},
        {Field::transport, "transport"}, {Field::messages, "messages"},
        {Field::talk, "duration_ms"}};
    for (const auto& [field, name] : kSame) {
      if (field == column.field) of_table = find_column(kCallsTable, name);
    }
  }
  if (of_table == nullptr) return value->set(text(column, id));
  if (!shared_.verdicts && of_table->judged) return;
  of_table->get(reader_, {id.value, 0}, *value);
}

void CallCells::key(const ListColumn& column, CallId id, Value* v) {
  const CallRecord& call = shared_.model.calls[id];
  switch (column.field) {
    case Field::mark:
      return v->set(int64_t{shared_.ui->overview.of(id).rank});
    case Field::index:
      return v->set(int64_t{id.value});
    case Field::date:
    case Field::time:
      return v->set(call.start_ns);
    case Field::total:
      return v->set(call.end_ns - call.start_ns);
    default:
      value(column, id, v);
  }
}

std::string CallCells::text(const ListColumn& column, CallId id) {
  const CallRecord& call = shared_.model.calls[id];
  const MessageRecord& first = shared_.model.messages[call.first_message];
  const bool timed = shared_.model.has_times(first.source);
  switch (column.field) {
    case Field::mark:
      return std::string(kMarks[std::min<size_t>(shared_.ui->overview.of(id).rank, 4)]);
    case Field::index:
      return std::to_string(id.value);
    case Field::date:
      return timed && shared_.model.has_dates(first.source)
                 ? date_text(call.start_ns, shared_.utc())
                 : "";
    case Field::time:
      return timed ? clock_text(call.start_ns, shared_.utc()).substr(0, 8) : "";
    case Field::method:
      return method(id);
    case Field::from:
      return uri_of(id, HeaderId::from);
    case Field::to:
      return uri_of(id, HeaderId::to);
    case Field::source:
      return address(first.src);
    case Field::destination:
      return address(first.dst);
    case Field::x_call_id: {
      const std::string named = header(id, "X-Call-ID");
      return named.empty() ? header(id, "X-CID") : named;
    }
    case Field::total:
      return timed ? duration_text(call.end_ns - call.start_ns) : "";
    case Field::warning: {
      const MessageId last = call.last_message;
      return std::string(reader_.sip(last).value(HeaderId::warning));
    }
    case Field::why:
      return cause_of(shared_.ui->overview.of(id), call);
    case Field::header:
      return header(id, column.title);
    default:
      break;
  }
  Value cell;
  value(column, id, &cell);
  if (column.field == Field::talk)
    return cell.type == Value::Type::real ? duration_text(static_cast<int64_t>(cell.real * 1e6))
                                          : "";
  return cell.type == Value::Type::text ? cell.text : plain_text(cell);
}

Ink CallCells::ink(const ListColumn& column, CallId id) const {
  const CallFacts& facts = shared_.ui->overview.of(id);
  const Ink worst = facts.rank >= 3 ? Ink::error : facts.rank == 2 ? Ink::warning : Ink::plain;
  switch (column.field) {
    case Field::mark:
    case Field::why:
      return worst;
    case Field::state:
      return state_ink(shared_.model.calls[id].state);
    case Field::audio:
      return facts.is_in(Group::one_way) || facts.is_in(Group::silent) ? Ink::error : Ink::plain;
    case Field::call_id:
    case Field::x_call_id:
      return Ink::dim;
    default:
      return Ink::plain;
  }
}

std::string CallCells::everything(CallId id) {
  std::string all;
  for (const ListColumn& column : list_columns()) {
    if (column.field == Field::of_table || column.field == Field::mark) continue;
    all += text(column, id) + "  ";
  }
  all += std::string(shared_.ui->overview.of(id).cause) + "  ";
  if (!shared_.analyst.notes().empty())
    all +=
        std::string(shared_.analyst.notes().of(text(list_columns_called({"callid"}).front(), id)));
  const SipIndex& sip = reader_.sip(shared_.model.calls[id].naming_message());
  all += std::string(sip.value(HeaderId::user_agent));
  return all;
}

}  // namespace sipladder

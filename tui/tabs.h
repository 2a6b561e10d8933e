// The views that Tab goes through, as a ring: the list of calls, findings by code, then one view
// for each table. Also views of one thing that several other views open.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tui/view.h"

namespace sipladder {

struct TableDescription;
struct RowId;

std::string tab_title(const TableDescription& table);
std::vector<std::string> shown_columns(const TableDescription& table);  // when first opened

// The view after (`forward`) or before the list of calls in the ring.
std::unique_ptr<Screen> tab_beside_calls(const Shared& shared, bool forward);
// The first or last view of the ring with rows of these calls only, as a ladder opens it.
std::unique_ptr<Screen> tab_of_calls(const Shared& shared, std::vector<CallId> calls, bool forward);
// The view of the table with this name; findings by code when the ring has no such table.
std::unique_ptr<Screen> tab_called(const Shared& shared, const std::string& table);
// The view after (`forward`) or before `tab`. At an end of the ring it goes back to the view from
// which the ring was entered.
Reply tab_beside(const Shared& shared, size_t tab, const std::vector<CallId>& scope, bool forward);

// The Via hops of requests that came from this address; `port` empty: from any port.
std::unique_ptr<Screen> hops_of(const Shared& shared, const std::string& address,
                                const std::string& port);
// Every column of a row, with its meaning.
std::unique_ptr<Screen> record_view(const Shared& shared, const TableDescription& table, RowId row);
// The findings of a call in whole sentences; Enter opens the ladder at the evidence.
std::unique_ptr<Screen> finding_of_call(const Shared& shared, CallId call);
// All messages of a call as text.
std::unique_ptr<Screen> raw_of_call(const Shared& shared, CallId call);

}  // namespace sipladder

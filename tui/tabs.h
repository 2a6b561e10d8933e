// The views that Tab goes through: findings by their codes, then one for each table. And views of
// one thing that several others open.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tui/view.h"

namespace sipladder {

struct TableDescription;
struct RowId;

std::string tab_title(const TableDescription& table);
std::vector<std::string> shown_columns(const TableDescription& table);  // at first

// The first or last view: beside the list of calls on the ring.
std::unique_ptr<Screen> tab_beside_calls(const Shared& shared, bool forward);
// Of these calls only: what a ladder leads to.
std::unique_ptr<Screen> tab_of_calls(const Shared& shared, std::vector<CallId> calls, bool forward);
std::unique_ptr<Screen> tab_called(const Shared& shared, const std::string& table);
// The one before or behind `tab`; back to where the ring was entered at its ends.
Reply tab_beside(const Shared& shared, size_t tab, const std::vector<CallId>& scope, bool forward);

// The Via hops of requests that came from there.
std::unique_ptr<Screen> hops_of(const Shared& shared, const std::string& address,
                                const std::string& port);
// Every column of a row, with its meaning.
std::unique_ptr<Screen> record_view(const Shared& shared, const TableDescription& table, RowId row);
// What is found of a call in whole sentences; Enter opens the ladder where it is proved.
std::unique_ptr<Screen> finding_of_call(const Shared& shared, CallId call);
// All its messages as text.
std::unique_ptr<Screen> raw_of_call(const Shared& shared, CallId call);

}  // namespace sipladder

// The SQL tables of a saved session that are not in docs/schema.md: packets and sources, which are
// replayed when it is opened.
#pragma once

#include <string_view>

namespace sipladder {

inline constexpr std::string_view kSessionTables = R"(
CREATE TABLE sipladder_session(complete INTEGER NOT NULL);
INSERT INTO sipladder_session VALUES(0);
CREATE TABLE sipladder_sources(id INTEGER PRIMARY KEY, name TEXT, format TEXT, link_type INTEGER,
  packets INTEGER, bytes INTEGER, dropped INTEGER, has_times INTEGER, has_dates INTEGER,
  whole_seconds INTEGER, refused INTEGER, connections_closed INTEGER, unread INTEGER,
  first_unread TEXT, first_ns INTEGER, last_ns INTEGER, clock_ahead_ns INTEGER, damage TEXT,
  fine_times INTEGER, interfaces TEXT, ends_forgotten INTEGER);
CREATE TABLE sipladder_hosts(name TEXT NOT NULL);
CREATE TABLE sipladder_packets(id INTEGER PRIMARY KEY, packets INTEGER NOT NULL, block BLOB NOT NULL))";

inline constexpr std::string_view kInsertSource =
    "INSERT INTO sipladder_sources(name, format, link_type, packets, bytes, dropped, has_times, "
    "has_dates, whole_seconds, refused, connections_closed, unread, first_unread, first_ns, "
    "last_ns, clock_ahead_ns, damage, fine_times, interfaces, ends_forgotten) VALUES(:name, "
    ":format, :link_type, "
    ":packets, :bytes, "
    ":dropped, :has_times, :has_dates, :whole_seconds, :refused, :connections_closed, :unread, "
    ":first_unread, :first_ns, :last_ns, :clock_ahead_ns, :damage, :fine_times, :interfaces, "
    ":ends_forgotten)";

inline constexpr std::string_view kSelectSources =
    "SELECT name, format, link_type, packets, bytes, dropped, has_times, has_dates, "
    "whole_seconds, refused, connections_closed, unread, first_unread, first_ns, last_ns, "
    "clock_ahead_ns, damage, fine_times, interfaces, ends_forgotten FROM sipladder_sources ORDER "
    "BY id";

}  // namespace sipladder

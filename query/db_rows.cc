#include "query/db_rows.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>

#include "query/database.h"

namespace sipladder {
namespace {

constexpr uint64_t kCommitRows = 20'000;  // rows that a crash can lose, and that the WAL holds

// Whether the column is the id of a row of another table, such as `call` and `message`.
bool is_reference(std::string_view column) {
  return std::any_of(tables().begin(), tables().end(), [&](const TableDescription* table) {
    return table->name == std::string(column) + "s";
  });
}

bool is_key(const TableDescription& table, const Column& column) {
  return &column == &table.columns.front() && column.name == "id";
}

std::string create_sql(const TableDescription& table) {
  std::string columns;
  for (const Column& column : table.columns)
    columns += fmt::format("{}\n  \"{}\" {}{}", columns.empty() ? "" : ",", column.name,
                           column.type == "JSON" ? "TEXT" : column.type,
                           is_key(table, column) ? " PRIMARY KEY" : "");
  return fmt::format("CREATE TABLE \"{}\"({})", table.name, columns);
}

std::string insert_sql(const TableDescription& table) {
  std::string places(table.columns.size() * 2 - 1, ',');
  for (size_t i = 0; i < places.size(); i += 2) places[i] = '?';
  return fmt::format("INSERT INTO \"{}\" VALUES({})", table.name, places);
}

// The indexes are made after all rows, which is much faster than updating them with each row.
std::string index_sql(const TableDescription& table) {
  std::string sql;
  for (const Column& column : table.columns) {
    const bool wanted = is_reference(column.name) || column.name == "call_id";
    if (wanted && !is_key(table, column))
      sql += fmt::format("CREATE INDEX \"{0}_{1}\" ON \"{0}\"(\"{1}\");", table.name, column.name);
  }
  return sql;
}

void bind(const Value& value, int at, sqlite3_stmt* statement) {
  switch (value.type) {
    case Value::Type::null:
      sqlite3_bind_null(statement, at);
      break;
    case Value::Type::integer:
      sqlite3_bind_int64(statement, at, value.integer);
      break;
    case Value::Type::real:
      sqlite3_bind_double(statement, at, value.real);
      break;
    case Value::Type::text:  // it lives until the row is written
      sqlite3_bind_text(statement, at, value.text.data(), static_cast<int>(value.text.size()),
                        SQLITE_STATIC);
  }
}

std::string write_rows(const TableDescription& table, Database& database, DbFile* file) {
  std::string error = file->run(create_sql(table));
  DbStatement insert;
  if (error.empty()) error = file->prepare(insert_sql(table), &insert);
  if (!error.empty()) return error;
  uint64_t rows = 0;
  const auto write = [&](const std::vector<Value>& values) {
    for (size_t i = 0; i < values.size(); i++) bind(values[i], static_cast<int>(i) + 1, insert.raw);
    error = file->write(insert);
    if (error.empty() && ++rows % kCommitRows == 0) error = file->commit();
    return error.empty();
  };
  const std::string failed = database.run(
      fmt::format("SELECT * FROM \"{}\"", table.name), [](const auto&) {}, write);
  return error.empty() ? failed : error;
}

}  // namespace

std::string write_tables(Reader& reader, DbFile* file) {
  Database database(reader);
  for (const TableDescription* table : tables()) {
    std::string error = write_rows(*table, database, file);
    if (error.empty()) error = file->run(index_sql(*table));
    if (error.empty()) error = file->commit();
    if (!error.empty()) return error;
  }
  return {};
}

}  // namespace sipladder

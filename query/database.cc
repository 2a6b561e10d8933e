#include "query/database.h"

#include <re2/re2.h>
#include <sqlite3.h>

#include "query/row_walk.h"

namespace sipladder {
namespace {

// A table as SQLite sees it. `base` must come first (sqlite3_vtab), likewise in Cursor.
struct VirtualTable {
  sqlite3_vtab base;
  const RowSource* source;
};

struct Cursor {
  sqlite3_vtab_cursor base;
  RowWalk walk;
};

// Values of idxNum: the first column equals a value, or is greater than it.
constexpr int kByRecord = 1;
constexpr int kFromRecord = 2;

int connect(sqlite3* db, void* aux, int, const char* const*, sqlite3_vtab** out, char**) {
  const auto* source = static_cast<const RowSource*>(aux);
  std::string sql = "CREATE TABLE t(";
  for (const Column& column : source->table().columns) {
    if (sql.back() != '(') sql += ',';
    sql.append("\"")
        .append(column.name)
        .append("\" ")
        .append(column.type == "JSON" ? "TEXT" : column.type);
  }
  const int result = sqlite3_declare_vtab(db, (sql + ")").c_str());
  if (result != SQLITE_OK) return result;
  auto table = std::make_unique<VirtualTable>();
  table->source = source;
  *out = &table.release()->base;
  return SQLITE_OK;
}

int disconnect(sqlite3_vtab* table) {
  const std::unique_ptr<VirtualTable> owned(reinterpret_cast<VirtualTable*>(table));
  return SQLITE_OK;
}

// Only conditions on the first column save work: `id = ?` and `message = ?` name the record, and
// `id > ?` says where to begin.
int best_index(sqlite3_vtab* base, sqlite3_index_info* info) {
  const TableDescription& table = reinterpret_cast<VirtualTable*>(base)->source->table();
  info->estimatedCost = 1e6;
  int used = -1;
  for (int i = 0; i < info->nConstraint; i++) {
    const auto& constraint = info->aConstraint[i];
    const bool record = constraint.iColumn == 0 && table.columns[0].type == "INTEGER";
    const bool equal = constraint.op == SQLITE_INDEX_CONSTRAINT_EQ;
    if (!constraint.usable || !record) continue;
    if (!equal && constraint.op != SQLITE_INDEX_CONSTRAINT_GT) continue;
    if (!equal && used >= 0) continue;
    used = i;
    info->idxNum = equal ? kByRecord : kFromRecord;
    info->estimatedCost = equal ? 1 : 1e5;
    info->estimatedRows = equal ? 1 : 100'000;
    if (equal) break;
  }
  if (used >= 0) info->aConstraintUsage[used].argvIndex = 1;
  return SQLITE_OK;
}

int open_cursor(sqlite3_vtab* table, sqlite3_vtab_cursor** out) {
  auto cursor = std::make_unique<Cursor>(
      Cursor{{}, RowWalk(*reinterpret_cast<VirtualTable*>(table)->source)});
  *out = &cursor.release()->base;
  return SQLITE_OK;
}

int close_cursor(sqlite3_vtab_cursor* base) {
  const std::unique_ptr<Cursor> owned(reinterpret_cast<Cursor*>(base));
  return SQLITE_OK;
}

int filter(sqlite3_vtab_cursor* base, int index, const char*, int, sqlite3_value** values) {
  RowWalk& walk = reinterpret_cast<Cursor*>(base)->walk;
  if (index == kByRecord) {
    const bool is_null = sqlite3_value_type(values[0]) == SQLITE_NULL;
    walk.begin_at(is_null ? 0 : sqlite3_value_int64(values[0]));
  } else {
    walk.begin(index == kFromRecord ? sqlite3_value_int64(values[0]) : 0);
  }
  return SQLITE_OK;
}

int next(sqlite3_vtab_cursor* base) {
  reinterpret_cast<Cursor*>(base)->walk.next();
  return SQLITE_OK;
}

int at_end(sqlite3_vtab_cursor* base) {
  return reinterpret_cast<Cursor*>(base)->walk.at_end() ? 1 : 0;
}

int column(sqlite3_vtab_cursor* base, sqlite3_context* context, int index) {
  const RowWalk& walk = reinterpret_cast<Cursor*>(base)->walk;
  const RowSource& source = walk.source();
  Value value;
  source.table().columns[static_cast<size_t>(index)].get(source.reader(), walk.row(), value);
  switch (value.type) {
    case Value::Type::null:
      sqlite3_result_null(context);
      break;
    case Value::Type::integer:
      sqlite3_result_int64(context, value.integer);
      break;
    case Value::Type::real:
      sqlite3_result_double(context, value.real);
      break;
    case Value::Type::text:
      sqlite3_result_text(context, value.text.data(), static_cast<int>(value.text.size()),
                          SQLITE_TRANSIENT);
  }
  return SQLITE_OK;
}

int rowid(sqlite3_vtab_cursor* base, sqlite3_int64* out) {
  const RowId row = reinterpret_cast<Cursor*>(base)->walk.row();
  *out = int64_t{row.id} << 24 | row.part;
  return SQLITE_OK;
}

const sqlite3_module& module() {
  static const sqlite3_module kModule = [] {
    sqlite3_module m{};
    m.xCreate = connect;
    m.xConnect = connect;
    m.xBestIndex = best_index;
    m.xDisconnect = disconnect;
    m.xDestroy = disconnect;
    m.xOpen = open_cursor;
    m.xClose = close_cursor;
    m.xFilter = filter;
    m.xNext = next;
    m.xEof = at_end;
    m.xColumn = column;
    m.xRowid = rowid;
    return m;
  }();
  return kModule;
}

RE2::Options quiet() {
  RE2::Options options;
  options.set_log_errors(false);
  return options;
}

void regexp(sqlite3_context* context, int, sqlite3_value** values) {
  const auto text = [](sqlite3_value* value) {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_value_text(value));
    return re2::StringPiece(bytes == nullptr ? "" : bytes,
                            static_cast<size_t>(sqlite3_value_bytes(value)));
  };
  auto* pattern = static_cast<RE2*>(sqlite3_get_auxdata(context, 0));
  std::unique_ptr<RE2> made;
  if (pattern == nullptr) {
    made = std::make_unique<RE2>(text(values[0]), quiet());
    pattern = made.get();
  }
  if (!pattern->ok()) {
    sqlite3_result_error(context, ("REGEXP: " + pattern->error()).c_str(), -1);
    return;
  }
  const bool matches =
      sqlite3_value_type(values[1]) != SQLITE_NULL && RE2::PartialMatch(text(values[1]), *pattern);
  sqlite3_result_int(context, matches ? 1 : 0);
  if (made)
    sqlite3_set_auxdata(context, 0, made.release(),
                        [](void* p) { const std::unique_ptr<RE2> owned(static_cast<RE2*>(p)); });
}

int read_only(void*, int action, const char*, const char*, const char*, const char*) {
  const bool allowed = action == SQLITE_SELECT || action == SQLITE_READ ||
                       action == SQLITE_FUNCTION || action == SQLITE_RECURSIVE;
  return allowed ? SQLITE_OK : SQLITE_DENY;
}

// Reads a cell into a value that is used again, so that its text keeps its memory.
void read_value(sqlite3_stmt* statement, int i, Value* value) {
  switch (sqlite3_column_type(statement, i)) {
    case SQLITE_INTEGER:
      value->set(int64_t{sqlite3_column_int64(statement, i)});
      break;
    case SQLITE_FLOAT:
      value->set_real(sqlite3_column_double(statement, i));
      break;
    case SQLITE_NULL:
      value->clear();
      break;
    default:
      value->set(std::string_view(reinterpret_cast<const char*>(sqlite3_column_blob(statement, i)),
                                  static_cast<size_t>(sqlite3_column_bytes(statement, i))));
  }
}

// Whether a column of the result is JSON, by the column of the table that it comes from. Its name
// in the result proves nothing, since a query can give that name to any text from the network.
bool is_json(sqlite3_stmt* statement, int i) {
  const char* const table_name = sqlite3_column_table_name(statement, i);
  const char* const column_name = sqlite3_column_origin_name(statement, i);
  if (table_name == nullptr || column_name == nullptr) return false;
  for (const TableDescription* table : tables()) {
    if (table->name != table_name) continue;
    for (const Column& c : table->columns) {
      if (c.name == column_name) return c.type == "JSON";
    }
  }
  return false;
}

}  // namespace

// Tables of a query that is cancelled end early. A query that goes on long after that (a recursive
// one) is interrupted.
static int is_overdue(void* model) {
  return static_cast<const Model*>(model)->cancellation.overdue() ? 1 : 0;
}

struct Database::State {
  sqlite3* db = nullptr;
  std::vector<std::unique_ptr<RowSource>> sources;
  ~State() { sqlite3_close(db); }
};

Database::Database(Reader& reader) : state_(std::make_unique<State>()) {
  sqlite3_open_v2(":memory:", &state_->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  for (const TableDescription* table : tables()) {
    state_->sources.push_back(std::make_unique<RowSource>(*table, reader));
    const std::string name(table->name);
    sqlite3_create_module(state_->db, name.c_str(), &module(), state_->sources.back().get());
    sqlite3_exec(state_->db, ("CREATE VIRTUAL TABLE " + name + " USING " + name).c_str(), nullptr,
                 nullptr, nullptr);
  }
  sqlite3_create_function(state_->db, "regexp", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr,
                          regexp, nullptr, nullptr);
  constexpr int kSteps = 10'000;  // instructions of SQLite's VM: a fraction of a millisecond
  sqlite3_progress_handler(state_->db, kSteps, is_overdue, const_cast<Model*>(&reader.model));
  sqlite3_set_authorizer(state_->db, read_only, nullptr);
}

Database::~Database() = default;

using Statement = std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)>;

// Prepares exactly one statement. Empty, or a sentence that says what is wrong.
static std::string prepare(sqlite3* db, const std::string& sql, Statement* statement) {
  sqlite3_stmt* raw = nullptr;
  const char* tail = nullptr;
  const int result = sqlite3_prepare_v2(db, sql.c_str(), -1, &raw, &tail);
  statement->reset(raw);
  if (result == SQLITE_AUTH) return "read-only: only SELECT";
  if (result != SQLITE_OK) return sqlite3_errmsg(db);
  if (raw == nullptr) return "the query is empty";
  Statement more(nullptr, sqlite3_finalize);
  while (tail != nullptr && *tail != 0) {
    sqlite3_stmt* next = nullptr;
    const char* const rest = tail;
    const int parsed = sqlite3_prepare_v2(db, rest, -1, &next, &tail);
    more.reset(next);
    if (parsed != SQLITE_OK || next != nullptr) return "one query at a time: more stands behind ;";
    if (tail == rest) break;
  }
  return {};
}

std::string Database::check(const std::string& sql) {
  Statement statement(nullptr, sqlite3_finalize);
  return prepare(state_->db, sql, &statement);
}

std::string Database::run(const std::string& sql,
                          const std::function<void(const std::vector<ResultColumn>&)>& begin,
                          const std::function<bool(const std::vector<Value>&)>& row) {
  Statement statement(nullptr, sqlite3_finalize);
  if (std::string error = prepare(state_->db, sql, &statement); !error.empty()) return error;
  sqlite3_stmt* const raw = statement.get();
  const int count = sqlite3_column_count(raw);
  std::vector<ResultColumn> columns;
  for (int i = 0; i < count; i++) columns.push_back({sqlite3_column_name(raw, i), is_json(raw, i)});
  begin(columns);
  std::vector<Value> values(static_cast<size_t>(count));
  int result = SQLITE_ROW;
  while ((result = sqlite3_step(raw)) == SQLITE_ROW) {
    for (int i = 0; i < count; i++) read_value(raw, i, &values[static_cast<size_t>(i)]);
    if (!row(values)) return {};
  }
  return result == SQLITE_DONE || result == SQLITE_INTERRUPT ? std::string()
                                                             : sqlite3_errmsg(state_->db);
}

std::string Database::check_pattern(const std::string& pattern) {
  const RE2 compiled(pattern, quiet());
  return compiled.ok() ? std::string() : compiled.error();
}

}  // namespace sipladder

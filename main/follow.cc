// Prints rows as packets come (--follow, live sources): a message at once, a transaction and a call
// when it is over.
#include <algorithm>
#include <string>

#include "correlate/sip/transactions.h"
#include "main/output.h"
#include "main/print.h"
#include "main/selection.h"
#include "query/database.h"

namespace sipladder {
namespace {

// Calls are looked at so often, in time of the packets.
constexpr int64_t kLookEveryNs = 200'000'000;

bool is_over(const Model& model, TransactionId id) {
  const TransactionRecord& txn = model.transactions[id];
  const TransactionState state = state_as_of_now(model, txn).state;
  return txn.final_status != 0 || txn.method == Method::ack ||
         state == TransactionState::timed_out || state == TransactionState::terminated;
}

// RFC 3261 17.1.2.2: copies may come for T4. What comes later still, such as a late BYE of the
// other side, is not in the row.
bool is_over(const Model& model, CallId id) {
  const CallRecord& call = model.calls[id];
  return call.has_ended() && model.now_ns - call.end_ns >= kT4Ns;
}

class Follower {
 public:
  Follower(Session& session, const Options& options)
      : session_(session),
        options_(options),
        reader_(session.model, session.log, session.analyst),
        database_(reader_),
        writer_(make_row_writer(row_style(options), stdout)),
        left_(options.limit) {
    sql_ = select_for(options);
    sql_ += row_condition(options).empty() ? " WHERE " : " AND ";
    const std::string chosen = selection(options);
    if (chosen.empty()) return;
    sql_ += options.command == "calls" ? "(" + chosen + ") AND "
                                       : "EXISTS (SELECT 1 FROM calls WHERE id=" + options.command +
                                             ".call AND (" + chosen + ")) AND ";
  }

  // False after a mistake, or when no more rows fit.
  bool print_new() { return print_those(false); }
  // What is not over yet, too.
  bool print_rest() {
    const bool more = print_those(true);
    if (begun_) writer_->end();
    return more;
  }
  bool is_mistaken() const { return !error_.empty(); }

 private:
  bool print_those(bool all) {
    if (options_.command == "messages") return print_messages();
    if (options_.command == "transactions")
      return print_over(session_.model.transactions, &transactions_, all);
    if (!all && session_.model.now_ns < look_at_ns_) return true;
    look_at_ns_ = session_.model.now_ns + kLookEveryNs;
    return print_over(session_.model.calls, &calls_, all);
  }

  bool print_messages() {
    const uint32_t newest = session_.model.messages.size();
    if (newest == printed_) return true;
    const std::string first = std::to_string(printed_);
    printed_ = newest;
    return print("id>" + first);
  }

  // Those of `table` that are over since the last time; `waiting` keeps the others.
  template <typename Table, typename Id>
  bool print_over(const Table& table, std::vector<Id>* waiting, bool all) {
    for (const Id id : table.ids(printed_ + 1)) waiting->push_back(id);
    printed_ = table.size();
    std::string ids;
    std::erase_if(*waiting, [&](Id id) {
      if (!table.holds(id)) return true;
      if (!all && !is_over(session_.model, id)) return false;
      ids += (ids.empty() ? "" : ",") + std::to_string(id.value);
      return true;
    });
    return ids.empty() || print("id IN (" + ids + ")");
  }

  bool print(const std::string& condition) {
    bool more = true;
    error_ = database_.run(
        sql_ + condition,
        [&](const std::vector<ResultColumn>& columns) {
          if (!begun_) writer_->begin(columns);
          begun_ = true;
        },
        [&](const std::vector<Value>& values) {
          more = left_ > 0 && writer_->row(values) && --left_ > 0;
          return more;
        });
    if (!error_.empty()) complain(error_);
    more = writer_->flush() && more && error_.empty();
    return std::fflush(stdout) == 0 && more;
  }

  Session& session_;
  const Options& options_;
  Reader reader_;
  Database database_;
  std::unique_ptr<RowWriter> writer_;
  uint64_t left_;
  std::string sql_, error_;
  uint32_t printed_ = 0;  // the newest row that was printed or is waiting
  std::vector<TransactionId> transactions_;
  std::vector<CallId> calls_;
  int64_t look_at_ns_ = INT64_MIN;
  bool begun_ = false;
};

}  // namespace

int follow_rows(Session& session, const Options& options) {
  Follower follower(session, options);
  bool more = true;
  while (more && !session.stop && session.step()) more = follower.print_new();
  session.close();
  follower.print_rest();
  return follower.is_mistaken() ? kUsage : kDone;
}

}  // namespace sipladder

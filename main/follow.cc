// Prints rows as packets come (--follow, live sources).
#include <algorithm>
#include <string>

#include "correlate/sip/transactions.h"
#include "main/output.h"
#include "main/print.h"
#include "main/selection.h"
#include "query/database.h"

namespace sipladder {
namespace {

// A transaction is printed when it is over.
bool is_over(const Model& model, TransactionId id) {
  const TransactionRecord& txn = model.transactions[id];
  const TransactionState state = state_as_of_now(model, txn).state;
  return txn.final_status != 0 || txn.method == Method::ack ||
         state == TransactionState::timed_out || state == TransactionState::terminated;
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
    if (!chosen.empty())
      sql_ += "EXISTS (SELECT 1 FROM calls WHERE id=" + options.command + ".call AND (" + chosen +
              ")) AND ";
  }

  // False after a mistake, or when no more rows fit.
  bool print_new() {
    if (options_.command == "messages") return print_messages();
    return print_transactions(false);
  }
  bool print_rest() {
    const bool more = options_.command == "messages" ? print_messages() : print_transactions(true);
    if (begun_) writer_->end();
    return more;
  }
  bool is_mistaken() const { return !error_.empty(); }

 private:
  bool print_messages() {
    const uint32_t newest = session_.model.messages.size();
    if (newest == printed_) return true;
    const std::string first = std::to_string(printed_);
    printed_ = newest;
    return print("id>" + first);
  }

  bool print_transactions(bool all) {
    for (const TransactionId id : session_.model.transactions.ids(printed_ + 1))
      waiting_.push_back(id);
    printed_ = session_.model.transactions.size();
    std::string ids;
    std::erase_if(waiting_, [&](TransactionId id) {
      if (!session_.model.transactions.holds(id)) return true;
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
  uint32_t printed_ = 0;
  std::vector<TransactionId> waiting_;
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

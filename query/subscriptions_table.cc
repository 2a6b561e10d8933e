#include "query/table_description.h"

namespace sipladder {
namespace {

const Subscription& subscription(Reader& r, RowId row) {
  return r.analyst.subscriptions().all()[row.id - 1];
}
bool subscription_timed(Reader& r, RowId row) {
  return r.has_times(subscription(r, row).first_message);
}
const Endpoint& src(Reader& r, RowId row) {
  return r.endpoint(subscription(r, row).src);
}

}  // namespace

const TableDescription kSubscriptionsTable{
    "subscriptions",
    "one row per subscription (RFC 6665), also those that a REFER began",
    {
        {"id", "INTEGER", "in capture order",
         [](Reader&, RowId row, Value& v) { v.set(int64_t{row.id}); }},
        {"call", "INTEGER", "calls.id",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{subscription(r, row).call.value}); }},
        {"event", "TEXT", "package and id of Event",
         [](Reader& r, RowId row, Value& v) { v.set_if(subscription(r, row).event); }},
        {"subscriber", "TEXT", "its URI",
         [](Reader& r, RowId row, Value& v) { v.set_if(subscription(r, row).subscriber); }},
        {"notifier", "TEXT", "its URI",
         [](Reader& r, RowId row, Value& v) { v.set_if(subscription(r, row).notifier); }},
        {"src", "TEXT", "the subscriber's address",
         [](Reader& r, RowId row, Value& v) { v.set_ip(src(r, row)); }},
        {"src_port", "INTEGER", "its port",
         [](Reader& r, RowId row, Value& v) { v.set_port(src(r, row)); }},
        {"expires_s", "INTEGER", "granted, by the newest 2xx or NOTIFY",
         [](Reader& r, RowId row, Value& v) {
           if (const auto expires = subscription(r, row).expires_s) v.set(int64_t{*expires});
         }},
        {"state", "TEXT", "pending, active, terminated, expired, rejected",
         [](Reader& r, RowId row, Value& v) {
           v.set_if(r.analyst.subscriptions().state_of(subscription(r, row)));
         }},
        {"reason", "TEXT", "why it was terminated, as the notifier says",
         [](Reader& r, RowId row, Value& v) { v.set_if(subscription(r, row).reason); }},
        {"first_ns", "INTEGER", "first SUBSCRIBE, REFER or NOTIFY",
         [](Reader& r, RowId row, Value& v) {
           v.set_time(subscription_timed(r, row), subscription(r, row).first_ns);
         }},
        {"last_ns", "INTEGER", "newest one",
         [](Reader& r, RowId row, Value& v) {
           v.set_time(subscription_timed(r, row), subscription(r, row).last_ns);
         }},
        {"refreshes", "INTEGER", "accepted again",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{subscription(r, row).refreshes}); }},
        {"challenges", "INTEGER", "401 and 407",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{subscription(r, row).challenges}); }},
        {"notifies", "INTEGER", "NOTIFYs",
         [](Reader& r, RowId row, Value& v) { v.set(int64_t{subscription(r, row).notifies}); }},
        {"user_agent", "TEXT", "of the subscriber",
         [](Reader& r, RowId row, Value& v) { v.set_if(subscription(r, row).user_agent); }},
    },
    [](Reader& r) {
      r.analyst.subscriptions().update();
      return static_cast<uint32_t>(r.analyst.subscriptions().all().size());
    },
    one_part,
    "id,call,event,subscriber,notifier,src,src_port,expires_s,state,reason,refreshes,notifies",
    "refreshes,notifies,id,reason,src_port,src"};

}  // namespace sipladder

#include "query/call_choice.h"

#include "capture/packet_log.h"
#include "correlate/model/model.h"

namespace sipladder {

std::string check_query(const std::string& query) {
  const Model model{};
  const PacketLog log;
  Analyst analyst(model, log);
  Reader reader(model, log, analyst);
  return Database(reader).check(query);
}

std::vector<CallId> choose_calls(Reader& reader, const std::string& condition, std::string* error) {
  std::vector<CallId> calls;
  Database database(reader);
  *error = database.run(
      "SELECT id FROM calls WHERE " + condition, [](const auto&) {},
      [&](const std::vector<Value>& values) {
        calls.push_back(CallId{static_cast<uint32_t>(values[0].integer)});
        return true;
      });
  return calls;
}

}  // namespace sipladder

// Ladders of the chosen calls.
#include <unistd.h>

#include "export/ladder_documents.h"
#include "main/host_names.h"
#include "main/output.h"
#include "main/print.h"

namespace sipladder {
namespace {

LadderOptions ladder_options(const Options& options, const std::vector<HostAlias>& aliases) {
  LadderOptions ladder;
  ladder.compact = options.compact;
  ladder.scale_time = options.scale_time;
  if (options.columns_by == "endpoint") ladder.columns_by = ColumnsBy::endpoint;
  if (options.columns_by == "name") ladder.columns_by = ColumnsBy::name;
  ladder.aliases = aliases;
  ladder.order = options.order;
  for (const std::string& name : options.hide) ladder.hidden.push_back(method_called(name));
  ladder.rtp = options.rtp;
  ladder.sdp = options.sdp;
  ladder.raw = options.raw;
  ladder.transactions = options.transactions;
  ladder.utc = options.utc;
  ladder.memory = options.memory / 5;
  return ladder;
}

LadderTextOptions ladder_text_options(const Session& session, const Options& options) {
  LadderTextOptions text;
  text.exact = text.label_lines = true;
  text.unbroken = options.width == 0;
  text.frames = options.frames;
  text.ascii = options.ascii;
  text.utc = options.utc;
  text.cancellation = &session.model.cancellation;
  return text;
}

}  // namespace

int read_host_aliases(const Options& options, std::vector<HostAlias>* aliases) {
  std::string wrong;
  bool unreadable = false;
  if (options.alias.empty() || read_aliases(options.alias, aliases, &wrong, &unreadable))
    return kDone;
  complain(wrong);
  return unreadable ? kUnreadable : kUsage;
}

ExportRequest export_request(Session& session, const Options& options,
                             const std::vector<HostAlias>& aliases, const ChosenCalls& chosen) {
  ExportRequest request{session.model, session.log, session.analyst};
  request.calls = chosen.get();
  request.sources = options.sources;
  request.bpf = options.bpf;
  request.sessions = options.session;
  request.sip_only = options.sip_only;
  request.comments = options.comments;
  request.side = options.side;
  if (session.tape.is_open()) request.tape = &session.tape;
  request.ladder = ladder_options(options, aliases);
  request.text = ladder_text_options(session, options);
  request.rows = row_style(options);
  request.audio = options.audio;
  request.stream = StreamId{static_cast<uint32_t>(
      std::min<uint64_t>(options.stream, std::numeric_limits<uint32_t>::max()))};
  request.cluster = options.sink;
  request.version = options.version;
  request.command_line = options.command_line;
  return request;
}

int print_ladders(Session& session, const Options& options, const std::vector<HostAlias>& aliases) {
  const ChosenCalls chosen(session, options);
  ExportRequest request = export_request(session, options, aliases, chosen);
  request.text.width = output_width(options);
  request.text.unbroken = options.width == 0 && isatty(STDOUT_FILENO) == 0;
  request.text.color = is_colored(options);
  for (const std::string& remark :
       write_ladders(request, *find_ladder_format(options.format), stdout))
    complain(remark);
  return kDone;
}

}  // namespace sipladder

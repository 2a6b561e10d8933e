// sec-flood: 300 or more new requests in ten seconds from one address, of which less than a fifth
// succeed. Load that is served is no flood.
#include <fmt/format.h>

#include <map>

#include "correlate/findings/shared/support.h"

namespace sipladder::sec_flood {
namespace {

extern const Detector detector;

constexpr int64_t kWindowNs = 10'000'000'000;
constexpr uint32_t kMin = 300;

struct Window {
  int64_t begin_ns = 0;
  uint32_t requests = 0;
  uint32_t served = 0;
  std::vector<uint32_t> evidence;  // the first frames
};

struct Source {
  Window now;
  Window worst;  // of the windows that were not served, that with most requests
};

void close(Source* source) {
  const Window& now = source->now;
  if (now.served * 5 < now.requests && now.requests > source->worst.requests) source->worst = now;
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  std::map<IpAddress, Source> sources;
  for (const TransactionId id : context.model.transactions.ids()) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (!txn.request || txn.in_dialog || txn.request_path || txn.method == Method::ack) continue;
    Source& source = sources[context.model.endpoints[txn.src].ip];
    if (txn.first_ns - source.now.begin_ns > kWindowNs) {
      close(&source);
      source.now = Window{txn.first_ns, 0, 0, {}};
    }
    source.now.requests++;
    // A client that answers a challenge succeeds with its next request.
    if (txn.succeeded()) source.now.served++;
    if (source.now.evidence.size() < 10)
      source.now.evidence.push_back(context.model.messages[txn.request].frame);
  }
  for (auto& [address, source] : sources) {
    close(&source);
    if (source.worst.requests < kMin) continue;
    Finding finding = finding_of(detector);
    finding.evidence = source.worst.evidence;
    finding.summary =
        fmt::format("{} sends {} in ten seconds, {} of them served", to_string(address),
                    counted(source.worst.requests, "new request"), source.worst.served);
    finding.explanation = "A flood: the server spends itself on requests that lead nowhere.";
    finding.remedy = "Limit requests per source (pike, ratelimit, a firewall), or block it.";
    finding.rfc = "RFC 3261 26.1.5";
    report(out, std::move(finding));
  }
}

const Detector detector("sec-flood", Severity::warning,
                        "hundreds of requests in seconds from one address, nearly none served",
                        check, {.needs = TimeNeed::any});

}  // namespace
}  // namespace sipladder::sec_flood

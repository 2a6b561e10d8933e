// sec-brute-force: one address tries passwords: 20 within a minute, or for 20 users, or one right
// after the other until one fits. Not for a phone with a wrong password, which tries it again at
// intervals and never succeeds.
#include <fmt/format.h>

#include <map>
#include <set>

#include "correlate/findings/shared/digest.h"
#include "correlate/findings/shared/support.h"

namespace sipladder::sec_brute_force {
namespace {

extern const Detector detector;

constexpr size_t kMany = 20;  // within kSpanNs, or users
constexpr int64_t kSpanNs = 60'000'000'000;
constexpr size_t kMinGuesses = 5;              // before the right one
constexpr int64_t kBetweenNs = 2'000'000'000;  // between guesses: no human types this fast

struct Guessing {
  std::vector<uint32_t> frames;
  std::vector<CallId> calls;  // whose credentials were wrong
  std::string summary;
};

// Requests with credentials of one address that were accepted or refused (401, 403, 407).
struct Attempts {
  std::vector<TransactionId> all;
  size_t refused = 0;
};

std::map<std::string, Attempts> attempts_by_address(const CaptureContext& context) {
  std::map<std::string, Attempts> attempts;
  for (const TransactionId id : context.model.transactions.ids()) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (!txn.request || !txn.has_auth || txn.request_path) continue;
    const bool refused =
        txn.final_status == 401 || txn.final_status == 403 || txn.final_status == 407;
    if (!refused && txn.final_status / 100 != 2) continue;
    Attempts& made = attempts[to_string(context.model.endpoints[txn.src].ip)];
    made.all.push_back(id);
    if (refused) made.refused++;
  }
  return attempts;
}

// A request that was refused for wrong credentials.
struct Wrong {
  uint32_t frame;
  int64_t time_ns;
};

std::optional<Guessing> many_of(const std::string& address, const std::vector<Wrong>& wrong,
                                const std::set<std::string>& users) {
  size_t first = 0;
  bool fast = false;
  for (size_t i = 0; i < wrong.size(); i++) {
    while (wrong[i].time_ns - wrong[first].time_ns > kSpanNs) first++;
    fast = fast || i - first + 1 >= kMany;
  }
  if (!fast && users.size() < kMany) return std::nullopt;
  Guessing found;
  for (const Wrong& one : wrong) found.frames.push_back(one.frame);
  found.summary = fmt::format("{} sends wrong credentials {}, for {}", address,
                              times_text(wrong.size()), counted(users.size(), "user"));
  return found;
}

// Requests in a row with wrong credentials of one user.
struct Run {
  std::vector<uint32_t> frames;
  int64_t first_ns = 0, last_ns = 0;
};

std::optional<Guessing> guessing_from(CaptureContext& context, const std::string& address,
                                      const Attempts& attempts) {
  std::vector<Wrong> wrong;
  std::vector<CallId> calls;
  std::set<std::string> users;
  std::map<std::string, Run> runs;  // by user
  std::optional<Guessing> guessed;
  for (const TransactionId id : attempts.all) {
    const TransactionRecord& txn = context.model.transactions[id];
    const Refusal refusal = refusal_of(context.model, context.view, txn);
    const bool is_wrong = refusal == Refusal::wrong;
    if (!is_wrong && refusal != Refusal::none) continue;
    // An accepted request is read only soon after a wrong one. Most are not, and this saves
    // reading.
    const bool soon = !wrong.empty() && txn.first_ns - wrong.back().time_ns <= kBetweenNs;
    if (!is_wrong && !soon) continue;
    if (!context.view.load(context.model.messages[txn.request])) continue;
    const std::string user = user_of(context.view.sip());
    const uint32_t frame = context.model.messages[txn.request].frame;
    Run& run = runs[user];
    const bool goes_on = !run.frames.empty() && txn.first_ns - run.last_ns <= kBetweenNs;
    if (is_wrong) {
      wrong.push_back({frame, txn.first_ns});
      calls.push_back(txn.call);
      users.insert(user);
      if (!goes_on) run = {{}, txn.first_ns, 0};
      run.frames.push_back(frame);
      run.last_ns = txn.first_ns;
      continue;
    }
    if (!guessed && goes_on && run.frames.size() >= kMinGuesses) {
      guessed.emplace();
      guessed->summary =
          fmt::format("{} sends {} for {} within {}, and then the right one (frame {})", address,
                      counted(run.frames.size(), "wrong password"), user,
                      seconds_text(txn.first_ns - run.first_ns), frame);
      if (run.frames.size() >= kShownFrames) run.frames.resize(kShownFrames - 1);
      guessed->frames = std::move(run.frames);
      guessed->frames.push_back(frame);
    }
    run = {};
  }
  if (!guessed) guessed = many_of(address, wrong, users);
  if (guessed) guessed->calls = std::move(calls);
  return guessed;
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  for (const auto& [address, attempts] : attempts_by_address(context)) {
    if (attempts.refused < kMinGuesses) continue;
    auto guessing = guessing_from(context, address, attempts);
    if (!guessing) continue;
    Finding finding = finding_of(detector);
    finding.evidence = std::move(guessing->frames);
    finding.explains = std::move(guessing->calls);
    if (finding.evidence.size() > kShownFrames) finding.evidence.resize(kShownFrames);
    finding.summary = std::move(guessing->summary);
    finding.explanation = "Guessing passwords, or a phone with a wrong one that does not give up.";
    finding.remedy = "Block the address or lock the account; see whether it is a phone of yours.";
    finding.rfc = "RFC 3261 26.1";
    report(out, std::move(finding));
  }
}

const Detector detector("sec-brute-force", Severity::warning,
                        "one source sends wrong credentials again and again, or until they fit",
                        check,
                        {.in_calls = {"reg-rejected", "reg-loop", "txn-auth-failed", "txn-refused"},
                         .needs = TimeNeed::any});

}  // namespace
}  // namespace sipladder::sec_brute_force

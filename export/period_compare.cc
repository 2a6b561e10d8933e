#include "export/period_compare.h"

#include <algorithm>
#include <cmath>

#include "query/database.h"
#include "query/peer_rows.h"

namespace sipladder {
namespace {

constexpr std::string_view kAllCalls = "all calls";

constexpr const char* kShareOfAllCalls = "share of all calls";

// A property that some of a population have: rows of (property, how many), and the population.
struct ShareQuery {
  const char* kind;  // its properties are named "KIND VALUE"
  const char* hits;
  const char* population;
};
constexpr ShareQuery kShares[] = {
    {"state", "SELECT state, count(*) FROM calls WHERE kind = 'call' GROUP BY 1",
     "SELECT count(*) FROM calls WHERE kind = 'call'"},
    {"final status",
     "SELECT final_status, count(*) FROM calls WHERE kind = 'call' AND final_status IS NOT NULL "
     "GROUP BY 1",
     "SELECT count(*) FROM calls WHERE kind = 'call'"},
    {"audio",
     "SELECT audio, count(*) FROM calls WHERE kind = 'call' AND audio IS NOT NULL GROUP BY 1",
     "SELECT count(*) FROM calls WHERE kind = 'call' AND audio IS NOT NULL"},
    {"cause", "SELECT audio_cause, count(*) FROM calls WHERE audio_cause IS NOT NULL GROUP BY 1",
     "SELECT count(*) FROM calls WHERE kind = 'call' AND audio IS NOT NULL"},
    {"registration",
     "SELECT coalesce(state, 'unknown'), count(*) FROM calls WHERE kind = 'registration' GROUP BY "
     "1",
     "SELECT count(*) FROM calls WHERE kind = 'registration'"},
    {"finding", "SELECT code, count(DISTINCT call) FROM findings WHERE call IS NOT NULL GROUP BY 1",
     "SELECT count(*) FROM calls"},
};

// Sum, sum of squares and number of what is measured.
struct MeanQuery {
  const char* what;
  const char* sql;
};
constexpr MeanQuery kMeans[] = {
    {"post-dial delay (ms)",
     "SELECT sum(pdd_ms), sum(pdd_ms * pdd_ms), count(pdd_ms) FROM calls WHERE kind = 'call'"},
    {"setup (ms)",
     "SELECT sum(setup_ms), sum(setup_ms * setup_ms), count(setup_ms) FROM calls WHERE kind = "
     "'call'"},
    {"length (s)",
     "SELECT sum(duration_ms) / 1e3, sum(duration_ms * duration_ms) / 1e6, count(duration_ms) FROM "
     "calls WHERE kind = 'call'"},
    {"MOS", "SELECT sum(mos), sum(mos * mos), count(mos) FROM calls WHERE kind = 'call'"},
    {"loss (%)",
     "SELECT sum(loss_pct), sum(loss_pct * loss_pct), count(loss_pct) FROM streams WHERE call IS "
     "NOT NULL"},
    {"jitter (ms)",
     "SELECT sum(jitter_ms), sum(jitter_ms * jitter_ms), count(jitter_ms) FROM streams WHERE call "
     "IS NOT NULL"},
};

class Collector {
 public:
  Collector(Reader& reader, PeriodFigures* figures)
      : reader_(reader), database_(reader), figures_(*figures) {}

  std::string collect() {
    for (const ShareQuery& query : kShares) read_shares(query);
    for (const MeanQuery& query : kMeans) read_mean(query);
    rows("SELECT min(start_ns), max(end_ns) FROM calls", [&](const std::vector<Value>& values) {
      figures_.first_ns = values[0].integer;
      figures_.last_ns = values[1].integer;
    });
    figures_.calls = figures_.populations["state"];
    for (const PeerRow& peer : peer_rows(reader_)) {
      if (!peer.hour_ns) read_peer(peer);
    }
    return error_;
  }

 private:
  template <typename Row>
  void rows(const char* sql, Row row) {
    if (!error_.empty()) return;
    error_ = database_.run(
        sql, [](const auto&) {},
        [&](const std::vector<Value>& values) {
          row(values);
          return true;
        });
  }

  void read_shares(const ShareQuery& query) {
    uint64_t& population = figures_.populations[query.kind];
    rows(query.population, [&](const std::vector<Value>& values) {
      population = static_cast<uint64_t>(values[0].integer);
    });
    rows(query.hits, [&](const std::vector<Value>& values) {
      const std::string value = values[0].type == Value::Type::integer
                                    ? std::to_string(values[0].integer)
                                    : values[0].text;
      share(std::string(kAllCalls), std::string(query.kind) + " " + value,
            static_cast<uint64_t>(values[1].integer), population, query.kind);
    });
  }

  void read_mean(const MeanQuery& query) {
    rows(query.sql, [&](const std::vector<Value>& values) {
      mean(std::string(kAllCalls), query.what,
           {values[0].real, values[1].real, static_cast<uint64_t>(values[2].integer)});
    });
  }

  void read_peer(const PeerRow& peer) {
    const std::string of = std::string(to_string(peer.peer.kind)) + " " + peer.peer.key;
    share(of, kShareOfAllCalls, peer.calls, figures_.calls);
    share(of, "answered", peer.answered, peer.calls);
    share(of, "effective (NER)", peer.effective, peer.calls);
    share(of, "one-way", peer.one_way, peer.judged);
    share(of, "no audio", peer.no_audio, peer.judged);
    mean(of, "post-dial delay (ms)", figure_of(peer.pdd_ms));
    mean(of, "length (s)", figure_of(peer.talk_s));
    mean(of, "MOS", figure_of(peer.mos));
  }

  static Figure figure_of(const Mean& mean) { return {mean.sum, mean.squares, mean.count}; }

  void share(std::string of, std::string what, uint64_t hits, uint64_t population,
             std::string kind = {}) {
    const auto count = static_cast<double>(hits);
    keep(&figures_.shares, {std::move(of), std::move(what), std::move(kind)},
         {count, count, population});
  }
  void mean(std::string of, std::string what, const Figure& figure) {
    keep(&figures_.means, {std::move(of), std::move(what)}, figure);
  }
  void keep(std::map<FigureName, Figure>* kept, FigureName name, const Figure& figure) {
    if (figure.count == 0) return;
    if (figures_.shares.size() + figures_.means.size() >= kMostFigures) {
      figures_.left_out++;
      return;
    }
    kept->emplace(std::move(name), figure);
  }

  Reader& reader_;
  Database database_;
  PeriodFigures& figures_;
  std::string error_;
};

double in_errors(double difference, double error) {
  if (difference == 0) return 0;
  if (error <= 0) return std::copysign(kFarthestErrors, difference);
  return std::clamp(difference / error, -kFarthestErrors, kFarthestErrors);
}

// Two proportions, with their common variance. Yates: no step that a single call makes counts.
double share_distance(const Figure& a, const Figure& b) {
  const double na = static_cast<double>(a.count), nb = static_cast<double>(b.count);
  const double pooled = (a.sum + b.sum) / (na + nb);
  const double difference = b.mean() - a.mean();
  const double step = std::min(std::fabs(difference), (1 / na + 1 / nb) / 2);
  return in_errors(difference - std::copysign(step, difference),
                   std::sqrt(pooled * (1 - pooled) * (1 / na + 1 / nb)));
}

double variance(const Figure& figure) {
  const double n = static_cast<double>(figure.count);
  return std::max(0.0, (figure.squares - figure.sum * figure.sum / n) / (n - 1));
}

// Two means, each with its own variance. Of a single value none is known.
double mean_distance(const Figure& a, const Figure& b) {
  if (a.count < 2 || b.count < 2) return 0;
  return in_errors(b.mean() - a.mean(), std::sqrt(variance(a) / static_cast<double>(a.count) +
                                                  variance(b) / static_cast<double>(b.count)));
}

// Nobody had the property in this period, of as many as there were.
Figure nobody(const PeriodFigures& period, const FigureName& name) {
  if (name.what == kShareOfAllCalls) return {0, 0, period.calls};
  const auto population = period.populations.find(name.kind);
  return population == period.populations.end() ? Figure{} : Figure{0, 0, population->second};
}

Figure found_in(const PeriodFigures& period, const FigureName& name, bool is_share) {
  const auto& kept = is_share ? period.shares : period.means;
  const auto found = kept.find(name);
  if (found != kept.end()) return found->second;
  return is_share ? nobody(period, name) : Figure{};
}

void compare(const PeriodFigures& a, const PeriodFigures& b, bool is_share,
             PeriodComparison* comparison) {
  const auto& of_a = is_share ? a.shares : a.means;
  const auto& of_b = is_share ? b.shares : b.means;
  const auto add = [&](const FigureName& name) {
    MovedFigure moved{name, is_share, found_in(a, name, is_share), found_in(b, name, is_share)};
    if (moved.a.count == 0 || moved.b.count == 0) return;
    comparison->compared++;
    moved.standard_errors =
        is_share ? share_distance(moved.a, moved.b) : mean_distance(moved.a, moved.b);
    if (std::fabs(moved.standard_errors) < kMovedErrors) {
      comparison->still++;
    } else {
      comparison->moved.push_back(std::move(moved));
    }
  };
  for (const auto& [name, figure] : of_a) add(name);
  for (const auto& [name, figure] : of_b) {
    if (!of_a.contains(name)) add(name);
  }
}

}  // namespace

std::string period_figures(Reader& reader, PeriodFigures* figures) {
  return Collector(reader, figures).collect();
}

PeriodComparison compare_periods(const PeriodFigures& a, const PeriodFigures& b) {
  PeriodComparison comparison;
  compare(a, b, true, &comparison);
  compare(a, b, false, &comparison);
  std::stable_sort(comparison.moved.begin(), comparison.moved.end(),
                   [](const MovedFigure& one, const MovedFigure& other) {
                     return std::fabs(one.standard_errors) > std::fabs(other.standard_errors);
                   });
  return comparison;
}

}  // namespace sipladder
